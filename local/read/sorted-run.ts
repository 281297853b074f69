import { closeSync, readSync, writeSync } from 'node:fs'
import { exactJson } from './exact-json.ts'
import type { Cursor } from './merge.ts'
import type { Scratch } from './scratch.ts'
import type { Timed } from './timed.ts'

const BLOCK_BYTES = 256 * 1024

/** Writes entries, in their order, to a file of our own, and returns a cursor that reads them again: the same values, so a log that is sorted in memory is evaluated alike. */
export async function writeRun(entries: AsyncIterable<Timed> | Iterable<Timed>, scratch: Scratch, level: number): Promise<Cursor> {
  const fd = scratch.open()
  let block: string[] = []
  let characters = 0
  const flush = () => {
    const bytes = Buffer.from(block.join(''))
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
    block = []
    characters = 0
  }
  for await (const entry of entries) {
    const line = lineOf(entry)
    block.push(line)
    characters += line.length
    if (characters > BLOCK_BYTES) flush()
  }
  flush()
  return { items: [], at: 0, level, refill: reader(fd) }
}

function lineOf({ time, id, origin, bytes, record }: Timed): string {
  return `[${JSON.stringify([time, id, origin.file, origin.record, bytes]).slice(1, -1)},${exactJson(record)}]\n`
}

function reader(fd: number): () => Promise<readonly Timed[] | undefined> {
  let position = 0
  let rest = Buffer.alloc(0)
  return async () => {
    for (;;) {
      const block = Buffer.alloc(BLOCK_BYTES)
      const count = readSync(fd, block, 0, BLOCK_BYTES, position)
      position += count
      if (count === 0) {
        closeSync(fd)
        return undefined
      }
      rest = Buffer.concat([rest, block.subarray(0, count)])
      const end = rest.lastIndexOf(0x0a)
      if (end < 0) continue
      const lines = rest.toString('utf8', 0, end).split('\n')
      rest = rest.subarray(end + 1)
      return lines.map(parseLine)
    }
  }
}

function parseLine(line: string): Timed {
  const [time, id, file, number, bytes, record] = JSON.parse(line) as [number | null, string, string, number, number, object]
  return { time: time ?? Number.NEGATIVE_INFINITY, id, origin: { file, record: number }, bytes, record }
}
