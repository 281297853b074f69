import { hash } from 'node:crypto'
import * as z from 'zod'
import { counted } from './counted.ts'
import type { IncidentSignal } from './incident.ts'
import type { Shape } from './stored.ts'
import { HOUR_MS } from './time.ts'

/**
 * Calls of one kind that a timeline keeps whole. Of the next 50 it keeps one in two, of the next 100 one in four, and so on: about 25 for each time that their
 * number doubles. People read the first page or two, which the command line and the console show 25 at a time; 50 is two of them.
 */
export const WHOLE = 50

/**
 * Calls with a count of their own, by action. All others share two, so that an intruder who calls everything there is fills no table either. Findings each have a count of their own, as many as there are
 * detectors: what nobody has done before is not hidden by making many other calls first.
 */
export const MOST_ACTIONS = 64

/** A timeline is counted anew at one kept call in so many. */
const CALLS_PER_COUNT = 16

/** How far an incident's timeline is thinned: of the calls of a kind, one in 2 to the power of its number is kept. A number only rises. */
export const Thinning = z.strictObject({ kinds: z.record(z.string(), z.int().min(0).max(52)) }).readonly()
export type Thinning = z.infer<typeof Thinning>

/** How it is stored beside the incident. */
export const THINNING_SHAPE: Shape<Thinning> = { version: 1, schema: Thinning, migrations: new Map() }

/** Everything is kept. */
export const NOT_THINNED: Thinning = { kinds: {} }

/** What becomes of a call: it is kept, for as many calls as `representedCalls`; or it is kept only where it is the first that is left out in its hour. */
export type Place = { readonly kind: 'kept'; readonly representedCalls: number } | { readonly kind: 'hourly'; readonly hour: string }

/**
 * The place of a call in a timeline. It depends on the ids, and not on what came before within one thinning: the same call a second time has the same place, or
 * none after the thinning has risen.
 */
export function placeOf(incidentId: string, signal: IncidentSignal, { kinds }: Thinning): Place {
  const own = ownOf(Object.keys(kinds))
  const level = Math.min(...kindsOf(signal).map((kind) => kinds[own(kind)] ?? 0))
  if (drawOf(incidentId, signal.id, 0) < 2 ** -level) return { kind: 'kept', representedCalls: 2 ** level }
  return { kind: 'hourly', hour: new Date(Math.floor(signal.time / HOUR_MS) * HOUR_MS).toISOString() }
}

/** A signal as it is kept at its place. */
export function representing(signal: IncidentSignal, { representedCalls }: Place & { kind: 'kept' }): IncidentSignal {
  return representedCalls === 1 ? signal : { ...signal, representedCalls }
}

/** The signals in the order of time, each once: the first of an hour may have been kept at its own place too. */
export function oncePerId(signals: readonly IncidentSignal[]): IncidentSignal[] {
  const sorted = [...signals].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))
  return sorted.filter(({ id, time }, at) => id !== sorted[at - 1]?.id || time !== sorted[at - 1]?.time)
}

/** True for one call in `CALLS_PER_COUNT`: after it was kept, the timeline is counted. The same calls for every writer, so they need not know of each other. */
export function isCountDue(incidentId: string, signalId: string): boolean {
  return drawOf(incidentId, signalId, 4) < 1 / CALLS_PER_COUNT
}

/** The thinning that fits what a timeline holds, nowhere below the one before; the one before, where none rises. */
export function thinningOf(signals: readonly IncidentSignal[], before: Thinning): Thinning {
  const calls = new Map(Object.keys(before.kinds).map((kind) => [kind, 0]))
  for (const kind of new Set(signals.flatMap(kindsOf))) {
    const own = ownOf([...calls.keys()])(kind)
    calls.set(own, calls.get(own) ?? 0)
  }
  const own = ownOf([...calls.keys()])
  for (const signal of signals)
    for (const kind of new Set(kindsOf(signal).map(own))) calls.set(kind, (calls.get(kind) ?? 0) + callsOf(signal))
  const kinds = Object.fromEntries([...calls].map(([kind, count]) => [kind, Math.max(before.kinds[kind] ?? 0, levelFor(count))]))
  return Object.keys(kinds).some((kind) => (kinds[kind] ?? 0) > (before.kinds[kind] ?? 0)) ? { kinds } : before
}

/** How many calls one in a timeline stands for: itself, and those of its kinds that were left out beside it. */
export function callsOf({ representedCalls = 1 }: Pick<IncidentSignal, 'representedCalls'>): number {
  return representedCalls
}

/** The number of calls that a timeline stands for: exact while it keeps every call, and otherwise an estimate of two digits. */
export function callsIn(signals: readonly IncidentSignal[]): number {
  const calls = signals.reduce((sum, signal) => sum + callsOf(signal), 0)
  return calls === signals.length ? calls : Number(calls.toPrecision(2))
}

/** `3 calls`, or `about 20000 calls` of a timeline that leaves some out. */
export function callsText(signals: readonly IncidentSignal[]): string {
  const calls = callsIn(signals)
  return `${signals.some((signal) => callsOf(signal) > 1) ? 'about ' : ''}${counted(calls, 'call')}`
}

/** What a timeline leaves out, in one sentence: how many calls, when, which and from where; undefined where it has every call. */
export function leftOutText(signals: readonly IncidentSignal[]): string | undefined {
  const sampled = signals.filter((signal) => callsOf(signal) > 1)
  const [first, last] = [sampled[0], signals.at(-1)]
  if (first === undefined || last === undefined) return undefined
  const leftOut = sampled.reduce((sum, signal) => sum + callsOf(signal) - 1, 0)
  const actions = new Map<string, number>()
  for (const signal of sampled) actions.set(signal.action, (actions.get(signal.action) ?? 0) + callsOf(signal) - 1)
  const most = [...actions].sort((a, b) => b[1] - a[1]).slice(0, ACTIONS_NAMED)
  const others = actions.size > most.length ? [`${actions.size - most.length} other calls`] : []
  const named = [...most.map(([action, count]) => `${action} ${rounded(count)}`), ...others].join(', ')
  const addresses = new Set(sampled.map(({ address }) => address)).size
  const from = addresses === 1 ? `from ${first.address}` : `from at least ${addresses} addresses`
  return `and about ${rounded(leftOut)} more like these that are not kept, ${iso(first.time)} to ${iso(last.time)}, ${from}: ${named}`
}

/** The most actions that `leftOutText` names. */
const ACTIONS_NAMED = 3

const rounded = (count: number) => String(Number(count.toPrecision(2)))
const iso = (time: number) => `${new Date(time).toISOString().slice(0, 19)}Z`

/** An intruder who repeats one call, or fails with it, thins no other call, no success and no other finding. */
function kindsOf({ action, outcome, detectors }: IncidentSignal): readonly string[] {
  const end = outcome === 'success' ? 'succeeded' : 'refused'
  return [`call ${action.slice(0, 100)} ${end}`, ...detectors.map((detector) => `finding ${detector} ${end}`)]
}

/** Says by which name a kind is counted, where these have a count: its own, or that of other actions with its outcome. */
function ownOf(counted: readonly string[]): (kind: string) => string {
  const names = new Set(counted)
  const isFull = counted.filter((name) => name.startsWith('call ')).length >= MOST_ACTIONS
  return (kind) => (names.has(kind) || !isFull || !kind.startsWith('call ') ? kind : `other calls${kind.slice(kind.lastIndexOf(' '))}`)
}

function levelFor(calls: number): number {
  return calls <= WHOLE ? 0 : Math.ceil(Math.log2(calls / WHOLE))
}

/** A number from 0 to below 1 for a signal, the same each time. CloudTrail chooses the ids of events, and no caller. */
function drawOf(incidentId: string, signalId: string, offset: 0 | 4): number {
  return hash('sha256', `${incidentId}\n${signalId}`, 'buffer').readUInt32BE(offset) / 2 ** 32
}
