import { counted } from '../domain/counted.ts'
import { printable } from '../domain/printable.ts'
import type { SealDiscrepancy } from '../domain/seal.ts'
import type { Notice, NoticeStack } from '../ports/notices.ts'
import { commandFor } from './notice.ts'

/** Chains that a notice names; the rest is counted. */
const LINES = 20

/** Belongs to no incident, and is as urgent as anything can be: whoever rewrites the record has the rights to do more. */
const ABOUT_RECORD = { incidentId: 'none', kind: 'seal', priority: 100 } as const

/** What a seal has to tell people. */
export interface SealFindings {
  readonly number: number
  readonly fresh: readonly SealDiscrepancy[]
  /** Discrepancies that earlier seals told of and that are still there. */
  readonly known: number
  readonly uncompared: number
}

/** The notice of a seal that found what differs from the seal before, or that could not compare everything. */
export function discrepancyNotice({ number, fresh, known, uncompared }: SealFindings, stack: NoticeStack | undefined): Notice {
  const title =
    fresh.length === 0
      ? `Seal ${number}: ${chains(uncompared)} not compared with the seal before`
      : `The record was changed: ${chains(fresh.length)} not as sealed`
  const lines = [
    `Seal ${number} was compared with the seal before.`,
    ...fresh.slice(0, LINES).map(discrepancyText),
    ...(fresh.length > LINES ? [`… and ${fresh.length - LINES} more`] : []),
    ...(known === 0 ? [] : [`${known} more differed before, and were told then.`]),
    ...(uncompared === 0
      ? []
      : [`${chains(uncompared)} not compared, because no time was left; the next seal compares with the head of the seal before.`]),
  ]
  if (fresh.length > 0)
    lines.push(
      'Only who may write the table, or the bucket of the seals, can do this. Find the call in CloudTrail, and contain who made it.',
    )
  return { ...ABOUT_RECORD, title, body: [...lines, look(stack)].join('\n') }
}

/** The notice of a seal that was not made, because the vault and the table contradict each other. */
export function conflictNotice(message: string, stack: NoticeStack | undefined): Notice {
  const title = 'The record is not sealed: the seals contradict each other'
  const body = [printable(message, 400), 'Nothing is sealed until a person has set this right.', look(stack)].join('\n')
  return { ...ABOUT_RECORD, title, body }
}

const DISCREPANCIES: Readonly<Record<SealDiscrepancy['discrepancy'], string>> = {
  vanished: 'is gone',
  shortened: 'was cut short',
  rewritten: 'was rewritten',
  unreadable: 'cannot be read',
  newer: 'was written by a newer release, which alone can check it',
  foreign: 'is a chain that no release writes; it was not read',
  planted: 'has a seal that does not follow from those before it',
  lost: 'has an object that is no seal where the seals are stored',
}

/** What a seal found of a chain, in one line. */
export function discrepancyText({ subject, discrepancy, sealed, found }: SealDiscrepancy): string {
  if (discrepancy === 'planted') return `${subject} ${DISCREPANCIES.planted}: seal ${found.number}, which \`seal\` did not make`
  if (discrepancy === 'lost') return `${subject} ${DISCREPANCIES.lost}: number ${found.number}, which was passed over`
  const was =
    sealed.number === 0 ? 'was not sealed before' : `was sealed with ${counted(sealed.number, 'entry', 'entries')}, ${short(sealed.hash)}`
  return `${printable(subject, 120)} ${DISCREPANCIES[discrepancy]}: it ${was}${foundText(discrepancy, found)}`
}

function foundText(discrepancy: SealDiscrepancy['discrepancy'], { number, hash }: SealDiscrepancy['found']): string {
  if (discrepancy === 'vanished' || discrepancy === 'foreign') return ''
  const which = hash === undefined ? `entry ${number}` : `entry ${number}, ${short(hash)}`
  return discrepancy === 'shortened' ? `; now it ends with ${which}` : `; the first that differs is ${which}`
}

const short = (hash: string) => `hash ${hash.slice(0, 12)}…`

const chains = (count: number) => counted(count, 'chain is', 'chains are')

function look(stack: NoticeStack | undefined): string {
  return `Look: ${commandFor(stack, 'changes verify')}`
}
