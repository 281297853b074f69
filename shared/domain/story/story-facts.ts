import type { Incident, IncidentSignal } from '../incident.ts'
import { sessionsBefore } from '../issued-before.ts'
import { listing } from '../listing.ts'
import { printable } from '../printable.ts'
import { secondText } from '../time.ts'
import { callsText } from '../timeline.ts'
import { byGravity } from './by-gravity.ts'
import { type Calls, callsOf } from './calls-text.ts'

/** What sentences of a story cite beside the facts of the incident. */
export interface StoryFact {
  readonly id: 'O' | 'H' | 'N' | 'X' | 'Y' | 'W'
  readonly text: string
}

/** The most actions, and the most addresses, of a fact. */
const MOST = 8

/**
 * The facts that a story rests on, as they are kept. `O`: the call that it begins with. `H`: how its identity was used before. `N`: calls with findings that succeeded. `X`: calls
 * that were refused, and `W` those of them from a usual place, since something was done. `Y`: calls that failed with another error, and which.
 */
export function storyFacts(incident: Incident, signals: readonly IncidentSignal[]): StoryFact[] {
  const calls = callsOf(incident, signals)
  const call = suspiciousCall(signals)
  return [
    ...(call === undefined ? [] : [{ id: 'O' as const, text: callFact(call) }]),
    { id: 'H', text: habitFact(incident) },
    { id: 'N', text: `success: ${countsOf(calls.succeeded)}` },
    { id: 'X', text: `denied before: ${countsOf(calls.refusedBefore)}; denied since: ${countsOf(calls.refusedSince)}` },
    ...(calls.failed.length === 0 ? [] : [{ id: 'Y' as const, text: `failed otherwise: ${countsOf(calls.failed)}${errorsOf(calls)}` }]),
    { id: 'W', text: `denied since, from usual places: ${countsOf(calls.refusedAtHome)}${addressesOf(calls)}${sessionsFact(incident)}` },
  ]
}

/** What a containment also ends. */
function sessionsFact(incident: Incident): string {
  const { length } = incident.containedAt === undefined ? [] : sessionsBefore(incident)
  return length === 0 ? '' : `; sessions issued before the first finding: ${length}`
}

/** The call that a story begins with: the first with findings from elsewhere, else the first with findings. */
export function suspiciousCall(signals: readonly IncidentSignal[]): IncidentSignal | undefined {
  const calls = signals.filter(({ reportedBy, detectors }) => reportedBy === undefined && detectors.length > 0)
  return calls.find(({ isUsualPlace }) => isUsualPlace === false) ?? calls[0]
}

function callFact({ time, action, address, country, network, agentFamily }: IncidentSignal): string {
  const at = [country, network].flatMap((part) => (part === undefined ? [] : [printable(part, 60)])).join(', ')
  const where = at === '' ? '' : ` (${at})`
  return `${secondText(time)} ${printable(action, 70)} from ${printable(address, 45)}${where}, tool ${printable(agentFamily, 40)}`
}

function habitFact({ usual }: Incident): string {
  if (usual === undefined) return 'no history of the identity'
  const { since, calls, countries, networks, tools, services } = usual
  const lists = { countries, networks, tools, services }
  const said = Object.entries(lists).map(([name, values]) => `${name} ${values.map((value) => printable(value, 60)).join(', ') || 'none'}`)
  return `${calls} calls since ${secondText(since)}; ${said.join('; ')}`
}

function countsOf(calls: readonly IncidentSignal[]): string {
  if (calls.length === 0) return '0 calls'
  const kinds = byGravity(calls)
  const named = kinds.slice(0, MOST).map(([action, all]) => `${printable(action, 70)} ${all.length}`)
  return `${callsText(calls)} (${named.join(', ')}${kinds.length > MOST ? `, ${kinds.length - MOST} more kinds` : ''})`
}

function errorsOf({ failed }: Calls): string {
  const errors = [...new Set(failed.flatMap(({ errorCode }) => errorCode ?? []))]
  const named = errors.map((error) => printable(error, 70))
  return errors.length === 0 ? '' : `, with ${listing(named, MOST)}`
}

function addressesOf({ refusedAtHome }: Calls): string {
  const addresses = [...new Set(refusedAtHome.map(({ address }) => address))]
  const named = addresses.map((address) => printable(address, 45))
  return addresses.length === 0 ? '' : `, from ${listing(named, MOST)}`
}
