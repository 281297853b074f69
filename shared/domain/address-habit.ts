import type { Origin } from './signal.ts'
import { HOUR_MS } from './time.ts'

/** When calls came from one source first and last, in hours since 1970. */
export interface SourceUse {
  readonly firstHour: number
  readonly lastHour: number
}

/**
 * The sources that an identity's successful calls came from: `192.0.2.0/24` and `2001:db8:1::/48`, the id of a VPC endpoint, or a word for what is no place of its
 * own: `anonymous` (VPNs, Tor) and `unknown`.
 */
export interface AddressHabit {
  readonly sources: ReadonlyMap<string, SourceUse>
  /** The hour in which there was a source more than are remembered; 0 where there never was. */
  readonly overflowHour: number
}

/** Where an identity calls from, as far as that is stable. */
export interface StableSources {
  readonly addresses: readonly string[]
  readonly endpoints: readonly string[]
}

/** The most sources that are remembered for one identity. */
const SOURCES_LIMIT = 12

/** With more sources than this, an identity has no place. */
const STABLE_LIMIT = 8

/** A source that was not used for four weeks, two half-lives of a habit, is no place of the identity any more. */
const CURRENT_HOURS = 28 * 24

/** A source is habit from 20 hours on, as every place is; the hour itself is not counted. */
const PROBATION_HOURS = 20

export function noSources(): AddressHabit {
  return { sources: new Map(), overflowHour: 0 }
}

/** Learns where one successful call came from, at a time (epoch ms). A source is forgotten for a new one only where it is no longer current. */
export function learnSource(habit: AddressHabit, origin: Origin, at: number): AddressHabit {
  const source = sourceOf(origin)
  if (source === undefined) return habit
  const hour = Math.floor(at / HOUR_MS)
  const known = habit.sources.get(source)
  if (known !== undefined && known.firstHour <= hour && known.lastHour >= hour) return habit
  const sources = new Map(habit.sources)
  if (known === undefined && sources.size >= SOURCES_LIMIT) {
    const [oldest] = [...sources].sort(([, a], [, b]) => a.lastHour - b.lastHour)
    if (oldest === undefined || hour - oldest[1].lastHour < CURRENT_HOURS)
      return { ...habit, overflowHour: Math.max(habit.overflowHour, hour) }
    sources.delete(oldest[0])
  }
  const { firstHour = hour, lastHour = hour } = known ?? {}
  sources.set(source, { firstHour: Math.min(firstHour, hour), lastHour: Math.max(lastHour, hour) })
  return { ...habit, sources }
}

/**
 * The places of an identity before a time (epoch ms). None where it has more than eight, or where some are nobody's place. A narrow range of a company that
 * rents machines out is a place: a stranger may rent one beside it, and is still stopped everywhere else.
 */
export function stableSources(habit: AddressHabit, at: number): StableSources {
  if (whyNotStable(habit, at) !== undefined) return { addresses: [], endpoints: [] }
  const names = currentIn(habit, at)
  return { addresses: names.filter((name) => !isEndpoint(name)), endpoints: names.filter(isEndpoint) }
}

/** Why an identity has no stable places at a time (epoch ms), in words for people; undefined where it has. */
export function whyNotStable(habit: AddressHabit, at: number): string | undefined {
  const names = currentIn(habit, at)
  if (names.includes('anonymous')) return 'it called from a VPN or Tor within four weeks'
  if (names.includes('unknown')) return 'it called from addresses of no known network within four weeks'
  if (Math.floor(at / HOUR_MS) - habit.overflowHour < CURRENT_HOURS || names.length > STABLE_LIMIT)
    return `it called from more than ${STABLE_LIMIT} places within four weeks`
  return names.length === 0 ? 'no place is known for 20 hours yet' : undefined
}

/** Whether a source is one of the places of its identity at a time (epoch ms): `new` until 20 hours after its first call, `past` after four weeks without one. */
export function ageOf({ firstHour, lastHour }: SourceUse, at: number): 'current' | 'new' | 'past' {
  const hour = Math.floor(at / HOUR_MS)
  if (hour - firstHour <= PROBATION_HOURS) return 'new'
  return hour - lastHour < CURRENT_HOURS ? 'current' : 'past'
}

function currentIn({ sources }: AddressHabit, at: number): readonly string[] {
  return [...sources].flatMap(([source, use]) => (ageOf(use, at) === 'current' ? [source] : []))
}

function isEndpoint(source: string): boolean {
  return source.startsWith('vpce-')
}

/** The last hour (its start, epoch ms) in which one of these sources was used; undefined where none was. */
export function lastUseOf({ sources }: AddressHabit, { addresses, endpoints }: StableSources): number | undefined {
  const hours = [...addresses, ...endpoints].flatMap((source) => sources.get(source)?.lastHour ?? [])
  return hours.length === 0 ? undefined : Math.max(...hours) * HOUR_MS
}

/** The address ranges that were new within a day of a time (epoch ms). */
export function newRanges({ sources }: AddressHabit, at: number): readonly string[] {
  const hour = Math.floor(at / HOUR_MS)
  return [...sources].flatMap(([source, { firstHour }]) => (source.includes('/') && Math.abs(hour - firstHour) <= 24 ? [source] : []))
}

/** The source of a call; undefined where a service made the call. */
export function sourceOf({ address, addressKind, networkKind, via, vpcEndpointId }: Origin): string | undefined {
  if (addressKind === 'aws-service' || via !== undefined) return undefined
  if (vpcEndpointId !== undefined) return vpcEndpointId
  if (networkKind === 'anonymiser') return 'anonymous'
  const range = addressKind === 'public' && networkKind !== undefined ? rangeOf(address) : undefined
  return range ?? 'unknown'
}

/** The range that an address is in: /24 of IPv4, /48 of IPv6; undefined where the text is neither. */
export function rangeOf(address: string): string | undefined {
  const fourth = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(address)
  if (fourth !== null) return `${fourth[1]}.0/24`
  if (!/^[0-9a-f:]+$/i.test(address)) return undefined
  const [start = '', end] = address.toLowerCase().split('::')
  const before = start === '' ? [] : start.split(':')
  const after = end === undefined || end === '' ? [] : end.split(':')
  const groups =
    end === undefined ? before : [...before, ...Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0'), ...after]
  if (groups.length !== 8) return undefined
  return `${groups
    .slice(0, 3)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/48`
}
