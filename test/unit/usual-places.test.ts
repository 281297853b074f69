import { describe, expect, it } from 'vitest'
import { expectFeature, showBaseline, whatExpectChanges } from '../../local/commands/baseline.ts'
import { fencePlaces, renderPlaces } from '../../local/render/places.ts'
import type { Target } from '../../local/target.ts'
import { isPlace } from '../../shared/domain/usual-places.ts'
import { pipeline } from '../../shared/pipeline.ts'
import { arnOf, call, embedded, NOW } from '../embedded.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const HOME = '192.0.2.10'
const OLD_HOME = '192.0.3.10'
const NEXT_DOOR = '198.51.100.7'
const ELSEWHERE = '203.0.113.9'
const RANGE = 'range=203.0.113.0/24'
const SAME = { country: 'US', network: { asn: 64_496, organisation: 'Example Access' } }
const networks: Readonly<Record<string, object>> = {
  [HOME]: SAME,
  [OLD_HOME]: SAME,
  [NEXT_DOOR]: SAME,
  [ELSEWHERE]: { country: 'US', network: { asn: 64_497, organisation: 'Example Fibre' } },
}
const ARN = arnOf('ci-build')

/** The user `ci-build`, whose calls of forty days are known: from an old home at first, then from home, since this morning also from next door. */
async function world() {
  const made = await embedded({ policy: { version: 3, mode: 'contain', evidence: {} } })
  const geoIp = { locate: (address: string) => (networks[address] ?? {}) as never }
  const respond = pipeline({ ...made.ports, geoIp })
  const past = Array.from({ length: 160 }, (_, at) => NOW - 40 * DAY + at * 6 * HOUR)
  await respond(past.map((time, at) => call('s3:ListBuckets', { id: `p${at}`, time, from: at < 20 ? OLD_HOME : HOME })))
  await respond([call('s3:ListBuckets', { id: 'near', time: NOW, from: NEXT_DOOR })])
  const target = { ...made.ports, name: 'the account', caller: 'local:test' } as unknown as Target
  const baseline = async () => {
    const state = (await made.ports.identities.load([ARN])).get(ARN)?.state
    if (state === undefined) throw new Error('no state')
    return state.value.baseline
  }
  const away = async (from = ELSEWHERE) => {
    await respond([call('iam:CreateUser', { id: `away-${from}`, time: NOW + HOUR, from, request: { userName: 'x' } })])
    return (await made.incidents())[0]
  }
  return { ...made, respond, target, baseline, away }
}

describe('the places of a fence', () => {
  it('are listed with their age and with what a fence does: one next door is no new network, and is refused', async () => {
    const { target, baseline, incidents } = await world()
    expect(await incidents()).toEqual([])
    const shown = await showBaseline(target, 'ci-build', { isJson: false })
    expect(shown).toContain('places: what a fence would do with calls from them')
    expect(shown).toMatch(/198\.51\.100\.0\/24 +2026-03-02 12:00:00 to 2026-03-02 12:00:00 +refused, not known for 20 hours yet/)
    expect(shown).toMatch(/192\.0\.2\.0\/24 +2026-01-26 12:00:00 to 2026-03-02 06:00:00 +left open/)
    expect(shown).toMatch(/192\.0\.3\.0\/24 .* refused, not used for four weeks/)
    const { places } = JSON.parse(await showBaseline(target, 'ci-build', { isJson: true }))
    expect(places).toEqual(JSON.parse(JSON.stringify(fencePlaces(await baseline()))))
    expect(places.filter(({ isOpen }: { isOpen: boolean }) => isOpen)).toMatchObject([{ place: '192.0.2.0/24' }])
  })

  it('are none after a call of no known network, and the list says why', async () => {
    const { respond, target } = await world()
    const past = Array.from({ length: 2 }, (_, at) => NOW + DAY + at * 2 * DAY)
    await respond(past.map((time, at) => call('s3:ListBuckets', { id: `n${at}`, time, from: '10.0.0.1' })))
    const shown = await showBaseline(target, 'ci-build', { isJson: false })
    expect(shown).toContain('a restriction would have no fence, because it called from addresses of no known network within four weeks')
    expect(shown).not.toContain('left open')
    expect(shown).not.toContain('refused, ')
  })

  it('are shown of an identity that nothing is known of', async () => {
    const { baseline } = await world()
    const none = { ...(await baseline()), addresses: { sources: new Map(), overflowHour: 0 } }
    expect(renderPlaces(none)).toEqual(['places: a restriction would have no fence, because no place is known for 20 hours yet'])
  })
})

describe('an expected range', () => {
  it('is no new place, and the next fence leaves it open beside the others', async () => {
    const { target, away, baseline } = await world()
    expect(await whatExpectChanges(target, 'ci-build', RANGE)).toContain('A fence that is set from now on leaves it open')
    await expectFeature(target, 'ci-build', RANGE, 'the new office')
    expect(await showBaseline(target, 'ci-build', { isJson: false })).toMatch(/203\.0\.113\.0\/24 +left open, expected by a reviewer/)
    expect((await baseline()).expected).toContain(RANGE)
    expect((await away())?.findings.map(({ detector }) => detector) ?? []).not.toContain('new-network')
  })

  it('is open in a restriction for a call from elsewhere; without it that is refused there too', async () => {
    for (const isExpected of [true, false]) {
      const { target, away } = await world()
      if (isExpected) await expectFeature(target, 'ci-build', 'range=198.51.100.0/24', 'the floor below')
      expect(await away()).toMatchObject({
        state: 'restricted',
        restriction: { isFenced: true, addresses: isExpected ? ['192.0.2.0/24', '198.51.100.0/24'] : ['192.0.2.0/24'] },
      })
    }
  })

  it('makes no fence by itself: the owner would be shut in where it was never seen', async () => {
    const { baseline } = await world()
    const { usualPlaces } = await import('../../shared/domain/usual-places.ts')
    const known = { ...(await baseline()), expected: new Set([RANGE]) }
    expect(usualPlaces(known, NOW).addresses).toEqual(['192.0.2.0/24', '203.0.113.0/24'])
    expect(usualPlaces({ ...known, addresses: { sources: new Map(), overflowHour: 0 } }, NOW).addresses).toEqual([])
    const many = new Set(['1', '2', '3', '4', '5'].map((part) => `range=198.51.${part}.0/24`))
    expect(usualPlaces({ ...known, expected: many }, NOW).addresses).toHaveLength(5)
    expect(usualPlaces({ ...known, expected: new Set(['endpoint=vpce-0123456789abcdef0']) }, NOW).endpoints).toEqual([
      'vpce-0123456789abcdef0',
    ])
  })

  it('is written as a fence draws it', async () => {
    const { target } = await world()
    for (const good of ['203.0.113.0/24', '2001:db8:1::/48']) expect(isPlace('range', good)).toBe(true)
    for (const bad of ['203.0.113.9/24', '203.0.113.0/22', '203.0.113.0', '999.0.113.0/24', '2001:DB8:1::/48', '2001:db8::/32', '*', ''])
      expect(isPlace('range', bad), bad).toBe(false)
    for (const bad of ['vpce-1', 'vpce-*', 'vpc-0123456789abcdef0']) expect(isPlace('endpoint', bad), bad).toBe(false)
    await expect(whatExpectChanges(target, 'ci-build', 'range=203.0.113.9')).rejects.toThrow(
      'range is written as a fence draws it, such as 203.0.113.0/24 or 2001:db8:1::/48; got "203.0.113.9"',
    )
    expect(await whatExpectChanges(target, 'ci-build', 'network=AS64497')).toContain('declare its range too, as range=203.0.113.0/24')
    expect(await whatExpectChanges(target, 'ci-build', 'service=s3')).not.toContain('fence')
  })
})
