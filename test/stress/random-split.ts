import { gzipSync } from 'node:zlib'
import type { TimeOrderOptions } from '../../local/read/in-time-order.ts'
import type { Random } from '../../local/synthetic/random.ts'
import { type Fields, LOSSLESS_FORMS, PACKED_FORMS } from '../unit/input-forms.ts'

/** The same records in files, each in a form of its own. */
export interface Split {
  readonly kind: string
  readonly files: readonly Buffer[]
  /** How many records are in them once more. */
  readonly duplicates: number
  /** How much may be held while they are read. */
  readonly limits: Pick<TimeOrderOptions, 'heldBytes' | 'openFiles'>
}

type Records = readonly Fields[]

const ORDERS: Readonly<Record<string, (records: Records, random: Random) => Records>> = {
  'in order': (records) => records,
  'newest first': (records) => records.toReversed(),
  shuffled: (records, random) => shuffled(records, random),
  'shuffled in blocks': (records, random) =>
    chunksOf(records, random.whole(20, 300)).flatMap((block) => (random.chance(0.5) ? shuffled(block, random) : block)),
}

const DEALS: Readonly<Record<string, (records: Records, random: Random) => Records[]>> = {
  'one file': (records) => [records],
  'one after another': (records, random) => chunksOf(records, random.whole(30, 1500)),
  'in turns': (records, random) => {
    const files = random.whole(2, 60)
    return Array.from({ length: files }, (_, file) => records.filter((_, at) => at % files === file))
  },
  'at random': (records, random) => {
    const files: Fields[][] = Array.from({ length: random.whole(2, 60) }, () => [])
    for (const record of records) random.pick(files).push(record)
    return files
  },
  'by region and day': (records) => [
    ...Map.groupBy(records, ({ awsRegion, eventTime }) => `${awsRegion} ${String(eventTime).slice(0, 10)}`).values(),
  ],
}

/** Everything in memory; runs on disk; and many passes of merging. */
const LIMITS: readonly Split['limits'][] = [{}, { heldBytes: 400_000 }, { heldBytes: 100_000, openFiles: 4 }]

const FORMS = Object.values(LOSSLESS_FORMS)
const PACKS = Object.values(PACKED_FORMS)

/** Draws an order, how the records are dealt out, which of them come again, and the form of each file. */
export async function randomSplit(records: Records, random: Random): Promise<Split> {
  const [order, deal] = [random.pick(Object.keys(ORDERS)), random.pick(Object.keys(DEALS))]
  const share = random.pick([0, 0, 0.01, 0.3, 1])
  const again = records.filter(() => random.chance(share))
  const once = ORDERS[order]?.(records, random) ?? []
  const isBeside = random.chance(0.5)
  const dealt = DEALS[deal]?.(isBeside ? doubled(once, new Set(again)) : once, random) ?? []
  if (!isBeside && again.length > 0) dealt.push(...chunksOf(shuffled(again, random), random.whole(50, 1500)))
  const isMixed = random.chance(0.7)
  const files: Buffer[] = []
  for (const part of dealt.filter(({ length }) => length > 0)) {
    const pack = isMixed ? random.pick(PACKS) : gzipSync
    files.push(Buffer.from(await pack(Buffer.from(isMixed ? random.pick(FORMS)(part) : JSON.stringify({ Records: part })))))
  }
  const limits = random.pick(LIMITS)
  const kind = `${order}, ${deal}, ${files.length} files, ${again.length} again ${isBeside ? 'beside' : 'apart'}, ${isMixed ? 'mixed forms' : 'CloudTrail'}, ${JSON.stringify(limits)}`
  return { kind, files, duplicates: again.length, limits }
}

function doubled(records: Records, again: ReadonlySet<Fields>): Records {
  return records.flatMap((record) => (again.has(record) ? [record, record] : [record]))
}

function shuffled<T>(values: readonly T[], random: Random): T[] {
  return values
    .map((value) => ({ value, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value)
}

function chunksOf<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, at) => values.slice(at * size, (at + 1) * size))
}
