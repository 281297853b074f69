import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { exactJson } from '../../local/read/exact-json.ts'
import { type ReadProgress, readInTimeOrder, type TimeOrderOptions } from '../../local/read/in-time-order.ts'
import { FileTimes } from '../../local/read/index-file.ts'
import { compareTimed, timed } from '../../local/read/timed.ts'
import { syntheticHistory } from '../../local/synthetic-history.ts'
import { type Fields, LOSSLESS_FORMS, PACKED_FORMS } from './input-forms.ts'
import { folder, unexpected } from './read-input.ts'

const { lastDay } = syntheticHistory({ seed: 5, end: Date.UTC(2026, 0, 31, 18), days: 31 })
const RECORDS = lastDay as (Fields & { eventTime: string; eventID: string })[]
const key = ({ eventTime, eventID }: Fields) => `${eventTime} ${eventID}`
const IN_ORDER = RECORDS.map(key).sort()

/** Chance that is the same each time. */
function shuffled<T>(values: readonly T[]): T[] {
  let state = 7
  const random = () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
  return values
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value)
}

let trees = 0
function tree(files: readonly (string | Buffer)[]): string {
  const path = join(folder, `order-${trees++}`)
  mkdirSync(path)
  for (const [at, content] of files.entries()) writeFileSync(join(path, `${(at * 7919) % 1000}-${at}`), content)
  return path
}

async function order(paths: readonly string[], options: Partial<TimeOrderOptions> = {}) {
  const keys: string[] = []
  let late = 0
  const onLate = (count: number) => {
    late = count
  }
  for await (const batch of readInTimeOrder(paths, { onProblem: unexpected, onLate, ...options }))
    for (const record of batch) keys.push(key(('detail' in record ? record.detail : record) as Fields))
  return { keys, late }
}

const text = (records: readonly object[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('')
const chunksOf = <T>(values: readonly T[], size: number) =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, at) => values.slice(at * size, (at + 1) * size))
const regions = () => [...Map.groupBy(RECORDS, ({ awsRegion }) => awsRegion).values()]
const forms = Object.values(LOSSLESS_FORMS)
const packs = Object.values(PACKED_FORMS)

const SPLITS: Readonly<Record<string, () => (string | Buffer)[] | Promise<(string | Buffer)[]>>> = {
  'one file': () => [text(RECORDS)],
  'one file, shuffled': () => [text(shuffled(RECORDS))],
  'one file, newest first': () => [text(RECORDS.toReversed())],
  'a file for each region': () => regions().map(text),
  'a file for each region, shuffled, compressed': () =>
    regions().map((records) => gzipSync(JSON.stringify({ Records: shuffled(records) }))),
  'a file for each hour': () => [...Map.groupBy(RECORDS, ({ eventTime }) => eventTime.slice(0, 13)).values()].map(text),
  'one record a file': () => shuffled(RECORDS).map((record) => JSON.stringify(record)),
  'files of ten, in turns': () => Array.from({ length: 20 }, (_, at) => text(RECORDS.filter((_, index) => index % 20 === at))),
  'a mixture of forms': () =>
    chunksOf(shuffled(RECORDS), 9).map((records, at) => (forms[at % forms.length] as (typeof forms)[number])(records)),
  'a mixture of what they are packed in': () =>
    Promise.all(
      chunksOf(shuffled(RECORDS), 25).map((records, at) =>
        (packs[at % packs.length] as (typeof packs)[number])(Buffer.from(text(records))),
      ),
    ),
}

/** Everything in memory; runs on disk; many passes of merging; and times that are looked for in lines. */
const LIMITS = {
  'plenty of memory': {},
  'little memory': { heldBytes: 60_000 },
  'next to no memory': { heldBytes: 8000, openFiles: 3 },
  'no parsing for the times': { heldBytes: 8000, openFiles: 3, parsedBytes: 0 },
}

describe('records come in the order of their times, and of their ids at the same time', () => {
  for (const [limit, options] of Object.entries(LIMITS))
    it.each(Object.entries(SPLITS))(`from %s, with ${limit}`, async (_, split) => {
      expect(await order([tree(await split())], options)).toEqual({ keys: IN_ORDER, late: 0 })
    })

  it.each(Object.entries(LIMITS))('with duplicates beside each other, with %s', async (_, options) => {
    const twice = [text(RECORDS), JSON.stringify({ Records: shuffled(RECORDS) })]
    expect((await order([tree(twice)], options)).keys).toEqual([...RECORDS, ...RECORDS].map(key).sort())
  })

  it('from paths in any order, and standard input beside files', async () => {
    const [one, two, three] = chunksOf(shuffled(RECORDS), Math.ceil(RECORDS.length / 3)) as [typeof RECORDS, typeof RECORDS, typeof RECORDS]
    const paths = [tree([text(one)]), tree([text(two)])]
    for (const named of [
      [...paths, '-'],
      ['-', ...paths.toReversed()],
    ])
      expect(await order(named, { stdin: Readable.from([text(three)]) })).toEqual({ keys: IN_ORDER, late: 0 })
  })

  it('where a record says no time, and without ids by their text', async () => {
    const nameless = RECORDS.slice(0, 50).map(({ eventID, ...record }) => ({ ...record, eventTime: '2026-01-05T08:00:00Z' }))
    const read = async (records: readonly object[]) => {
      const found: string[] = []
      for await (const batch of readInTimeOrder([tree([text(records)])], { onProblem: unexpected }))
        found.push(...batch.map((record) => JSON.stringify(record)))
      return found
    }
    expect(await read(shuffled(nameless))).toEqual(await read(nameless))
    expect(await read([{ eventVersion: '1.11', eventName: 'x' }, nameless[0] as object])).toHaveLength(2)
    // Some records of exercises have one id, and an envelope is no part of a record.
    const alike = nameless.map((record) => ({ ...record, eventID: '…' }))
    const wrapped = alike.map((record, at) => (at % 2 === 0 ? record : { 'detail-type': 'AWS API Call via CloudTrail', detail: record }))
    const inner = (texts: readonly string[]) => texts.map((one) => JSON.parse(one)).map((one) => JSON.stringify(one.detail ?? one))
    expect(inner(await read(shuffled(wrapped)))).toEqual(await read(alike))
  })
})

describe('a large file of lines, whose times are looked for without parsing', () => {
  const looked = { parsedBytes: 0, heldBytes: 8000 }
  const line = (record: object) => `${JSON.stringify(record)}\n`
  const escaped = (record: object) => line(record).replace('"eventTime"', '"event\\u0054ime"')
  const spaced = (record: object) => line(record).replace('"eventTime":', '"eventTime" : ')

  it('comes in order, however its records write their times', async () => {
    const twice = (record: object) => line({ ...record, requestParameters: { eventTime: '2020-01-01T00:00:00Z' } })
    for (const written of [escaped, spaced, twice]) {
      const lines = shuffled(RECORDS).map((record, at) => (at % 3 === 0 ? written(record) : line(record)))
      expect(await order([tree([lines.join('')])], looked)).toEqual({ keys: IN_ORDER, late: 0 })
    }
  })

  it('says each damage once, and keeps what is around it', async () => {
    const middle = RECORDS.length >> 1
    for (const damage of ['{"eventVersion":"1.11","eventName":', '{"eventTime":"2026-01-30T00:00:00Z",,}']) {
      const path = tree([`${text(RECORDS.slice(0, middle))}${damage}\n${text(RECORDS.slice(middle))}`])
      const reasons: string[] = []
      const { keys } = await order([path], { ...looked, onProblem: ({ reason }) => reasons.push(reason) })
      expect(keys.toSorted()).toEqual(IN_ORDER)
      expect(reasons).toHaveLength(1)
    }
  })

  it('loses no record that shows another time than its own, and counts it as late', async () => {
    const [first, ...others] = RECORDS as readonly Fields[] as [Fields, ...Fields[]]
    const liar = JSON.stringify({ ...first, requestParameters: { eventTime: '2026-01-31T23:59:59Z' } }).replace(
      '"eventTime":',
      '"eventTime" :',
    )
    const { keys, late } = await order([tree([`${text(others)}${liar}\n`])], looked)
    expect(keys.toSorted()).toEqual(IN_ORDER)
    expect(late).toBe(1)
  })

  it('leaves no file open, however many there are', async () => {
    const open = () => readdirSync('/proc/self/fd').length
    if (!existsSync('/proc/self/fd')) return
    const before = open()
    const read = await order([tree(chunksOf(RECORDS, 5).map(text))], looked)
    expect(read).toEqual({ keys: IN_ORDER, late: 0 })
    expect(open() - before).toBeLessThan(5)
  })
})

describe('hostile records', () => {
  it('that say no time are not held until one does, but sorted on disk as those of one time are', () => {
    const file = { path: 'log.json', isNamed: true }
    for (const time of [Number.NEGATIVE_INFINITY, Date.UTC(2026, 0, 1)]) {
      const times = new FileTimes()
      for (let at = 0; at < 5; at++) times.add(time, 1024 * 1024)
      expect(times.of(file, true)?.isOrdered).toBe(false)
    }
    const between = new FileTimes()
    for (let at = 0; at < 10; at++) between.add(at % 2 === 0 ? Number.NEGATIVE_INFINITY : Date.UTC(2026, 0, at), 1024 * 1024)
    expect(between.of(file, true)?.isOrdered).toBe(true)
  })

  it('come from the disk as they come from memory, however deep they are and whatever their numbers', async () => {
    const deep = `${'['.repeat(9000)}${']'.repeat(9000)}`
    const lines = RECORDS.slice(0, 6).map((record, at) => {
      const value = [deep, '1e999', '-0'][at % 3]
      return `${JSON.stringify({ ...record, requestParameters: null }).replace('"requestParameters":null', `"requestParameters":{"x":${value}}`)}\n`
    })
    const path = tree([lines.toReversed().join('')])
    const read = async (options: Partial<TimeOrderOptions>) => {
      const found: string[] = []
      for await (const batch of readInTimeOrder([path], { onProblem: unexpected, ...options })) found.push(...batch.map(exactJson))
      return found
    }
    const inMemory = await read({})
    expect(inMemory).toHaveLength(6)
    expect(inMemory.filter((text) => text.includes('1e999') || text.includes(':-0'))).toHaveLength(4)
    expect(await read({ heldBytes: 100 })).toEqual(inMemory)
  })

  it('of one time and one id are written once to be compared, however many there are', () => {
    let written = 0
    const entries = Array.from({ length: 500 }, (_, at) => {
      const toJSON = () => {
        written++
        return { name: (at * 7919) % 500 }
      }
      const record = { eventTime: '2026-01-01T00:00:00Z', toJSON }
      return timed({ record, origin: { file: 'log.json', record: at }, bytes: 60 })
    })
    entries.sort(compareTimed)
    expect(written).toBe(500)
  })

  it('of megabytes each do not wait in memory until a thousand of them are a batch', async () => {
    const padding = 'x'.repeat(3 * 1024 * 1024)
    const large = RECORDS.slice(0, 12).map((record) => `${JSON.stringify({ ...record, requestParameters: { padding } })}\n`)
    const path = tree([gzipSync(large.join(''))])
    for (const options of [{ heldBytes: 16 * 1024 * 1024 }, {}]) {
      const sizes: number[] = []
      for await (const batch of readInTimeOrder([path], { onProblem: unexpected, ...options })) sizes.push(batch.length)
      expect(sizes).toEqual([6, 6])
    }
  })
})

describe('standard input', () => {
  it('is sorted as far as what may be held of it goes, and what comes later is counted', async () => {
    const stdin = () => Readable.from(RECORDS.toReversed().map((record) => `${JSON.stringify(record)}\n`))
    expect(await order(['-'], { stdin: stdin() })).toEqual({ keys: IN_ORDER, late: 0 })
    const { keys, late } = await order(['-'], { stdin: stdin(), heldBytes: 20_000 })
    expect(keys.toSorted()).toEqual(IN_ORDER)
    expect(late).toBeGreaterThan(RECORDS.length / 2)
    expect(late).toBeLessThan(RECORDS.length)
  })

  it('that is in order needs no more than a window', async () => {
    const stdin = Readable.from(RECORDS.map((record) => `${JSON.stringify(record)}\n`))
    expect(await order(['-'], { stdin, heldBytes: 20_000 })).toEqual({ keys: IN_ORDER, late: 0 })
  })
})

it('leaves nothing behind in the temporary folder', async () => {
  const temporary = tree([])
  await order([tree([text(shuffled(RECORDS))])], { heldBytes: 8000, openFiles: 3, temporary })
  for await (const _ of readInTimeOrder([tree([text(shuffled(RECORDS))])], { onProblem: unexpected, heldBytes: 8000, temporary })) break
  expect(readdirSync(temporary)).toEqual([])
})

describe('the reading that is ended', () => {
  /** Ends it as soon as `when` is true of the progress. Problems fail the test: what is cut off is none. */
  async function ended(paths: readonly string[], when: (progress: ReadProgress) => boolean, options: Partial<TimeOrderOptions> = {}) {
    const ending = new AbortController()
    const onProgress = (progress: ReadProgress) => when(progress) && ending.abort()
    const temporary = tree([])
    const { keys } = await order(paths, { ...options, temporary, onProgress, signal: ending.signal })
    expect(readdirSync(temporary)).toEqual([])
    return keys
  }
  const many = () =>
    tree([text(shuffled(Array.from({ length: 3000 }, (_, at) => ({ ...RECORDS[at % RECORDS.length], eventID: `${at}` }))))])

  it('while files are read for their times: no record is returned', async () => {
    const isIndexing = ({ kind, records }: ReadProgress) => kind === 'indexing' && records > 0
    expect(await ended([many(), many()], isIndexing)).toEqual([])
    expect(await ended([tree([gzipSync(text(RECORDS))])], isIndexing)).toEqual([])
  })

  it('while records are returned: none of files comes after the batch that was begun', async () => {
    const isTaken = ({ kind, records }: ReadProgress) => kind === 'taken' && records === 1000
    expect(await ended([many()], isTaken)).toHaveLength(1000)
    expect(await ended([many()], isTaken, { heldBytes: 8000, openFiles: 3 })).toHaveLength(1000)
  })

  it('while standard input is waited for: what came of it is returned, without the record that was cut', async () => {
    const ending = new AbortController()
    const stdin = new Readable({ read() {} })
    stdin.push(`${text(RECORDS)}{"eventVersion":`)
    const onBytes = () => setImmediate(() => ending.abort())
    expect(await order(['-'], { stdin, onBytes, signal: ending.signal })).toEqual({ keys: IN_ORDER, late: 0 })
  })

  it('before it began: nothing is read', async () => {
    const options = { signal: AbortSignal.abort(), stdin: new Readable({ read() {} }) }
    expect(await order([many(), '-'], options)).toEqual({ keys: [], late: 0 })
  })
})

describe('the progress', () => {
  const progressOf = async (paths: readonly string[], options: Partial<TimeOrderOptions> = {}) => {
    const told: ReadProgress[] = []
    await order(paths, { ...options, onProgress: (progress) => told.push(progress) })
    return told
  }
  const thousand = Array.from({ length: 2000 }, (_, at) => ({ ...RECORDS[at % RECORDS.length], eventID: `${at}` }))

  it.each([undefined, 8000])('counts the records and their bytes up to all of them, holding %s bytes', async (heldBytes) => {
    const told = await progressOf([tree([text(thousand)])], heldBytes === undefined ? {} : { heldBytes })
    const taken = told.filter((progress) => progress.kind === 'taken')
    expect(told.find(({ kind }) => kind === 'indexing')).toBeDefined()
    expect(taken.map(({ records }) => records)).toEqual([0, 1000, 2000])
    expect(new Set(taken.map(({ allBytes }) => allBytes)).size).toBe(1)
    expect(taken.at(-1)?.bytes).toBe(taken[0]?.allBytes)
  })

  it('knows no end of standard input', async () => {
    const told = await progressOf(['-'], { stdin: Readable.from([text(thousand)]) })
    expect(told.at(-1)).toMatchObject({ kind: 'taken', records: 2000, allBytes: undefined })
  })
})
