import type { Change } from '../change.ts'
import { counted } from '../counted.ts'
import { isDismissal } from '../dismissal.ts'
import type { Incident, IncidentSignal } from '../incident.ts'
import { sessionsBefore } from '../issued-before.ts'
import { standingSteps } from '../progress.ts'
import { refusingAction } from '../reasons.ts'
import { SWEEP_ACTOR } from '../sweep-actor.ts'
import { clockText } from '../time.ts'
import { callsIn, callsText } from '../timeline.ts'
import { type Calls, callsOf, kindsText } from './calls-text.ts'
import { doneText } from './done-text.ts'
import { placeText } from './place-text.ts'
import { type Part, say, type Told } from './said.ts'
import { suspiciousCall } from './story-facts.ts'
import { isPlural, standingIn, subjectText } from './subject-text.ts'
import { usedText, usualText } from './use-text.ts'
import { isKnownUse } from './usual-use.ts'

/** An incident with its timeline and its chain; each is absent where it was not read. */
export interface StoryInput {
  readonly incident: Incident
  readonly signals?: readonly IncidentSignal[] | undefined
  readonly changes?: readonly Change[] | undefined
  /** True where a log is replayed: what was refused in it, nothing of ours refused, and nothing was done. */
  readonly isReplay?: boolean | undefined
}

/** What happened, in plain words. Every channel shows these sentences. */
export interface Story {
  /** One line: who, from where, and what became of it. */
  readonly headline: readonly Part[]
  /** Who, the usual use against this one, what succeeded, what was refused, what failed otherwise, what was done, and what it costs the owner; in this order. Facts: story-facts.ts, and those of an explanation. */
  readonly sentences: readonly Told[]
}

/** The most entries of the record that a sentence cites. */
const CITED = 8

/** Tells an incident. What is not known is said so; what was not read is left out. */
export function storyOf({ incident, signals, changes, isReplay = false }: StoryInput): Story {
  const calls = signals === undefined ? undefined : callsOf(isReplay ? {} : incident, signals)
  const suspicious = signals === undefined ? undefined : suspiciousCall(signals)
  const told = [whoTold(incident, signals, suspicious), usualTold(incident)]
  if (calls !== undefined)
    told.push(...(suspicious === undefined ? [] : [succeededTold(calls)]), ...refusedTold(incident, calls, isReplay), ...failedTold(calls))
  if (changes !== undefined) {
    const { parts, entries } = doneText(incident, changes)
    told.push({ parts, facts: entries.length === 0 ? ['D'] : entries.slice(-CITED).map((number) => `C${number}`) })
  }
  if (calls !== undefined && !isReplay) told.push(...ownersTold({ incident, changes }, calls))
  return { headline: headlineOf(incident, suspicious, changes), sentences: told }
}

function whoTold(incident: Incident, signals: readonly IncidentSignal[] | undefined, call: IncidentSignal | undefined): Told {
  const subject = subjectText(incident)
  const [were, stand] = isPlural(subject) ? ['were', 'stand'] : ['was', 'stands']
  const who = say`${subject}${standingIn(incident)}`
  if (call !== undefined) return { parts: say`${who} ${were} ${usedText(call)}.`, facts: ['I', 'O'] }
  const isReported = (incident.reports ?? []).length > 0
  if (signals === undefined) return { parts: say`${who} ${stand} out since ${clockText(incident.openedAt)}.`, facts: ['I'] }
  return {
    parts: isReported ? say`${who} ${were} reported; no call of it with findings is known.` : say`${who}: no call of it is known.`,
    facts: ['I'],
  }
}

function usualTold(incident: Incident): Told {
  return { parts: usualText(incident), facts: ['H'] }
}

/** `about 90 calls`, as a sentence begins. */
function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function succeededTold({ succeeded }: Calls): Told {
  const parts =
    succeeded.length === 0
      ? say`No call with findings succeeded.`
      : say`${upperFirst(callsText(succeeded))} with findings succeeded: ${kindsText(succeeded)}.`
  return { parts, facts: ['N'] }
}

function refusedTold(incident: Incident, { refusedBefore, refusedSince }: Calls, isReplay: boolean): Told[] {
  const all = [...refusedBefore, ...refusedSince]
  if (all.length === 0) return []
  const [before, since] = [callsIn(refusedBefore), callsIn(refusedSince)]
  const action = refusingAction(incident)
  if (since === 0)
    return [
      { parts: isReplay ? say`Refused: ${callsText(all)}.` : say`Refused: ${callsText(all)}, before anything was done.`, facts: ['X'] },
    ]
  const earlier = before === 0 ? '' : ` and ${before} before that`
  return [{ parts: say`Refused: ${callsText(refusedSince)} after the ${action}${earlier}.`, facts: ['X'] }]
}

/** Of a quota, of what is not there, of a wrong password: it was tried, and no right was missing. */
function failedTold({ failed }: Calls): Told[] {
  if (failed.length === 0) return []
  return [{ parts: say`Failed for another reason than missing rights: ${callsText(failed)}: ${kindsText(failed)}.`, facts: ['Y'] }]
}

/** What it costs the owner, where something refuses calls: those from its usual place. */
function ownersTold({ incident, changes }: Pick<StoryInput, 'incident' | 'changes'>, { refusedAtHome }: Calls): Told[] {
  const { restrictedAt, containedAt, usual, openedAt } = incident
  const key = switchedOff(incident, changes)
  const unrecorded = (others: 'more' | 'some') =>
    key === undefined ? '' : `; CloudTrail keeps no record of calls with ${key}, so there may be ${others}`
  const since = restrictedAt ?? containedAt
  if (since === undefined) return []
  const ended = endedText(incident, changes)
  const first = ended === '' ? '' : `${ended}; `
  const last = refusedAtHome.at(-1)
  if (last !== undefined)
    return [
      {
        parts: say`What it costs the owner: ${first}${callsText(refusedAtHome)} from the usual place refused since, the last at ${clockText(last.time)}: ${kindsText(refusedAtHome)}${unrecorded('more')}.`,
        facts: ['W'],
      },
    ]
  const isKnown = usual !== undefined && isKnownUse(usual, openedAt)
  return [
    {
      parts: isKnown
        ? say`What it costs the owner: ${first}no call from the usual place is known to be refused since${unrecorded('some')}.`
        : say`What it costs the owner is not known, because its usual place is not${ended === '' ? '' : `; ${ended}`}.`,
      facts: ['W'],
    },
  ]
}

/** The sessions that were ended although they were issued before the first finding; empty where there are none. Without the record it goes by the containment. */
function endedText(incident: Incident, changes: readonly Change[] | undefined): string {
  const isSet = changes === undefined || standingSteps(changes).some(({ isDone, target }) => isDone && target.startsWith('role-policy:'))
  const { length } = isSet && incident.containedAt !== undefined ? sessionsBefore(incident) : []
  return length === 0 ? '' : `${counted(length, 'session')} issued before the first finding ended too`
}

/**
 * The key of it that is switched off, or was until a release, in words; undefined where none was. Calls with such a key do not authenticate, and CloudTrail records what did, so
 * nothing tells how many the owner made. Without the record of the incident it goes by the kind of what was contained.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 */
function switchedOff({ containedAt, credentials, identity, state }: Incident, changes: readonly Change[] | undefined): string | undefined {
  const [off, on] = ['the switched-off key', 'a key while it is switched off']
  if (changes === undefined) {
    const isKey = containedAt !== undefined && credentials.some(({ kind, isPrimary }) => isPrimary && kind === 'access-key')
    return isKey ? (state === 'released' ? on : off) : undefined
  }
  const isOwnKey = (target: string) => target.startsWith(`access-key:${identity.name}/`)
  if (standingSteps(changes).some(({ isDone, contained, target }) => isDone && contained === 'Inactive' && isOwnKey(target))) return off
  return changes.some(({ kind, to, target }) => kind === 'step-done' && to === 'Inactive' && isOwnKey(target)) ? on : undefined
}

const ENDS: Readonly<Record<Incident['state'], string>> = {
  watching: 'nothing done',
  asking: 'nothing done, a person has to decide',
  restricting: 'being restricted',
  restricted: 'restricted to its habit, a person has to decide',
  containing: 'being contained',
  contained: 'contained, a person has to release or confirm it',
  releasing: 'being released',
  released: 'released',
  rotating: 'confirmed, its keys are being made anew',
  confirmed: 'confirmed as compromised',
  expired: 'closed, nobody answered',
}

/** The same where there was nothing to restore. */
const DISMISSALS: ReadonlyMap<Incident['state'], string> = new Map([
  ['releasing', 'being dismissed'],
  ['released', 'dismissed'],
])

function headlineOf(incident: Incident, call: IncidentSignal | undefined, changes: readonly Change[] | undefined): Part[] {
  const used = call === undefined ? [] : say`, used from ${placeText(call)}`
  // Where nobody answered, the policy closed it: no person found a compromise.
  const isUnanswered = incident.state === 'confirmed' && incident.verdict?.by === SWEEP_ACTOR
  const end = isDismissal(incident, changes) ? (DISMISSALS.get(incident.state) ?? ENDS[incident.state]) : ENDS[incident.state]
  return say`${subjectText(incident)}${used}: ${isUnanswered ? 'closed, nobody answered; what was done stays' : end}`
}
