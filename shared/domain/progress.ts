import type { Change } from './change.ts'

/** A value of a step as the record holds it; null where there was none. */
type StepValue = string | null

/** The undo record of a step that was planned and not undone since. */
export interface PlannedStep {
  readonly target: string
  /** What it does, in words: the title of the step. */
  readonly title: string
  readonly before: StepValue
  readonly contained: StepValue
  /** What earlier runs wanted it to be. One of these still stands where the last value could not be written, for want of room, say. */
  readonly earlier: readonly StepValue[]
  readonly isDone: boolean
  /** When its value was last written: ISO 8601. */
  readonly at: string
}

/**
 * The steps of an incident that the record says were planned and not undone, in the order of their planning.
 *
 * A step that failed stays in the list: a write that timed out may have taken effect.
 */
export function standingSteps(changes: readonly Change[]): PlannedStep[] {
  return [...stepsIn(changes).standing.values()]
}

/** The steps that were set back and not planned since, as they stood before that, in the order in which they were set back. */
export function undoneSteps(changes: readonly Change[]): PlannedStep[] {
  return [...stepsIn(changes).undone.values()]
}

/** By their targets, the steps that stand and those that were set back. */
function stepsIn(changes: readonly Change[]) {
  const standing = new Map<string, PlannedStep>()
  const undone = new Map<string, PlannedStep>()
  for (const { kind, target, from, to, at, why } of changes) {
    const known = standing.get(target)
    if (kind === 'step-planned') {
      const earlier = known === undefined ? [] : [...known.earlier, known.contained]
      standing.set(target, { target, title: why, before: from as StepValue, contained: to as StepValue, earlier, isDone: false, at })
      undone.delete(target)
    }
    if (kind === 'step-done' && known !== undefined) standing.set(target, { ...known, isDone: true, at })
    if (kind === 'step-undone' && known !== undefined) undone.set(target, known)
    if (kind === 'step-undone' || kind === 'step-gone') standing.delete(target)
  }
  return { standing, undone }
}

/** The targets of the steps whose user, role or credential was gone when it was last looked at. */
export function goneSteps(changes: readonly Change[]): Set<string> {
  const gone = new Set<string>()
  for (const { kind, target } of changes) {
    if (kind === 'step-gone') gone.add(target)
    if (kind === 'step-planned' || kind === 'step-undone') gone.delete(target)
  }
  return gone
}

/** Counts, for each step in force, how often somebody else reversed it. */
export function reversalsOf(changes: readonly Change[]): Map<string, number> {
  const reversals = new Map<string, number>()
  for (const { kind, target } of changes) {
    if (kind === 'step-reversed') reversals.set(target, (reversals.get(target) ?? 0) + 1)
    if (kind === 'step-undone' || kind === 'step-gone') reversals.delete(target)
  }
  return reversals
}

/** True where the last verdict or state of the record says that the incident is released or being released. */
export function isReleaseOrdered(changes: readonly Change[]): boolean {
  const last = changes.findLast(({ kind }) => kind === 'verdict' || kind === 'state')
  return last?.to === 'releasing' || last?.to === 'released'
}
