import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Name, type NameHistory, policyNames, withName, withNames } from '../../shared/domain/name-history.ts'

const DAY = 86_400_000
const arn = fc.constantFrom('a', 'b', 'c', 'd').map((name) => `arn:aws:iam::123456789012:user/${name}`)
/** Names at times that differ, as those of calls do. */
const names = fc
  .uniqueArray(fc.record({ arn, since: fc.nat({ max: 40 }), isDisregarded: fc.boolean() }), {
    maxLength: 8,
    selector: ({ since }) => since,
  })
  .map((all) => all.map((one) => ({ ...one, since: one.since * DAY })))
const historyOf = (all: readonly Name[]): NameHistory => withNames([], all)

describe('the names of a user', () => {
  it('come out in the order of their times, and no name follows itself', () => {
    fc.assert(
      fc.property(names, (all) => {
        const history = historyOf(all)
        for (const [at, { since, arn: current }] of history.entries()) {
          const before = history[at - 1]
          expect(before === undefined || (before.since <= since && before.arn !== current)).toBe(true)
        }
      }),
    )
  })

  it('are known twice as once', () => {
    fc.assert(
      fc.property(names, (all) => {
        const history = historyOf(all)
        expect(withNames(history, history)).toEqual(history)
      }),
    )
  })

  it('never lose the first, however often the user is renamed', () => {
    const first = { arn: 'first', since: 0, isDisregarded: false }
    const many = Array.from({ length: 50 }, (_, at) => ({ arn: `x${at}`, since: (at + 1) * 1000, isDisregarded: true }))
    const history = withNames([first], many)
    expect([history.length, history[0], history.at(-1)?.arn]).toEqual([8, first, 'x49'])
    expect(policyNames(history, 'x49', 60_000)).toEqual({ arn: 'first', earlier: [] })
    // One rename by somebody else among them stays one.
    const mixed = withNames(
      [first],
      many.map((one, at) => (at === 3 ? { ...one, isDisregarded: false } : one)),
    )
    expect(policyNames(mixed, 'x49', 60_000).earlier).toContain('first')
  })

  it('say by which the policy goes: never by one that the user gave itself within 30 days, if it had another', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 40, max: 80 }), (all, day) => {
        const history = historyOf(all)
        const last = history.at(-1)
        if (last === undefined) return
        const now = day * DAY
        const { arn: chosen, earlier } = policyNames(history, last.arn, now)
        const own = history.filter((one, at) => at > 0 && one.isDisregarded && now - one.since <= 30 * DAY)
        if (own.length === history.length - 1) expect(chosen).toBe(history[0]?.arn)
        if (now - last.since > 30 * DAY) expect([chosen, earlier]).toEqual([last.arn, []])
        expect(earlier).not.toContain(chosen)
      }),
    )
  })

  it('are the same in whatever order the calls of a chain of renames are delivered, also within one second', () => {
    const chain = ['a', 'b', 'c', 'd', 'e']
    const calls = chain.slice(1).map((to, at): Name[] => [
      { arn: chain[at] as string, since: 1000, isDisregarded: false },
      { arn: to, since: 1000, isDisregarded: true, from: chain[at] as string },
    ])
    fc.assert(
      fc.property(fc.shuffledSubarray(calls, { minLength: calls.length, maxLength: calls.length }), fc.boolean(), (order, isKnown) => {
        const first: NameHistory = isKnown ? [{ arn: 'a', since: 0, isDisregarded: false }] : []
        const history = order.reduce((known, names) => withNames(known, names), first)
        expect(history.map(({ arn: one }) => one)).toEqual(chain)
        expect(policyNames(history, 'e', 2000)).toEqual({ arn: 'a', earlier: [] })
      }),
    )
  })

  it('take in one that IAM shows and nobody has said', () => {
    const history = withName([], { arn: 'before', since: 0, isDisregarded: false })
    expect(policyNames(history, 'now', DAY)).toEqual({ arn: 'now', earlier: ['before'] })
    expect(policyNames([], 'now', DAY)).toEqual({ arn: 'now', earlier: [] })
  })
})
