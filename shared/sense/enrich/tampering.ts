import type { Signal } from '../../domain/signal.ts'

/**
 * Calls by which an intruder could stop the responder from seeing, reporting or acting, or take its place; by the prefix of IAM's actions. The
 * EventBridge rules that deliver such calls of role sessions are derived from this list.
 */
export const TAMPERING: Readonly<Record<string, readonly string[]>> = {
  events: ['DeleteRule', 'DisableRule', 'PutRule', 'PutTargets', 'RemoveTargets'],
  lambda: [
    'AddPermission',
    'CreateEventSourceMapping',
    // With a role of the responder, which the request names.
    'CreateFunction',
    'CreateFunctionUrlConfig',
    'DeleteEventSourceMapping',
    'DeleteFunction',
    'DeleteFunctionEventInvokeConfig',
    'PutFunctionConcurrency',
    'PutFunctionEventInvokeConfig',
    'PutRuntimeManagementConfig',
    'RemovePermission',
    'UpdateEventSourceMapping',
    'UpdateFunctionCode',
    'UpdateFunctionConfiguration',
    'UpdateFunctionEventInvokeConfig',
    'UpdateFunctionUrlConfig',
  ],
  sqs: ['AddPermission', 'DeleteQueue', 'PurgeQueue', 'RemovePermission', 'SetQueueAttributes', 'StartMessageMoveTask'],
  dynamodb: ['DeleteResourcePolicy', 'DeleteTable', 'PutResourcePolicy', 'UpdateContinuousBackups', 'UpdateTable', 'UpdateTimeToLive'],
  logs: ['AssociateKmsKey', 'DeleteLogGroup', 'DeleteLogStream', 'PutRetentionPolicy'],
  sns: [
    'AddPermission',
    'DeleteTopic',
    'PutDataProtectionPolicy',
    'RemovePermission',
    'SetSubscriptionAttributes',
    'SetTopicAttributes',
    'Subscribe',
    'Unsubscribe',
  ],
  cloudwatch: ['DeleteAlarms', 'DisableAlarmActions', 'PutMetricAlarm', 'SetAlarmState'],
  scheduler: ['DeleteSchedule', 'UpdateSchedule'],
  cloudformation: ['CancelUpdateStack', 'DeleteStack', 'ExecuteChangeSet', 'SetStackPolicy', 'UpdateStack', 'UpdateTerminationProtection'],
  secretsmanager: [
    'CancelRotateSecret',
    'DeleteResourcePolicy',
    'DeleteSecret',
    'PutResourcePolicy',
    'PutSecretValue',
    'RotateSecret',
    'UpdateSecret',
    'UpdateSecretVersionStage',
  ],
  s3: [
    'DeleteBucket',
    'DeleteBucketPolicy',
    'PutBucketLifecycle',
    'PutBucketPolicy',
    'PutBucketPublicAccessBlock',
    'PutBucketReplication',
    'PutBucketVersioning',
    'PutObjectLockConfiguration',
  ],
  apigateway: ['DeleteApi', 'DeleteIntegration', 'DeleteRoute', 'DeleteStage', 'UpdateIntegration', 'UpdateRoute', 'UpdateStage'],
  // Of any trail: without one that logs, EventBridge delivers no API call at all. `logging-tampered` evaluates them.
  cloudtrail: ['DeleteTrail', 'PutEventSelectors', 'StopLogging', 'UpdateTrail'],
  iam: [
    'AddRoleToInstanceProfile',
    'AttachRolePolicy',
    'CreatePolicyVersion',
    'DeletePolicy',
    'DeleteRole',
    'DeleteRolePolicy',
    'DetachRolePolicy',
    'PutRolePermissionsBoundary',
    'PutRolePolicy',
    'SetDefaultPolicyVersion',
    'UpdateAssumeRolePolicy',
    'UpdateRole',
  ],
}

const ACTIONS: ReadonlySet<string> = new Set(
  Object.entries(TAMPERING).flatMap(([service, operations]) => operations.map((operation) => `${service}:${operation}`)),
)

/** The `eventSource` of a service in CloudTrail. CloudWatch has its old name there. */
export function eventSourceOf(service: string): string {
  return `${service === 'cloudwatch' ? 'monitoring' : service}.amazonaws.com`
}

/** The responder's own resources, as requests name them. */
export interface OwnResources {
  /** The session ARNs of its functions: `arn:…:assumed-role/<role>/<function>`. Their calls are the responder's own, and no other calls are. */
  readonly sessions: ReadonlySet<string>
  /** The name of its stack, which stands in the names of its resources; undefined where none is deployed. */
  readonly stackName: string | undefined
  /** Names of its resources in which that of the stack does not stand, such as those of its bucket and of its secret. */
  readonly names: ReadonlySet<string>
}

/** The own resources of a responder that is not deployed: none. */
export const NOT_DEPLOYED: OwnResources = { sessions: new Set(), stackName: undefined, names: new Set() }

/** True for a call that a function of the responder made. A session of the same role that another function got is not one. */
export function isOwnCall({ identity, credential }: Signal, { sessions }: Pick<OwnResources, 'sessions'>): boolean {
  if (identity.kind !== 'role' || credential.sessionName === undefined) return false
  const partition = identity.id.split(':')[1] ?? 'aws'
  return sessions.has(`arn:${partition}:sts::${identity.account}:assumed-role/${identity.name}/${credential.sessionName}`)
}

/**
 * A function that marks calls on the responder's own resources, and every change whose request names a role of the responder: whoever hands that role
 * to a service of his own wants its rights. Marks none where the responder is not deployed.
 */
export function tamperingMarker({ stackName, names, sessions }: OwnResources): (signal: Signal) => Signal {
  if (stackName === undefined) return (signal) => signal
  const own = new RegExp(`(^|[^A-Za-z0-9])${stackName.replaceAll('-', '\\-')}($|[^A-Za-z0-9])`)
  const roles = new Set([...sessions].map(roleNameOf))
  const isOwnName = (text: string) => own.test(text) || names.has(text) || names.has(text.slice(text.lastIndexOf(':') + 1))
  const isOwnSecret = (text: string) => names.has(text.slice(text.lastIndexOf(':') + 1).replace(SECRET_SUFFIX, ''))
  const isOwnRole = (text: string) => roles.has(text.slice(text.lastIndexOf('/') + 1))
  return (signal) => {
    // What a request names only by an id is named in the response: an event source mapping its function.
    const named = () => [signal.request, signal.response].flatMap((part) => textsIn(part))
    const isAgainst = ACTIONS.has(signal.action)
      ? named().some((text) => isOwnName(text) || isOwnSecret(text) || isOwnRole(text))
      : !signal.isReadOnly && textsIn(signal.request).some(isOwnRole)
    return isAgainst ? { ...signal, isAgainstResponder: true } : signal
  }
}

/** Secrets Manager ends the ARN of a secret with six characters of its own. */
const SECRET_SUFFIX = /-[A-Za-z0-9]{6}$/

function roleNameOf(sessionArn: string): string {
  return sessionArn.split('/').at(-2) ?? ''
}

/** The texts in the first four levels of untrusted parameters, at most 200 of each level, each clipped to 512 characters. `DeleteAlarms` takes 100 names. */
function textsIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value.slice(0, 512)]
  if (typeof value !== 'object' || value === null || depth > 3) return []
  return Object.values(value)
    .slice(0, 200)
    .flatMap((part) => textsIn(part, depth + 1))
}
