import { createHash } from 'node:crypto'
import { counted } from '../shared/domain/counted.ts'
import { whyNotDismissable } from '../shared/domain/dismissable.ts'
import { stateText } from '../shared/domain/dismissal.ts'
import { isHighRisk } from '../shared/domain/high-risk.ts'
import { edgeKey, type Incident, type IncidentSignal } from '../shared/domain/incident.ts'
import type { Policy } from '../shared/domain/policy.ts'
import { requireReason } from '../shared/domain/reason.ts'
import { reasonsOf } from '../shared/domain/reasons.ts'
import { revisionOf } from '../shared/domain/revision.ts'
import { plainText } from '../shared/domain/story/said.ts'
import { storyOf } from '../shared/domain/story/story.ts'
import { errorName, ResponderError } from '../shared/errors.ts'
import { incidentSubject } from '../shared/record/append.ts'
import { readPolicy } from '../shared/record/policy-in-force.ts'
import { whatReviewDoes } from '../shared/review/what-follows.ts'
import { asTyped } from './command-name.ts'
import type { Target } from './target.ts'

/** The most incidents that are dismissed at once: a person is to read each, and a page or a command is to end within a minute. */
export const DISMISS_LIMIT = 100

/** Incidents whose chains are read at the same time. */
const AT_ONCE = 10

/** An incident that is to be dismissed. `revision`: what the person saw of it. */
export interface Picked {
  readonly id: string
  readonly revision: string
}

/** One of several incidents, looked at before they are dismissed. */
export type LookedAt =
  | {
      readonly kind: 'dismissable'
      readonly incident: Incident
      readonly says: string
      readonly does: string
      readonly revision: string
      readonly isHighRisk: boolean
    }
  | { readonly kind: 'refused'; readonly id: string; readonly why: string }

/** What became of one of several incidents that were to be dismissed. `second`: another person has to give the same verdict. */
export interface Dismissed {
  readonly id: string
  /** The identity that it is about; absent where there is no such incident. */
  readonly who?: string
  readonly outcome: 'dismissed' | 'second' | 'refused'
  readonly why: string
  /** The ids of the patterns that its verdict accepted; absent where it is not dismissed. */
  readonly accepted?: readonly string[]
}

/** Looks at each of several incidents: what it is and what a dismissal does, or why it cannot be dismissed. Throws `usage` for none, or for too many. */
export async function lookAtEach(target: Target, ids: readonly string[]): Promise<LookedAt[]> {
  const each = distinct(ids)
  const { policy } = await readPolicy(target.record)
  const looked: LookedAt[] = []
  for (let at = 0; at < each.length; at += AT_ONCE)
    looked.push(
      ...(await Promise.all(
        each.slice(at, at + AT_ONCE).map(async (id): Promise<LookedAt> => {
          try {
            return await lookAt(id, target, policy)
          } catch (cause) {
            return { kind: 'refused', id, why: refusalText(cause, target) }
          }
        }),
      )),
    )
  return looked
}

async function lookAt(id: string, target: Target, policy: Policy): Promise<LookedAt> {
  const [stored, changes] = await Promise.all([target.incidents.get(id), target.record.list(incidentSubject(id))])
  if (stored === undefined) return { kind: 'refused', id, why: 'there is no incident with that id' }
  const incident = stored.value
  const why = whyNotDismissable(incident, changes)
  if (why !== undefined) return { kind: 'refused', id, why }
  // Calls that cannot be read only make it fuller: the page of the incident says so.
  const signals = await target.incidents.signals(id, () => {})
  const does = whatReviewDoes('legitimate', incident, { changes, policy })
  return {
    kind: 'dismissable',
    incident,
    says: inWords(incident, signals),
    does,
    revision: seenOf(incident),
    isHighRisk: isHighRisk(incident, policy),
  }
}

/** What a person who dismisses several has seen of one, as 16 hex digits: its revision, which credentials it is about, and what they made. */
export function seenOf(incident: Incident): string {
  const made = incident.lineage.map(edgeKey).sort()
  const used = incident.credentials.map(({ id }) => id).sort()
  return createHash('sha256')
    .update(JSON.stringify([revisionOf(incident), used, made]))
    .digest('hex')
    .slice(0, 16)
}

/** An incident in a line: who was used from where, the strongest finding, and how it stands. */
function inWords(incident: Incident, signals: readonly IncidentSignal[]): string {
  const [who] = storyOf({ incident, signals }).sentences
  const [first] = reasonsOf(incident).contributions
  const found = first === undefined ? [] : [`First reason: ${first.finding.title}.`]
  return [
    ...(who === undefined ? [] : [plainText(who.parts)]),
    ...found,
    `It is ${incident.state}, risk ${incident.assessment.risk}.`,
  ].join(' ')
}

/**
 * Dismisses each of several incidents by a verdict of its own, one after the other, and says what became of each. An incident of which the person saw
 * another revision, or to which something was done meanwhile, is refused; the others are not held up by it.
 *
 * Throws `usage` for none, for too many, or without a reason.
 */
export async function dismissEach(target: Target, picked: readonly Picked[], reason: string): Promise<Dismissed[]> {
  requireReason({ reason })
  const revisions = new Map(picked.map(({ id, revision }) => [id, revision]))
  const results: Dismissed[] = []
  for (const id of distinct(picked.map((one) => one.id))) {
    try {
      results.push(await dismiss({ id, revision: revisions.get(id) ?? '' }, reason, target))
    } catch (cause) {
      results.push(await afterFailure(id, cause, { reason, target }))
    }
  }
  return results
}

/** What became of one whose dismissal failed. The verdict may stand in its record by then, and it goes on by itself. */
async function afterFailure(id: string, cause: unknown, { reason, target }: { reason: string; target: Target }): Promise<Dismissed> {
  const why = refusalText(cause, target)
  const incident = await target.incidents.get(id).then(
    (stored) => stored?.value,
    () => undefined,
  )
  const isGiven = incident?.verdict?.kind === 'legitimate' && incident.verdict.by === target.caller && incident.verdict.reason === reason
  return isGiven
    ? {
        id,
        outcome: 'dismissed',
        accepted: acceptedBy(incident),
        why: `the verdict is in its record, and it is ${stateText(incident, undefined)}: what is left is tried again by itself (${why})`,
      }
    : { id, outcome: 'refused', why }
}

async function dismiss({ id, revision }: Picked, reason: string, target: Target): Promise<Dismissed> {
  const [stored, changes] = await Promise.all([target.incidents.get(id), target.record.list(incidentSubject(id))])
  if (stored === undefined) return { id, outcome: 'refused', why: 'there is no incident with that id' }
  const { identity } = stored.value
  const who = `${identity.kind} ${identity.name}`
  const not = whyNotDismissable(stored.value, changes)
  if (not !== undefined) return { id, who, outcome: 'refused', why: not }
  if (seenOf(stored.value) !== revision) return { id, who, outcome: 'refused', why: 'it has changed since you saw it: look at it again' }
  // What is done between this look and the verdict changes the revision, by which the verdict is refused.
  const reviewed = await target.review(id, { kind: 'legitimate', reason, revision: revisionOf(stored.value) })
  const { awaitsSecond, state } = reviewed
  const accepted = acceptedBy(reviewed)
  if (awaitsSecond) return { id, who, outcome: 'second', why: 'noted, and nothing done yet: another person has to give the same verdict' }
  if (state === 'releasing') return { id, who, outcome: 'dismissed', accepted, why: 'it is being closed, within seconds' }
  if (state === 'released') return { id, who, outcome: 'dismissed', accepted, why: 'nothing had been contained or restricted' }
  return { id, who, outcome: 'refused', why: `the verdict is in its record, and it is ${state}: look at what is left to do` }
}

function acceptedBy({ verdict }: Pick<Incident, 'verdict'>): string[] {
  return (verdict?.accepted ?? []).map(({ id }) => id)
}

/** What the verdicts on those that were dismissed accepted, all together. `lists`: how a sentence goes on that names what lists it; absent where nothing was. */
export interface AcceptedInAll {
  readonly says: string
  readonly lists?: string
}

/** What was accepted in all; undefined where none was dismissed. */
export function acceptedInAll(results: readonly Dismissed[]): AcceptedInAll | undefined {
  const dismissed = results.filter(({ outcome }) => outcome === 'dismissed')
  if (dismissed.length === 0) return undefined
  const patterns = dismissed.flatMap(({ accepted = [] }) => accepted).length
  if (patterns === 0) return { says: 'No pattern was accepted: after the hours of release.suppressionHours the same again is asked about.' }
  const [covered, ends, lists] =
    patterns === 1
      ? ['it covers', 'it ends or is revoked', 'lists it, with']
      : ['they cover', 'they end or are revoked', 'lists them, each with']
  return { says: `${counted(patterns, 'pattern was', 'patterns were')} accepted: what ${covered} is not asked about until ${ends}.`, lists }
}

/** Each once, in the order in which they were given. */
function distinct(ids: readonly string[]): string[] {
  const each = [...new Set(ids)]
  if (each.length >= 1 && each.length <= DISMISS_LIMIT) return each
  throw new ResponderError(
    'usage',
    each.length === 0
      ? 'name at least one incident to dismiss'
      : `up to ${DISMISS_LIMIT} incidents are dismissed at once, got ${each.length}`,
  )
}

/** Why one could not be dismissed. The message of a foreign error may quote what somebody wrote, so only its name is shown. */
function refusalText(cause: unknown, target: Target): string {
  return cause instanceof ResponderError ? asTyped(cause.message, target) : `it failed: ${errorName(cause)}`
}
