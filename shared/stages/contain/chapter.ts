import type { ChainHead, Change, ChangeDraft } from '../../domain/change.ts'
import { chain } from '../../domain/change.ts'
import { ResponderError } from '../../errors.ts'
import type { ChangeRecord, Clock } from '../../ports.ts'
import { headOf, incidentSubject } from '../record.ts'

/** An incident's part of the record while one flow writes it. */
export interface Chapter {
  readonly changes: readonly Change[]
  head(): ChainHead
  /** Reads the entries again: another flow may have written some. */
  read(): Promise<void>
  /**
   * Writes the next entry. Where another writer was first, the chapter is read again and `isStill` is asked whether the
   * entry is still wanted.
   */
  write(draft: Omit<ChangeDraft, 'at' | 'actor'>, isStill?: (changes: readonly Change[]) => boolean): Promise<'written' | 'superseded'>
}

const ATTEMPTS = 8

/** Opens an incident's chapter on entries that were just read. `actor` is the function that writes. */
export function openChapter(
  incidentId: string,
  entries: readonly Change[],
  ports: { record: ChangeRecord; clock: Clock },
  actor = 'countersign:contain',
): Chapter {
  const subject = incidentSubject(incidentId)
  let changes = [...entries]
  /** Steps are taken at once, entries are written one after the other: each has to name the one before. */
  let last: Promise<unknown> = Promise.resolve()
  return {
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
      const written = last.then(() => writeNext(draft, isStill))
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
