import { ageOf, whyNotStable } from '../../shared/domain/address-habit.ts'
import type { Baseline } from '../../shared/domain/baseline.ts'
import { printable } from '../../shared/domain/printable.ts'
import { HOUR_MS } from '../../shared/domain/time.ts'
import { expectedPlaces, usualPlaces } from '../../shared/domain/usual-places.ts'
import { moment } from './style.ts'
import { table } from './table.ts'

/** A place that an identity called from, or that a reviewer expects it to call from. Times are epoch milliseconds, of the hour. */
export interface FencePlace {
  readonly place: string
  readonly firstSeen?: number
  readonly lastSeen?: number
  /** What a fence that is set now does with calls from there. */
  readonly isOpen: boolean
  readonly says: string
}

const NOBODYS: ReadonlyMap<string, string> = new Map([
  ['anonymous', 'a VPN or Tor'],
  ['unknown', 'addresses of no known network'],
])

/** The places of an identity as a fence draws them, the latest first, and then those that reviewers expect. */
export function fencePlaces(baseline: Baseline): readonly FencePlace[] {
  const at = baseline.lastSeen
  const usual = usualPlaces(baseline, at)
  const isFenced = whyNotStable(baseline.addresses, at) === undefined
  const open = new Set([...usual.addresses, ...usual.endpoints])
  const seen = [...baseline.addresses.sources]
    .sort(([, a], [, b]) => b.lastHour - a.lastHour)
    .map(([source, use]) => ({
      place: NOBODYS.get(source) ?? source,
      firstSeen: use.firstHour * HOUR_MS,
      lastSeen: use.lastHour * HOUR_MS,
      isOpen: open.has(source),
      says: open.has(source) ? 'left open' : `${isFenced ? 'refused, ' : ''}${AGES[ageOf(use, at)]}`,
    }))
  const { addresses, endpoints } = expectedPlaces(baseline.expected)
  const expected = [...addresses, ...endpoints].filter((place) => !baseline.addresses.sources.has(place))
  return [
    ...seen,
    ...expected.map((place) => ({
      place,
      isOpen: open.has(place),
      says: open.has(place) ? 'left open, expected by a reviewer' : 'expected by a reviewer',
    })),
  ]
}

const AGES = {
  new: 'not known for 20 hours yet',
  past: 'not used for four weeks',
  current: 'known',
} as const

/** The places in lines for people: which a fence would leave open, since when they are known, and why there would be none. */
export function renderPlaces(baseline: Baseline, width?: number): readonly string[] {
  const places = fencePlaces(baseline)
  const why = whyNotStable(baseline.addresses, baseline.lastSeen)
  const head =
    why === undefined ? 'places: what a fence would do with calls from them' : `places: a restriction would have no fence, because ${why}`
  const rows = places.map(({ place, firstSeen, lastSeen, says }) => [
    printable(place, 64),
    firstSeen === undefined || lastSeen === undefined ? '' : `${moment(firstSeen)} to ${moment(lastSeen)}`,
    says,
  ])
  return rows.length === 0 ? [head] : [head, ...table([{}, {}, { isText: true }], rows, { width, indent: 2 }).split('\n')]
}
