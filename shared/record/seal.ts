import { type ChainHead, type Change, chain } from '../domain/change.ts'
import { readSeal, SEAL_SUBJECT, type Seal, type SealContent, sealText, sealValueOf } from '../domain/seal.ts'
import { ResponderError } from '../errors.ts'
import type { IncidentArchive } from '../ports/archive.ts'
import type { Notifier } from '../ports/notices.ts'
import type { Clock, Log } from '../ports/runtime.ts'
import type { ChangeRecord, SealVault } from '../ports/stores.ts'
import { compareWithSeal } from './compare-with-seal.ts'
import { lastSeal, readStoredSeal, sealConflict } from './last-seal.ts'
import { conflictNotice, discrepancyNotice } from './seal-notice.ts'

/** What sealing needs. */
export interface SealPorts {
  readonly record: ChangeRecord
  readonly vault: SealVault
  /** Where closed incidents are archived; absent where none are. */
  readonly archive?: IncidentArchive | undefined
  readonly notifier: Notifier
  readonly clock: Clock
  readonly log: Log
}

/**
 * Seals the record: compares every chain with the last seal, tells people of what differs, and stores the head of every chain and what differs under
 * one digest, linked to the previous seal.
 *
 * People are told before the seal is written: a run that stops in between finds the same and tells it again. A discrepancy that the last seal
 * has already is sealed again, and not told again. The seal is written to the vault first and to the table second; where a concurrent run was first,
 * its seal counts. Throws `seal.conflict`, and tells people, when the vault and the table contradict each other.
 */
export async function seal(ports: SealPorts): Promise<Seal> {
  try {
    return await compareAndSeal(ports)
  } catch (cause) {
    if (cause instanceof ResponderError && cause.code === 'seal.conflict') {
      ports.log.warn('seal.conflict', { message: cause.message })
      await ports.notifier.notify(conflictNotice(cause.message, ports.notifier.stack))
    }
    throw cause
  }
}

async function compareAndSeal(ports: SealPorts): Promise<Seal> {
  const { record, vault, clock, log } = ports
  const last = await lastSeal(ports)
  const content = await compareWithSeal(last, ports)
  await tell(content, last.head.number + 1, ports)
  const next = nextSeal(last.head, content, new Date(clock.now()).toISOString())
  const { number } = next.entry
  const text = sealText(next)
  // What is stored cannot be taken back, and each later seal is compared with it.
  if (readSeal(text) === undefined) throw sealConflict(`seal ${number} could not be read back, so it was not stored`)
  const stored = (await vault.put(number, text)) ? next : await readStoredSeal(vault, number, last.head)
  for (const entry of last.missing) await record.append(entry)
  if (!(await record.append(stored.entry)) && (await isAnotherAt(number, stored.entry, record)))
    throw sealConflict(`seal ${number} of the table is not that of the vault`)
  log.info('seal.done', { number, chains: stored.heads.length, discrepancies: stored.discrepancies.length, uncompared: stored.uncompared })
  return stored
}

/** True where the table has another seal under the number of a seal. What is none, or cannot be read, is told of as a discrepancy. */
async function isAnotherAt(number: number, { hash }: Change, record: ChangeRecord): Promise<boolean> {
  const { changes, unreadable } = await record.page(SEAL_SUBJECT, number)
  const [other] = changes
  return other === undefined ? unreadable === undefined : other.number === number && other.hash !== hash
}

/** Logs every discrepancy, and tells people where there is a new one, or where chains were not compared. */
async function tell({ discrepancies, uncompared }: SealContent, number: number, { log, notifier }: SealPorts): Promise<void> {
  const fresh = discrepancies.filter(({ since }) => since === number)
  for (const one of discrepancies)
    if (one.since === number) log.warn('seal.discrepancy', one)
    else log.info('seal.discrepancy.known', one)
  if (uncompared > 0) log.warn('seal.uncompared', { chains: uncompared })
  if (fresh.length === 0 && uncompared === 0) return
  await notifier.notify(discrepancyNotice({ number, fresh, known: discrepancies.length - fresh.length, uncompared }, notifier.stack))
}

function nextSeal(last: ChainHead, content: SealContent, at: string): Seal {
  const entry: Change = chain(SEAL_SUBJECT, last, {
    at,
    actor: 'countersign:seal',
    kind: 'seal',
    target: 'record',
    from: null,
    to: sealValueOf(content),
    why: 'the daily seal',
  })
  return { entry, ...content }
}
