import type { ClockName } from './clocks.ts'

/** What a step means, and the published clock that it is compared with. */
export interface StepMeaning {
  readonly title: string
  readonly clock?: ClockName
}

/** The steps of a drill, in their order, with what each means and the published clock to compare it with. */
export const STEPS = {
  used: { title: 'first call that AWS accepts' },
  detected: { title: 'detected: the incident is there', clock: 'guardDuty' },
  inactive: { title: 'key inactive, read from IAM', clock: 'fastest' },
  contained: { title: 'contained, all steps read back', clock: 'awsContain' },
  told: { title: 'people told' },
  recorded: { title: 'record whole, every call on the timeline' },
  released: { title: 'released by a verdict' },
  restored: { title: 'user exactly as it was' },
  removed: { title: 'user and key removed' },
} as const satisfies Readonly<Record<string, StepMeaning>>

export type StepName = keyof typeof STEPS

/**
 * What became of a step. `done`: it happened. `not-called-for`: the mode of the policy calls for something else, or the person who runs the drill does. `missed`: it did not happen within its limit,
 * or went wrong. `atMs`: milliseconds after the first call, by the clock of this machine.
 */
export interface DrillStep {
  readonly name: StepName
  readonly outcome: 'done' | 'not-called-for' | 'missed'
  readonly atMs?: number
  readonly note: string
}

/** What a drill did. `left`: what is still in the account, with what removes it. */
export interface DrillReport {
  readonly user: string
  readonly incidentId: string
  readonly mode: string
  readonly steps: readonly DrillStep[]
  readonly left: readonly string[]
}

/** True where every step that was called for happened, and nothing was left that was to be removed. */
export function isWhole({ steps, left }: DrillReport, isKept: boolean): boolean {
  return steps.length > 0 && steps.every(({ outcome }) => outcome !== 'missed') && (isKept || left.length === 0)
}
