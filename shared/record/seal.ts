import { type Change, chain } from '../domain/change.ts'
import { readSeal, SEAL_SUBJECT, type Seal, type SealedHead, sealText, sealValueOf } from '../domain/seal.ts'
import { ResponderError, UnreadableEntry } from '../errors.ts'
import type { Clock, Log } from '../ports/runtime.ts'
import type { ChangeRecord, SealVault } from '../ports/stores.ts'
import { headOf } from './append.ts'

/** What sealing needs. */
export interface SealPorts {
  readonly record: ChangeRecord
  readonly vault: SealVault
  readonly clock: Clock
  readonly log: Log
}

/** Chains whose heads are read in parallel. */
const BATCH_SIZE = 16

/**
 * Seals the record: stores the head of every chain under one digest, linked to the previous seal.
 *
 * The seal is written to the vault first and to the table second. When a seal of this number is in the vault already, from an interrupted or
 * concurrent run, that one counts. Throws `seal.conflict` when the vault and the table disagree.
 */
export async function seal(ports: SealPorts): Promise<Seal> {
  const { record, vault, clock, log } = ports
  const [last, heads] = await Promise.all([record.last(SEAL_SUBJECT), headsOf(ports)])
  const next = nextSeal(last, heads, new Date(clock.now()).toISOString())
  const { number, previous } = next.entry
  const stored = (await vault.put(number, sealText(next))) ? next : await readStoredSeal(vault, number)
  if (stored.entry.number !== number || stored.entry.previous !== previous)
    throw new ResponderError(
      'seal.conflict',
      `seal ${number} is in the vault and does not follow seal ${number - 1} of the table; run \`countersign changes verify\``,
    )
  if (!(await record.append(stored.entry)) && (await record.last(SEAL_SUBJECT))?.hash !== stored.entry.hash)
    throw new ResponderError('seal.conflict', `seal ${number} of the table is not that of the vault; run \`countersign changes verify\``)
  log.info('seal.done', { number, chains: stored.heads.length })
  return stored
}

function nextSeal(last: Change | undefined, heads: SealedHead[], at: string): Seal {
  const entry = chain(SEAL_SUBJECT, headOf(last), {
    at,
    actor: 'countersign:seal',
    kind: 'seal',
    target: 'record',
    from: null,
    to: sealValueOf(heads),
    why: 'the daily seal',
  })
  return { entry, heads }
}

async function readStoredSeal(vault: SealVault, number: number): Promise<Seal> {
  const stored = readSeal((await vault.get(number)) ?? '')
  if (stored !== undefined) return stored
  throw new ResponderError('seal.conflict', `seal ${number} in the vault cannot be parsed as a seal; run \`countersign changes verify\``)
}

/** The head of every chain except that of the seals. A chain whose last entry cannot be read is logged and left out; earlier seals cover it. */
async function headsOf({ record, log }: Pick<SealPorts, 'record' | 'log'>): Promise<SealedHead[]> {
  const heads: SealedHead[] = []
  let batch: string[] = []
  const readHead = async (subject: string): Promise<SealedHead | undefined> => {
    try {
      return { subject, ...headOf(await record.last(subject)) }
    } catch (cause) {
      if (!(cause instanceof UnreadableEntry)) throw cause
      log.warn('seal.chain.unreadable', { subject: cause.subject, number: cause.number })
      return undefined
    }
  }
  const readBatch = async () => {
    const read = await Promise.all(batch.map((subject) => readHead(subject)))
    heads.push(...read.filter((head) => head !== undefined))
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
