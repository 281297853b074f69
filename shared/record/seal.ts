import { chain } from '../domain/change.ts'
import { readSeal, SEAL_SUBJECT, type Seal, type SealedHead, sealText, sealValueOf } from '../domain/seal.ts'
import { ResponderError } from '../errors.ts'
import type { Clock, Log } from '../ports/runtime.ts'
import type { ChangeRecord, SealVault } from '../ports/stores.ts'
import { headOf } from './append.ts'

export interface SealPorts {
  readonly record: ChangeRecord
  readonly vault: SealVault
  readonly clock: Clock
  readonly log: Log
}

/** How many chains are asked for their end at once. */
const BATCH_SIZE = 16

/**
 * Seals the record as it is now: the end of every chain, under one digest, linked to the seal before.
 *
 * The vault comes first. Where a run broke off after it, or another is at it, the seal that is in the vault is the one.
 */
export async function seal(ports: SealPorts): Promise<Seal> {
  const { record, vault, clock, log } = ports
  const [last, heads] = await Promise.all([record.last(SEAL_SUBJECT), headsOf(record)])
  const at = new Date(clock.now()).toISOString()
  const draft = {
    at,
    actor: 'countersign:seal',
    kind: 'seal',
    target: 'record',
    from: null,
    to: sealValueOf(heads),
    why: 'the daily seal',
  } as const
  const made = { entry: chain(SEAL_SUBJECT, headOf(last), draft), heads }
  const { number } = made.entry
  const kept = (await vault.put(number, sealText(made))) ? made : await readStoredSeal(vault, number)
  if (kept.entry.number !== number || kept.entry.previous !== made.entry.previous)
    throw new ResponderError(
      'seal.conflict',
      `seal ${number} is in the vault and does not follow seal ${number - 1} of the table: run \`countersign changes verify\``,
    )
  if (!(await record.append(kept.entry)) && (await record.last(SEAL_SUBJECT))?.hash !== kept.entry.hash)
    throw new ResponderError('seal.conflict', `seal ${number} of the table is not that of the vault: run \`countersign changes verify\``)
  log.info('seal.done', { number, chains: kept.heads.length })
  return kept
}

async function readStoredSeal(vault: SealVault, number: number): Promise<Seal> {
  const kept = readSeal((await vault.get(number)) ?? '')
  if (kept !== undefined) return kept
  throw new ResponderError('seal.conflict', `seal ${number} in the vault cannot be read as a seal: run \`countersign changes verify\``)
}

/** Where each chain but that of the seals ends. */
async function headsOf(record: ChangeRecord): Promise<SealedHead[]> {
  const heads: SealedHead[] = []
  let batch: string[] = []
  const readBatch = async () => {
    const lasts = await Promise.all(batch.map((subject) => record.last(subject)))
    for (const [at, last] of lasts.entries()) heads.push({ subject: batch[at] as string, ...headOf(last) })
    batch = []
  }
  for await (const subject of record.subjects()) {
    if (subject === SEAL_SUBJECT) continue
    batch.push(subject)
    if (batch.length === BATCH_SIZE) await readBatch()
  }
  await readBatch()
  return heads
}
