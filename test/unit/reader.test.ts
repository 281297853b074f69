import { mkdtempSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, inject, it } from 'vitest'
import { isStream, jobsFor } from '../../local/reader/jobs.ts'
import { type FromReader, MAX_IN_FLIGHT, type Told } from '../../local/reader/messages.ts'
import { Sender } from '../../local/reader/sender.ts'

const folder = mkdtempSync(join(inject('scratch'), 'reader-'))

describe('the messages of a reader', () => {
  function sending() {
    const sent: FromReader[] = []
    const inFlight = new SharedArrayBuffer(4)
    const counter = new Int32Array(inFlight)
    // Whoever takes them at once.
    const port = {
      postMessage(message: FromReader) {
        sent.push(structuredClone(message))
        Atomics.sub(counter, 0, 1)
      },
    }
    return { sent, sender: new Sender(port as never, inFlight), told: () => sent.flatMap(({ told }): readonly Told[] => told) }
  }

  it('tell of every call before the batch, rows and bytes as sums, and progress no oftener than it is drawn', () => {
    const { sent, sender, told } = sending()
    const { onProblem, onSkip, onRow, onLate, onBytes, onProgress } = sender.callbacks
    for (let count = 0; count < 3; count++) onRow('a.csv')
    onRow('b.csv')
    onSkip('c', 'empty files')
    onBytes(10)
    onBytes(20)
    onProblem({ file: 'a.csv', position: 1, reason: 'cut off' })
    onLate(2)
    sender.send({ batch: '{}' })
    const all: readonly Told[] = [
      { kind: 'rows', file: 'a.csv', count: 3 },
      { kind: 'rows', file: 'b.csv', count: 1 },
      { kind: 'skip', file: 'c', what: 'empty files' },
      { kind: 'bytes', count: 30 },
      { kind: 'problem', problem: { file: 'a.csv', position: 1, reason: 'cut off' } },
      { kind: 'late', count: 2 },
    ]
    expect(sent).toEqual([{ told: all, batch: '{}' }])
    for (let records = 0; records < 100; records++) onProgress({ kind: 'indexing', records })
    onProgress({ kind: 'taken', records: 0, bytes: 0, allBytes: 9 })
    const progress = told().flatMap((one) => (one.kind === 'progress' ? [one.progress] : []))
    expect(progress.at(0)).toEqual({ kind: 'indexing', records: 0 })
    expect(progress.at(-1)).toEqual({ kind: 'taken', records: 0, bytes: 0, allBytes: 9 })
    expect(progress.length).toBeLessThan(50)
  })

  it('carry no more than some calls each, however many problems there are', () => {
    const { sent, sender, told } = sending()
    for (let position = 0; position < 2500; position++) sender.callbacks.onProblem({ file: 'x', position, reason: 'damaged' })
    expect(sent.map(({ told }) => told.length)).toEqual([1000, 1000])
    sender.send({ isEnd: true })
    expect(told()).toHaveLength(2500)
  })

  it('are no more than four that nobody has taken', async () => {
    const inFlight = new SharedArrayBuffer(4)
    const counter = new Int32Array(inFlight)
    const code = `
      const { parentPort, workerData } = require('node:worker_threads')
      import(workerData.file).then(({ Sender }) => {
        const sender = new Sender(parentPort, workerData.inFlight)
        for (let at = 0; at < 10; at++) sender.send({ batch: String(at) })
        sender.send({ isEnd: true })
      })`
    const file = new URL('../../local/reader/sender.ts', import.meta.url).href
    const thread = new Worker(code, { eval: true, workerData: { inFlight, file } })
    const got: FromReader[] = []
    let most = 0
    await new Promise<void>((resolve, reject) => {
      thread.once('error', reject)
      thread.on('message', (message: FromReader) => {
        got.push(message)
        // The count is of those that were sent and not taken, this one among them.
        most = Math.max(most, Atomics.load(counter, 0))
        if (message.isEnd === true) resolve()
        const taken = () => {
          Atomics.sub(counter, 0, 1)
          Atomics.notify(counter, 0)
        }
        // Only when all places are taken, or the last was sent, is one given back.
        if (got.length < MAX_IN_FLIGHT) return
        for (let count = 0; count < (got.length === MAX_IN_FLIGHT ? 2 : 1); count++) taken()
      })
    })
    await thread.terminate()
    expect(got.map(({ batch }) => batch)).toEqual([...Array.from({ length: 10 }, (_, at) => String(at)), undefined])
    expect(most).toBe(MAX_IN_FLIGHT)
  })
})

describe('the number of threads', () => {
  it('is two for large logs on several cores, and one for small ones, on one core, and for standard input', () => {
    const [small, large, packed] = ['small.json', 'large.json', 'packed.json.gz'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    writeFileSync(small, 'x')
    // Sparse files: they take no room.
    const sized = (path: string, bytes: number) => {
      writeFileSync(path, '')
      truncateSync(path, bytes)
    }
    sized(large, 201 * 1024 * 1024)
    sized(packed, 20 * 1024 * 1024)
    expect([small, large, packed].map((path) => jobsFor([path], undefined, 2))).toEqual([1, 2, 2])
    expect([[large], [small, large]].map((paths) => jobsFor(paths, undefined, 1))).toEqual([1, 1])
    expect([
      jobsFor([large], 1, 8),
      jobsFor([small], 2, 1),
      jobsFor(['-', large], 2, 8),
      jobsFor([join(folder, 'none'), large], undefined, 8),
    ]).toEqual([1, 2, 1, 2])
    expect([isStream('-'), isStream('/dev/null'), isStream(folder), isStream(small), isStream(join(folder, 'none'))]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })
})
