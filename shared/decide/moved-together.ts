import type { Folded } from '../detect/fold.ts'
import { isStronger, weaker } from '../domain/action.ts'
import { lastUseOf, newRanges, sourceOf } from '../domain/address-habit.ts'
import type { Assessment } from '../domain/assessment.ts'
import { type Baseline, hourOfWeek, isMature } from '../domain/baseline.ts'
import { isHearsay } from '../domain/ceilings.ts'
import type { Decision } from '../domain/decision.ts'
import type { Finding } from '../domain/finding.ts'
import { isKeyMature } from '../domain/key-habit.ts'
import { listing } from '../domain/listing.ts'
import { areSameMoves, type Move, type MoveNote, type Moves, movedTogether, withNote } from '../domain/moves.ts'
import type { EvidenceTable } from '../domain/policy.ts'
import type { Signal } from '../domain/signal.ts'
import { usualPlaces } from '../domain/usual-places.ts'
import { UnreadableItem } from '../errors.ts'
import type { Log } from '../ports/runtime.ts'
import type { IdentityStore } from '../ports/stores.ts'

/** What noting a move needs. */
export interface MovePorts {
  readonly identities: Pick<IdentityStore, 'loadMoves' | 'saveMoves'>
  readonly log: Log
}

/** How often a note is tried while other responders write about the same range. */
const ATTEMPTS = 5

/**
 * Notes that an identity came to a range that is new to it, or that it still calls from a usual place. Returns the moves to the range of the signal where the
 * signal belongs to one.
 *
 * Only a user with a mature key and usual places moves, by a call that succeeded, and only where nothing but the new place speaks against it. Keys that
 * somebody made lately, sessions, rented networks, Tor and VPNs, other countries and VPC endpoints are no move: whoever has one key can have many of those. Its
 * first call has to be at an hour of the day at which it works, because then the owner would be seen at the usual place.
 */
export async function noteMove(
  { signal, evidence, parentIncidentId }: Folded,
  baseline: Baseline,
  ports: MovePorts,
): Promise<Moves | undefined> {
  if (parentIncidentId !== undefined || !evidence.some(isNewNetwork) || !isMovable(signal, baseline)) return undefined
  const { addresses } = baseline
  const source = sourceOf(signal.origin)
  const usual = usualPlaces(baseline, signal.time)
  const identity = signal.identity.id
  const principal = principalOf(signal)
  if (source !== undefined && [...usual.addresses, ...usual.endpoints].includes(source)) {
    const note = { move: { principal, identity, since: undefined, elsewhere: signal.time } }
    for (const range of newRanges(addresses, signal.time)) await noteIn(range, note, ports)
    return undefined
  }
  const range = rangeIn(signal)
  const elsewhere = lastUseOf(addresses, usual)
  if (range === undefined || elsewhere === undefined || !evidence.every((one) => isNewNetwork(one) || isHearsay(one))) return undefined
  const since = isUsualHour(signal, baseline) ? signal.time : undefined
  return noteIn(range, { move: { principal, identity, since, elsewhere } }, ports)
}

/** Notes harm from a new place: nobody who came there has only moved. */
export async function noteHarm(
  signal: Signal,
  { assessment, decision, table }: { assessment: Assessment; decision: Decision; table: EvidenceTable },
  ports: MovePorts,
): Promise<void> {
  const range = rangeIn(signal)
  const { isConfirmed, unchosen, harm } = assessment
  const isHarmful = isConfirmed || unchosen >= table.suspectFrom || harm >= table.restrictUnusualFrom
  if (range === undefined || !signal.isAuthenticated || !isStronger(decision.would, 'ask')) return
  if (isHarmful && unchosen >= table.unusualFrom) await noteIn(range, { harmedAt: signal.time }, ports)
}

/**
 * The decision, which asks in place of a restriction where the identity moved to a new network together with others, and nothing else speaks against it: a
 * restriction would stop everybody who moved. More evidence restricts it after all.
 */
export function askedOfMove(decision: Decision, { contributions, opinion }: Assessment, moved: Moved | undefined): Decision {
  if (decision.would !== 'restrict' || moved?.moves === undefined) return decision
  const isAdvised = opinion?.kind === 'answered' && opinion.shift > 0
  if (isAdvised || !contributions.every(({ finding }) => isNewNetwork(finding) || isHearsay(finding))) return decision
  const others = movedTogether(moved.moves, principalOf(moved.signal))
  if (others === undefined) return decision
  const place = `${rangeIn(moved.signal)} (${placeOf(moved.signal)})`
  const line = `asked, not restricted: ${others.length} others came to ${place} within a day and left their usual networks: ${textOf(others)}`
  return { ...decision, action: weaker(decision.action, 'ask'), would: 'ask', why: [line, ...decision.why] }
}

/** A signal with the moves to the range that it came from. */
export interface Moved {
  readonly signal: Signal
  readonly moves: Moves | undefined
}

async function noteIn(range: string, note: MoveNote, { identities, log }: MovePorts): Promise<Moves | undefined> {
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { value, version } = await identities.loadMoves(range)
      const next = withNote(value, note)
      if (areSameMoves(next, value) || (await identities.saveMoves(range, next, version))) return next
    }
  } catch (cause) {
    if (!(cause instanceof UnreadableItem)) throw cause
  }
  // Where nobody knows who moved, the evidence counts as it is.
  log.warn('respond.moves.unknown', { range })
  return undefined
}

/** A call of a user of whom much is known, by a key that has been used for long, which no incident issued. */
function isMovable(signal: Signal, baseline: Baseline): boolean {
  const { identity, credential, outcome, isAuthenticated, parentIncidentId, kind } = signal
  const key = baseline.keys.get(credential.id)
  return (
    kind === 'api-call' &&
    identity.kind === 'iam-user' &&
    credential.kind === 'access-key' &&
    outcome === 'success' &&
    isAuthenticated &&
    parentIncidentId === undefined &&
    isMature(baseline) &&
    key !== undefined &&
    isKeyMature(key, baseline)
  )
}

/** The hour of the week itself does not count: the call has just been learned. */
function isUsualHour({ time }: Signal, { features }: Baseline): boolean {
  const hour = hourOfWeek(time)
  return features.hourOfWeek.values.some((value) => value !== hour && value.slice(-2) === hour.slice(-2))
}

/** A new network that is rented rests on another fact, and a new country is a finding of its own. */
function isNewNetwork({ detector, fact }: Finding): boolean {
  return detector === 'new-network' && fact === 'place'
}

/** The range that a call came from, of an internet provider or an office; undefined of any other place. */
function rangeIn({ origin }: Signal): string | undefined {
  const source = origin.networkKind === 'access' ? sourceOf(origin) : undefined
  return source?.includes('/') === true ? source : undefined
}

function principalOf({ identity }: Signal): string {
  return identity.principalId ?? identity.id
}

function placeOf({ origin }: Signal): string {
  return [origin.network, origin.organisation].filter((part) => part !== undefined).join(' ')
}

/** The most identities that a reason names. */
const NAMED = 3

function textOf(others: readonly Move[]): string {
  return listing(
    others.map(({ identity }) => identity.slice(identity.lastIndexOf('/') + 1)),
    NAMED,
  )
}
