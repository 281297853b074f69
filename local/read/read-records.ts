import { listFiles } from './list-files.ts'
import { type ReadOptions, readFile } from './read-file.ts'
import { Scratch } from './scratch.ts'

const BATCH_RECORDS = 1000

/**
 * Reads records in batches of up to 1,000 from files, folders and `-` for standard input, in the order of the files.
 *
 * The content decides what a file is: CloudTrail's own, what AWS commands and services make of its records, plain, compressed or packed. Events of EventBridge are
 * returned as they are. Memory does not grow with the input. No content makes this throw: what cannot be read goes to `onProblem`, and reading goes on.
 *
 * @example
 * for await (const batch of readRecords(['AWSLogs/'], { onProblem: console.error })) for (const record of batch) use(record)
 */
export async function* readRecords(paths: readonly string[], options: ReadOptions): AsyncGenerator<object[]> {
  const scratch = new Scratch()
  let records: object[] = []
  try {
    for (const file of filesOf(paths, options)) {
      for await (const entries of readFile(file, scratch, options)) {
        for (const { record } of entries) records.push(record)
        let from = 0
        for (; records.length - from >= BATCH_RECORDS; from += BATCH_RECORDS) yield records.slice(from, from + BATCH_RECORDS)
        if (from > 0) records = records.slice(from)
      }
    }
    if (records.length > 0) yield records
  } finally {
    scratch.remove()
  }
}

/** The files of the paths that a command names; `-` is standard input. */
export function* filesOf(paths: readonly string[], { onProblem }: Pick<ReadOptions, 'onProblem'>) {
  for (const path of paths) {
    if (path === '-') yield { path, isNamed: true }
    else yield* listFiles(path, (problem) => onProblem({ ...problem, position: 0 }))
  }
}
