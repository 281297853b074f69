import { describe, expect, it } from 'vitest'
import { redeliveredAfter } from '../../functions/redelivery.ts'
import { UNIT_LIMITS, unitsOf } from '../../functions/units-of-batch.ts'
import { MOST_RECEIVES } from '../../shared/ports/deliveries.ts'

const receives = Array.from({ length: MOST_RECEIVES }, (_, at) => at + 1)
const waits = (kind: 'contended' | 'failed', random: number) =>
  receives.map((count) => redeliveredAfter({ reason: 'x', kind }, count, random))

describe('a message that failed', () => {
  it('comes again within 2, 4, 8, 16 and then 20 seconds at random, where others wrote the same identity', () => {
    expect(waits('contended', 0.999)).toEqual([2, 4, 8, 16, ...Array(8).fill(20)])
    expect(waits('contended', 0.5)).toEqual([1, 2, 4, 8, ...Array(8).fill(10)])
  })

  it('never comes again at once, so that it has not the same reader', () => {
    expect(waits('contended', 0)).toEqual(Array(12).fill(1))
  })

  it('comes again after 10 seconds, twice as long and so on up to six minutes, where it failed itself, whatever chance says', () => {
    const expected = [10, 20, 40, 80, 160, 320, ...Array(6).fill(360)]
    expect([waits('failed', 0), waits('failed', 0.9)]).toEqual([expected, expected])
  })

  it('outlasts an outage of half an hour before it is a dead letter, and none of an hour', () => {
    // The last wait is that after the last delivery, which nobody waits for.
    const total = waits('failed', 0)
      .slice(0, -1)
      .reduce((sum, wait) => sum + wait, 0)
    expect(total).toBeGreaterThan(1800)
    expect(total).toBeLessThan(3600)
  })
})

describe('the parts of a batch', () => {
  const by = (userIdentity: object, id: number) => ({ body: { detail: { userIdentity } }, id })
  const user = (name: string, id = 0) => by({ arn: `arn:aws:iam::123456789012:user/${name}` }, id)
  const idsOf = (units: readonly (readonly { readonly id: number }[])[]) => units.map((unit) => unit.map(({ id }) => id))

  it('have the messages of a caller in a row, in the order of the batch', () => {
    expect(idsOf(unitsOf([user('a', 1), user('b', 2), user('a', 3), user('b', 4)]))).toEqual([[1, 3, 2, 4]])
  })

  it('take sessions of a role for one caller', () => {
    const session = (name: string, id: number) =>
      by(
        {
          arn: `arn:aws:sts::123456789012:assumed-role/deploy/${name}`,
          sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::123456789012:role/deploy' } },
        },
        id,
      )
    expect(idsOf(unitsOf([session('x', 1), session('y', 2), user('a', 3)], { callers: 1, messages: 10 }))).toEqual([[1, 2], [3]])
  })

  it('have no more callers and no more messages than one round trip and a few seconds take', () => {
    const many = Array.from({ length: 120 }, (_, at) => user(`u${at}`, at))
    expect(unitsOf(many).map((unit) => unit.length)).toEqual([UNIT_LIMITS.callers, UNIT_LIMITS.callers, 20])
    const one = Array.from({ length: 250 }, (_, at) => user('a', at))
    expect(idsOf(unitsOf(one))).toEqual([one.slice(0, 100), one.slice(100, 200), one.slice(200)].map((unit) => unit.map(({ id }) => id)))
  })

  it('lose no message of whatever form, and none twice', () => {
    const odd = [null, 'text', 7, {}, { detail: null }, { detail: { userIdentity: { arn: 5 } } }, { detail: { userIdentity: [] } }]
    const messages = odd.map((body, id) => ({ body, id }))
    expect(
      idsOf(unitsOf([...messages, user('a', 99)]))
        .flat()
        .sort(),
    ).toEqual([0, 1, 2, 3, 4, 5, 6, 99])
    expect(unitsOf([])).toEqual([])
  })
})
