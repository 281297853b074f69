import type { Hold, Incident } from '../../domain/incident.ts'
import type { ContainPorts, Versioned } from '../../ports.ts'
import { updateIncident } from '../incident-update.ts'
import { owe, settle } from '../notify.ts'
import type { PolicyInForce } from '../policy-source.ts'
import type { Chapter } from './chapter.ts'
import { stepFor } from './plan.ts'
import { type PlannedStep, standingSteps } from './progress.ts'
import { isCredential, isSameValue } from './step.ts'
import { GONE } from './take.ts'

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
    const difference = await undo(planned, chapter, ports)
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

/** Undoes one step. Returns what differs where the value is neither ours nor the one from before. */
async function undo(planned: PlannedStep, chapter: Chapter, { iam }: ContainPorts): Promise<string | undefined> {
  const { target, before, contained } = planned
  const step = stepFor(target)
  if (step === undefined) return `${target}: no step of this version undoes it`
  const now = await step.read(iam)
  const isStanding = () => standingSteps(chapter.changes).some((one) => one.target === target)
  // Somebody deleted what was contained, such as a key that was rotated: nothing is left to give back.
  if (now === null && before !== null && isCredential(target)) {
    await chapter.write({ kind: 'step-gone', target, from: now, to: null, why: `release: ${step.title}: ${GONE}` }, isStanding)
    return undefined
  }
  const isBack = isSameValue(now, before)
  if (!isBack && !isSameValue(now, contained))
    return `${target}: was ${shown(before)}, contained as ${shown(contained)}, now ${shown(now)}: not overwritten`
  const outcome = isBack ? 'written' : await step.write(iam, before)
  if (outcome === 'gone' && !isCredential(target)) {
    await chapter.write({ kind: 'step-gone', target, from: now, to: null, why: `release: ${step.title}: ${GONE}` }, isStanding)
    return undefined
  }
  if (outcome !== 'written') return `${target}: could not be set back to ${shown(before)}`
  await chapter.write({ kind: 'step-undone', target, from: now, to: before, why: `release: ${step.title}` }, isStanding)
  return undefined
}

function shown(value: string | null): string {
  if (value === null) return 'absent'
  return value.length > 60 ? `${value.slice(0, 59)}…` : value
}
