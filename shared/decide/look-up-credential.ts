import { type Incident, isClosed } from '../domain/incident.ts'
import { isBystander } from '../domain/lookup-progress.ts'
import { type CredentialLookup, DELIVERY_MS, type EarlierThing, LONGEST_SESSION_MS, NOT_LOOKED_UP } from '../domain/lookups.ts'
import { timeOf as timeIn } from '../domain/record-time.ts'
import type { Signal } from '../domain/signal.ts'
import { text } from '../domain/signal.ts'
import { HOUR_MS, MINUTE_MS } from '../domain/time.ts'
import type { LookUpPorts, Respond } from '../ports/lookup.ts'
import type { Versioned } from '../ports/stores.ts'
import { updateIncident } from '../record/update-incident.ts'
import { normalise } from '../sense/normalise.ts'
import { accountOfCredential, historyIn } from './history-of.ts'
import { withIssued } from './merge-incident.ts'
import { writePointers } from './upsert-incident.ts'

/**
 * An intrusion begins before it is noticed: so long before the first suspicious call, calls are evaluated like any other, and what they made counts
 * as made by the intruder. Milliseconds.
 */
const BEFORE_MS = 15 * MINUTE_MS

/** The most credentials of one incident that are looked up: hundreds take minutes at one request a second. */
const CREDENTIALS_LIMIT = 400

/** The most lasting things from before the first suspicious call that are kept for people. */
const EARLIER_LIMIT = 50

/** What came of a part of a look-up. `isOutOfTime`: the run has to end, and the next one goes on from what is stored. */
export interface LookedUp {
  readonly stored: Versioned<Incident>
  readonly records: number
  readonly isOutOfTime: boolean
}

/**
 * Reads one pass of a credential's calls, as far as the time allows, and adds what they issued to the lineage. Progress, lineage and state are
 * written in one update, after the effects: a run that breaks off anywhere is done again.
 */
export async function lookUpCredential(
  stored: Versioned<Incident>,
  { id, respond, deadline }: { id: string; respond: Respond; deadline: number },
  ports: LookUpPorts,
): Promise<LookedUp> {
  const incident = stored.value
  const now = ports.clock.now()
  const known = incident.lookups?.credentials.find((one) => one.id === id)
  const startedAt = known?.startedAt ?? now
  const first = incident.openedAt - BEFORE_MS
  const { records, reached, isComplete } = await readPass(
    { id, since: sinceOf(incident, id), reached: known?.reached, deadline },
    {
      history: historyIn(accountOfCredential(incident, id), ports),
      clock: ports.clock,
    },
  )
  const calls = isBystander(incident, id) ? [] : records.flatMap((record) => issuingCall(record, id) ?? [])
  // CloudTrail answers newest first. Oldest first, the call that issued a session comes before the session's own calls.
  const recent = records.filter((record) => !(timeOf(record) < first)).reverse()
  if (recent.length > 0) await respond(recent)
  const found = sorted(calls.toReversed(), { first, now: ports.clock.now() })
  await Promise.all(writePointers(withIssued(incident, found.lineage), ports, { before: incident }))
  const keep = (current: Incident): Incident | undefined => {
    if (isClosed(current)) return undefined
    const grown = withIssued(current, found.lineage)
    const cut = found.lineage.filter(({ created }) => !grown.lineage.some((edge) => edge.id === created?.id)).length
    const isFirstPass = known?.completedAt === undefined
    const progress: CredentialLookup = {
      id,
      startedAt: isComplete ? undefined : startedAt,
      reached: isComplete ? undefined : reached,
      completedAt: isComplete ? startedAt : known?.completedAt,
      cut: isFirstPass ? (known?.cut ?? 0) + cut : Math.max(known?.cut ?? 0, cut),
    }
    return { ...grown, lookups: progressed(grown, progress, found) }
  }
  const next = await updateIncident(await fresh(stored, ports), keep, ports.incidents)
  return { stored: next, records: records.length, isOutOfTime: !isComplete }
}

/** The first pass goes back for the longest life of a session, those of the others for as long as CloudTrail may be late. */
function sinceOf(incident: Incident, id: string): number {
  const known = incident.lookups?.credentials.find((one) => one.id === id)
  if (known?.completedAt !== undefined) return known.completedAt - DELIVERY_MS
  return incident.openedAt - (isBystander(incident, id) ? BEFORE_MS : LONGEST_SESSION_MS)
}

/** The incident as it is now: evaluating the calls may have written it. */
async function fresh(stored: Versioned<Incident>, { incidents }: LookUpPorts): Promise<Versioned<Incident>> {
  return (await incidents.get(stored.value.id)) ?? stored
}

/** The pages of one pass, newest first, until it is complete or the time is up. At least one page is read. */
async function readPass(
  { id, since, reached, deadline }: { id: string; since: number; reached: number | undefined; deadline: number },
  { history, clock }: Pick<LookUpPorts, 'history' | 'clock'>,
): Promise<{ records: unknown[]; reached: number | undefined; isComplete: boolean }> {
  const records: unknown[] = []
  let oldest = reached
  let next: string | undefined
  do {
    const page = await history.page({ accessKeyId: id }, { since, until: reached, next })
    records.push(...page.records)
    const times = page.records.map(timeOf).filter((time) => !Number.isNaN(time))
    oldest = Math.min(oldest ?? Number.POSITIVE_INFINITY, ...times)
    next = page.next
  } while (next !== undefined && clock.now() < deadline)
  return { records, reached: Number.isFinite(oldest) ? oldest : reached, isComplete: next === undefined }
}

/** The successful call of this credential that issued something, or undefined. */
function issuingCall(record: unknown, credentialId: string): Signal | undefined {
  const normalised = normalise(record)
  if (normalised.kind !== 'signals') return undefined
  return normalised.signals.find(
    ({ kind, credential, created }) => kind === 'api-call' && credential.id === credentialId && created !== undefined,
  )
}

interface Found {
  /** Calls whose product belongs to the lineage. */
  readonly lineage: readonly Signal[]
  /** Sessions that have expired: they need no containment, and what they issued is looked up. */
  readonly expired: readonly string[]
  readonly earlier: readonly EarlierThing[]
}

/**
 * Sorts what was issued. Sessions belong to the lineage while they live, whenever they were issued: the key may have been stolen before it was
 * noticed, and they are nobody's for long. Users, roles and keys from before are the owner's as likely as not, and are named to people.
 */
function sorted(calls: readonly Signal[], { first, now }: { first: number; now: number }): Found {
  const found = { lineage: [] as Signal[], expired: [] as string[], earlier: [] as EarlierThing[] }
  for (const call of calls) {
    const { created, time } = call
    if (created === undefined) continue
    if (created.kind === 'session' && expiryOf(call) <= now) found.expired.push(created.id)
    else if (created.kind === 'session' || time >= first) found.lineage.push(call)
    else found.earlier.push({ id: created.id, owner: created.owner, kind: created.kind, time })
  }
  return found
}

/**
 * When a session expires, by what was asked for. AssumeRole gives an hour where nothing is asked for, GetSessionToken and GetFederationToken
 * twelve. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
function expiryOf({ action, request, time }: Signal): number {
  const asked = Number(text(request, 'durationSeconds'))
  if (Number.isFinite(asked) && asked > 0) return time + Math.min(asked * 1000, LONGEST_SESSION_MS)
  return time + (action.startsWith('sts:AssumeRole') ? HOUR_MS : LONGEST_SESSION_MS)
}

/** The look-ups of an incident with the progress of one credential and what its calls have brought. */
function progressed(incident: Incident, progress: CredentialLookup, { expired, earlier }: Found): NonNullable<Incident['lookups']> {
  const { lookups = NOT_LOOKED_UP } = incident
  const others = lookups.credentials.filter(({ id }) => id !== progress.id)
  const known = new Set([progress.id, ...others.map(({ id }) => id)])
  const fresh = expired.filter((id) => !known.has(id))
  const room = Math.max(0, CREDENTIALS_LIMIT - others.length - 1)
  const added = fresh
    .slice(0, room)
    .map((id): CredentialLookup => ({ id, startedAt: undefined, reached: undefined, completedAt: undefined, cut: 0 }))
  const cut = progress.cut + Math.max(0, fresh.length - room)
  const things = earlier.filter(({ id }) => !lookups.earlier.some((one) => one.id === id))
  return {
    ...lookups,
    credentials: [...others, { ...progress, cut }, ...added],
    earlier: [...lookups.earlier, ...things].slice(0, EARLIER_LIMIT),
  }
}

function timeOf(record: unknown): number {
  return timeIn((record as { eventTime?: unknown } | null)?.eventTime) ?? Number.NaN
}
