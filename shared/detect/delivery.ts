import { CANARY_PATH } from '../domain/canary.ts'
import { DATA_CALLS, isReadCall, isTampering, namedCallsOf, SENSITIVE_ACTIONS, WORKLOAD_CALLS } from './delivered-calls.ts'
import { DELIVERY_RULES, type DeliveryOptions, type DeliveryRule, rulesOf } from './delivery-rules.ts'
import type { Delivery, Detector } from './detector.ts'

/** What of a detector's calls does not arrive. `remedy` says what would deliver it; undefined where nothing of the stack does. */
export interface Gap {
  readonly what: string
  readonly remedy?: string
}

/**
 * Whether the calls that a detector looks at are delivered. `delivered`: all of them. `in-part`: some, so it fires later or less often. `not`: it cannot fire.
 * `by`: the rules that deliver them.
 */
export interface DetectorDelivery {
  readonly detector: string
  readonly state: 'delivered' | 'in-part' | 'not'
  readonly by: readonly DeliveryRule[]
  readonly gaps: readonly Gap[]
}

/** A stack as its rules are. `rules` has fewer than its options say where one is missing or disabled. */
export interface DeployedRules {
  readonly options: DeliveryOptions
  readonly rules: ReadonlySet<DeliveryRule>
  /** The region of the stack. */
  readonly region: string
  /** Calls that rules of people name, which the stack delivers as those of detectors. */
  readonly ruleActions?: ReadonlySet<string>
}

const SESSIONS: Gap = {
  what: 'of sessions of roles only calls that some detector names, refused calls, and those of users of an app',
  remedy: 'includeRoleSessions: true',
}
const READS: Gap = { what: 'no reads with access keys', remedy: 'readOnlyEvents: true' }
const REPORTS: Gap = {
  what: 'what parties outside AWS report is off until a party is connected',
  remedy: '`reports` or `logExposures` in the configuration (docs/signals.md)',
}
const BY_SERVICES: Gap = { what: 'roles that services of AWS assume, which they do all day' }
const READS_OF_CANARIES: Gap = {
  what: `no reads with access keys of canaries outside the path ${CANARY_PATH}`,
  remedy: 'readOnlyEvents: true',
}
const REGIONS: Gap = {
  what: 'calls in other regions do not reach the bus of this one',
  remedy: 'a rule in each other region that forwards its events to the bus of this region',
}
/** IAM, Organizations, Route 53 and other global services put their events on the bus of that region. */
const GLOBAL_REGION = 'us-east-1'
const GLOBAL_SERVICES: ReadonlySet<string> = new Set(['account', 'iam', 'organizations', 'route53', 'route53domains', 'waf'])
/** Kinds of calls that are all of global services. Reports of AWS Health come to us-east-1, and as copies to us-west-2. */
const GLOBAL_KINDS: ReadonlySet<unknown> = new Set<Delivery>(['credential-changes', 'exposures'])

const KEY_CALLS = ['CredentialChanges', 'LongLivedKeyCalls', 'ReadOnlyCalls', 'TokenCalls'] as const
const OF_SESSIONS = [
  'CredentialChanges',
  'UserSessionCalls',
  'KeylessCalls',
  'GuestCalls',
  'RefusedCalls',
  'SensitiveCalls',
  'Tampering',
  'RoleSessionCalls',
] as const
const EVERY_CALL = [...KEY_CALLS, ...OF_SESSIONS, 'BearerTokenCalls', 'ServiceEvents', 'SignIns'] as const

/** The kinds that come by rules of the default bus. */
type RuledDelivery = Exclude<Delivery, readonly string[] | 'reports'>

/** The rules by which a kind of calls arrives, and what is missing of it where the options leave it out. */
const KINDS: Readonly<Record<RuledDelivery, { by: readonly DeliveryRule[]; lacks: readonly ('reads' | 'sessions' | 'canary-reads')[] }>> = {
  'every-call': { by: EVERY_CALL, lacks: ['reads', 'sessions'] },
  'session-calls': { by: OF_SESSIONS, lacks: ['sessions'] },
  'key-calls': { by: KEY_CALLS, lacks: ['reads'] },
  // Refused calls of sessions have a rule of their own.
  'refused-calls': { by: [...KEY_CALLS, 'UserSessionCalls', 'KeylessCalls', 'RefusedCalls', 'RoleSessionCalls'], lacks: ['reads'] },
  'root-calls': { by: [...KEY_CALLS, 'UserSessionCalls', 'RoleSessionCalls', 'SignIns', 'ServiceEvents'], lacks: ['reads'] },
  'guest-calls': { by: ['GuestCalls', 'RefusedCalls', 'RoleSessionCalls'], lacks: [] },
  'credential-changes': { by: ['CredentialChanges'], lacks: [] },
  'responder-changes': {
    by: ['CredentialChanges', 'LongLivedKeyCalls', 'UserSessionCalls', 'KeylessCalls', 'Tampering', 'RolesBorrowed', 'RoleSessionCalls'],
    lacks: [],
  },
  assumptions: { by: ['TokenCalls', 'UserSessionCalls', 'KeylessCalls', 'SensitiveCalls', 'RoleSessionCalls'], lacks: ['reads'] },
  'canary-calls': { by: [...KEY_CALLS, 'CanaryReads', 'UserSessionCalls', 'RoleSessionCalls', 'SignIns'], lacks: ['canary-reads'] },
  exposures: { by: ['CredentialExposures'], lacks: [] },
  findings: { by: ['Findings'], lacks: [] },
  'other-regions': { by: EVERY_CALL, lacks: ['reads', 'sessions'] },
}

/** Says of one detector whether what it looks at is delivered by a stack. */
export function deliveryOf(detector: Detector, stack: DeployedRules): DetectorDelivery {
  const { delivery } = detector
  if (delivery === 'reports') {
    const isOn = stack.options.reports !== undefined
    return { detector: detector.id, state: isOn ? 'delivered' : 'not', by: [], gaps: isOn ? [] : [REPORTS] }
  }
  const named = namedCallsOf(detector)
  const { by, gaps } = typeof delivery === 'string' && named.length === 0 ? ofKind(delivery, stack) : ofNames(named, stack)
  const wanted = [...new Set(by)].filter((rule) => rulesOf(stack.options).includes(rule))
  const there = wanted.filter((rule) => stack.rules.has(rule))
  const lost = wanted.filter((rule) => !stack.rules.has(rule))
  const all = [...(delivery === 'other-regions' ? [REGIONS] : []), ...gaps, ...lost.map(missingRule), ...globalGap(detector, stack)]
  const isNever = delivery === 'other-regions' || there.length === 0 || all.some(({ what }) => what === NOT_GLOBAL)
  return { detector: detector.id, state: isNever ? 'not' : all.length === 0 ? 'delivered' : 'in-part', by: there, gaps: all }
}

function ofKind(kind: RuledDelivery, { options }: DeployedRules): { by: readonly DeliveryRule[]; gaps: Gap[] } {
  const { by, lacks } = KINDS[kind]
  const gaps = [
    ...(lacks.includes('reads') && !options.readOnlyEvents ? [READS] : []),
    ...(lacks.includes('canary-reads') && !options.readOnlyEvents ? [READS_OF_CANARIES] : []),
    ...(lacks.includes('sessions') && !options.includeRoleSessions ? [SESSIONS] : []),
    ...(kind === 'assumptions' ? [BY_SERVICES] : []),
  ]
  return { by, gaps }
}

function ofNames(actions: readonly string[], { options, ruleActions }: DeployedRules): { by: readonly DeliveryRule[]; gaps: Gap[] } {
  const found = actions.map((action) => ofName(action, options, ruleActions))
  const by = [...new Set(found.flatMap((one) => one.by))]
  const data = actions.filter((action) => DATA_CALLS.has(action))
  const unseen = data.filter((action) => !OBJECT_WRITES.has(action))
  const busy = actions.filter((_, at) => found[at]?.isBusy === true)
  const reads = actions.filter((_, at) => found[at]?.isUnreadByKeys === true)
  return {
    by,
    gaps: [
      ...(reads.length === 0 ? [] : [{ ...READS, what: `${reads.join(', ')} with access keys` }]),
      ...(busy.length === 0
        ? []
        : [{ what: `${busy.join(', ')} of sessions of roles: workloads make them all day`, remedy: 'includeRoleSessions: true' }]),
      ...(data.length === unseen.length
        ? []
        : [
            {
              what: `${data.filter((one) => !unseen.includes(one)).join(', ')}: data events`,
              remedy: 'a trail in this region that logs data events of the buckets',
            },
          ]),
      ...(unseen.length === 0 ? [] : [{ what: `${unseen.join(', ')}: data events, which a replay of a log evaluates` }]),
    ],
  }
}

/** Data events that a rule delivers where a trail logs them. */
const OBJECT_WRITES: ReadonlySet<string> = new Set(['s3:CopyObject', 's3:PutObject', 's3:PutObjectAcl'])

interface NamedDelivery {
  readonly by: readonly DeliveryRule[]
  /** Set where the calls of sessions of roles do not arrive, or reads by keys. */
  readonly isBusy?: boolean
  readonly isUnreadByKeys?: boolean
}

/** Which rules deliver calls of one name. */
function ofName(
  action: string,
  { readOnlyEvents, includeRoleSessions }: DeliveryOptions,
  ruleActions?: ReadonlySet<string>,
): NamedDelivery {
  const [service = '', operation = ''] = action.split(':')
  if (DATA_CALLS.has(action)) return { by: OBJECT_WRITES.has(action) ? ['ObjectWrites'] : [] }
  if (service === 'signin') return { by: ['SignIns'] }
  const isRead = isReadCall(action)
  if (service === 'iam' && !isRead) return { by: ['CredentialChanges'] }
  const byKeys: DeliveryRule = !isRead ? 'LongLivedKeyCalls' : service === 'sts' ? 'TokenCalls' : 'ReadOnlyCalls'
  const bySessions: DeliveryRule[] = includeRoleSessions
    ? ['RoleSessionCalls']
    : isTampering(service, operation)
      ? ['Tampering']
      : SENSITIVE_ACTIONS.has(action) || (ruleActions?.has(action) === true && !WORKLOAD_CALLS.has(action))
        ? ['SensitiveCalls']
        : []
  return {
    by: [byKeys, 'UserSessionCalls', ...bySessions],
    isBusy: bySessions.length === 0,
    isUnreadByKeys: isRead && !readOnlyEvents,
  }
}

function missingRule(rule: DeliveryRule): Gap {
  return { what: `${DELIVERY_RULES[rule]}: the rule ${rule} is missing or disabled`, remedy: 'deploy the stack again' }
}

const NOT_GLOBAL = `what it looks at comes to the bus of ${GLOBAL_REGION} only`

/** What a stack in another region does not see: global services, and AWS Health, put their events on the bus of one region. */
function globalGap(detector: Detector, { region }: DeployedRules): Gap[] {
  if (region === GLOBAL_REGION) return []
  const remedy = `a stack in ${GLOBAL_REGION}, or a rule there that forwards its events to the bus of ${region}`
  const services = [...new Set(namedCallsOf(detector).map((action) => action.slice(0, action.indexOf(':'))))]
  const isGlobal = services.length > 0 ? services.every((one) => GLOBAL_SERVICES.has(one)) : GLOBAL_KINDS.has(detector.delivery)
  if (isGlobal) return [{ what: NOT_GLOBAL, remedy }]
  const some =
    services.length > 0 ? services.filter((one) => GLOBAL_SERVICES.has(one) || one === 'signin') : ['iam and other global services']
  return some.length === 0 ? [] : [{ what: `calls of ${some.join(', ')} that come to the bus of ${GLOBAL_REGION}`, remedy }]
}
