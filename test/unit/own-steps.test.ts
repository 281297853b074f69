import { describe, expect, it } from 'vitest'
import { openOwnSteps } from '../../shared/contain/own-steps.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import { memoryChangeRecord } from '../../shared/memory/change-record.ts'
import { ownStepsSubject } from '../../shared/record/own-steps-subject.ts'
import { NOW } from '../embedded.ts'

const ID = 'inc-0123456789ab'
const SUBJECT = ownStepsSubject(ID)
const KEY_STEP = { target: 'access-key:ci/AKIA1', before: 'Active', contained: 'Inactive' }
const DENY = { target: 'user-policy:ci/x', before: null, contained: '{"a":1,"b":2}' }

/** The chain of contain's own steps, opened on what is stored. */
async function opened(record = memoryChangeRecord()) {
  const steps = openOwnSteps(ID, await record.list(SUBJECT), { record, clock: { now: () => NOW } })
  return { record, steps, kinds: async () => (await record.list(SUBJECT)).map(({ kind, target }) => `${kind} ${target}`) }
}

describe("contain's own steps", () => {
  it('hold a step as it was planned, once, with the values that were set', async () => {
    const { record, steps } = await opened()
    expect([steps.has(KEY_STEP), steps.had(KEY_STEP)]).toEqual([false, false])
    await Promise.all([steps.note(KEY_STEP, 'why'), steps.note(DENY, 'why'), steps.note(KEY_STEP, 'again')])
    const chain = await record.list(SUBJECT)
    expect(chain).toMatchObject([
      { kind: 'step-planned', target: KEY_STEP.target, from: 'Active', to: 'Inactive', why: 'why', actor: 'countersign:contain' },
      { kind: 'step-planned', target: DENY.target, from: null, to: DENY.contained, why: 'why', at: new Date(NOW).toISOString() },
    ])
    expect(chain).toHaveLength(2)
    expect(verifyChain(SUBJECT, chain, undefined)).toBeUndefined()
    for (const step of [KEY_STEP, DENY]) expect([steps.has(step), steps.had(step)]).toEqual([true, true])
  })

  it.each([
    ['of another target', { ...DENY, target: 'user-policy:ci/y' }, false],
    ['of another value before', { ...DENY, before: '{}' }, false],
    ['of another value', { ...DENY, contained: '{"a":1}' }, false],
    ['of the same value in other words', { ...DENY, contained: '{"b": 2, "a": 1}' }, true],
  ])('are not taken for one %s', async (_, step, isSame) => {
    const { steps, kinds } = await opened()
    await steps.note(DENY, 'why')
    expect([steps.has(step), steps.had(step)]).toEqual([isSame, isSame])
    await steps.note(step, 'why')
    expect(await kinds()).toHaveLength(isSame ? 1 : 2)
  })

  it('hold the value that was planned last', async () => {
    const { steps } = await opened()
    await steps.note(DENY, 'why')
    await steps.note({ ...DENY, contained: '{}' }, 'why')
    expect([steps.has(DENY), steps.had(DENY)]).toEqual([false, false])
    expect([steps.has({ ...DENY, contained: '{}' }), steps.had({ ...DENY, contained: '{}' })]).toEqual([true, true])
  })

  it.each<[string, readonly ('note' | 'step-undone' | 'step-gone')[], readonly string[], has: boolean, had: boolean]>([
    ['nothing that was never planned', ['step-undone', 'step-gone'], [], false, false],
    ['what was undone', ['note', 'step-undone'], ['step-planned', 'step-undone'], false, false],
    ['what was undone, once', ['note', 'step-undone', 'step-undone', 'step-gone'], ['step-planned', 'step-undone'], false, false],
    ['what is gone, and was there', ['note', 'step-gone', 'step-gone'], ['step-planned', 'step-gone'], false, true],
    ['what is undone after it was gone', ['note', 'step-gone', 'step-undone'], ['step-planned', 'step-gone', 'step-undone'], false, false],
    ['nothing that was planned again', ['note', 'step-undone', 'note'], ['step-planned', 'step-undone', 'step-planned'], true, true],
    ['nothing that is there again', ['note', 'step-gone', 'note'], ['step-planned', 'step-gone', 'step-planned'], true, true],
  ])('close %s', async (_, orders, entries, has, had) => {
    const { record, steps, kinds } = await opened()
    for (const order of orders) await (order === 'note' ? steps.note(DENY, 'why') : steps.close(DENY.target, order, 'why'))
    expect(await kinds()).toEqual(entries.map((kind) => `${kind} ${DENY.target}`))
    expect([steps.has(DENY), steps.had(DENY)]).toEqual([has, had])
    for (const { kind, from, to } of await record.list(SUBJECT)) if (kind !== 'step-planned') expect([from, to]).toEqual([null, null])
    // Another run reads the same of the chain.
    const { steps: again } = await opened(record)
    expect([again.has(DENY), again.had(DENY)]).toEqual([has, had])
  })

  it('close one step and not another', async () => {
    const { record, steps } = await opened()
    await steps.note(DENY, 'why')
    await steps.note(KEY_STEP, 'why')
    await steps.close(KEY_STEP.target, 'step-undone', 'why')
    await steps.close('user-policy:ci/never', 'step-gone', 'why')
    expect(await record.list(SUBJECT)).toHaveLength(3)
    expect([steps.has(DENY), steps.had(DENY), steps.has(KEY_STEP)]).toEqual([true, true, false])
  })

  it('know what another run planned once they are read again', async () => {
    const { record, steps } = await opened()
    const { steps: others } = await opened(record)
    await others.note(DENY, 'why')
    expect(steps.has(DENY)).toBe(false)
    await steps.read()
    expect(steps.has(DENY)).toBe(true)
  })

  it('go on after a write that failed, whose step is not held', async () => {
    const record = memoryChangeRecord()
    let isDown = true
    const failing: typeof record = { ...record, append: (change) => (isDown ? Promise.reject(new Error('down')) : record.append(change)) }
    const { steps } = await opened(failing)
    await expect(steps.note(DENY, 'why')).rejects.toThrow('down')
    expect(steps.has(DENY)).toBe(false)
    isDown = false
    await steps.note(KEY_STEP, 'why')
    expect([steps.has(DENY), steps.has(KEY_STEP)]).toEqual([false, true])
  })
})
