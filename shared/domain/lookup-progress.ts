import { type Incident, isClosed } from './incident.ts'
import type { EventLookup } from './lookups.ts'
import { HOUR_MS, MINUTE_MS } from './time.ts'

/** A credential that was looked up completely is not looked up again for this time: the sweep asks every five minutes. Milliseconds. */
const AGAIN_MS = 4 * MINUTE_MS

/**
 * The credentials of an incident whose calls are looked up: its own, the primary ones first, then what they issued in the order in which it was
 * found, then sessions that have expired and may have issued something first. Only kinds whose id CloudTrail can look up.
 */
export function credentialsToLookUp({ credentials, lineage, lookups }: Incident): string[] {
  const own = [...credentials].sort((a, b) => Number(b.isPrimary) - Number(a.isPrimary))
  const ids = [...own, ...lineage].filter(({ kind }) => kind === 'access-key' || kind === 'session').map(({ id }) => id)
  return [...new Set([...ids, ...(lookups?.credentials ?? []).map(({ id }) => id)])]
}

/** The credentials whose calls were not looked up completely yet. Until there are none, the lineage is incomplete. */
export function pendingCredentials(incident: Incident): string[] {
  const done = new Set(incident.lookups?.credentials.filter(({ completedAt }) => completedAt !== undefined).map(({ id }) => id))
  return credentialsToLookUp(incident).filter((id) => !done.has(id))
}

/**
 * The credential to look up next at a time (epoch ms): one that was never looked up completely, else the one whose last pass is oldest. `except`: those that
 * cannot be looked up now.
 */
export function nextCredential(incident: Incident, now: number, except: ReadonlySet<string> = new Set()): string | undefined {
  const pending = pendingCredentials(incident).find((id) => !except.has(id))
  if (pending !== undefined) return pending
  const due = (incident.lookups?.credentials ?? [])
    .filter(({ completedAt }) => completedAt !== undefined && now - completedAt >= AGAIN_MS)
    .filter(({ id }) => !except.has(id))
  return due.sort((a, b) => (a.completedAt as number) - (b.completedAt as number))[0]?.id
}

/** What CloudTrail said of the event that decides the incident now; undefined before it was asked. */
export function decidingEventOf({ lookups, decidedBy }: Pick<Incident, 'lookups' | 'decidedBy'>): EventLookup | undefined {
  return lookups?.decidingEvent?.signalId === decidedBy.signalId ? lookups.decidingEvent : undefined
}

/** True where something is still to be looked up for an incident that is looked up at all. */
export function hasPendingLookups(incident: Incident): boolean {
  return incident.lookups !== undefined && (decidingEventOf(incident) === undefined || pendingCredentials(incident).length > 0)
}

/** How long after its last update an incident's events may still come late. CloudTrail gives most to LookupEvents within 15 minutes. */
const LATE_MS = HOUR_MS

/** True where the look-ups of an incident are to be requested again: something is pending, or events may still come late. */
export function isLookUpDue(incident: Incident, now: number): boolean {
  if (incident.state === 'watching' || isClosed(incident)) return false
  return now - incident.updatedAt < LATE_MS || hasPendingLookups(incident)
}

/**
 * True for a credential of the incident's identity that is not the intruder's, where another one is: what it issued is its owner's. Its calls are
 * looked up all the same, because EventBridge may have left one out that speaks against it.
 */
export function isBystander({ credentials, lineage }: Pick<Incident, 'credentials' | 'lineage'>, credentialId: string): boolean {
  const own = credentials.find(({ id }) => id === credentialId)
  if (own === undefined || own.isPrimary || lineage.some(({ id }) => id === credentialId)) return false
  return credentials.some(({ isPrimary }) => isPrimary)
}
