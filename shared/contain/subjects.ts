import { placeOf, roleArn, userArn } from '../domain/arn.ts'
import { type Bounds, boundsFor, needsTags } from '../domain/bounds.ts'
import { isContainableIdentity } from '../domain/containable.ts'
import type { Incident } from '../domain/incident.ts'
import type { Policy } from '../domain/policy.ts'
import type { ContainPorts } from '../ports/contain.ts'
import { isOrdered } from '../record/orders.ts'
import type { Subject } from './steps/step.ts'

/** One text for one user or role. */
export const keyOf = ({ kind, name }: Subject) => `${kind} ${name}`

/** The incident's own identity as a user or role, or undefined where it is neither: then only what it issued can be contained. */
export function subjectOf({ identity }: Incident): Subject | undefined {
  if (!isContainableIdentity(identity)) return undefined
  return { kind: identity.kind === 'role' ? 'role' : 'iam-user', name: identity.name }
}

/** Users and roles that the compromised credential issued itself: they are nobody else's, so no tier of theirs is asked. */
export function issuedBy({ lineage }: Incident): Set<string> {
  return new Set(
    lineage.flatMap(({ kind, owner }) => {
      if (kind === 'user') return keyOf({ kind: 'iam-user', name: owner })
      return kind === 'role' ? keyOf({ kind, name: owner }) : []
    }),
  )
}

/**
 * Why somebody else that the lineage leads to is not touched, or undefined where it may be. `isFree`: it was issued by the
 * credential, or a person approved the step; then only protection stands against it.
 */
export function refusalFor(bounds: Bounds | undefined, isFree: boolean): string | undefined {
  if (bounds === undefined) return 'its tags and path could not be read'
  if (bounds.protection !== undefined) return bounds.protection
  return isFree || bounds.mode === 'contain'
    ? undefined
    : `mode ${bounds.mode} of tier ${bounds.tier} does not contain: a person has to decide`
}

/** The bounds of the incident's own identity as they are now, a person's order counted in. */
export async function ownBounds(incident: Incident, policy: Policy, ports: ContainPorts): Promise<Bounds | undefined> {
  const subject = subjectOf(incident)
  const { identity } = incident
  const bounds =
    subject === undefined
      ? boundsFor(policy, identity.id, needsTags(policy) ? undefined : {}, ports.clock.now())
      : (await boundsOf([subject], incident, policy, ports)).get(keyOf(subject))
  return withOrder(bounds, incident, ports)
}

/** The bounds as they are now of everybody that the plan touches. A protected one keeps only its own steps from being applied. */
export async function boundsOf(
  subjects: readonly Subject[],
  { identity }: Incident,
  policy: Policy,
  { iam, clock }: ContainPorts,
): Promise<Map<string, Bounds>> {
  const distinct = new Map(subjects.map((subject) => [keyOf(subject), subject]))
  const all = [...distinct].map(async ([key, { kind, name }]) => {
    const isOwn = kind === identity.kind && name === identity.name
    const id = (kind === 'role' ? roleArn : userArn)(placeOf(identity), name)
    const one = isOwn ? identity : { id, kind, name, account: identity.account }
    // IAM is always asked: a name from an event lacks the path by which a policy may protect the user.
    const known = await iam.describe(one).catch((cause: unknown) => {
      // Without its own bounds nothing may be done, so the whole run is tried again; another's only keep that one from being touched.
      if (isOwn) throw cause
      return null
    })
    if (known === null) return []
    return [[key, boundsFor(policy, known?.arn ?? one.id, known?.tags ?? (needsTags(policy) ? undefined : {}), clock.now())] as const]
  })
  return new Map((await Promise.all(all)).flat())
}

/** A person's order stands in the place of the mode, and of no protection. Asked for only where the mode does not contain. */
async function withOrder(bounds: Bounds | undefined, incident: Incident, { record }: ContainPorts): Promise<Bounds | undefined> {
  if (bounds === undefined || bounds.mode === 'contain') return bounds
  return (await isOrdered(incident, record)) ? { ...bounds, mode: 'contain' } : bounds
}
