import { describe, expect, it } from 'vitest'
import { openChangeLog } from '../../shared/contain/change-log.ts'
import { DENY_ALL, quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import { isSameValue, type StepValue } from '../../shared/contain/steps/step.ts'
import { stepFor } from '../../shared/contain/steps/steps.ts'
import { SET_AGAIN } from '../../shared/contain/tell-reversals.ts'
import { verify } from '../../shared/contain/verify.ts'
import type { ChangeDraft } from '../../shared/domain/change.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { standingSteps } from '../../shared/domain/progress.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { append, incidentSubject } from '../../shared/record/append.ts'
import { order } from '../../shared/record/orders.ts'
import { ownStepsSubject } from '../../shared/record/own-steps-subject.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { incidentOf, user } from '../contract/samples.ts'
import { embedded, KEY, NOW, oneUser, QUARANTINE_ARN } from '../embedded.ts'
import { documentOf, HABIT } from '../restricted.ts'

const ID = 'inc-0123456789ab'
const POLICY = quarantinePolicyName(ID)
const KEY_STEP = `access-key:ci-build/${KEY}`
const DENY = `user-policy:ci-build/${POLICY}`
const OTHERS = `user-policy:bystander/${POLICY}`
const BOUNDARY = `user-boundary:ci-build/${QUARANTINE_ARN}`
const RESTRICTION = documentOf(HABIT)
const FOREIGN = JSON.stringify({ Version: '2012-10-17', Statement: [] })
const refusing = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' }))

type Entry = Pick<ChangeDraft, 'kind' | 'target' | 'from' | 'to'> & { why?: string; at?: number }

const planned = (target: string, from: StepValue, to: StepValue): Entry => ({ kind: 'step-planned', target, from, to })
const done = (target: string, from: StepValue, to: StepValue): Entry => ({ kind: 'step-done', target, from, to })
const keyInactive = [planned(KEY_STEP, 'Active', 'Inactive'), done(KEY_STEP, 'Active', 'Inactive')]
const denied = [planned(DENY, null, DENY_ALL), done(DENY, null, DENY_ALL)]
const restricted = [planned(DENY, null, RESTRICTION), done(DENY, null, RESTRICTION)]
const reversed = (target: string): Entry => ({ kind: 'step-reversed', target, from: DENY_ALL, to: null })

interface Parts {
  readonly entries: readonly Entry[]
  /** What stands in IAM, where it is not as `oneUser` has it. */
  readonly stands?: Readonly<Record<string, StepValue>>
  /** How long ago the entries were written. */
  readonly ageMs?: number
  readonly incident?: Partial<Incident>
  readonly iam?: (iam: Iam) => Partial<Iam>
  readonly policy?: object
  readonly quarantinePolicyArn?: string | undefined
}

/** A contained incident of `ci-build` whose record holds these entries, ready to be looked at. */
async function contained({ entries, stands = {}, ageMs = 60_000, incident = {}, iam = () => ({}), policy = {}, ...parts }: Parts) {
  const world = await embedded({ account: oneUser(), iam: (own) => ({ ...own, ...iam(own) }) })
  const ports = { ...world.ports, ...('quarantinePolicyArn' in parts ? { quarantinePolicyArn: parts.quarantinePolicyArn } : {}) }
  for (const [target, value] of Object.entries(stands)) await stepFor(target)?.write(world.account, value)
  const write = ({ at = NOW, why = 'x', ...entry }: Entry) =>
    append(ports.record, incidentSubject(ID), { actor: 'countersign:contain', at: new Date(at).toISOString(), why, ...entry })
  for (const entry of entries) await write({ at: NOW - ageMs, ...entry })
  // What contain itself planned is in a chain of its own as well.
  for (const entry of entries.filter(({ kind }) => kind === 'step-planned'))
    await append(ports.record, ownStepsSubject(ID), { actor: 'countersign:contain', why: 'x', ...entry, at: new Date(NOW).toISOString() })
  const own = await ports.record.list(ownStepsSubject(ID))
  const stored = incidentOf(ID, { state: 'contained', identity: user('ci-build'), priority: 40, ...incident })
  await ports.incidents.save(stored, 0)
  const list = () => ports.record.list(incidentSubject(ID))
  return {
    ...world,
    ports,
    write,
    async look(told: string[] = []) {
      const now = await ports.incidents.get(ID)
      if (now === undefined) throw new Error('no incident')
      const inForce = { policy: parsePolicy({ version: 3, mode: 'contain', ...policy }), users: 10, number: 1, told }
      await verify(now, openChangeLog(ID, await list(), ports, { own }), inForce, ports)
    },
    written: async () => (await list()).slice(entries.length).map(({ kind, target, from, to, why }) => ({ kind, target, from, to, why })),
    kinds: async () => (await list()).slice(entries.length).map(({ kind }) => kind),
    valueOf: async (target: string) => (await stepFor(target)?.read(world.account)) ?? null,
    now: async () => (await ports.incidents.get(ID))?.value as Incident,
    asked: () => ports.reverifyQueue.asked.map((one) => one.replace(`${ID} `, '')),
  }
}

type World = Awaited<ReturnType<typeof contained>>

/** Nothing is told, recorded, asked for or set. */
async function expectNothing(world: World, target: string, value: StepValue) {
  expect([await world.kinds(), world.notices, world.asked(), (await world.now()).priority]).toEqual([[], [], [], 40])
  expect(isSameValue(await world.valueOf(target), value)).toBe(true)
}

describe('a look at a step that is in place', () => {
  it.each<[string, readonly Entry[], Record<string, StepValue>, string, StepValue]>([
    ['a key', keyInactive, { [KEY_STEP]: 'Inactive' }, KEY_STEP, 'Inactive'],
    ['a policy', denied, { [DENY]: DENY_ALL }, DENY, DENY_ALL],
    ['a policy, in other JSON', denied, { [DENY]: JSON.stringify(JSON.parse(DENY_ALL), undefined, 2) }, DENY, DENY_ALL],
    ['a step of a kind that is not known', [planned('moon:x/y', null, 'x'), done('moon:x/y', null, 'x')], {}, KEY_STEP, 'Active'],
  ])('changes nothing and tells nobody: %s', async (_, entries, stands, target, value) => {
    const world = await contained({ entries, stands })
    await world.look()
    await expectNothing(world, target, value)
  })
})

describe('a look at a step that somebody reversed', () => {
  it.each<[string, readonly Entry[], string, StepValue, StepValue, StepValue]>([
    ['a key that is active', keyInactive, KEY_STEP, 'Active', 'Active', 'Inactive'],
    ['a policy that is gone', denied, DENY, null, null, DENY_ALL],
    ['a policy that is another', denied, DENY, FOREIGN, FOREIGN, DENY_ALL],
    ['a restriction in the place of a deny', denied, DENY, RESTRICTION, RESTRICTION, DENY_ALL],
    ['a restriction that is gone', restricted, DENY, null, null, RESTRICTION],
  ])('sets it again, says so in the record and to people, and is repeated: %s', async (_, entries, target, stands, from, wanted) => {
    const world = await contained({ entries, stands: { [target]: stands } })
    await world.look()
    expect(isSameValue(await world.valueOf(target), wanted)).toBe(true)
    expect((await world.written()).slice(0, 2)).toEqual([
      { kind: 'step-reversed', target, from: wanted, to: from, why: 'not as contained: somebody else has changed it' },
      { kind: 'step-done', target, from, to: wanted, why: SET_AGAIN },
    ])
    const line = `${target} was reversed by somebody else, and is set again`
    expect((await world.written()).slice(2)).toEqual([{ kind: 'notice', target: `incident:${ID}`, from: null, to: 'reversed', why: line }])
    expect(await world.now()).toMatchObject({ priority: 100, state: 'contained' })
    expect((await world.now()).decision.why.at(-1)).toBe(line)
    expect(world.notices.map(({ kind, priority }) => [kind, priority])).toEqual([['reversed', 100]])
    expect(world.asked()).toEqual(['+15'])
  })

  it('within five seconds of its writing is a read that lags: it is set again and blamed on nobody', async () => {
    for (const ageMs of [0, 4999]) {
      const world = await contained({ entries: denied, ageMs })
      await world.look()
      await expectNothing(world, DENY, DENY_ALL)
    }
    const world = await contained({ entries: denied, ageMs: 5000 })
    await world.look()
    expect(await world.kinds()).toContain('step-reversed')
  })

  it('looks at all of them, whichever cannot be read', async () => {
    const world = await contained({ entries: [...keyInactive, ...denied], iam: () => ({ listAccessKeys: refusing }) })
    await world.look()
    expect(await world.valueOf(DENY)).toBe(DENY_ALL)
    expect((await world.now()).decision.why).toContain(`${KEY_STEP}: could not be looked at: AccessDenied`)
  })

  it('says what could not be set again, once in the record for each value that somebody set', async () => {
    const world = await contained({ entries: denied, iam: () => ({ putUserPolicy: refusing }) })
    await world.look()
    await world.look()
    expect(await world.kinds()).toEqual(['step-reversed'])
    expect((await world.now()).decision.why.at(-1)).toBe(`${DENY}: could not be set again: AccessDenied`)
    expect(world.notices.map(({ kind }) => kind)).toEqual(['reversed'])
    expect([(await world.now()).priority, world.asked()]).toEqual([100, []])
    await world.account.putUserPolicy('ci-build', POLICY, FOREIGN)
    await world.look()
    const reversals = (await world.written()).filter(({ kind }) => kind === 'step-reversed')
    expect(reversals.map(({ to }) => to)).toEqual([null, FOREIGN])
  })

  it('says so of each step, whatever was said of another in between', async () => {
    const entries = [...denied, planned(OTHERS, null, DENY_ALL), done(OTHERS, null, DENY_ALL)]
    const world = await contained({ entries, iam: () => ({ putUserPolicy: refusing }) })
    await world.look()
    await world.look()
    expect((await world.written()).map(({ kind, target }) => [kind, target])).toEqual([
      ['step-reversed', DENY],
      ['step-reversed', OTHERS],
    ])
  })

  it('sets it again also where another run writes of something else meanwhile', async () => {
    const world: World = await contained({
      entries: [...denied, ...keyInactive],
      stands: { [KEY_STEP]: 'Inactive' },
      iam: (iam) => ({
        getUserPolicy: async (...words) => {
          const found = await iam.getUserPolicy(...words)
          if (found === undefined) await world.write({ kind: 'decision', target: `incident:${ID}`, from: null, to: 'contain' })
          return found
        },
        putUserPolicy: async (...words) => {
          await world.write({ kind: 'step-undone', target: KEY_STEP, from: 'Inactive', to: 'Active' })
          return iam.putUserPolicy(...words)
        },
      }),
    })
    await world.look()
    expect((await world.kinds()).filter((kind) => kind.startsWith('step'))).toEqual(['step-reversed', 'step-undone', 'step-done'])
    expect(await world.valueOf(DENY)).toBe(DENY_ALL)
  })

  it('says so as well where AWS has no room for it any more', async () => {
    const world = await contained({ entries: denied, iam: () => ({ putUserPolicy: async () => 'quota' }) })
    await world.look()
    expect((await world.now()).decision.why.at(-1)).toBe(`${DENY}: could not be set again: quota`)
  })
})

describe('a look at a step of which nothing is there any more', () => {
  const noKeys = () => ({ listAccessKeys: async () => [] })
  const noUser = () => ({ putUserPolicy: async () => 'no-such-identity' as const })

  it.each<[string, readonly Entry[], string, (iam: Iam) => Partial<Iam>, string]>([
    ['a key that was deleted', keyInactive, KEY_STEP, noKeys, `access key ${KEY} of ci-build`],
    ['a user that was deleted', denied, DENY, noUser, 'user ci-build'],
  ])('closes it, and tells people without raising the priority: %s', async (_, entries, target, iam, what) => {
    const why = `${what} is no longer there; see in CloudTrail who removed it`
    const world = await contained({ entries, iam })
    await world.look()
    expect((await world.written()).at(-1)).toEqual({ kind: 'step-gone', target, from: null, to: null, why })
    expect(world.notices.map(({ kind }) => kind)).toEqual(['step-gone'])
    expect((await world.now()).decision.why.at(-1)).toBe(`${target}: ${why}`)
    expect([(await world.now()).priority, world.asked()]).toEqual([40, []])
    // And says it once.
    await world.look()
    expect(world.notices).toHaveLength(1)
  })

  it.each<[string, readonly Entry[], string, (iam: Iam) => Partial<Iam>]>([
    ['a key', keyInactive, KEY_STEP, noKeys],
    ['a user', denied, DENY, noUser],
  ])('says nothing within five seconds, when IAM may not show it yet: %s', async (_, entries, target, iam) => {
    const world = await contained({ entries, iam, ageMs: 4999 })
    await world.look()
    expect([await world.kinds(), world.notices]).toEqual([[], []])
    expect(standingSteps(entries as never).map((one) => one.target)).toEqual([target])
  })

  it('tells of what the rotation of a key deleted nothing: the rotation did', async () => {
    const rotation: Entry = { kind: 'rotation-deleted', target: KEY_STEP, from: 'Inactive', to: null }
    const world = await contained({ entries: [...keyInactive, rotation], iam: noKeys })
    await world.look()
    expect([await world.kinds(), world.notices]).toEqual([['step-gone'], []])
  })
})

describe('a look at a step that the record says wrongly', () => {
  const active = [planned(KEY_STEP, 'Active', 'Active'), done(KEY_STEP, 'Active', 'Active')]

  it('sets nothing and asks who wrote that', async () => {
    const world = await contained({ entries: active, stands: { [KEY_STEP]: 'Inactive' } })
    await world.look()
    expect([await world.kinds(), await world.valueOf(KEY_STEP)]).toEqual([[], 'Inactive'])
    expect((await world.now()).decision.why.at(-1)).toMatch(/^access-key:.*contains nothing: not set; find out who wrote that$/)
    expect(world.notices.map(({ kind }) => kind)).toEqual(['reversed'])
  })

  it('says so from five seconds on', async () => {
    const world = await contained({ entries: active, ageMs: 5000, stands: { [KEY_STEP]: 'Inactive' } })
    await world.look()
    expect(world.notices).toHaveLength(1)
  })

  it.each<[string, readonly Entry[], number]>([
    ['that was written within five seconds', active, 4999],
    ['that was never set', active.slice(0, 1), 60_000],
  ])('says nothing of one %s', async (_, entries, ageMs) => {
    const world = await contained({ entries, ageMs, stands: { [KEY_STEP]: 'Inactive' } })
    await world.look()
    await expectNothing(world, KEY_STEP, 'Inactive')
  })
})

describe('a look at a step that was planned and not applied', () => {
  it('applies it, and says nothing of a doubt: it is tried again', async () => {
    const world = await contained({ entries: keyInactive.slice(0, 1) })
    await world.look()
    expect([await world.kinds(), await world.valueOf(KEY_STEP), world.notices]).toEqual([['step-done'], 'Inactive', []])
    const failing = await contained({ entries: keyInactive.slice(0, 1), iam: () => ({ setAccessKeyStatus: refusing }) })
    await failing.look()
    expect([await failing.kinds(), failing.notices]).toEqual([['step-failed'], []])
  })

  it('closes it in the record where it stands already', async () => {
    const world = await contained({ entries: keyInactive.slice(0, 1), stands: { [KEY_STEP]: 'Inactive' } })
    await world.look()
    expect([await world.kinds(), world.notices]).toEqual([['step-done'], []])
  })
})

describe('a look under break-glass', () => {
  const override = (mode: string, untilMs: number) => ({
    override: { mode, until: new Date(NOW + untilMs).toISOString(), by: 'lead', reason: 'x' },
  })

  it.each<[mode: string, untilMs: number, step: 'deny' | 'restriction', isSet: boolean]>([
    ['observe', 60_000, 'deny', false],
    ['observe', 60_000, 'restriction', false],
    ['ask', 60_000, 'deny', false],
    ['ask', 1, 'deny', false],
    ['ask', 0, 'deny', true],
    ['ask', -1, 'deny', true],
    ['restrict', 60_000, 'deny', false],
    ['restrict', 60_000, 'restriction', true],
    ['contain', 60_000, 'deny', true],
    ['contain', 60_000, 'restriction', true],
  ])('of mode %s, %i ms before its end, sets a %s again: %s', async (mode, untilMs, step, isSet) => {
    const policy = override(mode, untilMs)
    const world = await contained({ entries: step === 'deny' ? denied : restricted, policy })
    await world.look()
    expect((await world.valueOf(DENY)) !== null).toBe(isSet)
    const left = `${DENY}: differs, and is left so: override until ${policy.override.until}`
    expect((await world.now()).decision.why.includes(left)).toBe(!isSet)
    expect((await world.kinds()).includes('step-reversed')).toBe(isSet)
  })

  it('adds no boundary either', async () => {
    const entries = [...denied, reversed(DENY), reversed(DENY)]
    const world = await contained({ entries, stands: { [DENY]: DENY_ALL }, policy: override('ask', 60_000) })
    await world.look()
    expect(await world.valueOf(BOUNDARY)).toBeNull()
  })
})

describe('a deny that is reversed again and again', () => {
  it.each<[string, Parts, boolean]>([
    ['twice', { entries: [...denied, reversed(DENY), reversed(DENY)] }, true],
    ['three times', { entries: [...denied, reversed(DENY), reversed(DENY), reversed(DENY)] }, true],
    ['once', { entries: [...denied, reversed(DENY)] }, false],
    [
      'twice, and without a policy of the stack',
      { entries: [...denied, reversed(DENY), reversed(DENY)], quarantinePolicyArn: undefined },
      false,
    ],
    ['twice, and is one credential', { entries: [...keyInactive, ...denied, reversed(KEY_STEP), reversed(KEY_STEP)] }, false],
    ['twice, and is a restriction', { entries: [...restricted, reversed(DENY), reversed(DENY)], stands: { [DENY]: RESTRICTION } }, false],
    ['twice, and is of a kind that is not known', { entries: [...denied, reversed('moon:x/y'), reversed('moon:x/y')] }, false],
    [
      'twice, and was undone since',
      { entries: [...denied, reversed(DENY), reversed(DENY), { kind: 'step-undone', target: DENY, from: DENY_ALL, to: null }] },
      false,
    ],
  ])('is backed by a permissions boundary: %s', async (_, parts, isBacked) => {
    const world = await contained({ stands: { [DENY]: DENY_ALL, [KEY_STEP]: 'Inactive' }, ...parts })
    await world.look()
    expect(await world.valueOf(BOUNDARY)).toBe(isBacked ? QUARANTINE_ARN : null)
    expect(world.notices).toEqual([])
  })

  it.each<[string, (iam: Iam) => Partial<Iam>, string]>([
    ['cannot be read', () => ({ boundaryOf: refusing }), 'could not be looked at: AccessDenied'],
    ['cannot be set', () => ({ setBoundary: refusing }), 'AWS answered AccessDenied'],
  ])('is a doubt where the boundary %s', async (_, iam, doubt) => {
    const world = await contained({ entries: [...denied, reversed(DENY), reversed(DENY)], stands: { [DENY]: DENY_ALL }, iam })
    await world.look()
    expect((await world.now()).decision.why.at(-1)).toBe(`${BOUNDARY}: ${doubt}`)
  })

  it('adds no second boundary for a boundary that is reversed', async () => {
    const entries = [planned(BOUNDARY, null, QUARANTINE_ARN), done(BOUNDARY, null, QUARANTINE_ARN), reversed(BOUNDARY), reversed(BOUNDARY)]
    const world = await contained({ entries, stands: { [BOUNDARY]: QUARANTINE_ARN } })
    await world.look()
    await expectNothing(world, BOUNDARY, QUARANTINE_ARN)
  })
})

describe('a look during which people release', () => {
  const release = async (world: World, isOrdered: boolean) => {
    const entry = await world.write({ kind: 'verdict', target: `incident:${ID}`, from: 'contained', to: 'releasing' })
    if (isOrdered) await order(ID, { entry, to: 'release', at: new Date(NOW).toISOString() }, world.ports.record)
    await world.write({ kind: 'step-undone', target: DENY, from: DENY_ALL, to: null })
  }

  it('sets nothing again that was undone between the look and the entry of the record', async () => {
    let isFirst = true
    const world: World = await contained({
      entries: denied,
      iam: (iam) => ({
        getUserPolicy: async (...words) => {
          const found = await iam.getUserPolicy(...words)
          if (isFirst) await release(world, true)
          isFirst = false
          return found
        },
      }),
    })
    await world.look()
    expect([await world.kinds(), await world.valueOf(DENY)]).toEqual([['verdict', 'step-undone'], null])
    expect(world.notices).toEqual([])
  })

  it.each<[string, number, boolean, boolean]>([
    ['is undone again, where a person ordered that', 60_000, true, false],
    ['is undone again, although it was within five seconds', 1000, true, false],
    ['stays, where no person did', 60_000, false, true],
  ])('and which it sets again all the same %s', async (_, ageMs, isOrdered, isStanding) => {
    const world: World = await contained({
      entries: denied,
      ageMs,
      iam: (iam) => ({
        putUserPolicy: async (...words) => {
          const outcome = await iam.putUserPolicy(...words)
          await release(world, isOrdered)
          return outcome
        },
      }),
    })
    await world.look()
    expect((await world.valueOf(DENY)) !== null).toBe(isStanding)
    expect(world.asked()).toEqual([])
  })
})

describe('what people are told of a look', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, at) => `doubt ${at}`)

  it('is what was found before it as well, each line once', async () => {
    const world = await contained({ entries: denied, stands: { [DENY]: DENY_ALL } })
    await world.look(['a', 'b'])
    await world.look(['b'])
    expect(world.notices.map(({ kind }) => kind)).toEqual(['reversed'])
    expect((await world.now()).decision.why.slice(-2)).toEqual(['a', 'b'])
    expect(await world.now()).toMatchObject({ priority: 100, head: { number: 2 } })
    await world.look(['b', 'c'])
    expect(world.notices).toHaveLength(2)
  })

  it('is at most twelve lines, and how many there are beside', async () => {
    const all = await contained({ entries: denied, stands: { [DENY]: DENY_ALL } })
    await all.look(lines(12))
    expect((await all.now()).decision.why.filter((line) => /doubt|more like/.test(line))).toEqual(lines(12))
    const more = await contained({ entries: denied, stands: { [DENY]: DENY_ALL } })
    await more.look(lines(14))
    expect((await more.now()).decision.why.filter((line) => /doubt|more like/.test(line))).toEqual([...lines(12), 'and 2 more like these'])
  })

  it.each(['releasing', 'released'] as const)('is nothing of an incident that is %s', async (state) => {
    const world = await contained({ entries: denied, stands: { [DENY]: DENY_ALL }, incident: { state } })
    await world.look(['a'])
    expect([world.notices, (await world.now()).priority, await world.kinds()]).toEqual([[], 40, []])
  })

  it('replaces what was told of the same step before', async () => {
    const world = await contained({ entries: denied })
    await world.look()
    world.setNow(NOW + 120_000)
    await world.account.deleteUserPolicy('ci-build', POLICY)
    await world.look()
    const told = (await world.now()).decision.why.filter((line) => line.startsWith(DENY))
    expect(told).toEqual([`${DENY} was reversed by somebody else 2 times, and is set again`])
    // The reasons of the decision stay.
    expect((await world.now()).decision.why).toEqual(expect.arrayContaining([...incidentOf(ID).decision.why]))
    expect(world.notices).toHaveLength(2)
  })

  it('waits for what was told a moment ago, with one look at the time when it is due, however many are reversed until then', async () => {
    const world = await contained({
      entries: [...denied, planned(OTHERS, null, DENY_ALL), done(OTHERS, null, DENY_ALL)],
      stands: { [OTHERS]: DENY_ALL },
    })
    await world.look()
    world.setNow(NOW + 10_500)
    await world.account.deleteUserPolicy('ci-build', POLICY)
    await world.look()
    // The first look set one again, the second as well; that one is told a minute after the notice.
    expect(world.asked()).toEqual(['+15', '+15', '+50'])
    world.setNow(NOW + 20_000)
    await world.account.deleteUserPolicy('bystander', POLICY)
    await world.look()
    expect(world.asked()).toEqual(['+15', '+15', '+50', '+15'])
    expect(world.notices).toHaveLength(1)
    world.setNow(NOW + 60_500)
    await world.look()
    expect(world.notices).toHaveLength(2)
    expect((await world.now()).decision.why.slice(-2)).toEqual([
      `${DENY} was reversed by somebody else 2 times, and is set again`,
      `${OTHERS} was reversed by somebody else, and is set again`,
    ])
  })
})
