import type { Incident } from '../../domain/incident.ts'
import { accessKeyInactive } from './access-key-inactive.ts'
import type { Step } from './step.ts'
import { userDenyAll } from './user-deny-all.ts'

/**
 * The steps that contain an incident, in the order of the ladder: the exact keys, then the user.
 *
 * The keys that the compromised credential made for other users are switched off with it; those users are not denied.
 */
export function planOf(incident: Incident): Step[] {
  const { identity } = incident
  if (identity.kind !== 'iam-user') return []
  const own = incident.credentials.filter(({ kind }) => kind === 'access-key').map(({ id }) => accessKeyInactive(identity.name, id))
  const made = incident.lineage.filter(({ kind }) => kind === 'access-key').map(({ id, owner }) => accessKeyInactive(owner, id))
  const steps = [...own, userDenyAll(identity.name, incident.id), ...made]
  return [...new Map(steps.map((step) => [step.target, step])).values()]
}

/** The step that an entry of the record is about, so that a release needs nothing but the record. */
export function stepFor(target: string, incidentId: string): Step | undefined {
  const [kind, user, name] = target.match(/^([a-z-]+):([^/]+)\/(.+)$/)?.slice(1) ?? []
  if (user === undefined || name === undefined) return undefined
  if (kind === 'access-key') return accessKeyInactive(user, name)
  return kind === 'user-policy' ? userDenyAll(user, incidentId) : undefined
}
