import { type PlannedStep, standingSteps } from '../domain/progress.ts'
import type { ContainPorts } from '../ports/contain.ts'
import { goneDoubt } from './apply-step.ts'
import type { ChangeLog } from './change-log.ts'
import { iamOf } from './in-account.ts'
import { isSameValue } from './steps/step.ts'
import { stepFor } from './steps/steps.ts'

/** Undoes one step, for a cause such as `release`. Returns the difference where the value is neither one that was set nor the one from before. */
export async function undoStep(
  planned: PlannedStep,
  { changeLog, cause }: { changeLog: ChangeLog; cause: string },
  ports: Pick<ContainPorts, 'iam' | 'account' | 'accounts'>,
): Promise<string | undefined> {
  const { target, before, contained, earlier } = planned
  const step = stepFor(target)
  if (step === undefined) return `${target}: no step of this version undoes it`
  const iam = iamOf(step.subject, ports)
  const now = await step.read(iam)
  const isStanding = () => standingSteps(changeLog.changes).some((one) => one.target === target)
  // Somebody deleted the credential, for example a key that was rotated. Nothing is left to undo.
  if (now === null && before !== null && step.isCredential) {
    await changeLog.write(
      { kind: 'step-gone', target, from: now, to: null, why: `${cause}: ${step.title}: ${goneDoubt(step)}` },
      isStanding,
    )
    return undefined
  }
  const isBack = isSameValue(now, before)
  if (!isBack && ![contained, ...earlier].some((ours) => isSameValue(now, ours)))
    return `${target}: was ${shown(before)}, contained as ${shown(contained)}, now ${shown(now)}: not overwritten`
  const outcome = isBack ? 'written' : await step.write(iam, before)
  // The value from before may be gone, for example a policy that was the boundary. The value that was set is then still there.
  if (outcome === 'gone' && !step.isCredential && !isSameValue(await step.read(iam), now)) {
    await changeLog.write(
      { kind: 'step-gone', target, from: now, to: null, why: `${cause}: ${step.title}: ${goneDoubt(step)}` },
      isStanding,
    )
    return undefined
  }
  if (outcome !== 'written') return `${target}: could not be set back to ${shown(before)}`
  await changeLog.write({ kind: 'step-undone', target, from: now, to: before, why: `${cause}: ${step.title}` }, isStanding)
  return undefined
}

function shown(value: string | null): string {
  if (value === null) return 'absent'
  return value.length > 60 ? `${value.slice(0, 59)}…` : value
}
