import type { Incident } from '../domain/incident.ts'
import { moved } from '../domain/incident-machine.ts'
import { type PlannedStep, standingSteps } from '../domain/progress.ts'
import type { Suppression } from '../domain/suppression.ts'
import { HOUR_MS } from '../domain/time.ts'
import { RefusedInAccount } from '../errors.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Versioned } from '../ports/stores.ts'
import { sendOwedNotice } from '../record/notice.ts'
import type { PolicyInForce } from '../record/policy-in-force.ts'
import { updateIncident } from '../record/update-incident.ts'
import type { ChangeLog } from './change-log.ts'
import { undoStep } from './undo-step.ts'

/**
 * Undoes the steps of an incident, the last one first, from their undo records alone.
 *
 * A value that somebody else has changed meanwhile is not overwritten: the incident then asks a person and names the difference.
 */
export async function release(
  stored: Versioned<Incident>,
  changeLog: ChangeLog,
  { policy }: PolicyInForce,
  ports: ContainPorts,
): Promise<void> {
  const differences: string[] = []
  for (const planned of standingSteps(changeLog.changes).reverse()) {
    const difference = await undoStep(planned, { changeLog, cause: 'release' }, ports).catch((cause: unknown) => refused(planned, cause))
    if (difference !== undefined) differences.push(difference)
  }
  const state = differences.length === 0 ? 'released' : 'asking'
  const why = differences.length === 0 ? (stored.value.verdict?.reason ?? 'released') : differences.join('; ')
  await changeLog.write({ kind: 'state', target: `incident:${stored.value.id}`, from: 'releasing', to: state, why })
  const now = ports.clock.now()
  const until = now + policy.release.suppressionHours * HOUR_MS
  const ended = (incident: Incident): Incident | undefined => {
    const next = moved(
      incident,
      state === 'released'
        ? { kind: 'released', at: now, suppression: suppressionOf(incident, until) }
        : { kind: 'not-released', at: now, why: [why] },
    )
    return next && { ...next, head: changeLog.head() }
  }
  const closed = await updateIncident(stored, ended, ports.incidents)
  ports.log.info('release.closed', { incidentId: closed.value.id, state })
  await sendOwedNotice(closed, ports)
}

function suppressionOf({ findings }: Incident, until: number): Suppression {
  const all = (words: readonly string[]) => [...new Set(words)]
  return {
    until,
    detectors: all(findings.map(({ detector }) => detector)),
    confirmed: all(findings.filter(({ isConfirmed }) => isConfirmed).map(({ detector, credentialId }) => `${detector} ${credentialId}`)),
  }
}

/** Turns AccessDenied into a difference that a person reads, so that the other steps are still undone. Rethrows all else: a retry may help. */
function refused({ target }: PlannedStep, cause: unknown): string {
  if (cause instanceof RefusedInAccount) return `${target}: could not be set back: ${cause.message}`
  if (cause instanceof Error && cause.name.startsWith('AccessDenied')) return `${target}: could not be set back: ${cause.name}`
  throw cause
}
