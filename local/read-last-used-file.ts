import { readFile } from 'node:fs/promises'
import type { LastUsed } from '../shared/domain/last-used.ts'
import { readLastUsed } from '../shared/domain/read-last-used.ts'
import { ResponderError } from '../shared/errors.ts'
import { whyUnreadable } from './read/list-files.ts'

/** The last-used data in a file that `aws iam get-service-last-accessed-details` printed. Throws `input.unreadable` where it is none. */
export async function readLastUsedFile(path: string): Promise<LastUsed> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ResponderError('input.unreadable', `cannot read the file of last-used data ${path}: ${whyUnreadable(cause)}`, { cause })
  })
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch (cause) {
    throw new ResponderError('input.unreadable', `${path} is not JSON; give what \`aws iam get-service-last-accessed-details\` prints`, {
      cause,
    })
  }
  return { snapshots: [readLastUsed(answer, path)] }
}
