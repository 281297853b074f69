import * as z from 'zod'
import { canonical } from '../domain/change.ts'
import { iamGlobs } from '../domain/glob.ts'
import { GRAVE_ACTIONS, GRAVE_ACTIONS_OF_HABIT, GRAVE_GROUPS } from '../domain/grave-actions.ts'
import { DATA_PLANE_SERVICES } from '../domain/last-used.ts'
import { HabitualAction, hasFence, type PolicyRestriction, Restriction } from '../domain/restriction.ts'
import { BRAKE_SID, brakeIn, brakeParts } from './brake.ts'
import { closedDataPlanes, DATA_PLANE_ACTIONS, isDataPlane, openDataPlane } from './data-plane-actions.ts'
import { deniedPatterns, OWN_POLICY_CALLS } from './denied-patterns.ts'
import { areOwnPoliciesDenied, ownCallsOf, resourcesOf } from './own-policies.ts'
import type { Subject } from './steps/step.ts'

/** A restriction as the text of an inline policy, and what it had no room for: `services`, `places`, names of `GRAVE_GROUPS`. */
export interface RestrictionDocument {
  readonly document: string
  readonly dropped: readonly string[]
}

/** Which parts of a restriction a document holds. `groups` counts the gravest first. */
interface Form {
  readonly hasServices: boolean
  readonly hasPlaces: boolean
  readonly groups: number
}

/** Grants and credentials: without these an intruder leaves the restriction, so a document with less is none. */
const LEAST_GROUPS = 2

/**
 * The policy of a restriction, in the longest form that has room. It only denies: an identity may do no more than before.
 *
 * `room` is in characters without white space, as IAM counts them. `subject` is the user or role: then its own inline policies are guarded, and the others
 * stay open to its habit; without it, no inline policy of any user or role may be changed. Undefined where even the least has no room.
 */
export function restrictionDocument(
  restriction: PolicyRestriction,
  { room, subject }: { readonly room: number; readonly subject?: Subject },
): RestrictionDocument | undefined {
  const guarded = subject !== undefined && NAME.test(subject.name) ? subject : undefined
  const { brake, ...lasting } = restriction
  const written = (one: PolicyRestriction, form: Form) => {
    const statements = statementsOf(one, form, guarded)
    const document = JSON.stringify({ Version: '2012-10-17', Statement: statements })
    return statements.length > 0 && document.length <= room ? document : undefined
  }
  for (const form of formsOf(lasting)) {
    const document = written(lasting, form)
    if (document === undefined) continue
    const dropped = droppedFrom(lasting, form)
    if (brake === undefined) return { document, dropped }
    // A brake ends, and what was left out for it would stay out.
    const braked = written(restriction, form)
    return braked === undefined ? { document, dropped: [...dropped, 'brake'] } : { document: braked, dropped }
  }
  return undefined
}

/** What says of an intruder least is dropped first: groups of actions, then services, then places, which stop it whatever it calls. */
function formsOf(restriction: Restriction): readonly Form[] {
  const { isCovered } = restriction
  const most = wholeOf(restriction)
  const parts = [
    [most.hasServices, most.hasPlaces],
    [false, most.hasPlaces],
    [most.hasServices, false],
    [false, false],
  ] as const
  const counts = GRAVE_GROUPS.flatMap(({ needsHabit }, at) => (needsHabit && !isCovered ? [] : [at + 1])).filter(
    (count) => count >= LEAST_GROUPS,
  )
  return parts.flatMap(([hasServices, hasPlaces]) => counts.toReversed().map((groups) => ({ hasServices, hasPlaces, groups })))
}

function wholeOf(restriction: Restriction): Form {
  const { isCovered, services } = restriction
  return { hasServices: isCovered && services.length > 0, hasPlaces: hasFence(restriction), groups: GRAVE_GROUPS.length }
}

function droppedFrom(restriction: Restriction, { hasServices, hasPlaces, groups }: Form): string[] {
  const whole = wholeOf(restriction)
  const isMeant = ({ needsHabit }: (typeof GRAVE_GROUPS)[number]) => restriction.isCovered || !needsHabit
  return [
    ...(whole.hasServices && !hasServices ? ['services'] : []),
    ...(whole.hasPlaces && !hasPlaces ? ['places'] : []),
    ...GRAVE_GROUPS.slice(groups)
      .filter(isMeant)
      .map((group) => group.name),
  ]
}

/** What is denied by a restriction only because it rests on a habit: `services`, `places`, names of `GRAVE_GROUPS`. */
export function partsOfHabit(restriction: Restriction): string[] {
  const { hasServices, hasPlaces } = wholeOf(restriction)
  const groups = restriction.isCovered ? GRAVE_GROUPS.filter(({ needsHabit }) => needsHabit) : []
  return [...(hasServices ? ['services'] : []), ...(hasPlaces ? ['places'] : []), ...groups.map(({ name }) => name)]
}

type Fields = Readonly<Record<string, unknown>>

/** The statements, by their names: `NewServices`, `GraveActions`, `OwnPolicies`, `OutsideAddresses`, `OutsideEndpoints`, `Brake`. */
function statementsOf(restriction: PolicyRestriction, form: Form, subject: Subject | undefined): readonly Fields[] {
  const { addresses, endpoints } = restriction
  const usable = form.hasServices ? usableIn(restriction, subject !== undefined) : undefined
  const denied = deniedPatterns(restriction, { groups: form.groups, isOwnGuarded: subject !== undefined, isLimited: form.hasServices })
  const who = whoIn(restriction)
  const deny = (Sid: string, parts: Fields, condition: Fields = {}): Fields => {
    const Condition = { ...who, ...condition }
    return { Sid, Effect: 'Deny', ...parts, ...(Object.keys(Condition).length === 0 ? {} : { Condition }) }
  }
  // A call through a VPC endpoint has no `aws:SourceIp`, and NotIpAddress is true of a key that is missing. What services call for the identity passes.
  const outside = (key: string, condition: Fields): Fields => ({
    ...condition,
    Null: { [key]: 'false' },
    Bool: { 'aws:ViaAWSService': 'false' },
  })
  const everything = { Action: '*', Resource: '*' }
  const notIn = (operator: string, key: string, values: readonly string[]) => (values.length === 0 ? {} : { [operator]: { [key]: values } })
  const isOpen = (action: string) =>
    !denied.some((pattern) => iamGlobs(pattern, action)) && (usable === undefined || usable.some((pattern) => iamGlobs(pattern, action)))
  const brake = restriction.brake && brakeParts(restriction.brake, isOpen)
  return [
    ...(brake === undefined ? [] : [deny(BRAKE_SID, { Action: brake.Action, Resource: '*' }, brake.Condition)]),
    ...(usable === undefined ? [] : [deny('NewServices', { NotAction: usable, Resource: '*' })]),
    ...(denied.length === 0 ? [] : [deny('GraveActions', { Action: denied, Resource: '*' })]),
    ...(subject === undefined || areOwnPoliciesDenied(usable, denied)
      ? []
      : [deny('OwnPolicies', { Action: ownCallsOf(subject), Resource: resourcesOf(subject) })]),
    ...(form.hasPlaces
      ? [
          deny('OutsideAddresses', everything, outside('aws:SourceIp', notIn('NotIpAddress', 'aws:SourceIp', addresses))),
          deny('OutsideEndpoints', everything, outside('aws:SourceVpce', notIn('StringNotEquals', 'aws:SourceVpce', endpoints))),
        ]
      : []),
  ]
}

/** The condition that names sessions: `aws:userid` of one is `AROA…:session name`, and every one has a time of issue. */
function whoIn({ sessions, issued }: PolicyRestriction): Fields {
  const named = sessions.length === 0 ? {} : { StringLike: { 'aws:userid': sessions.map((session) => `*:${session}`) } }
  if (issued === undefined) return named
  const at = (time: number) => ({ 'aws:TokenIssueTime': new Date(time).toISOString() })
  return { ...named, DateGreaterThanEquals: at(issued.since), DateLessThanEquals: at(issued.until) }
}

/** Services that may be used, and of all others the actions that the habit depends on, and those of which nobody can say whether they are habit. */
function usableIn(restriction: Restriction, isOwnGuarded: boolean): readonly string[] {
  const { services, actions } = restriction
  const isOther = (action: string) => !services.includes(serviceOf(action))
  const isOwnPolicyCall = (action: string) => OWN_POLICY_CALLS.some((call) => call.toLowerCase() === action.toLowerCase())
  const others = actions.filter((action) => isOther(action) && !isDataPlane(action) && (isOwnGuarded || !isOwnPolicyCall(action)))
  return [...services.map((service) => `${service}:*`), ...others, ...openDataPlane(restriction)]
}

/** The most characters of a role's inline policies: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const LONGEST = 10_240

/**
 * The restriction that a document says, or undefined where it is not one of ours word for word: an intruder knows its name too.
 *
 * A document holds less than what it was made from: `actions` are all grave actions that it does not deny, so those of a dropped group count as habit.
 * The same document is made from what is returned.
 */
export function restrictionIn(document: string): PolicyRestriction | undefined {
  return readRestriction(document)?.restriction
}

/** What a document of ours restricts, and whose inline policies it guards by themselves; undefined where it is not one of ours word for word. */
export function readRestriction(document: string): { restriction: PolicyRestriction; subject: Subject | undefined } | undefined {
  if (document.length > LONGEST) return undefined
  try {
    const parsed = JSON.parse(document)
    const { restriction, subject, form } = readStatements(parsed.Statement)
    if (!isOurs(restriction, subject)) return undefined
    const same = { Version: '2012-10-17', Statement: statementsOf(restriction, form, subject) }
    return canonical(same) === canonical(parsed) ? { restriction, subject } : undefined
  } catch {
    // Not one of ours: whoever reads it has to make another.
    return undefined
  }
}

/** Names of users and roles, which hold no sign that is a wildcard: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const NAME = /^[\w+=,.@-]{1,64}$/

const Actions = z.array(HabitualAction)

/** Of the actions, the number is not limited here. */
function isOurs({ issued, ...restriction }: PolicyRestriction, subject: Subject | undefined): boolean {
  const isRead = Restriction.safeParse({ ...restriction, actions: [] }).success
  return (
    (issued === undefined || issued.since < issued.until) &&
    isRead &&
    Actions.safeParse(restriction.actions).success &&
    (subject === undefined || NAME.test(subject.name))
  )
}

/** Takes anything apart; whether it was one of ours is for the comparison to say. */
function readStatements(statements: readonly Record<string, never>[]): {
  restriction: PolicyRestriction
  subject: Subject | undefined
  form: Form
} {
  const of = (sid: string) => statements.find(({ Sid }) => Sid === sid) as Record<string, never> | undefined
  const [newServices, grave, own] = [of('NewServices'), of('GraveActions'), of('OwnPolicies')]
  const [byAddress, byEndpoint] = [of('OutsideAddresses'), of('OutsideEndpoints')]
  const usable = textsIn(newServices?.NotAction)
  const denied = textsIn(grave?.Action)
  const isAction = (pattern: string) => !pattern.includes('*') && !DATA_PLANE_ACTIONS.includes(pattern)
  const services = usable.filter((pattern) => pattern.endsWith(':*')).map((pattern) => pattern.slice(0, -2))
  // Ours name the service whole, so a pattern matches no action of another one.
  const deniedOf = Map.groupBy(denied, serviceOf)
  const isDenied = (action: string) => deniedOf.get(serviceOf(action))?.some((pattern) => iamGlobs(pattern, action)) ?? false
  const left = GRAVE_ACTIONS.filter((action) => !isDenied(action))
  const isUsed = (action: string) => newServices === undefined || services.includes(serviceOf(action))
  const conditions = (byAddress ?? grave ?? newServices ?? own)?.Condition as Record<string, Record<string, unknown>> | undefined
  const [since, until] = ['DateGreaterThanEquals', 'DateLessThanEquals'].map((operator) =>
    Date.parse(String(conditions?.[operator]?.['aws:TokenIssueTime'])),
  ) as [number, number]
  const brake = brakeIn(of(BRAKE_SID))
  const closed = closedDataPlanes(DATA_PLANE_SERVICES, usable)
  const restriction = {
    ...(brake === undefined ? {} : { brake }),
    ...(Number.isNaN(since) || Number.isNaN(until) ? {} : { issued: { since, until } }),
    services,
    actions: [...new Set([...usable.filter(isAction), ...left.filter(isUsed)])],
    addresses: textsIn(valueAt(byAddress, 'NotIpAddress', 'aws:SourceIp')),
    endpoints: textsIn(valueAt(byEndpoint, 'StringNotEquals', 'aws:SourceVpce')),
    sessions: textsIn(conditions?.StringLike?.['aws:userid']).map((pattern) => pattern.slice(2)),
    isCovered: newServices !== undefined || byAddress !== undefined || GRAVE_ACTIONS_OF_HABIT.some(isDenied),
    isFenced: byAddress !== undefined,
    ...(newServices === undefined || closed.length === 0 ? {} : { neverUsed: closed }),
  }
  const [, kind, name = ''] = /^arn:\*:iam::\*:(user|role)\/(.*)$/.exec(textsIn(own?.Resource)[0] ?? '') ?? []
  const subject: Subject | undefined = kind === undefined ? undefined : { kind: kind === 'role' ? 'role' : 'iam-user', name }
  const form = { hasServices: newServices !== undefined, hasPlaces: byAddress !== undefined, groups: GRAVE_GROUPS.length }
  return { restriction, subject, form }
}

function valueAt(statement: Record<string, never> | undefined, operator: string, key: string): unknown {
  return (statement?.Condition as unknown as Record<string, Record<string, unknown>> | undefined)?.[operator]?.[key]
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function serviceOf(action: string): string {
  return action.slice(0, action.indexOf(':'))
}
