import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ResponderError } from '../../shared/errors.ts'

/** A file to read. What is named is meant to hold records; what only lies in a folder may be something else. */
export interface InputFile {
  readonly path: string
  readonly isNamed: boolean
}

/** Told of a path that cannot be read. */
type OnProblem = (problem: { readonly file: string; readonly reason: string }) => void

/**
 * Lists a path that is a file, or all files below a folder, in the order of their names. What they hold is said by their content. Links are followed, each folder once.
 * A folder without any file is a problem: whoever names it means another.
 */
export function* listFiles(path: string, onProblem: OnProblem): Generator<InputFile> {
  let isTold = false
  const told: OnProblem = (problem) => {
    isTold = true
    onProblem(problem)
  }
  let isEmpty = true
  for (const file of walk(path, { seen: new Set(), above: [], isNamed: true, onProblem: told })) {
    isEmpty = false
    yield file
  }
  if (isEmpty && !isTold) onProblem({ file: path, reason: NO_FILE })
}

const NO_FILE = 'there is no file in this folder'

interface Walk {
  readonly seen: Set<string>
  readonly above: readonly string[]
  readonly isNamed: boolean
  readonly onProblem: OnProblem
}

function* walk(path: string, { seen, above, isNamed, onProblem }: Walk): Generator<InputFile> {
  let names: string[]
  try {
    const stat = statSync(path)
    if (!stat.isDirectory()) {
      // A pipe or socket in a folder would be waited for.
      if (isNamed || stat.isFile()) yield { path, isNamed }
      return
    }
    const real = realpathSync(path)
    if (above.includes(real)) return onProblem({ file: path, reason: 'this link leads back to a folder above it; it is not followed' })
    if (seen.has(real)) return
    seen.add(real)
    above = [...above, real]
    names = readdirSync(path).sort()
  } catch (error) {
    return onProblem({ file: path, reason: whyUnreadable(error) })
  }
  for (const name of names) yield* walk(join(path, name), { seen, above, isNamed: false, onProblem })
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
    let reason: string | undefined
    const { done } = listFiles(path, (problem) => {
      reason = problem.reason
    }).next()
    return done === true ? `${path}: ${reason}` : undefined
  } catch (error) {
    return `${path}: ${whyUnreadable(error)}`
  }
}

/** The reason in words why the file system could not read a path. */
export function whyUnreadable(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
  return REASONS[code] ?? `it cannot be read (${code})`
}
