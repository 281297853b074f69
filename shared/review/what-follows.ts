import { standingSteps } from '../contain/progress.ts'
import type { Change } from '../domain/change.ts'
import type { Incident } from '../domain/incident.ts'
import { offeredFor } from '../domain/offered.ts'
import type { ReviewKind } from '../domain/policy.ts'
import { printable } from '../record/notice.ts'

/** The most credentials that are named as usable. */
const NAMED = 2

/**
 * What somebody can go on using when an incident is confirmed that is not contained, as one sentence of at most 200 characters; undefined where its
 * credentials are contained. A verdict contains nothing by itself, and at night "confirmed" reads as if it did.
 */
export function leftUsable(incident: Incident, changes: readonly Change[]): string | undefined {
  const { state, containedAt, credentials, identity, lineage } = incident
  const isOver = state !== 'asking' && !(state === 'confirmed' && containedAt === undefined)
  if (isOver) return undefined
  const steps = standingSteps(changes).filter(({ isDone }) => isDone).length
  if (steps > 0)
    return `Only a part is contained (${steps} ${steps === 1 ? 'step is' : 'steps are'} in place): the rest stays usable by whoever has it.`
  const real = credentials.filter(({ kind }) => kind !== 'none')
  const names = real.slice(0, NAMED).map(({ kind, id }) => `${kind} ${printable(id, 36)}`)
  const more = real.length > NAMED ? [`${real.length - NAMED} more`] : []
  const created = lineage.length > 0 ? ['what it created'] : []
  const all = [...(names.length === 0 ? [`${identity.kind} ${printable(identity.name, 64)}`] : names), ...more, ...created]
  return `Nothing was contained: ${listed(all)} ${all.length === 1 ? 'stays' : 'stay'} usable by whoever has ${all.length === 1 ? 'it' : 'them'}.`
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** What a review will do, in the state of the incident, for the person who is about to give it. */
export function whatReviewDoes(kind: ReviewKind, incident: Incident, changes: readonly Change[]): string {
  switch (kind) {
    case 'legitimate':
      return standingSteps(changes).length === 0
        ? 'It was legitimate. Nothing was contained, so nothing is restored; the incident is closed, and the same evidence contains nothing for a while (release.suppressionHours).'
        : 'It was legitimate. What was contained is restored as it was, and the same evidence does not contain it again for a while (release.suppressionHours).'
    case 'compromised': {
      const left = leftUsable(incident, changes)
      if (left === undefined)
        return 'It was an attack. What was contained stays contained, and the incident is closed. That verdict is final.'
      const first = offeredFor(incident).includes('contain') ? 'Contain it first, or stop it by hand.' : 'Stop it by hand first.'
      return `${left} This verdict stops nothing, closes the incident and is final: nobody is reminded, and it cannot be contained from here any more. ${first}`
    }
    case 'contain':
      return 'Stops it now, in any mode of its tier: its keys, its sessions and what they created. Protection and the breaker still apply. A release restores it.'
    case 'extend':
      return 'It stays as it is, without reminders, and does not expire until the extension ends; then the times for reminder, page and expiry start again.'
  }
}
