import { incidentOfChain, linkIn, subjectsOf } from '../domain/archive.ts'
import { type ChainHead, EMPTY_CHAIN } from '../domain/change.ts'
import { SEAL_SUBJECT, type SealContent, type SealDiscrepancy, type SealedHead } from '../domain/seal.ts'
import { MINUTE_MS } from '../domain/time.ts'
import { UnreadableEntry } from '../errors.ts'
import type { IncidentArchive } from '../ports/archive.ts'
import type { Clock } from '../ports/runtime.ts'
import type { ChangeRecord } from '../ports/stores.ts'
import { withArchivedChains } from './archived.ts'
import { type ArchivedChains, type Comparison, compareChain, type Depth } from './compare-chain.ts'
import type { LastSeal } from './last-seal.ts'

/** Chains that are read in parallel. */
const BATCH_SIZE = 16

/** For how long whole chains are read, and then at least their ends. Lambda ends a function after 15 minutes; what is left is for the writing. */
const WHOLE_MS = 7 * MINUTE_MS
const COMPARE_MS = 11 * MINUTE_MS

/** What the ports of a comparison are. */
interface ComparePorts {
  readonly record: ChangeRecord
  readonly clock: Clock
  /** Where closed incidents are archived; absent where none are. */
  readonly archive?: IncidentArchive | undefined
}

/**
 * Compares every chain with the seals before and returns what the next seal covers.
 *
 * A head is replaced only by one that follows it: a chain that differs, or for which no time was left, keeps the head that was sealed. So the next
 * comparison finds the same, and a chain that is restored fits again. A seal that does not follow from those before it is told of, and is no measure.
 */
export async function compareWithSeal(
  { seal, head, claims, differences }: LastSeal,
  { record, clock, archive }: ComparePorts,
): Promise<SealContent> {
  const archived = archive === undefined ? undefined : sealedArchives(claims.byChain, record, archive)
  const depth = depthBy(clock)
  const { byChain, planted } = claims
  const doubted = new Set(planted)
  const since = new Map(seal?.discrepancies.map((one) => [nameOf(one), one.since]))
  const dated = (one: Omit<SealDiscrepancy, 'since'>) => ({ ...one, since: since.get(nameOf(one)) ?? head.number + 1 })
  const heads: SealedHead[] = []
  // A chain of which no entry was confirmed has no head in the seal: it is not missed when it is gone.
  const keep = (subject: string, { number, hash }: ChainHead) => number > 0 && heads.push({ subject, number, hash })
  const discrepancies: SealDiscrepancy[] = differences.map(dated)
  let uncompared = 0
  const add = (subject: string, found: Comparison) => {
    if (found.kind === 'fits') return keep(subject, found.head)
    if (found.kind === 'uncompared') {
      uncompared += 1
      return keep(subject, byChain.get(subject)?.at(-1) ?? EMPTY_CHAIN)
    }
    const { discrepancy, sealed } = found
    for (const number of found.planted) planted.add(number)
    discrepancies.push(dated({ subject, discrepancy, sealed, found: found.found }))
    return discrepancy !== 'foreign' && keep(subject, sealed)
  }
  const left = new Set(byChain.keys())
  const compareAll = async (subjects: readonly string[]) => {
    const found = await Promise.all(
      subjects.map((subject) => compareChain(subject, byChain.get(subject) ?? [], { record, depth, archived }, doubted)),
    )
    for (const [at, one] of found.entries()) add(subjects[at] ?? '', one)
    for (const subject of subjects) left.delete(subject)
  }
  for await (const batch of inBatches(record.subjects())) await compareAll(batch)
  // What the list of chains does not name any more is looked for by its key, because a scan is not consistent.
  for await (const batch of inBatches([...left])) await compareAll(batch)
  for (const number of [...planted].sort((a, b) => a - b))
    discrepancies.push(dated({ subject: SEAL_SUBJECT, discrepancy: 'planted', sealed: head, found: { number } }))
  return { heads, discrepancies, uncompared }
}

/**
 * What is archived of chains. A link that a seal covers is as good as the object: its hash is in the link, and the bucket keeps it. So nothing is read of the
 * bucket once a seal covers the link.
 */
function sealedArchives(
  byChain: ReadonlyMap<string, readonly ChainHead[]>,
  record: ChangeRecord,
  archive: IncidentArchive,
): ArchivedChains {
  return {
    record: withArchivedChains(record, archive),
    async sealedEnd(subject) {
      const incidentId = incidentOfChain(subject)
      if (incidentId === undefined) return undefined
      const [own] = subjectsOf(incidentId)
      const linked = await record.list(own).then(linkIn, unlessUnreadable)
      const isSealed = byChain.get(own)?.some(({ number, hash }) => number === linked?.entry.number && hash === linked.entry.hash)
      const end = isSealed === true ? linked?.link.chains.find((one) => one.subject === subject) : undefined
      return end === undefined ? undefined : { number: end.number, hash: end.hash }
    },
  }
}

/** A chain that cannot be read has no link; the comparison of that chain says that it cannot. */
function unlessUnreadable(cause: unknown): undefined {
  if (!(cause instanceof UnreadableEntry)) throw cause
  return undefined
}

/** Two discrepancies are the same where a chain differs in the same way from the same head. The head of the chain of seals moves with every seal. */
function nameOf({ subject, discrepancy, sealed, found }: Omit<SealDiscrepancy, 'since'>): string {
  return `${discrepancy} ${subject === SEAL_SUBJECT ? found.number : sealed.number} ${subject}`
}

function depthBy({ now }: Clock): () => Depth {
  const startedAt = now()
  return () => {
    const ms = now() - startedAt
    if (ms >= COMPARE_MS) return 'none'
    return ms >= WHOLE_MS ? 'since-sealed' : 'whole'
  }
}

async function* inBatches(subjects: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string[]> {
  let batch: string[] = []
  for await (const subject of subjects) {
    // The chain of seals is compared with the vault.
    if (subject === SEAL_SUBJECT) continue
    batch.push(subject)
    if (batch.length < BATCH_SIZE) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
