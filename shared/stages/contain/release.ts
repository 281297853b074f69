import type { Hold, Incident } from '../../domain/incident.ts'
import type { ContainPorts, Versioned } from '../../ports.ts'
import { updateIncident } from '../incident-update.ts'
import { owe, settle } from '../notify.ts'
import type { PolicyInForce } from '../policy-source.ts'
import type { Chapter } from './chapter.ts'
import { type PlannedStep, standingSteps } from './progress.ts'
import { undo } from './undo.ts'

const HOUR_MS = 3_600_000

/**
 * Gives back what containment took, last step first, from the undo records alone.
 *
 * What somebody else has changed meanwhile is not overwritten: the incident then asks a person, and says what differs.
 */
export async function release(
  stored: Versioned<Incident>,
  chapter: Chapter,
  { policy }: PolicyInForce,
  ports: ContainPorts,
): Promise<void> {
  const differences: string[] = []
  for (const planned of standingSteps(chapter.changes).reverse()) {
    const difference = await undo(planned, { chapter, cause: 'release' }, ports).catch((cause: unknown) => refused(planned, cause))
    if (difference !== undefined) differences.push(difference)
  }
  const state = differences.length === 0 ? 'released' : 'asking'
  const why = differences.length === 0 ? (stored.value.verdict?.reason ?? 'released') : differences.join('; ')
  await chapter.write({ kind: 'state', target: `incident:${stored.value.id}`, from: 'releasing', to: state, why })
  const now = ports.clock.now()
  const until = now + policy.release.holdHours * HOUR_MS
  const moved = (incident: Incident): Incident | undefined => {
    if (incident.state !== 'releasing') return undefined
    const next = { ...incident, state, updatedAt: Math.max(now, incident.updatedAt), head: chapter.head() } as const
    if (state === 'released') return owe({ ...next, hold: holdOf(incident, until) }, 'released')
    return owe({ ...next, decision: { ...incident.decision, action: 'ask', why: [...incident.decision.why, why].slice(-20) } }, 'ask')
  }
  const closed = await updateIncident(stored, moved, ports.incidents)
  ports.log.info('release.closed', { incidentId: closed.value.id, state })
  await settle(closed, ports)
}

function holdOf({ findings }: Incident, until: number): Hold {
  const all = (words: readonly string[]) => [...new Set(words)]
  return {
    until,
    detectors: all(findings.map(({ detector }) => detector)),
    confirmed: all(findings.filter(({ isConfirmed }) => isConfirmed).map(({ detector, credentialId }) => `${detector} ${credentialId}`)),
  }
}

/** A right that the role lacks does not come by itself, and must not keep the other steps from being given back. Other failures pass. */
function refused({ target }: PlannedStep, cause: unknown): string {
  if (cause instanceof Error && cause.name.startsWith('AccessDenied')) return `${target}: could not be set back: ${cause.name}`
  throw cause
}
