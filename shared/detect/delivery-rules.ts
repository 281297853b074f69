/** What of the settings of a stack decides which calls are delivered. */
export interface DeliveryOptions {
  /** Reads with long-lived keys. */
  readonly readOnlyEvents: boolean
  /** All calls of sessions of roles. */
  readonly includeRoleSessions: boolean
  /** The parties outside AWS whose reports are taken, by a bus of its own, as the settings name them. */
  readonly reports?: object | undefined
}

/**
 * The rules by which EventBridge delivers events, with what each delivers in plain words. One whose pattern is longer than EventBridge takes stands in the
 * stack in parts, as `SensitiveCalls1` and so on.
 */
export const DELIVERY_RULES = {
  CredentialExposures: 'credentials that AWS Health and Trusted Advisor report',
  Findings: 'findings of GuardDuty, Security Hub, Macie and Inspector about credentials',
  CredentialChanges: 'changes of IAM, by anybody',
  SignIns: 'sign-ins to the console',
  ServiceEvents: 'what services of AWS record without a call, and actions in the console that are no calls',
  LongLivedKeyCalls: 'changes with access keys',
  TokenCalls: 'calls of STS with access keys',
  ReadOnlyCalls: 'other reads with access keys',
  CanaryReads: 'reads with access keys of users in the path of canaries',
  BearerTokenCalls: 'calls with Bedrock API keys',
  UserSessionCalls: 'calls of users and of root without an access key: of their sessions, and those without a key id',
  KeylessCalls: 'calls without a key id by others than services of AWS: roles assumed by tokens, by assertions and by other accounts',
  GuestCalls: 'calls of sessions that Cognito issues to the users of an app',
  RefusedCalls: 'refused calls of sessions of roles',
  SensitiveCalls: 'calls of sessions of roles that some detector names',
  Tampering: 'changes by which the responder could be changed, of sessions of roles and of services of AWS',
  RolesBorrowed: 'changes that give a role of the responder to a service',
  RoleSessionCalls: 'all calls of sessions, and all without a key id',
  ObjectWrites: 'writes of objects in S3 with an outside key, of ransom notes, and changes of who may read an object',
} as const
export type DeliveryRule = keyof typeof DELIVERY_RULES

/** The rules of every stack. */
const ALWAYS: readonly DeliveryRule[] = [
  'CredentialExposures',
  'Findings',
  'CredentialChanges',
  'SignIns',
  'ServiceEvents',
  'LongLivedKeyCalls',
  'BearerTokenCalls',
  'ObjectWrites',
  'Tampering',
  'RolesBorrowed',
]

/** The rules that a stack with these options has. */
export function rulesOf({ readOnlyEvents, includeRoleSessions }: DeliveryOptions): readonly DeliveryRule[] {
  return [
    ...ALWAYS,
    ...(readOnlyEvents ? (['TokenCalls', 'ReadOnlyCalls'] as const) : (['CanaryReads'] as const)),
    ...(includeRoleSessions
      ? (['RoleSessionCalls'] as const)
      : (['UserSessionCalls', 'KeylessCalls', 'GuestCalls', 'RefusedCalls', 'SensitiveCalls'] as const)),
  ]
}

/** Rules that match no read-only event. The others need a state in which EventBridge delivers those too. */
export const CHANGES_ONLY: ReadonlySet<DeliveryRule> = new Set([
  'CredentialExposures',
  'Findings',
  'CredentialChanges',
  'SignIns',
  'LongLivedKeyCalls',
  'Tampering',
  'RolesBorrowed',
  'ObjectWrites',
])

/** Without this state EventBridge delivers no read-only management events: no GetCallerIdentity, no List…, no AssumeRole. */
export const WITH_READ_ONLY = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'

/**
 * The rules of a deployed stack that deliver what they are for, by their logical ids and their states on the bus: all parts are there and enabled, with
 * read-only events where the rule needs them. The options are those that the stack was deployed with.
 */
export function rulesInForce(deployed: readonly { readonly logicalId: string; readonly state: string }[]): {
  options: DeliveryOptions
  rules: ReadonlySet<DeliveryRule>
} {
  const parts = deployed.map(({ logicalId, state }) => ({ name: logicalId.replace(/^Rules|\d*[0-9A-F]{8}$/g, ''), state }))
  const has = (rule: DeliveryRule) => parts.some(({ name }) => name === rule)
  const options = { readOnlyEvents: has('ReadOnlyCalls') || has('TokenCalls'), includeRoleSessions: has('RoleSessionCalls') }
  const isInForce = (rule: DeliveryRule) => {
    const states = CHANGES_ONLY.has(rule) ? ['ENABLED', WITH_READ_ONLY] : [WITH_READ_ONLY]
    return has(rule) && parts.every(({ name, state }) => name !== rule || states.includes(state))
  }
  return { options, rules: new Set(rulesOf(options).filter(isInForce)) }
}

/** The call that the sweep makes every five minutes, as EventBridge delivers it. */
export const HEARTBEAT = { source: 'aws.cloudtrail', eventName: 'DescribeTrails' } as const
