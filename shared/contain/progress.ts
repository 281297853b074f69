import type { Change } from '../domain/change.ts'
import type { StepValue } from './steps/step.ts'

/** A step that was planned and not undone since: its undo record. */
export interface PlannedStep {
  readonly target: string
  readonly before: StepValue
  readonly contained: StepValue
  readonly isDone: boolean
  /** When its value was last written: ISO 8601. */
  readonly at: string
}

/**
 * What the record says was planned on an incident and still stands, in the order it was planned.
 *
 * A step that failed before it was done stays planned all the same: a write that timed out may have taken effect.
 */
export function standingSteps(changes: readonly Change[]): PlannedStep[] {
  const steps = new Map<string, PlannedStep>()
  for (const { kind, target, from, to, at } of changes) {
    const known = steps.get(target)
    if (kind === 'step-planned') steps.set(target, { target, before: from as StepValue, contained: to as StepValue, isDone: false, at })
    if (kind === 'step-done' && known !== undefined) steps.set(target, { ...known, isDone: true, at })
    if (kind === 'step-undone' || kind === 'step-gone') steps.delete(target)
  }
  return [...steps.values()]
}

/** How often each step that still stands was reversed by somebody else. */
export function reversalsOf(changes: readonly Change[]): Map<string, number> {
  const reversals = new Map<string, number>()
  for (const { kind, target } of changes) {
    if (kind === 'step-reversed') reversals.set(target, (reversals.get(target) ?? 0) + 1)
    if (kind === 'step-undone' || kind === 'step-gone') reversals.delete(target)
  }
  return reversals
}

/** True where the last word on an incident is that what was contained is given back. */
export function isReleaseOrdered(changes: readonly Change[]): boolean {
  const last = changes.findLast(({ kind }) => kind === 'verdict' || kind === 'state')
  return last?.to === 'releasing' || last?.to === 'released'
}
