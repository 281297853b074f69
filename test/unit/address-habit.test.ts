import { describe, expect, it } from 'vitest'
import {
  type AddressHabit,
  ageOf,
  lastUseOf,
  learnSource,
  newRanges,
  noSources,
  rangeOf,
  sourceOf,
  stableSources,
  whyNotStable,
} from '../../shared/domain/address-habit.ts'
import type { Origin } from '../../shared/domain/signal.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = Date.UTC(2026, 0, 1)
const NOW = START + 30 * DAY

const from = (address: string, parts: object = {}) =>
  ({ address, addressKind: 'public', networkKind: 'access', ...parts }) as unknown as Origin
const OFFICE = from('192.0.2.77')
const AMAZON = from('203.0.113.5', { networkKind: 'aws' })
const ENDPOINT = from('10.0.0.9', { addressKind: 'private', networkKind: undefined, vpcEndpointId: 'vpce-0123456789abcdef0' })

/** Each source every six hours for a month. */
function habitOf(...origins: readonly Origin[]): AddressHabit {
  let habit = noSources()
  for (let at = START; at < NOW; at += 6 * HOUR) for (const origin of origins) habit = learnSource(habit, origin, at)
  return habit
}

const many = (length: number) => Array.from({ length }, (_, at) => from(`192.0.${at}.1`))

describe('the stable places of an identity', () => {
  it.each([
    ['an office', [OFFICE], ['192.0.2.0/24'], []],
    ['addresses of one range', [OFFICE, from('192.0.2.3')], ['192.0.2.0/24'], []],
    ['IPv6, by its first 48 bits', [from('2001:DB8:1:2::3')], ['2001:db8:1::/48'], []],
    ['IPv6 with zeros left out within them', [from('2001:db8::1')], ['2001:db8:0::/48'], []],
    ['an endpoint', [OFFICE, ENDPOINT], ['192.0.2.0/24'], ['vpce-0123456789abcdef0']],
    ['Amazon alone', [AMAZON], ['203.0.113.0/24'], []],
    ['Amazon besides an office', [OFFICE, AMAZON], ['192.0.2.0/24', '203.0.113.0/24'], []],
    [
      'a rented machine besides an office, whose range may have a stranger in it',
      [OFFICE, from('198.51.100.1', { networkKind: 'hosting' })],
      ['192.0.2.0/24', '198.51.100.0/24'],
      [],
    ],
    [
      'a service that calls for it, which is no place',
      [OFFICE, from('cloudformation.amazonaws.com', { addressKind: 'aws-service' })],
      ['192.0.2.0/24'],
      [],
    ],
    ['eight ranges', many(8), many(8).map((_, at) => `192.0.${at}.0/24`), []],
  ] as const)('are known from %s', (_, origins, addresses, endpoints) => {
    expect(stableSources(habitOf(...origins), NOW)).toEqual({ addresses, endpoints })
  })

  it.each([
    ['a VPN', [OFFICE, from('198.51.100.1', { networkKind: 'anonymiser' })]],
    ['an address of a network that is not known', [OFFICE, from('198.51.100.1', { networkKind: undefined })]],
    ['a private address of no endpoint that is named', [OFFICE, from('10.0.0.9', { addressKind: 'private', networkKind: undefined })]],
    ['nine ranges', many(9)],
    ['more ranges than are remembered', many(13)],
    ['nowhere', []],
  ] as const)('are none where it calls from %s', (_, origins) => {
    expect(stableSources(habitOf(...origins), NOW)).toEqual({ addresses: [], endpoints: [] })
  })

  it('hold no range that was first used less than 20 hours before, and forget what was not used for four weeks', () => {
    const moved = learnSource(habitOf(OFFICE), from('203.0.113.9'), NOW)
    expect(stableSources(moved, NOW + 19 * HOUR).addresses).toEqual(['192.0.2.0/24'])
    expect(stableSources(moved, NOW + 22 * HOUR).addresses).toEqual(['192.0.2.0/24', '203.0.113.0/24'])
    expect(stableSources(learnSource(moved, from('203.0.113.9'), NOW + 28 * DAY), NOW + 29 * DAY).addresses).toEqual(['203.0.113.0/24'])
  })

  it('remember an old range no longer where there is a new one, and never more than twelve', () => {
    let habit = habitOf(...many(12))
    habit = learnSource(habit, from('198.51.100.1'), NOW)
    expect([...habit.sources.keys()]).not.toContain('198.51.100.0/24')
    habit = learnSource(habit, from('198.51.100.1'), NOW + 29 * DAY)
    expect([...habit.sources.keys()]).toContain('198.51.100.0/24')
    expect(habit.sources.size).toBe(12)
  })
})

/** A habit of these sources, by the hours of their first and last use before `NOW`. */
const used = (sources: Readonly<Record<string, readonly [first: number, last: number]>>, overflow?: number): AddressHabit => ({
  sources: new Map(
    Object.entries(sources).map(([source, [first, last]]) => [source, { firstHour: NOW / HOUR - first, lastHour: NOW / HOUR - last }]),
  ),
  overflowHour: overflow === undefined ? 0 : NOW / HOUR - overflow,
})
const ranges = (length: number, use: readonly [number, number]) =>
  Object.fromEntries(Array.from({ length }, (_, at) => [`192.0.${at}.0/24`, use] as const))
const WEEKS = 28 * 24

describe('why an identity has no stable places', () => {
  it.each<[string, AddressHabit, RegExp | undefined]>([
    ['one place, known for 21 hours', used({ '192.0.2.0/24': [21, 0] }), undefined],
    ['one place, known for 20 hours', used({ '192.0.2.0/24': [20, 0] }), /^no place is known for 20 hours yet$/],
    ['one place, last used four weeks less an hour ago', used({ '192.0.2.0/24': [999, WEEKS - 1] }), undefined],
    ['one place, last used four weeks ago', used({ '192.0.2.0/24': [999, WEEKS] }), /^no place is known/],
    ['a place and a VPN', used({ '192.0.2.0/24': [99, 0], anonymous: [99, 9] }), /VPN or Tor/],
    ['a place and a VPN of long ago', used({ '192.0.2.0/24': [99, 0], anonymous: [999, WEEKS] }), undefined],
    ['a place and one of no known network', used({ '192.0.2.0/24': [99, 0], unknown: [99, 9] }), /no known network/],
    ['a VPN and one of no known network', used({ unknown: [99, 9], anonymous: [99, 9] }), /VPN or Tor/],
    ['eight places', used(ranges(8, [99, 0])), undefined],
    ['nine places', used(ranges(9, [99, 0])), /^it called from more than 8 places/],
    ['one place, and more than were remembered within four weeks', used({ '192.0.2.0/24': [99, 0] }, WEEKS - 1), /more than 8 places/],
    ['one place, and more than were remembered four weeks ago', used({ '192.0.2.0/24': [99, 0] }, WEEKS), undefined],
  ])('is said of %s', (_, habit, why) => {
    const said = whyNotStable(habit, NOW + HOUR / 2)
    if (why === undefined) expect(said).toBeUndefined()
    else expect(said).toMatch(why)
    expect(stableSources(habit, NOW).addresses.length > 0).toBe(why === undefined)
  })

  it.each([
    [20, 0, 'new'],
    [21, 0, 'current'],
    [999, WEEKS - 1, 'current'],
    [999, WEEKS, 'past'],
    [20, 20, 'new'],
  ] as const)('goes by the age of a source: first used %i and last %i hours ago is %s', (first, last, age) => {
    expect(ageOf({ firstHour: NOW / HOUR - first, lastHour: NOW / HOUR - last }, NOW + HOUR - 1)).toBe(age)
  })
})

describe('one call', () => {
  it('moves the first and the last hour of its source, whichever way it is late, and nothing of the others', () => {
    const before = used({ '192.0.2.0/24': [30, 10], '192.0.3.0/24': [9, 9] })
    const at = (hours: number) => learnSource(before, OFFICE, NOW - hours * HOUR).sources
    expect(at(5)).toEqual(used({ '192.0.2.0/24': [30, 5], '192.0.3.0/24': [9, 9] }).sources)
    expect(at(40)).toEqual(used({ '192.0.2.0/24': [40, 10], '192.0.3.0/24': [9, 9] }).sources)
    for (const hours of [30, 20, 10]) expect(learnSource(before, OFFICE, NOW - hours * HOUR + 1)).toBe(before)
    expect(before).toEqual(used({ '192.0.2.0/24': [30, 10], '192.0.3.0/24': [9, 9] }))
  })

  it('from a thirteenth source takes the place of the one that was used least lately, where that is no longer current', () => {
    const full = (last: number) => used({ ...ranges(6, [999, 3]), '198.51.100.0/24': [999, last], ...ranges(11, [999, 3]) })
    const office = from('203.0.113.9')
    const later = learnSource(full(WEEKS), office, NOW)
    expect([...later.sources.keys()]).toEqual([...[...full(3).sources.keys()].filter((one) => one !== '198.51.100.0/24'), '203.0.113.0/24'])
    expect(later.overflowHour).toBe(0)
    const crowded = learnSource(full(WEEKS - 1), office, NOW)
    expect(crowded).toEqual({ sources: full(WEEKS - 1).sources, overflowHour: NOW / HOUR })
    // A late one does not move the hour back, and one of a known source is learned however many there are.
    expect(learnSource(crowded, office, NOW - 9 * HOUR).overflowHour).toBe(NOW / HOUR)
    expect(learnSource(full(1), from('198.51.100.7'), NOW)).toMatchObject({ overflowHour: 0, sources: full(0).sources })
  })

  it('of a service changes nothing', () => {
    expect(learnSource(noSources(), from('x', { addressKind: 'aws-service' }), NOW)).toEqual(noSources())
    expect(noSources()).toEqual({ sources: new Map(), overflowHour: 0 })
  })

  it.each<[string, Origin, string | undefined]>([
    ['a known network', OFFICE, '192.0.2.0/24'],
    ['a service', from('x', { addressKind: 'aws-service' }), undefined],
    ['a service on its behalf', from('192.0.2.7', { via: 'cloudformation.amazonaws.com' }), undefined],
    ['an endpoint, whatever else is known', from('192.0.2.7', { vpcEndpointId: 'vpce-1', networkKind: 'anonymiser' }), 'vpce-1'],
    ['a VPN', from('192.0.2.7', { networkKind: 'anonymiser' }), 'anonymous'],
    ['a network that is not known', from('192.0.2.7', { networkKind: undefined }), 'unknown'],
    ['a private address', from('10.0.0.9', { addressKind: 'private' }), 'unknown'],
    ['an address that cannot be read', from('192.0.2.x'), 'unknown'],
  ])('comes from %s', (_, origin, source) => {
    expect(sourceOf(origin)).toBe(source)
  })
})

describe('the range of an address', () => {
  it.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['192.0.2', undefined],
    ['192.0.2.1.9', undefined],
    ['1192.0.2.1', undefined],
    ['x192.0.2.1', undefined],
    ['192.0.2.1x', undefined],
    ['192.0.2.1111', undefined],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:0DB8:0001:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:db8:1:2:3:4:5', undefined],
    ['2001:db8:1:2:3:4:5:6:7', undefined],
    ['::1', '0:0:0::/48'],
    ['2001::', '2001:0:0::/48'],
    ['2001:db8::5:6', '2001:db8:0::/48'],
    ['1:2::3:4:5:6:7', '1:2:0::/48'],
    ['1::3:4:5:6:7:8', '1:0:3::/48'],
    ['::2:3:4:5:6:7:8', '0:2:3::/48'],
    ['1:2:3:4:5:6:7:8::', '1:2:3::/48'],
    ['1:2:3:4:5::6:7:8:9', undefined],
    ['2001:db8::%eth0', undefined],
    ['g::1', undefined],
    ['', undefined],
  ])('%j is %s', (address, range) => {
    expect(rangeOf(address)).toBe(range)
  })
})

describe('the sources of an identity', () => {
  const habit = used({ '192.0.2.0/24': [99, 7], '198.51.100.0/24': [24, 2], '203.0.113.0/24': [25, 1], 'vpce-1': [9, 4], unknown: [3, 0] })

  it('say when one of its places was used last', () => {
    const last = (addresses: string[], endpoints: string[] = []) => lastUseOf(habit, { addresses, endpoints })
    expect(last(['192.0.2.0/24'])).toBe(NOW - 7 * HOUR)
    expect(last(['192.0.2.0/24', '198.51.100.0/24'], ['vpce-1'])).toBe(NOW - 2 * HOUR)
    expect(last(['192.0.2.0/24'], ['vpce-1'])).toBe(NOW - 4 * HOUR)
    expect(last(['192.0.9.0/24'])).toBeUndefined()
    expect(last([])).toBeUndefined()
  })

  it('say which address ranges were new within a day, before a time or after it', () => {
    expect(newRanges(habit, NOW)).toEqual(['198.51.100.0/24'])
    expect(newRanges(habit, NOW - 90 * HOUR)).toEqual(['192.0.2.0/24'])
    expect(newRanges(habit, NOW - 49 * HOUR)).toEqual(['203.0.113.0/24'])
    expect(newRanges(habit, NOW - 50 * HOUR)).toEqual([])
  })
})
