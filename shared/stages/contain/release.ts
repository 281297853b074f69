import type { Incident } from '../../domain/incident.ts'
import type { ContainPorts, Versioned } from '../../ports.ts'
import { updateIncident } from '../incident-update.ts'
import { notify } from '../notify.ts'
import type { PolicyInForce } from '../policy-source.ts'
import type { Chapter } from './chapter.ts'
import { stepFor } from './plan.ts'
import { type PlannedStep, standingSteps } from './progress.ts'
import { isSameValue } from './step.ts'

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
    if (state === 'released')
      return { ...next, hold: { until, detectors: [...new Set(incident.findings.map(({ detector }) => detector))] } }
    return { ...next, decision: { ...incident.decision, action: 'ask', why: [...incident.decision.why, why] } }
  }
  const { value } = await updateIncident(stored, moved, ports.incidents)
  ports.log.info('release.closed', { incidentId: value.id, state })
  await notify(value, state === 'released' ? 'released' : 'ask', ports.notifier)
}

/** Undoes one step. Returns what differs where the value is neither ours nor the one from before. */
async function undo(planned: PlannedStep, chapter: Chapter, { iam }: ContainPorts): Promise<string | undefined> {
  const { target, before, contained } = planned
  const step = stepFor(target)
  if (step === undefined) return `${target}: no step of this version undoes it`
  const now = await step.read(iam)
  const isBack = isSameValue(now, before)
  if (!isBack && !isSameValue(now, contained))
    return `${target}: was ${shown(before)}, contained as ${shown(contained)}, now ${shown(now)}: not overwritten`
  if (!isBack && (await step.write(iam, before)) !== 'written') return `${target}: could not be set back to ${shown(before)}`
  const isStanding = () => standingSteps(chapter.changes).some((one) => one.target === target)
  await chapter.write({ kind: 'step-undone', target, from: now, to: before, why: `release: ${step.title}` }, isStanding)
  return undefined
}

function shown(value: string | null): string {
  if (value === null) return 'absent'
  return value.length > 60 ? `${value.slice(0, 59)}…` : value
}
