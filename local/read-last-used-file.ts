import type { LastUsed } from '../shared/domain/last-used.ts'
import { readLastUsed } from '../shared/domain/read-last-used.ts'
import { ResponderError } from '../shared/errors.ts'
import { readJson } from './read/read-text.ts'

/** The last-used data in a file that `aws iam get-service-last-accessed-details` printed. Throws `input.unreadable` where it is none. */
export async function readLastUsedFile(path: string): Promise<LastUsed> {
  const answer = await readJson(path, 'aws iam get-service-last-accessed-details').catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : 'it cannot be read'
    throw new ResponderError('input.unreadable', `cannot read the file of last-used data ${path}: ${why}`, { cause })
  })
  return { snapshots: [readLastUsed(answer, path)] }
}
