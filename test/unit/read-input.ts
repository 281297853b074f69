import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { expect, inject } from 'vitest'
import type { InputProblem } from '../../local/read/read-file.ts'
import { readRecords } from '../../local/read/read-records.ts'

/** Where the inputs lie; the test files of one process have one folder. */
export const folder = mkdtempSync(join(inject('scratch'), 'read-records-'))

export const record = (id: number) => ({
  eventVersion: '1.11',
  eventSource: 's3.amazonaws.com',
  eventName: 'ListBuckets',
  nested: { list: [{ a: `}],{"é\\` }, {}] },
  eventID: `id-${id}`,
})
export const text = (value: unknown) => JSON.stringify(value)
export const envelope = (...records: unknown[]) => text({ Records: records })
export const unexpected = (problem: InputProblem) => expect.unreachable(problem.reason)

export async function read(paths: string[], stdin?: Readable) {
  const records: unknown[] = []
  const problems: InputProblem[] = []
  const skipped: [file: string, kind: string][] = []
  let bytes = 0
  let rows = 0
  const options = {
    onProblem: (problem: InputProblem) => problems.push(problem),
    onSkip: (file: string, kind: string) => skipped.push([file, kind]),
    onRow: () => {
      rows += 1
    },
    onBytes: (count: number) => {
      bytes += count
    },
    ...(stdin ? { stdin } : {}),
  }
  for await (const batch of readRecords(paths, options)) records.push(...batch)
  return { records, problems, skipped, bytes, rows }
}

let files = 0
export function file(content: string | Buffer, name = `${files++}.json`) {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return path
}

/** Reads one file and expects its only problems to have these reasons. */
export async function readContent(content: string | Buffer, ...reasons: string[]) {
  const path = file(content)
  const found = await read([path])
  expect(found.problems.map((problem) => problem.reason)).toEqual(reasons)
  for (const problem of found.problems) expect(problem.file).toBe(path)
  return found
}
