import { type ChainHead, type Change, type ChangeDraft, chain, EMPTY_CHAIN } from '../domain/change.ts'
import { ResponderError } from '../errors.ts'
import type { ChangeRecord } from '../ports/stores.ts'

/** Attempts to append before other writers count as a conflict. Each lost attempt means that another entry was written. */
const ATTEMPTS = 8

/** The subject of an incident's chain, such as `INCIDENT#inc-0123456789ab`. */
export function incidentSubject(incidentId: string): string {
  return `INCIDENT#${incidentId}`
}

/** The subject of the chain of what people said to expect of an identity. */
export function identitySubject(identityId: string): string {
  return `IDENTITY#${identityId}`
}

/** The subject of the policy's chain. */
export const POLICY_SUBJECT = 'POLICY'

/**
 * Appends an entry to the end of a chain. `known` is the last head when the caller has read it already.
 *
 * Throws `record.conflict` after `ATTEMPTS` lost attempts.
 */
export async function append(record: ChangeRecord, subject: string, draft: ChangeDraft, known?: ChainHead): Promise<Change> {
  let head = known ?? headOf(await record.last(subject))
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const change = chain(subject, head, draft)
    if (await record.append(change)) return change
    head = headOf(await record.last(subject))
  }
  throw new ResponderError(
    'record.conflict',
    `${subject}: another writer was first in ${ATTEMPTS} appends in a row; deliver the event again`,
  )
}

/** The chain head after an entry, or the head of an empty chain for undefined. */
export function headOf(change: Change | undefined): ChainHead {
  return change === undefined ? EMPTY_CHAIN : { number: change.number, hash: change.hash }
}
