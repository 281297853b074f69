import type { Change } from '../domain/change.ts'
import { type PlannedStep, standingSteps } from '../domain/progress.ts'
import type { Clock } from '../ports/runtime.ts'
import type { ChangeRecord } from '../ports/stores.ts'
import { append, headOf } from '../record/append.ts'
import { ownStepsSubject } from '../record/own-steps-subject.ts'
import { isSameValue, type StepValue } from './steps/step.ts'

/** What of a step has to be the same for it to be one that contain itself planned. */
type Claim = Pick<PlannedStep, 'target' | 'before' | 'contained'>

/**
 * The steps that contain itself planned for an incident, in a chain that no other function may write. Respond may write the incident's own chain, so that
 * chain alone does not prove that a step was ever applied.
 */
export interface OwnSteps {
  /** True where contain planned this very step, and has not closed it since. */
  has(step: Claim): boolean
  /** True also where it was closed because nothing of it was there any more, as under the old name of a user that was renamed. */
  had(step: Claim): boolean
  /** Reads the chain again, with what another run has written. */
  read(): Promise<void>
  /** Notes a step before its value is written. Does nothing where it is noted already. */
  note(step: Claim, why: string): Promise<void>
  /** Notes that a step was undone (`step-undone`), or that nothing of it is there any more (`step-gone`). */
  close(target: string, kind: 'step-undone' | 'step-gone', why: string): Promise<void>
}

/** Opens the chain on entries that were just read. */
export function openOwnSteps(incidentId: string, entries: readonly Change[], ports: { record: ChangeRecord; clock: Clock }): OwnSteps {
  const subject = ownStepsSubject(incidentId)
  let own = [...entries]
  /** Steps run in parallel; their entries are written one after the other. */
  let last: Promise<unknown> = Promise.resolve()
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }
  const standing = (target: string) => standingSteps(own).find((one) => one.target === target)
  const has = ({ target, before, contained }: Claim) => {
    const noted = standing(target)
    return noted !== undefined && isSameValue(noted.before, before) && isSameValue(noted.contained, contained)
  }
  const had = ({ target, before, contained }: Claim) => {
    if (own.findLast((one) => one.target === target)?.kind === 'step-undone') return false
    const noted = own.findLast((one) => one.target === target && one.kind === 'step-planned')
    return noted !== undefined && isSameValue(noted.from as StepValue, before) && isSameValue(noted.to as StepValue, contained)
  }
  const write = async (draft: Pick<Change, 'kind' | 'target' | 'from' | 'to' | 'why'>) => {
    const at = new Date(ports.clock.now()).toISOString()
    // Nobody but another run of contain writes this chain, so the end that was read nearly always is its end.
    own.push(await append(ports.record, subject, { at, actor: 'countersign:contain', ...draft }, headOf(own.at(-1))))
  }
  return {
    has,
    had,
    read: () =>
      inOrder(async () => {
        own = await ports.record.list(subject)
      }),
    note: (step, why) =>
      inOrder(async () => {
        if (!has(step)) await write({ kind: 'step-planned', target: step.target, from: step.before, to: step.contained, why })
      }),
    close: (target, kind, why) =>
      inOrder(async () => {
        const last = own.findLast((one) => one.target === target)?.kind
        // What is undone after it was gone is closed for good.
        if (last !== undefined && last !== kind && last !== 'step-undone') await write({ kind, target, from: null, to: null, why })
      }),
  }
}
