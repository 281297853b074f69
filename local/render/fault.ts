import type { AuditFault } from '../../shared/record/audit.ts'

const FAULTS: Readonly<Record<AuditFault['fault'], string>> = {
  edited: 'was edited: its hash does not fit its content',
  missing: 'is missing, or another is in its place',
  unlinked: 'does not follow the entry before it',
  'cut-short': 'is missing at the end',
  rewritten: 'or one soon after it was rewritten, with all that follow',
  vanished: 'is missing, with its whole chain',
  lost: 'is missing where the seals are stored, or is not a seal',
  newer: 'was written by a newer release: check it with that one',
  unended: 'may not be the last: the incident that says where the chain ends cannot be read',
}

/** Which entry of the record is damaged, and what shows it. */
export function faultText({ subject, number, fault, seal }: AuditFault): string {
  return `${subject}: entry ${number} ${FAULTS[fault]}${seal === undefined ? '' : ` (seal ${seal} names it)`}`
}
