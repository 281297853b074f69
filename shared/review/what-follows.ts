import { hasOwnDeny, isOwnRestricted } from '../contain/narrow-deny.ts'
import { sessionsEnded } from '../contain/plan.ts'
import { isRestrictedOnly } from '../contain/restriction-plan.ts'
import { isAttempt } from '../domain/attempt.ts'
import type { Change } from '../domain/change.ts'
import { counted } from '../domain/counted.ts'
import { isDismissal } from '../domain/dismissal.ts'
import { goneText } from '../domain/gone-text.ts'
import type { Incident } from '../domain/incident.ts'
import { moved } from '../domain/incident-machine.ts'
import { listing } from '../domain/listing.ts'
import { offeredFor } from '../domain/offered.ts'
import { patternsOf } from '../domain/patterns-of.ts'
import type { Policy, ReviewKind } from '../domain/policy.ts'
import { printable } from '../domain/printable.ts'
import { standingSteps } from '../domain/progress.ts'
import { callsRefused, refusingAction } from '../domain/reasons.ts'
import { partyOf } from '../domain/report.ts'
import { isSecretOut } from '../domain/report-lines.ts'
import { isRotatable } from '../domain/rotatable.ts'
import { type GivenBack, givenBack, givenBackClause } from '../domain/story/given-back-text.ts'
import { HOUR_MS, minuteText } from '../domain/time.ts'

/** The states in which its credentials stay usable, whatever is in place. */
const UNCONTAINED: ReadonlySet<Incident['state']> = new Set(['watching', 'asking', 'restricting', 'restricted'])

/** The most credentials that are named as usable. */
const NAMED = 2

/**
 * What somebody can go on using when an incident is confirmed that is not contained, as one sentence of at most 200 characters; undefined where its
 * credentials are contained. A verdict contains nothing by itself, and at night "confirmed" reads as if it did.
 */
export function leftUsable(incident: Incident, changes: readonly Change[]): string | undefined {
  const { state, containedAt, credentials, identity, lineage } = incident
  const isOver = !UNCONTAINED.has(state) && !(state === 'confirmed' && containedAt === undefined)
  if (isOver) return undefined
  const done = standingSteps(changes).filter(({ isDone }) => isDone)
  if (isRestrictedOnly(done.map(({ contained }) => contained)))
    return 'It is restricted, not contained: what the restriction lets through stays usable by whoever has its credential.'
  const steps = done.length
  if (steps > 0)
    return `Only a part is contained (${counted(steps, 'step is', 'steps are')} in place): the rest stays usable by whoever has it.`
  const real = credentials.filter(({ kind }) => kind !== 'none')
  const names = real.slice(0, NAMED).map(({ kind, id }) => `${kind} ${printable(id, 36)}`)
  const more = real.length > NAMED ? [`${real.length - NAMED} more`] : []
  const created = lineage.length > 0 ? ['what it created'] : []
  const all = [...(names.length === 0 ? [`${identity.kind} ${printable(identity.name, 64)}`] : names), ...more, ...created]
  return `Nothing was contained: ${listing(all)} ${all.length === 1 ? 'stays' : 'stay'} usable by whoever has ${all.length === 1 ? 'it' : 'them'}.`
}

/** What is known beside the incident when a review is about to be given. Times are epoch milliseconds. */
export interface ReviewAbout {
  readonly changes: readonly Change[]
  readonly policy: Pick<Policy, 'release' | 'review' | 'rotation'>
  /** How many calls with findings were refused since it was restricted, or contained where it was not restricted before. */
  readonly refused?: number
  /** The hours that `extend` was given; without them it lasts as long as the policy allows. */
  readonly hours?: number | undefined
  /** Absent where the reviewer has yet to choose how long. */
  readonly now?: number
  /** The most characters that there is room for, as in a dialog of Slack: names of steps are left out before anything else is. */
  readonly room?: number
}

/** What a review will do, in the state of the incident, for the person who is about to give it. */
export function whatReviewDoes(kind: ReviewKind, incident: Incident, about: ReviewAbout): string {
  const { changes } = about
  switch (kind) {
    case 'legitimate':
      return whatReleaseDoes(incident, about)
    case 'compromised': {
      const left = leftUsable(incident, changes)
      if (left === undefined && isRotatable(incident, about.policy))
        return 'It was an attack. What was contained stays contained. Its keys are made anew and the deny is narrowed, where the stack rotates keys; while that is under way it can still be released.'
      if (left === undefined)
        return `It was an attack. ${deniedForGood(incident, about)}What was contained stays contained, and the incident is closed. That verdict is final.`
      const first = offeredFor(incident).includes('contain') ? 'Contain it first, or stop it by hand.' : 'Stop it by hand first.'
      return `${left} This verdict stops nothing, closes the incident and is final: nobody is reminded, and it cannot be contained from here any more. ${first}`
    }
    case 'contain': {
      const ended = sessionsText(moved(incident, { kind: 'ordered' }) ?? incident)
      const what = ended === undefined ? 'its keys, its sessions and what they created.' : `${ended} What they created is stopped too.`
      return `Stops it now, in any mode of its tier: ${what} Protection and the breaker still apply. A release restores it.`
    }
    case 'extend':
      return whatExtensionDoes(incident, about)
  }
}

/** What a confirmation leaves to the workloads of a user that is denied everything: no command lifts that. Empty where its keys are made anew, which narrows the deny. */
function deniedForGood(incident: Incident, { changes, policy }: ReviewAbout): string {
  const { identity } = incident
  const isDenied = hasOwnDeny(incident, changes) && !isOwnRestricted(incident, changes)
  if (!isDenied || isRotatable(incident, policy)) return ''
  return `${printable(identity.name, 64)} stays denied everything, new keys of it included, and no command lifts that: give its workloads another user. `
}

/** The fullest text that there is room for: names of steps go before names of settings, and those of credentials last. */
function whatReleaseDoes(incident: Incident, about: ReviewAbout): string {
  const back = givenBack(standingSteps(about.changes), incident.identity.name)
  const [full, ...shorter] = restoredTexts(back)
  const texts = [
    releaseText(incident, about, { restored: full }),
    ...[full, ...shorter].map((restored) => releaseText(incident, about, { restored, isShort: true })),
  ]
  return texts.find((text) => text.length <= (about.room ?? text.length)) ?? texts.at(-1) ?? ''
}

/** What was contained, given back: in full, then ever shorter. That a credential works again is never left out. */
function restoredTexts(back: GivenBack): readonly [string, ...string[]] {
  const { credentials, others } = back
  const clause = givenBackClause(back)
  const whole = 'What was contained is restored as it was'
  if (clause === '') return [`${whole}.`]
  const rest = (shown: string, isAll: boolean) => `${upperFirst(shown)}${isAll ? '' : '; the rest is restored as it was'}.`
  const named = credentials.length === 0 ? [] : [rest(givenBackClause({ credentials, others: [] }), others.length === 0)]
  const count = credentials.length === 1 ? 'its credential works again' : `${credentials.length} credentials work again`
  return [`${whole}: ${clause}.`, ...named, credentials.length === 0 ? `${whole}.` : rest(count, others.length === 0)]
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** `isShort`: the names of settings are left out. */
function releaseText(
  incident: Incident,
  { changes, policy, refused }: ReviewAbout,
  { restored: contained, isShort = false }: { readonly restored: string; readonly isShort?: boolean },
): string {
  const standing = standingSteps(changes)
  const isContained = standing.length > 0
  const isRestricted = isRestrictedOnly(standing.map(({ contained }) => contained))
  const exposed = exposedText(incident)
  const gone = goneText(changes)
  const restored = isRestricted
    ? 'Its rights are restored as they were.'
    : isContained
      ? contained
      : gone === undefined
        ? 'Nothing was contained, so nothing is restored.'
        : `Nothing is restored: ${gone}.`
  const { suppressionHours, patternDays } = policy.release
  const since = isContained && refused !== undefined ? ` Since the ${refusingAction(incident)}: ${callsRefused(refused)}.` : ''
  const by = (setting: string) => (isShort ? '' : ` (${setting})`)
  const later =
    suppressionHours === 0
      ? ''
      : `, and for ${counted(suppressionHours, 'hour')} the same evidence opens no incident${by('release.suppressionHours')}`
  const accepted = acceptedText(incident, patternDays, by('release.patternDays'))
  const final = isDismissal(incident, changes)
    ? 'a dismissed incident is not contained from here'
    : 'a released incident is not contained again from here'
  return `It was legitimate. ${exposed}${restored} That is final: ${final}${later}.${accepted}${since}`
}

/** What a release makes a pattern of: empty where that is nothing. `setting`: the name of the setting, in brackets. A session of another name is asked about, and each job may have one. */
function acceptedText(incident: Incident, days: number, setting: string): string {
  const saw = new Set(incident.findings.map(({ detector }) => detector))
  const patterns = patternsOf(incident, { by: '', at: new Date(incident.updatedAt).toISOString(), saw, days })
  if (patterns.length === 0) return ''
  const bySession = patterns.filter(({ sessions }) => sessions !== undefined).length
  const others = bySession === patterns.length ? '' : ' by the same keys and'
  const names = bySession === 0 ? '' : `,${others} in sessions of the same names alone`
  return ` What of it can be accepted is not asked about for ${counted(days, 'day')}${names}${setting}.`
}

/** What a release of a credential whose secret is out comes to: that its owner made the calls changes nothing of who has it. Empty of any other. */
export function exposedText({ reports = [] }: Incident): string {
  const parties = new Set(reports.filter(isSecretOut).map(({ source }) => partyOf(source)))
  return parties.size === 0
    ? ''
    : `Its secret is out (${[...parties].slice(0, 2).join(', ')}): whoever has it can use it again, so make a new key first. `
}

function whatExtensionDoes({ extendedUntil }: Incident, { policy, hours, now }: ReviewAbout): string {
  const until = now === undefined ? undefined : now + (hours ?? policy.review.maxExtensionHours) * HOUR_MS
  const end = until === undefined ? 'the extension ends' : minuteText(until)
  const isShorter = extendedUntil !== undefined && until !== undefined && extendedUntil > until
  const already = isShorter ? ` It is extended until ${minuteText(extendedUntil)} already: this makes that shorter.` : ''
  return `It stays as it is, without reminders, and does not expire until ${end}; then the times for reminder, page and expiry start again.${already}`
}

/** Which sessions of the incident's own role its containment ends, and how many go on; undefined where it is not about a role. */
export function sessionsText(incident: Incident): string | undefined {
  const ended = sessionsEnded(incident)
  if (ended === undefined) return undefined
  const role = printable(incident.identity.name, 64)
  const of = incident.credentials.filter(({ id }) => !isAttempt(id)).length
  if (ended.names.length === 0)
    return `every session of role ${role} that was issued until then ends, the ${of} of this incident and all others; new ones go on.`
  const others =
    ended.others === 0
      ? ''
      : `; ${ended.others} more of this incident ${ended.others === 1 ? 'goes' : 'go'} on, since the evidence does not call for more`
  const names = ended.names.map((name) => printable(name, 64))
  return names.length === 1 ? `session ${names} of role ${role} ends${others}.` : `sessions ${listing(names)} of role ${role} end${others}.`
}
