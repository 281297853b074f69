import { counted } from '../../shared/domain/counted.ts'
import { HOUR_MS } from '../../shared/domain/time.ts'
import type { AuditFault } from '../../shared/record/audit-fault.ts'
import type { SealedDiscrepancy } from '../../shared/record/audit-seals.ts'
import { discrepancyText } from '../../shared/record/seal-notice.ts'

const FAULTS: Readonly<Record<AuditFault['fault'], string>> = {
  edited: 'was edited: its hash does not fit its content',
  missing: 'is missing, or another is in its place',
  unlinked: 'does not follow the entry before it',
  'cut-short': 'is missing at the end',
  rewritten: 'or one soon after it was rewritten, with all that follow',
  vanished: 'is missing, with its whole chain',
  lost: 'is missing where the seals are stored, or is not a seal',
  newer: 'was written by a newer release: check it with that one',
  'archive-missing': 'is archived, and its object is missing in the bucket',
  'archive-changed': 'is archived, and its object in the bucket is not the one that was stored',
  'archive-swapped': 'is archived, and its object in the bucket is that of another incident',
  unended: 'may not be the last: the incident that says where the chain ends cannot be read',
}

/** Which entry of the record is damaged, and what shows it. */
export function faultText({ subject, number, fault, seal }: AuditFault): string {
  return `${subject}: entry ${number} ${FAULTS[fault]}${seal === undefined ? '' : ` (seal ${seal} names it)`}`
}

/** What a seal found when it was made, and whether the last seal found it too. */
export function sealedText(one: SealedDiscrepancy): string {
  const when = one.until === one.since ? `Seal ${one.since}` : `Seals ${one.since} to ${one.until}`
  return `${when} found: ${discrepancyText(one)}${one.isLast ? '' : `; seal ${one.until + 1} found it no more`}`
}

/** How many chains the last seal did not compare, as one line or none. */
export function uncomparedText(uncompared: number): string[] {
  return uncompared === 0 ? [] : [`${counted(uncompared, 'chain was', 'chains were')} not compared by the last seal: no time was left.`]
}

/** When the last seal was made and how long ago, as one line or none: what was written since is protected by no seal. */
export function sealedAtText(sealedAt: string | undefined, now: number): string[] {
  if (sealedAt === undefined) return []
  const hours = Math.max(0, Math.floor((now - Date.parse(sealedAt)) / HOUR_MS))
  return [`The last seal is of ${sealedAt}, ${counted(hours, 'hour')} ago.`]
}
