import type { Change } from '../../domain/change.ts'
import type { Incident } from '../../domain/incident.ts'
import type { ContainPorts, Versioned } from '../../ports.ts'
import type { Chapter } from './chapter.ts'
import { inlinePolicy } from './inline-policy.ts'
import { type PlannedStep, standingSteps } from './progress.ts'
import { quarantinePolicyName, revocation } from './quarantine.ts'
import { take } from './take.ts'
import { undo } from './undo.ts'

/** The longest that a session of GetSessionToken or GetFederationToken lasts: 36 hours. */
const SESSION_MS = 36 * 3_600_000

/**
 * Makes way for the new key of a user whose old one is being rotated: the deny of everything becomes a deny of the sessions that were
 * issued until the verdict, which lets every long-lived key of the user through that is not switched off, and goes when the last
 * of those sessions has expired. Where AWS has no room for that policy, the deny stays until then.
 *
 * A user whose console password is a suspect stays denied everything: a new key makes the password no safer.
 */
export async function ease({ value: incident }: Versioned<Incident>, chapter: Chapter, ports: ContainPorts): Promise<void> {
  const { identity, verdict, credentials } = incident
  const issuedBefore = Date.parse(verdict?.at ?? '')
  if (Number.isNaN(issuedBefore) || credentials.some(({ kind }) => kind === 'console')) return
  const isOver = ports.clock.now() - issuedBefore >= SESSION_MS
  if (!isOver && !(await denySessions(incident, issuedBefore, { chapter, ports }))) return
  const sessions = sessionsTarget(incident)
  for (const planned of ownDenies(incident, chapter.changes).reverse()) {
    // What somebody else has made of it meanwhile is not overwritten: `verify`, which follows, says so.
    if (isOver || planned.target !== sessions) await undo(planned, { chapter, cause: `rotation of ${identity.name}` }, ports)
  }
}

/** False where there is no room for the policy. */
async function denySessions(
  { identity, id }: Incident,
  issuedBefore: number,
  { chapter, ports }: { chapter: Chapter; ports: ContainPorts },
): Promise<boolean> {
  const document = revocation({ issuedBefore, names: [] })
  const subject = { kind: 'iam-user', name: identity.name } as const
  const step = { ...inlinePolicy(subject, quarantinePolicyName(id), () => document), title: `sessions of ${identity.name} ended` }
  return (await take(step, await step.read(ports.iam), chapter, ports)) === undefined
}

function sessionsTarget({ identity, id }: Incident): string {
  return `user-policy:${identity.name}/${quarantinePolicyName(id)}`
}

/** True while the incident's own user is denied anything by it. */
export function hasOwnDeny(incident: Incident, changes: readonly Change[]): boolean {
  return ownDenies(incident, changes).length > 0
}

function ownDenies({ identity }: Incident, changes: readonly Change[]): PlannedStep[] {
  return standingSteps(changes).filter(
    ({ target }) => /^user-(policy|attachment|boundary):/.test(target) && ownerIn(target) === identity.name,
  )
}

function ownerIn(target: string): string | undefined {
  return target.match(/^[a-z-]+:([^/]+)\//)?.[1]
}
