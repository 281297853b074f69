import { readdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface ListOptions {
  /** A path that cannot be looked at. */
  onProblem(problem: { readonly file: string; readonly reason: string }): void
  /** A file that a folder holds and that is no CloudTrail log. */
  onSkip(file: string): void
}

const LOG_FILE = /\.(json|ndjson|jsonl)(\.gz)?$/i

/** Digests say which log files there should be; they hold no records. */
const DIGESTS = 'CloudTrail-Digest'

/**
 * The files of a path in the order of their names, which CloudTrail's own names make the order of time within a region.
 *
 * A file is taken whatever its name; of a folder, all log files below it. Links are followed, each folder once.
 */
export function* listFiles(path: string, options: ListOptions): Generator<string> {
  yield* walk(path, new Set(), [], options)
}

function* walk(path: string, seen: Set<string>, above: readonly string[], options: ListOptions): Generator<string> {
  let names: string[]
  try {
    if (!statSync(path).isDirectory()) return yield path
    const real = realpathSync(path)
    if (above.includes(real))
      return options.onProblem({ file: path, reason: 'this link leads back to a folder above it; it is not followed' })
    if (seen.has(real)) return
    seen.add(real)
    above = [...above, real]
    names = readdirSync(path).sort()
  } catch (error) {
    return options.onProblem({ file: path, reason: whyUnreadable(error) })
  }
  for (const name of names) {
    const inner = join(path, name)
    const isLog = LOG_FILE.test(name)
    if (name === DIGESTS) options.onSkip(inner)
    else if (isLog || isFolder(inner)) yield* walk(inner, seen, above, options)
    else options.onSkip(inner)
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'it may not be read; give this user read permission',
  EPERM: 'it may not be read; give this user read permission',
  ELOOP: 'its links lead in a circle',
}

/** Why the file system would not give a path, in words. */
export function whyUnreadable(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
  return REASONS[code] ?? `it cannot be read (${code})`
}
