import type { Signal } from '../../domain/signal.ts'

/** Calls by which an intruder could stop the responder from seeing, reporting or acting. */
const TAMPERING: ReadonlySet<string> = new Set([
  'events:DisableRule',
  'events:DeleteRule',
  'events:PutRule',
  'events:RemoveTargets',
  'events:PutTargets',
  'lambda:DeleteFunction',
  'lambda:UpdateFunctionCode',
  'lambda:UpdateFunctionConfiguration',
  'lambda:PutFunctionConcurrency',
  'lambda:PutFunctionEventInvokeConfig',
  'lambda:DeleteFunctionEventInvokeConfig',
  'lambda:UpdateEventSourceMapping',
  'lambda:DeleteEventSourceMapping',
  'sqs:DeleteQueue',
  'sqs:PurgeQueue',
  'sqs:SetQueueAttributes',
  'dynamodb:DeleteTable',
  'dynamodb:UpdateTable',
  'dynamodb:UpdateContinuousBackups',
  'logs:DeleteLogGroup',
  'logs:PutRetentionPolicy',
  'sns:DeleteTopic',
  'sns:SetTopicAttributes',
  'sns:Unsubscribe',
  'sns:SetSubscriptionAttributes',
  'cloudwatch:DisableAlarmActions',
  'cloudwatch:DeleteAlarms',
  'scheduler:DeleteSchedule',
  'scheduler:UpdateSchedule',
  'iam:DeleteRole',
  'iam:PutRolePolicy',
  'iam:DeleteRolePolicy',
  'iam:AttachRolePolicy',
  'iam:DetachRolePolicy',
  'iam:UpdateAssumeRolePolicy',
  'iam:PutRolePermissionsBoundary',
  'iam:DeletePolicy',
  'iam:CreatePolicyVersion',
  'iam:SetDefaultPolicyVersion',
  'cloudformation:DeleteStack',
])

/** The operations of `TAMPERING` for the EventBridge rule, without those of IAM, which another rule already matches. */
export const TAMPERING_OPERATIONS: readonly string[] = [...TAMPERING]
  .filter((action) => !action.startsWith('iam:'))
  .map((action) => action.slice(action.indexOf(':') + 1))

/** A function that marks calls on the responder's own resources, whose names contain the name of its stack. Without a name it marks none. */
export function tamperingMarker(stackName: string | undefined): (signal: Signal) => Signal {
  if (stackName === undefined) return (signal) => signal
  const own = new RegExp(`(^|[^A-Za-z0-9])${stackName.replaceAll('-', '\\-')}($|[^A-Za-z0-9])`)
  return (signal) => {
    if (!TAMPERING.has(signal.action)) return signal
    // A request about an event source mapping holds its id alone; the function that it belongs to is in the response.
    const isOwn = [signal.request, signal.response].some((part) => namesIn(part).some((name) => own.test(name)))
    return isOwn ? { ...signal, isAgainstResponder: true } : signal
  }
}

/** The texts in the first three levels of untrusted parameters, at most 50 of each level, each clipped to 512 characters. */
function namesIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value.slice(0, 512)]
  if (typeof value !== 'object' || value === null || depth > 2) return []
  return Object.values(value)
    .slice(0, 50)
    .flatMap((part) => namesIn(part, depth + 1))
}
