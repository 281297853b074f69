import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ResponderError } from '../shared/errors.ts'

export interface ListOptions {
  /** Called for a path that cannot be read. */
  onProblem(problem: { readonly file: string; readonly reason: string }): void
  /** Called for a file in a folder that is not a CloudTrail log. */
  onSkip(file: string): void
}

const LOG_FILE = /\.(json|ndjson|jsonl)(\.gz)?$/i

/** CloudTrail's folder of digest files, which list the log files and have no records. */
const DIGESTS = 'CloudTrail-Digest'

/**
 * Lists the files of a path in the order of their names. For CloudTrail's names, that is the order of time within a region.
 *
 * A path that is a file is listed whatever its name; of a folder, all log files below it. Links are followed, each folder once.
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
  EISDIR: 'it is a folder',
}

/**
 * Throws `usage` where none of the paths that a command names can be opened, so that there is nothing to read. Where some can, those are read, and the
 * others are told of as problems of the input.
 */
export function requireSomeInput(paths: readonly string[]): void {
  const faults = paths.map((path) => (path === '-' ? undefined : faultOf(path)))
  const found = faults.filter((fault) => fault !== undefined)
  if (found.length === faults.length) throw new ResponderError('usage', `nothing was read: ${found.join('; ')}`)
}

function faultOf(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK)
    return undefined
  } catch (error) {
    return `${path}: ${whyUnreadable(error)}`
  }
}

/** The reason in words why the file system could not read a path. */
export function whyUnreadable(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
  return REASONS[code] ?? `it cannot be read (${code})`
}
