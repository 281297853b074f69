import { appendFile, writeFile } from 'node:fs/promises'
import { ResponderError } from '../shared/errors.ts'
import { whyUnreadable } from './read/list-files.ts'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not write there',
}

/** Writes what `--out` names. Throws `usage` where it cannot be written. */
export async function writeOut(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((cause: NodeJS.ErrnoException) => {
    throw unwritable(path, cause)
  })
}

/** Throws `usage` where `--out` names what cannot be written, before the work for it begins. What stands there stays. */
export async function requireWritable(path: string): Promise<void> {
  await appendFile(path, '').catch((cause: NodeJS.ErrnoException) => {
    throw unwritable(path, cause)
  })
}

function unwritable(path: string, cause: NodeJS.ErrnoException): ResponderError {
  return new ResponderError('usage', `cannot write --out ${path}: ${REASONS[cause.code ?? ''] ?? whyUnreadable(cause)}`, { cause })
}
