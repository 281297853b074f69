import type { Change } from '../change.ts'
import { whyNotDismissable } from '../dismissable.ts'
import { isDismissal } from '../dismissal.ts'
import type { Incident } from '../incident.ts'
import { offeredFor } from '../offered.ts'
import type { ReviewKind } from '../policy.ts'
import { standingSteps } from '../progress.ts'
import { givenBack, givenBackClause } from './given-back-text.ts'

/** An answer that a person can give in the incident's state. */
export interface Answer {
  readonly kind: ReviewKind
  /** What a button says. */
  readonly label: string
  /** What the answer means and does, as the rest of a sentence. */
  readonly does: string
  /** The word of the command line that gives it. */
  readonly command: string
}

/** The word of the command line for each answer. */
export const COMMANDS: Readonly<Record<ReviewKind, string>> = {
  legitimate: 'release',
  compromised: 'confirm',
  contain: 'contain',
  extend: 'extend',
}

/** The answers that are offered, mildest first. `changes`: the incident's chain, by which an answer says what it takes back; undefined where it was not read. */
export function answersOf(incident: Incident, changes: readonly Change[] | undefined): Answer[] {
  return offeredFor(incident).map((kind) => ({
    kind,
    label: labelOf(kind, incident, changes),
    does: doesOf(kind, incident, changes),
    command: commandWord(kind, incident, changes),
  }))
}

/** The word of the command line that gives a review: `dismiss` in place of `release` where its chain says that nothing was done. Without the chain it is `release`, which is right of both. */
export function commandWord(kind: ReviewKind, incident: Incident, changes: readonly Change[] | undefined): string {
  const isDismissed =
    kind === 'legitimate' && changes !== undefined && isDismissal(incident, changes) && whyNotDismissable(incident, changes) === undefined
  return isDismissed ? 'dismiss' : COMMANDS[kind]
}

/** What a button says. Where nothing was done there is nothing to release, so the same verdict dismisses. */
export function labelOf(kind: ReviewKind, incident: Incident, changes: readonly Change[] | undefined): string {
  switch (kind) {
    case 'legitimate':
      return isDismissal(incident, changes) ? 'Dismiss' : 'Release'
    case 'compromised':
      return 'Confirm compromise'
    case 'contain':
      return 'Contain now'
    case 'extend':
      return 'Need more time'
  }
}

/** True where something is set that a release takes back, or may be. */
function isSet({ containedAt, restrictedAt, state }: Incident, changes: readonly Change[] | undefined): boolean {
  const isUnderWay = state === 'containing' || state === 'restricting'
  if (changes === undefined) return isUnderWay || containedAt !== undefined || restrictedAt !== undefined
  return isUnderWay || standingSteps(changes).length > 0
}

function doesOf(kind: ReviewKind, incident: Incident, changes: readonly Change[] | undefined): string {
  const { state } = incident
  switch (kind) {
    case 'legitimate':
      if (!isSet(incident, changes)) return 'it was legitimate: closes it'
      return state === 'restricted'
        ? `it was legitimate: gives it back its rights${rightsText(incident, changes)}; that is final`
        : `it was legitimate: takes back what was done${backText(incident, changes)}; that is final`
    case 'compromised':
      if (state === 'contained')
        return 'it was an attack: what was done stays, and it is closed, or its keys are made anew where the policy says so'
      return state === 'restricted'
        ? 'it was an attack, and you stop the rest by hand: closes it, keeps the restriction'
        : 'it was an attack, and you stop it by hand: closes it, contains nothing'
    case 'contain':
      return state === 'restricted' ? 'stops it altogether; a release takes that back' : 'stops it now; a release takes that back'
    case 'extend':
      return state === 'restricted'
        ? 'no reminders for so long, and it stays restricted'
        : 'no reminders for so long, and it stays as it is'
  }
}

/** Whose rights, where it is not the identity alone. */
function rightsText(incident: Incident, changes: readonly Change[] | undefined): string {
  return standingSteps(changes ?? []).length > 1 ? backText(incident, changes) : ''
}

function backText({ identity }: Incident, changes: readonly Change[] | undefined): string {
  const clause = givenBackClause(givenBack(changes === undefined ? [] : standingSteps(changes), identity.name))
  return clause === '' ? '' : ` (${clause})`
}
