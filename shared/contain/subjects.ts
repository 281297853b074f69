import { placeOf, roleArn, userArn } from '../domain/arn.ts'
import { type Bounds, boundsFor, needsTags } from '../domain/bounds.ts'
import { isContainableIdentity } from '../domain/containable.ts'
import { principalIdsOf } from '../domain/created-principal.ts'
import { creationsOf, type Incident } from '../domain/incident.ts'
import { type NameHistory, withName } from '../domain/name-history.ts'
import type { Policy } from '../domain/policy.ts'
import { tagChangesOf } from '../domain/tag-change.ts'
import { MINUTE_MS } from '../domain/time.ts'
import { RefusedInAccount } from '../errors.ts'
import { actsIn } from '../ports/accounts.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Clock } from '../ports/runtime.ts'
import { isOrdered } from '../record/orders.ts'
import { iamOf } from './in-account.ts'
import type { Subject } from './steps/step.ts'

/** One text for one user or role. */
export const keyOf = ({ kind, name, account }: Subject) => (account === undefined ? `${kind} ${name}` : `${kind} ${name} of ${account}`)

/** The incident's own identity as a user or role, or undefined where it is neither: then only what it issued can be contained. */
export function subjectOf({ identity }: Incident): Subject | undefined {
  if (!isContainableIdentity(identity)) return undefined
  return { kind: identity.kind === 'role' ? 'role' : 'iam-user', name: identity.name }
}

/** IAM's CreateDate and CloudTrail's time of the call that created somebody are a second apart; a clock may be off by this much. Milliseconds. */
const CREATED_WITHIN_MS = 5 * MINUTE_MS

/** Somebody that the plan touches: the bounds as they are now, whether IAM shows the user or role, and when it was created (epoch ms). */
export interface Known {
  readonly bounds: Bounds
  readonly isThere: boolean
  readonly createdAt: number | undefined
  readonly principalId: string | undefined
  /** Set where the account refuses the responder that is configured for it: nothing of the subject is known, and its bounds say why. */
  readonly isRefused?: true
}

/** When a user or role was created by the log (epoch ms), and the unique ids that IAM gave it; undefined where one of them is not known. */
export interface IssuedAt {
  readonly times: readonly number[]
  readonly principalIds: readonly string[] | undefined
}

/** Users and roles that the compromised credential issued itself: they are nobody else's, so no tier of theirs is asked. */
export function issuedBy({ lineage }: Incident): Map<string, IssuedAt> {
  const issued = new Map<string, IssuedAt>()
  for (const edge of lineage) {
    const { kind, owner, account } = edge
    if (kind !== 'user' && kind !== 'role') continue
    const key = keyOf({ kind: kind === 'role' ? 'role' : 'iam-user', name: owner, account })
    const before = issued.get(key)
    const ids = principalIdsOf(edge)
    const isKnown = ids !== undefined && (before === undefined || before.principalIds !== undefined)
    issued.set(key, {
      times: [...(before?.times ?? []), ...creationsOf(edge)],
      principalIds: isKnown ? [...(before?.principalIds ?? []), ...ids] : undefined,
    })
  }
  return issued
}

/**
 * True where IAM gave somebody the unique id that a call which is said to have issued it had in its answer, or does not show it yet. Where the log has no
 * id, the date in IAM says it. Else that is somebody of the same name who was there before or came later, and keeps the tier that is its own.
 */
export function isIssued({ isThere, createdAt, principalId }: Omit<Known, 'bounds'>, issued: IssuedAt | undefined): boolean {
  if (issued === undefined || !isThere) return issued !== undefined
  if (issued.principalIds !== undefined && principalId !== undefined) return issued.principalIds.includes(principalId)
  return issued.times.some((time) => createdAt !== undefined && Math.abs(createdAt - time) <= CREATED_WITHIN_MS)
}

/**
 * True where none of the calls that are said to have issued somebody did: by its unique id it is another one, or IAM created it before all of them.
 * Somebody created later may have been deleted and created again by the intruder, and without an id and both times nothing is known: neither is true here.
 */
export function isAnother({ isThere, createdAt, principalId }: Omit<Known, 'bounds'>, issued: IssuedAt | undefined): boolean {
  if (!isThere || issued === undefined) return false
  if (issued.principalIds !== undefined && principalId !== undefined) return !issued.principalIds.includes(principalId)
  if (createdAt === undefined || issued.times.length === 0) return false
  return issued.times.every((time) => createdAt < time - CREATED_WITHIN_MS)
}

/**
 * Why somebody else that the lineage leads to is not touched, or undefined where it may be. Where the credential issued it, or a person approved
 * the step, only protection stands against it; of what the credential issued, only that of reserved roles.
 */
export function refusalFor(
  known: Known | undefined,
  { issued, isApproved, isWhole }: { issued: IssuedAt | undefined; isApproved: boolean; isWhole: boolean },
): string | undefined {
  if (known === undefined) return 'its tags and path could not be read'
  const { protection, isReserved, mode, tier } = known.bounds
  // Who creates a user chooses its name, its path and its tags: none of them protects what the credential created.
  if (protection !== undefined && (isReserved || !isIssued(known, issued))) return protection
  // Of somebody else only what the credential itself created is taken away, whatever their tier does.
  if (isWhole && isAnother(known, issued)) return 'in IAM it is another one than the call in the log created: it goes on'
  if (isApproved || mode === 'contain' || isIssued(known, issued)) return undefined
  const doubt = issued === undefined ? '' : ', and by its date in IAM the call in the log did not create it'
  return `mode ${mode} of tier ${tier} does not contain${doubt}: a person has to decide`
}

/** The bounds of the incident's own identity as they are now, a person's order counted in, and what IAM shows under its name. */
export async function ownBounds(
  incident: Incident,
  policy: Policy,
  ports: ContainPorts,
): Promise<{ readonly bounds: Bounds | undefined; readonly known: Known | undefined }> {
  const subject = subjectOf(incident)
  const { identity } = incident
  const known = subject === undefined ? undefined : (await boundsOf([subject], incident, policy, ports)).get(keyOf(subject))
  const bounds =
    subject === undefined ? boundsFor(policy, identity.id, needsTags(policy) ? undefined : {}, ports.clock.now()) : known?.bounds
  return { bounds: await withOrder(bounds, incident, ports), known }
}

/** The bounds as they are now of everybody that the plan touches. A protected one keeps only its own steps from being applied. */
export async function boundsOf(
  subjects: readonly Subject[],
  incident: Incident,
  policy: Policy,
  ports: ContainPorts,
): Promise<Map<string, Known>> {
  const { clock, ownRoles } = ports
  const { identity, lineage } = incident
  const distinct = new Map(subjects.map((subject) => [keyOf(subject), subject]))
  const all = [...distinct].map(async ([key, subject]) => {
    const { kind, name, account = identity.account } = subject
    const isOwn = kind === identity.kind && name === identity.name && account === identity.account
    const id = (kind === 'role' ? roleArn : userArn)({ ...placeOf(identity), account }, name)
    const one = isOwn ? identity : { id, kind, name, account }
    // IAM is always asked: a name from an event lacks the path by which a policy may protect the user.
    const known = await iamOf(subject, ports)
      .describe(one)
      .catch((cause: unknown) => {
        // Without its own bounds nothing may be done, so the whole run is tried again; another's only keep that one from being touched.
        if (isOwn) throw cause
        return cause instanceof RefusedInAccount ? cause : null
      })
    if (known === null) return []
    if (known instanceof RefusedInAccount) {
      const bounds = { ...boundsFor(policy, one.id, {}, clock.now()), protection: known.message, isReserved: true }
      const isRefused = actsIn(account, ports) ? ({ isRefused: true } as const) : {}
      return [[key, { bounds, isThere: true, createdAt: undefined, principalId: undefined, ...isRefused }] as const]
    }
    const arn = known?.arn ?? one.id
    const about = {
      ownRoles,
      tagChanges: tagChangesOf(lineage, subject, identity.account),
      ...(isOwn ? { names: namesWith(arn, incident, clock) } : {}),
    }
    const bounds = boundsFor(policy, arn, known?.tags ?? (needsTags(policy) ? undefined : {}), clock.now(), about)
    const { createdAt, principalId } = known ?? {}
    return [[key, { bounds, isThere: known !== undefined, createdAt, principalId }] as const]
  })
  return new Map((await Promise.all(all)).flat())
}

/** The names of the incident's user with the one that IAM shows: how it came by that one since the incident was opened changes nothing. */
function namesWith(arn: string, { identity, names, openedAt }: Incident, clock: Clock): NameHistory | undefined {
  // Without a unique id the name may be one that an event gave without its path.
  if (names === undefined && identity.principalId === undefined) return undefined
  const before = names ?? [{ arn: identity.id, since: openedAt, isDisregarded: false }]
  return withName(before, { arn, since: Math.max(clock.now(), openedAt), isDisregarded: true })
}

/** A person's order stands in the place of the mode, and of no protection. Asked for only where the mode does not contain. */
async function withOrder(bounds: Bounds | undefined, incident: Incident, { record }: ContainPorts): Promise<Bounds | undefined> {
  if (bounds === undefined || bounds.mode === 'contain') return bounds
  return (await isOrdered(incident, record)) ? { ...bounds, mode: 'contain' } : bounds
}
