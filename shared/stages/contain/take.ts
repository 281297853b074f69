import type { ContainPorts } from '../../ports.ts'
import type { Chapter } from './chapter.ts'
import { standingSteps } from './progress.ts'
import { isSameValue, type Step, type StepValue } from './step.ts'

/**
 * Takes one step: undo record, then the change, then a read-back. Returns a doubt where the step is not in place.
 *
 * `read` is the value as it stands. A step that an earlier, broken-off run planned keeps that run's undo record, so
 * that what is given back is what was there before the first of them.
 */
export async function take(step: Step, read: StepValue, chapter: Chapter, { iam, log }: ContainPorts): Promise<string | undefined> {
  const standing = () => standingSteps(chapter.changes).find(({ target }) => target === step.target)
  const wanted = standing()?.contained ?? step.contained(read)
  if (wanted === undefined) return undefined
  if (standing() === undefined) {
    // It is so already, and not by us: nothing to do, and nothing to give back.
    if (isSameValue(read, wanted)) return undefined
    const isUnplanned = () => standing() === undefined
    await chapter.write({ kind: 'step-planned', target: step.target, from: read, to: wanted, why: step.title }, isUnplanned)
  }
  const failure = isSameValue(read, wanted) ? undefined : await attempt(step, wanted, { iam, log })
  if (failure !== undefined) {
    await chapter.write({ kind: 'step-failed', target: step.target, from: read, to: wanted, why: failure })
    return failure
  }
  const isOpen = () => standing()?.isDone === false
  if (!isOpen()) return undefined
  const isReadBack = isSameValue(await step.read(iam).catch(() => null), wanted)
  // IAM is consistent after about 4 s: a read that is still old does not say that the write was lost.
  const why = isReadBack ? 'read back' : 'accepted by IAM, not read back yet'
  await chapter.write({ kind: 'step-done', target: step.target, from: read, to: wanted, why }, isOpen)
  return undefined
}

/** A refused call must not keep the other steps from being taken, so its error becomes the doubt that a person reads. */
async function attempt(step: Step, wanted: StepValue, { iam, log }: Pick<ContainPorts, 'iam' | 'log'>): Promise<string | undefined> {
  try {
    const outcome = await step.write(iam, wanted)
    if (outcome === 'written') return undefined
    return outcome === 'gone' ? 'it is no longer there' : 'an AWS quota is used up'
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : 'unknown error'
    log.warn('contain.step.failed', { target: step.target, error: name })
    return `AWS answered ${name}`
  }
}
