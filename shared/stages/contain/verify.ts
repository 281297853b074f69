import type { Incident } from '../../domain/incident.ts'
import type { ContainPorts, Versioned } from '../../ports.ts'
import { updateIncident } from '../incident-update.ts'
import { notify } from '../notify.ts'
import type { Chapter } from './chapter.ts'
import { stepFor } from './plan.ts'
import { type PlannedStep, reversalsOf, standingSteps } from './progress.ts'
import { isSameValue, type Step } from './step.ts'
import { attempt, take } from './take.ts'
import { userBoundary } from './user-deny-managed.ts'

/** A read may be older than a write by about 4 s: until then a difference is written over, but nobody is blamed for it. */
const CONSISTENT_MS = 5_000

/** A deny that was taken away so often is held by a boundary as well. */
const REVERSALS_BEFORE_BOUNDARY = 2

/**
 * Looks whether what was contained still is, and sets right what is not.
 *
 * Whoever gives back a containment goes through a verdict; so a difference here is somebody else's doing. It goes into the
 * record, is written over, and people are told with the highest priority.
 */
export async function verify(stored: Versioned<Incident>, chapter: Chapter, ports: ContainPorts): Promise<void> {
  const reversed: string[] = []
  const doubts: string[] = []
  for (const planned of standingSteps(chapter.changes)) {
    const step = stepFor(planned.target)
    if (step === undefined) continue
    // A step that was not taken is tried again: a user that was made a moment ago may not have been there yet.
    if (!planned.isDone) await take(step, await step.read(ports.iam), chapter, ports)
    else {
      const doubt = await hold(step, planned, { chapter, reversed }, ports)
      if (doubt !== undefined) doubts.push(`${planned.target}: ${doubt}`)
    }
  }
  doubts.push(...(await addBoundaries(chapter, ports)))
  if (reversed.length === 0 && doubts.length === 0) return
  const why = [...reversed.map((target) => `${target} was reversed by somebody else, and is set again`), ...doubts].join('; ')
  const flagged = (incident: Incident): Incident | undefined => {
    if (incident.state === 'releasing' || incident.state === 'released') return undefined
    const { decision } = incident
    const known = decision.why.filter((line) => line !== why)
    return { ...incident, priority: 100, head: chapter.head(), decision: { ...decision, why: [...known, why].slice(-WHY_LIMIT) } }
  }
  const { value } = await updateIncident(stored, flagged, ports.incidents)
  ports.log.warn('contain.reversed', { incidentId: value.id, reversed: reversed.length, doubts: doubts.length })
  await notify(value, 'reversed', ports.notifier)
  // Who reverses once tries again.
  await ports.watchDoor.verifyLater(value.id)
}

const WHY_LIMIT = 20

async function hold(
  step: Step,
  { target, contained, at }: PlannedStep,
  { chapter, reversed }: { chapter: Chapter; reversed: string[] },
  ports: ContainPorts,
): Promise<string | undefined> {
  const now = await step.read(ports.iam)
  if (isSameValue(now, contained)) return undefined
  const isReversal = ports.clock.now() - Date.parse(at) >= CONSISTENT_MS
  const isStanding = () => standingSteps(chapter.changes).some((one) => one.target === target)
  if (isReversal) {
    const why = 'not as contained: somebody else has changed it'
    const written = await chapter.write({ kind: 'step-reversed', target, from: contained, to: now, why }, isStanding)
    // A release that ran meanwhile gives it back: then it is not to be set again.
    if (written === 'superseded') return undefined
    reversed.push(target)
  }
  const outcome = await attempt(step, contained, ports)
  if (outcome === 'written') {
    if (isReversal) await chapter.write({ kind: 'step-done', target, from: now, to: contained, why: 'set again' }, isStanding)
    return undefined
  }
  return outcome === 'gone' ? 'it is no longer there' : `could not be set again: ${outcome}`
}

/** The users whose deny was taken away again and again get a boundary, which takes another right to remove. */
async function addBoundaries(chapter: Chapter, ports: ContainPorts): Promise<string[]> {
  const { quarantinePolicyArn } = ports
  if (quarantinePolicyArn === undefined) return []
  const doubts: string[] = []
  for (const [target, times] of reversalsOf(chapter.changes)) {
    const userName = target.match(/^user-(?:policy|attachment):([^/]+)\//)?.[1]
    if (userName === undefined || times < REVERSALS_BEFORE_BOUNDARY) continue
    const boundary = userBoundary(userName, quarantinePolicyArn)
    const doubt = await take(boundary, await boundary.read(ports.iam), chapter, ports)
    if (doubt !== undefined) doubts.push(`${boundary.target}: ${doubt}`)
  }
  return doubts
}
