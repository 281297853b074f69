import { describe, expect, it } from 'vitest'
import { type AddressHabit, learnSource, noSources, stableSources } from '../../shared/domain/address-habit.ts'
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
