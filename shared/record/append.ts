import { type ChainHead, type Change, type ChangeDraft, chain, EMPTY_CHAIN } from '../domain/change.ts'
import { ResponderError } from '../errors.ts'
import type { ChangeRecord } from '../ports/stores.ts'

/** How often an append may lose its number to another writer; each loss means that somebody else has written. */
const ATTEMPTS = 8

/** The subject of an incident's chain. */
export function incidentSubject(incidentId: string): string {
  return `INCIDENT#${incidentId}`
}

export const POLICY_SUBJECT = 'POLICY'

/** Appends an entry to a chain, after the entry that is last by then. `known` saves the first read. */
export async function append(record: ChangeRecord, subject: string, draft: ChangeDraft, known?: ChainHead): Promise<Change> {
  let head = known ?? headOf(await record.last(subject))
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const change = chain(subject, head, draft)
    if (await record.append(change)) return change
    head = headOf(await record.last(subject))
  }
  throw new ResponderError(
    'record.conflict',
    `${subject}: ${ATTEMPTS} appends in a row lost their number to another writer; deliver the event again`,
  )
}

export function headOf(change: Change | undefined): ChainHead {
  return change === undefined ? EMPTY_CHAIN : { number: change.number, hash: change.hash }
}
