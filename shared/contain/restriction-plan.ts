import { isFullOfSessions } from '../decide/lineage-edges.ts'
import { isAttempt } from '../domain/attempt.ts'
import { isContainableIdentity } from '../domain/containable.ts'
import type { Incident } from '../domain/incident.ts'
import { firstFindingAt } from '../domain/issued-before.ts'
import {
  hasFence,
  type IssuedWithin,
  type PolicyRestriction,
  RESTRICTION_LIMITS,
  Restriction,
  SessionName,
  withoutAssumptions,
  withoutHabit,
  withSessions,
} from '../domain/restriction.ts'
import { NO_ROOM, RESTRICTION_PARTS } from '../domain/restriction-lines.ts'
import type { Identity } from '../domain/signal.ts'
import { MINUTE_MS, SECOND_MS } from '../domain/time.ts'
import { accountBeside } from './in-account.ts'
import { roleSessionIn } from './plan.ts'
import { partsOfHabit, type RestrictionDocument, restrictionDocument, restrictionIn } from './restriction-document.ts'
import { DENY_ALL, isContainment, quarantinePolicyName, revocationPolicyName } from './steps/quarantine.ts'
import { rolePolicy } from './steps/role-policy.ts'
import { isSameValue, type Step, type StepValue, type Subject } from './steps/step.ts'
import { userPolicy } from './steps/user-policy.ts'

/**
 * The steps that restrict an incident: its own user, or the sessions of its own role that the restriction names, and the sessions of other roles, of any
 * account, that its credentials assumed since the first finding.
 *
 * Each is a first value of a policy to which a containment gives its own value later, so that there is no moment without a deny in between. Empty where
 * the restriction is missing or not valid, or where the sessions of the role cannot be told apart.
 */
export function restrictionStepsOf(incident: Incident): RestrictionStep[] {
  const { identity, id } = incident
  const restriction = Restriction.safeParse(incident.restriction).data
  if (restriction === undefined || !isContainableIdentity(identity)) return []
  const isRole = identity.kind === 'role'
  if (isRole && restriction.sessions.length === 0) return []
  const others = sessionsToRestrict(incident).filter(({ role, account }) => !(isRole && role === identity.name && account === undefined))
  const isTooMany = others.some(({ issued }) => issued !== undefined)
  const onOwn = isTooMany ? withoutAssumptions(restriction) : restriction
  const own = isRole ? roleStep({ role: identity.name, account: undefined }, onOwn, id) : userStep(identity.name, onOwn, id)
  // The habit of who assumed a role says nothing of what the role is used for: its work goes on, and the grave actions are denied.
  const { brake: _, ...fixed } = { ...withoutHabit(restriction), sessions: [] }
  const onOthers = others.map(({ role, account, names, issued }) =>
    roleStep({ role, account }, issued === undefined ? withSessions(fixed, [...names]) : { ...fixed, issued }, id),
  )
  return [own, ...onOthers].filter((step) => step !== undefined)
}

/** A step with what its document has no room to deny, in words for people. */
export interface RestrictionStep extends Step {
  readonly dropped: readonly string[]
  readonly nextRung?: RestrictionStep
}

/** What the document that stands has no room to deny, as a line for people; undefined where it denies all that is meant, or is of no rung of the step. */
export function shortfallOf(step: RestrictionStep, standing: StepValue): string | undefined {
  for (let rung: RestrictionStep | undefined = step; rung !== undefined; rung = rung.nextRung)
    if (isSameValue(rung.contained(null) ?? null, standing)) return rung.dropped.length === 0 ? undefined : rung.title
  return undefined
}

/** The rooms in which a restriction is tried, in characters: beside nothing else, and beside ever more of the user's or role's own inline policies. */
const USER_ROOMS = [2048, 1500, 1000, 700, 500]
const ROLE_ROOMS = [10_240, 6000, 3000, 1500, 800]

/** The document of a restriction for a user or role that has no other inline policy; undefined where there is no room for the least of it. */
export function documentAlone({ kind, name }: Pick<Identity, 'kind' | 'name'>, restriction: Restriction): RestrictionDocument | undefined {
  const [room = 0] = kind === 'role' ? ROLE_ROOMS : USER_ROOMS
  return restrictionDocument(restriction, { room, subject: { kind: kind === 'role' ? 'role' : 'iam-user', name } })
}

function userStep(userName: string, restriction: Restriction, incidentId: string): RestrictionStep | undefined {
  const on = (wanted: Wanted) => userPolicy.step({ userName, policyName: quarantinePolicyName(incidentId) }, wanted)
  const where = { rooms: USER_ROOMS, subject: { kind: 'iam-user', name: userName } } as const
  return stepOn(on, { ...ladderOf({ ...restriction, sessions: [] }, where), what: `user ${userName}` })
}

function roleStep(
  { role: roleName, account }: Pick<SessionsToRestrict, 'role' | 'account'>,
  restriction: PolicyRestriction,
  incidentId: string,
): RestrictionStep | undefined {
  const on = (wanted: Wanted) => rolePolicy.step({ roleName, policyName: revocationPolicyName(incidentId) }, wanted, account)
  const where = { rooms: ROLE_ROOMS, subject: { kind: 'role', name: roleName } } as const
  return stepOn(on, {
    ...ladderOf(restriction, where),
    what: `${sessionsIn(restriction)} of role ${roleName}`,
  })
}

function sessionsIn({ sessions, issued }: PolicyRestriction): string {
  if (issued === undefined) return `sessions ${sessions.join(', ')}`
  const [since, until] = [issued.since, issued.until].map((time) => new Date(time).toISOString())
  return `every session, of whoever, issued from ${since} to ${until}`
}

type Wanted = Pick<Step, 'title' | 'contained'>

/** The documents of a step. `before` are those of the same restriction without its fence, one of which may stand from before. */
interface Ladder {
  readonly documents: readonly RestrictionDocument[]
  readonly before: ReadonlySet<string>
}

interface Where {
  readonly rooms: readonly number[]
  readonly subject: Subject
}

/** The last ladders. An incident is gone through once for each of its signals, while its restriction seldom changes. */
const LADDERS = new Map<string, Ladder>()

/** The most ladders that are kept, each of at most 11 documents of 2 KB (users) or 10 KB (roles). */
const LADDERS_LIMIT = 128

function ladderOf(restriction: PolicyRestriction, where: Where): Ladder {
  const key = JSON.stringify([restriction, where])
  const known = LADDERS.get(key)
  if (known !== undefined) return known
  const made = newLadder(restriction, where)
  if (LADDERS.size >= LADDERS_LIMIT) LADDERS.clear()
  LADDERS.set(key, made)
  return made
}

function newLadder(restriction: PolicyRestriction, where: Where): Ladder {
  const unfenced = hasFence(restriction) ? documentsOf({ ...restriction, isFenced: false }, where) : []
  return { documents: documentsOf(restriction, where), before: new Set(unfenced.map(({ document }) => document)) }
}

/** The documents of a restriction by falling room, each of which denies less, and one without the habit last. The room of a containment is smaller than any. */
function documentsOf(restriction: PolicyRestriction, { rooms, subject }: Where): RestrictionDocument[] {
  const of = (one: PolicyRestriction) => rooms.flatMap((room) => restrictionDocument(one, { room: room - DENY_ALL.length, subject }) ?? [])
  const ofHabit = partsOfHabit(restriction)
  const last = of(withoutHabit(restriction)).map(({ document, dropped }) => ({ document, dropped: [...ofHabit, ...dropped] }))
  const all = [...of(restriction), ...last]
  return all.filter(({ document }, at) => all.findIndex((one) => one.document === document) === at)
}

/** The step with the first document, each other standing in where AWS has no room for the one before; undefined where there is none. */
function stepOn(
  on: (wanted: Wanted) => Omit<Step, 'nextRung'>,
  { documents, before, what }: Ladder & { what: string },
): RestrictionStep | undefined {
  let next: RestrictionStep | undefined
  for (const [at, { document, dropped }] of [...documents.entries()].reverse()) {
    // What stands for want of room is left. Where it may stand from before there was a fence, the fence is tried.
    const wanted = [document, ...documents.slice(at + 1).flatMap((one) => (before.has(one.document) ? [] : [one.document]))]
    const title = dropped.length === 0 ? `${what} restricted` : `${what} ${NO_ROOM}${dropped.map((part) => WORDS[part] ?? part).join(', ')}`
    const step = { ...on({ title, contained: (now) => (stands(now, wanted) ? now : document) }), dropped }
    next = next === undefined ? step : { ...step, nextRung: next }
  }
  return next
}

/** Parts of a restriction that are left out, in words for people. */
const WORDS: Readonly<Record<string, string>> = RESTRICTION_PARTS

/** True for a value that a restriction leaves as it is: a containment of ours, or a restriction that is wanted. */
function stands(before: StepValue, wanted: readonly string[]): boolean {
  return isContainment(before) || wanted.some((one) => isSameValue(before, one))
}

/** The sessions of a role that are restricted: by their names, or, with `issued`, all that were issued in that time. */
export interface SessionsToRestrict {
  readonly role: string
  /** The account of the role, where it is another one than that of the incident's identity. */
  readonly account: string | undefined
  readonly names: ReadonlySet<string>
  readonly issued: IssuedWithin | undefined
}

/** Longer than it takes until the last assumption is known and the next one is refused. Milliseconds. */
const ISSUED_AFTER_MS = 10 * MINUTE_MS

/**
 * The sessions of roles that the incident's credentials assumed since the first finding, by role and account.
 *
 * Where they are more than one policy names, or so many that the incident no longer knows all of them, no choice among them is left to whoever assumed them:
 * then it is all sessions of the role that were issued since, also those of others, who get a new one.
 */
export function sessionsToRestrict({ lineage, findings, identity }: Incident): SessionsToRestrict[] {
  const since = firstFindingAt({ findings })
  const isFull = isFullOfSessions(lineage, identity)
  const sessions = new Map<string, { role: string; account: string | undefined; names: Set<string>; last: number }>()
  for (const { kind, owner, time, id } of lineage) {
    if (kind !== 'session' || time === undefined || time < since || isAttempt(id)) continue
    const session = roleSessionIn(owner)
    if (session === undefined || !SessionName.safeParse(session.name).success) continue
    const { role, name } = session
    const account = accountBeside(session.account, { identity })
    const { names, last } = sessions.get(`${account} ${role}`) ?? { names: new Set(), last: time }
    sessions.set(`${account} ${role}`, { role, account, names: names.add(name), last: Math.max(last, time) })
  }
  return [...sessions.values()].map(({ role, account, names, last }) => {
    const isNamed = names.size <= RESTRICTION_LIMITS.sessions && !isFull
    return {
      role,
      account,
      names,
      issued: isNamed ? undefined : { since: wholeSecond(since), until: wholeSecond(last) + ISSUED_AFTER_MS },
    }
  })
}

/** IAM compares with the second in which a session was issued. */
function wholeSecond(time: number): number {
  return Math.floor(time / SECOND_MS) * SECOND_MS
}

/** True where all that stands of an incident restricts, and nothing contains. */
export function isRestrictedOnly(values: readonly StepValue[]): boolean {
  return values.length > 0 && values.every((value) => value !== null && restrictionIn(value) !== undefined)
}
