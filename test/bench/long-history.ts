import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { ACCOUNT, type CloudTrailRecord } from '../../local/synthetic/record.ts'
import { syntheticHistory } from '../../local/synthetic-history.ts'

/** Writes so many records of synthetic accounts, each with a month and a last day, in the order of time, as a log of an organisation is. */
export async function writeLongHistory(file: string, records: number): Promise<void> {
  const lines: { time: string; line: string }[] = []
  for (let seed = 0; lines.length < records; seed++) for (const one of linesOf(seed)) lines.push(one)
  lines.length = records
  lines.sort((a, b) => (a.time < b.time ? -1 : 1))
  const text = function* () {
    for (const [at, { line }] of lines.entries()) yield at === 0 ? line : `\n${line}`
  }
  await pipeline(text, createGzip(), createWriteStream(file))
}

function linesOf(seed: number): { time: string; line: string }[] {
  const { history, lastDay } = syntheticHistory({ seed, end: Date.UTC(2026, 0, 31), days: 31 })
  const account = String(111_122_220_000 + seed)
  return ([...history, ...lastDay] as CloudTrailRecord[]).map((record) => ({
    time: record.eventTime,
    line: JSON.stringify(record).replaceAll(ACCOUNT, account),
  }))
}
