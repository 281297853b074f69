import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { listFiles } from '../read/list-files.ts'

/** How many threads a replay has: with two, one of them reads. */
export type Jobs = 1 | 2

/**
 * The text from which on a second thread is worth it, in bytes. It takes some 150 MB of memory and a tenth more of the processor, and of shorter
 * logs it saves no more than a few seconds.
 */
const LARGE_BYTES = 200 * 1024 * 1024

/** Logs as CloudTrail writes them become ten to forty times as large when they are expanded. */
const EXPANSION = 12

/** Names by which compressed logs go. A wrong guess costs time and changes no result. */
const COMPRESSED = /\.(gz|gzip|zst|zstd|zip|tgz|parquet)$/i

/**
 * The number of threads for these paths, where none was asked for: two where much is to be read and the machine has a second core. Standard input and
 * pipes are read by the one thread, whatever was asked for: they cannot be read twice, and come at the pace of whoever writes them.
 */
export function jobsFor(paths: readonly string[], asked: Jobs | undefined, cores = availableParallelism()): Jobs {
  if (asked === 1 || paths.some(isStream)) return 1
  return asked ?? (cores > 1 && isLarge(paths) ? 2 : 1)
}

/** True for standard input, a pipe and a socket. */
export function isStream(path: string): boolean {
  if (path === '-') return true
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat !== undefined && !stat.isFile() && !stat.isDirectory()
}

/** Looks at no more files than are needed to say so. */
function isLarge(paths: readonly string[]): boolean {
  let bytes = 0
  for (const path of paths)
    for (const file of listFiles(path, () => {})) {
      const { size } = statSync(file.path, { throwIfNoEntry: false }) ?? { size: 0 }
      bytes += COMPRESSED.test(file.path) ? size * EXPANSION : size
      if (bytes > LARGE_BYTES) return true
    }
  return false
}
