import type { ChainHead, Change, ChangeDraft } from '../domain/change.ts'
import { chain } from '../domain/change.ts'
import { ResponderError } from '../errors.ts'
import type { Clock } from '../ports/runtime.ts'
import type { ChangeRecord } from '../ports/stores.ts'
import { headOf, incidentSubject } from '../record/append.ts'
import { type OwnSteps, openOwnSteps } from './own-steps.ts'

/** The chain of one incident while one run writes it. */
export interface ChangeLog {
  readonly incidentId: string
  readonly changes: readonly Change[]
  /** Which of the steps contain itself planned: of `changes`, respond may have written any. */
  readonly own: OwnSteps
  head(): ChainHead
  /** Reads the entries again, with those that another run has written. */
  read(): Promise<void>
  /**
   * Writes the next entry. Where another writer was first, the log reads the chain again and asks `isStill` whether the entry is still
   * wanted. A step that ends is closed among contain's own first: a run that breaks off between the two closes it again.
   */
  write(draft: Omit<ChangeDraft, 'at' | 'actor'>, isStill?: (changes: readonly Change[]) => boolean): Promise<'written' | 'superseded'>
}

const ATTEMPTS = 8

/** Opens an incident's change log on entries that were just read. `actor` is the function that writes; `own` is the chain of contain's own steps. */
export function openChangeLog(
  incidentId: string,
  entries: readonly Change[],
  ports: { record: ChangeRecord; clock: Clock },
  { actor = 'countersign:contain', own: ownEntries = [] }: { actor?: string; own?: readonly Change[] } = {},
): ChangeLog {
  const subject = incidentSubject(incidentId)
  const own = openOwnSteps(incidentId, ownEntries, ports)
  let changes = [...entries]
  /** Steps run in parallel. Their entries are written one after the other, since each names the hash of the one before. */
  let last: Promise<unknown> = Promise.resolve()
  return {
    incidentId,
    own,
    get changes() {
      return changes
    },
    head: () => headOf(changes.at(-1)),
    read() {
      const reading = last.then(async () => {
        changes = await ports.record.list(subject)
      })
      last = reading.catch(() => {})
      return reading
    },
    write(draft, isStill = () => true) {
      const { kind, target, why } = draft
      const written = last.then(async () => {
        if (kind === 'step-undone' || kind === 'step-gone') await own.close(target, kind, why)
        return writeNext(draft, isStill)
      })
      last = written.catch(() => {})
      return written
    },
  }

  async function writeNext(
    draft: Omit<ChangeDraft, 'at' | 'actor'>,
    isStill: (changes: readonly Change[]) => boolean,
  ): Promise<'written' | 'superseded'> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const at = new Date(ports.clock.now()).toISOString()
      const change = chain(subject, headOf(changes.at(-1)), { at, actor, ...draft })
      if (await ports.record.append(change)) {
        changes.push(change)
        return 'written'
      }
      changes = await ports.record.list(subject)
      if (!isStill(changes)) return 'superseded'
    }
    throw new ResponderError('record.conflict', `${subject}: ${ATTEMPTS} appends in a row lost their number to another writer`)
  }
}
