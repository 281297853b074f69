import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readInTimeOrder, type TimeOrderOptions } from '../../local/read/in-time-order.ts'
import { readRecords } from '../../local/read/read-records.ts'
import { randomOf } from '../../local/synthetic/random.ts'
import { syntheticHistory } from '../../local/synthetic-history.ts'
import type { Fields } from '../unit/input-forms.ts'
import { freshReplay } from './fresh-replay.ts'
import { holds, print } from './measured.ts'
import { randomSplit, type Split } from './random-split.ts'

interface Options {
  readonly count: number
  readonly seed: number
  /** A folder with logs of others; none where only synthetic records are split. */
  readonly data: string | undefined
  /** The most records that are taken of a file of that folder. */
  readonly records: number
}

/** What the end of a replay shows. */
interface Shown {
  /** Each incident, and which calls it would have refused, as JSON by its id. */
  readonly incidents: ReadonlyMap<string, string>
  readonly records: number
}

/** Replays the same records in random splits, and holds that each gives the incidents of the one file in order. */
export async function splits({ count, seed, data, records }: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-stress-'))
  try {
    const synthetic = syntheticHistory({ seed, end: Date.UTC(2026, 0, 31, 18), days: 31 })
    await proven('the synthetic history', [...synthetic.history, ...synthetic.lastDay] as Fields[], { count, seed, folder })
    for (const name of data === undefined ? [] : readdirSync(data).sort()) {
      const path = join(data as string, name)
      const found = await firstRecords(path, records)
      if (found.length > 0) await proven(`${path}, the first ${found.length} records`, found, { count, seed, folder })
      else print(`${path}: no records of CloudTrail`)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function proven(title: string, records: readonly Fields[], { count, seed, folder }: { count: number; seed: number; folder: string }) {
  const startedAt = performance.now()
  const ordered: object[] = []
  const all = laid(folder, [text(records)])
  for await (const batch of readInTimeOrder([all], { onProblem: unexpected })) ordered.push(...batch)
  const expected = await shown(laid(folder, [text(ordered)]), {})
  const differing: string[] = []
  let [files, duplicates] = [0, 0]
  for (let number = 0; number < count; number++) {
    const split = await randomSplit(ordered as Fields[], randomOf(seed * 1_000_003 + number))
    files += split.files.length
    duplicates += split.duplicates
    const difference = differenceOf(expected, await shown(laid(folder, split.files), split.limits), split)
    if (difference !== undefined) differing.push(`split ${number}, ${split.kind}: ${difference}`)
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  print(`${title}: ${expected.incidents.size} incidents of ${expected.records} records`)
  print(`  ${count} splits, ${files} files, ${duplicates} duplicates, seed ${seed}, ${seconds} s: ${differing.length} differ`)
  for (const line of differing.slice(0, 5)) print(`  ${line}`)
  holds(expected.incidents.size > 0, 'there is no incident, so this says nothing')
  holds(differing.length === 0, `${differing.length} of ${count} splits of ${title} differ`)
}

async function shown(path: string, limits: Split['limits']): Promise<Shown> {
  const { run, incidents } = await freshReplay()
  const options: TimeOrderOptions = {
    onProblem: unexpected,
    onLate: (late) => unexpected({ reason: `${late} records are late` }),
    ...limits,
  }
  let records = 0
  for await (const batch of readInTimeOrder([path], options)) {
    records += batch.length
    await run.run(batch)
  }
  const found = new Map<string, string>()
  for await (const incident of incidents.listAll()) {
    const { refusals } = run
    found.set(incident.id, JSON.stringify({ ...incident, refusedCalls: refusals.count(incident.id), ...refusals.priceOf(incident.id) }))
  }
  rmSync(path, { recursive: true })
  return { incidents: found, records }
}

/** What is not as in the one file; undefined where all is. */
function differenceOf(expected: Shown, got: Shown, { duplicates }: Split): string | undefined {
  if (got.records !== expected.records + duplicates) return `${got.records} records were read, not ${expected.records + duplicates}`
  for (const id of new Set([...expected.incidents.keys(), ...got.incidents.keys()])) {
    const [before, after] = [expected.incidents.get(id), got.incidents.get(id)]
    if (before === undefined || after === undefined) return `incident ${id} is ${before === undefined ? 'new' : 'missing'}`
    if (before === after) continue
    const [one, other] = [JSON.parse(before) as Fields, JSON.parse(after) as Fields]
    const key = Object.keys({ ...one, ...other }).find((member) => JSON.stringify(one[member]) !== JSON.stringify(other[member]))
    const [was, is] = [one, other].map((incident) => JSON.stringify(incident[key ?? ''])?.slice(0, 400))
    return `${key ?? 'the order of the members'} of incident ${id} is ${is}, not ${was}`
  }
  return undefined
}

/** Writes files into a new folder, under names that say nothing of their order. */
function laid(folder: string, files: readonly (string | Buffer)[]): string {
  let number = 0
  while (existsSync(join(folder, `${number}`))) number += 1
  const path = join(folder, `${number}`)
  mkdirSync(path)
  for (const [at, content] of files.entries()) writeFileSync(join(path, `${(at * 7919) % 100_003}-${at}`), content)
  return path
}

/** Records of CloudTrail in a file, in whatever form it has them. */
async function firstRecords(path: string, most: number): Promise<Fields[]> {
  const found: Fields[] = []
  for await (const batch of readRecords([path], { onProblem: () => {} })) {
    for (const record of batch as Fields[]) if (found.length < most && 'eventName' in record && 'userIdentity' in record) found.push(record)
    if (found.length >= most) break
  }
  return found
}

function text(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}

function unexpected({ reason }: { readonly reason: string }): never {
  throw new Error(reason)
}
