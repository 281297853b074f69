import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { MAX_IN_FLIGHT, type ReaderTask } from '../../local/reader/messages.ts'
import { readInThread, type ThreadOptions } from '../../local/reader/read-in-thread.ts'
import { ReadRecord } from '../../local/reader/read-record.ts'
import { type LogBatch, logBatches } from '../../local/replay/log-batches.ts'
import { syntheticHistory } from '../../local/synthetic-history.ts'
import { silentLog } from '../../shared/memory/log.ts'
import type { Trust } from '../../shared/sense/believe.ts'
import { readInput } from '../../shared/sense/read-input.ts'

const { history, lastDay } = syntheticHistory({ seed: 11, end: Date.UTC(2026, 0, 31), days: 31 })
const RECORDS = [...history, ...lastDay].slice(-2600) as { eventTime: string; eventID: string }[]
const lines = (records: readonly object[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('')

const ALL = { since: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY }
const TRUST: Trust = { kind: 'replay', until: Date.UTC(2026, 1, 1) }

let folder: string
let temporary: string
beforeAll(() => {
  folder = mkdtempSync(join(inject('scratch'), 'read-in-thread-'))
  temporary = mkdtempSync(join(inject('scratch'), 'read-in-thread-temporary-'))
})

/** The options of a reading that writes down every call of its callbacks. */
function listening() {
  const calls: unknown[] = []
  const onProblem: ThreadOptions['onProblem'] = (problem) => void calls.push(['problem', problem])
  const onSkip = (file: string, kind: string) => void calls.push(['skip', file, kind])
  const onRow = (file: string) => void calls.push(['row', file])
  const onLate = (count: number) => void calls.push(['late', count])
  return { calls, options: { onProblem, onSkip, onRow, onLate } }
}

interface Seen {
  readonly records: number
  readonly inputs: readonly unknown[]
  readonly origins: readonly unknown[]
}

async function seen(batches: AsyncIterable<LogBatch>, outcomeOf: (input: unknown) => unknown, calls: unknown[]): Promise<void> {
  for await (const { records, inputs, originOf } of batches)
    calls.push({ records, inputs: inputs.map(outcomeOf), origins: inputs.map((_, at) => originOf(at)) } satisfies Seen)
}

const here = (input: unknown) => readInput(input, { trust: TRUST, clock: { now: () => 0 }, log: silentLog })

/** A tree with what logs have besides good records. */
function oddTree(): string {
  const tree = join(folder, 'odd')
  mkdirSync(tree)
  const unread = [
    { eventVersion: '1.11', eventName: 'X', eventSource: 's3.amazonaws.com', eventTime: 'never' },
    { ...RECORDS[0], eventID: 'later', eventTime: '2031-01-01T00:00:00Z' },
    { ...RECORDS[1], eventID: 'damaged', userIdentity: 7 },
    { source: 'aws.health', 'detail-type': 'AWS Health Event', time: '2026-01-02T00:00:00Z', detail: { eventTypeCode: 'AWS_EC2_X' } },
  ]
  const half = RECORDS.length >> 1
  writeFileSync(join(tree, 'a.ndjson'), `${lines(RECORDS.slice(half).toReversed())}{"broken\n${lines(unread)}`)
  writeFileSync(join(tree, 'b.json'), JSON.stringify({ Records: RECORDS.slice(0, half) }))
  writeFileSync(
    join(tree, 'c.csv'),
    'Event name,Event time,Event source,User name\nListBuckets,2026-01-05T08:00:00Z,s3.amazonaws.com,anna\n',
  )
  writeFileSync(join(tree, 'cut.json'), JSON.stringify({ Records: RECORDS.slice(0, 100) }).slice(0, 40_000))
  writeFileSync(join(tree, 'digest'), JSON.stringify({ digestStartTime: 'x', logFiles: [] }))
  writeFileSync(join(tree, 'empty'), '')
  return tree
}

describe('reading on a thread of its own', () => {
  it('gives the same signals, outcomes, places and calls, in the same order, as reading here', async () => {
    const tree = oddTree()
    const paths = [tree, join(folder, 'nowhere')]
    for (const span of [ALL, { since: Date.UTC(2026, 0, 10), until: Date.UTC(2026, 0, 20) }])
      for (const limits of [{}, { parsedBytes: 1000, heldBytes: 200_000, openFiles: 2 }]) {
        const [one, two] = [listening(), listening()]
        await seen(logBatches(paths, span, { ...one.options, ...limits }), here, one.calls)
        await seen(readInThread(paths, span, { ...two.options, trust: TRUST, temporary, limits }), ReadRecord.outcomeOf, two.calls)
        expect(two.calls).toStrictEqual(one.calls)
        const kinds = one.calls.flatMap((call) =>
          Array.isArray(call) ? [call[0]] : (call as Seen).inputs.map((input) => (input as { kind: string }).kind),
        )
        expect([...new Set(kinds)].sort()).toEqual(
          span === ALL
            ? ['ignored', 'problem', 'row', 'signals', 'skip', 'unreadable']
            : ['problem', 'row', 'signals', 'skip', 'unreadable'],
        )
      }
    expect(readdirSync(temporary)).toEqual([])
  })

  it('ends with a part where it is told to, and leaves no files', async () => {
    const file = join(folder, 'long.ndjson')
    writeFileSync(file, lines(RECORDS.toReversed()))
    const ending = new AbortController()
    const [{ calls, options }, limits] = [listening(), { heldBytes: 100_000, parsedBytes: 1000 }]
    let records = 0
    for await (const batch of readInThread([file, file, file], ALL, {
      ...options,
      trust: TRUST,
      temporary,
      limits,
      signal: ending.signal,
    })) {
      records += batch.records
      expect(readdirSync(temporary)).toHaveLength(1)
      ending.abort()
    }
    // What was on its way is returned, and one more batch that was begun.
    expect(records).toBeLessThanOrEqual((MAX_IN_FLIGHT + 2) * 1000)
    expect(records).toBeLessThan(3 * RECORDS.length)
    expect([calls, readdirSync(temporary)]).toEqual([[], []])
    const none = readInThread([file], ALL, { ...options, trust: TRUST, temporary, signal: AbortSignal.abort() })
    expect(await none.next()).toEqual({ done: true, value: undefined })
  })

  it('ends where nobody takes its batches any more', async () => {
    const file = join(folder, 'left.ndjson')
    writeFileSync(file, lines(RECORDS))
    for await (const { records } of readInThread([file, file, file, file], ALL, { ...listening().options, trust: TRUST, temporary })) {
      expect(records).toBe(1000)
      break
    }
    expect(readdirSync(temporary)).toEqual([])
  })

  const ENDS: Readonly<Record<string, readonly [code: string, message: RegExp]>> = {
    'throws an error': [
      `throw new Error('out of order')`,
      /failed, so they were not read to their end: out of order; --jobs 1 reads them without/,
    ],
    'exits without a word': ['process.exit(7)', /it ended with the code 7/],
    'exits after a batch as if nothing was': [
      `require('node:worker_threads').parentPort.postMessage({ told: [] })`,
      /it ended with the code 0/,
    ],
    'has no memory left': ['const all = []; for (;;) all.push(new Array(1000).fill({}).map(() => ({})))', /memory limit/],
    'sends what cannot be read': [`require('node:worker_threads').parentPort.postMessage({ told: [], batch: '{' })`, /JSON/],
    'has an error of the file system': [
      `throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', path: '/tmp/x' })`,
      /^ENOSPC: no space left$/,
    ],
  }

  it.each(Object.entries(ENDS))('throws where the thread %s', async (_, [code, message]) => {
    const start = (workerData: ReaderTask) => new Worker(code, { eval: true, workerData, resourceLimits: { maxOldGenerationSizeMb: 16 } })
    const reading = readInThread([], ALL, { ...listening().options, trust: TRUST, temporary, start })
    await expect(reading.next()).rejects.toThrow(message)
    expect(readdirSync(temporary)).toEqual([])
  })
})
