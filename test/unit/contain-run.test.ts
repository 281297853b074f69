import { describe, expect, it } from 'vitest'
import { applyMissing } from '../../shared/contain/apply-missing.ts'
import { openChangeLog } from '../../shared/contain/change-log.ts'
import { contain } from '../../shared/contain/contain.ts'
import { DENY_ALL, quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import type { StepValue } from '../../shared/contain/steps/step.ts'
import { stepFor } from '../../shared/contain/steps/steps.ts'
import type { ChangeDraft } from '../../shared/domain/change.ts'
import type { Incident, LineageEdge } from '../../shared/domain/incident.ts'
import type { Identity } from '../../shared/domain/signal.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import type { BreakerLane } from '../../shared/ports/stores.ts'
import { append, incidentSubject } from '../../shared/record/append.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { incidentOf, user } from '../contract/samples.ts'
import { ACCOUNT, arnOf, embedded, KEY, NOW, oneUser } from '../embedded.ts'

const ID = 'inc-0123456789ab'
const POLICY = quarantinePolicyName(ID)
const BOB_KEY = 'AKIABOB0000000000001'
const denyOn = (name: string) => `user-policy:${name}/${POLICY}`
const keyOn = (name: string, id = KEY) => `access-key:${name}/${id}`
const CI: Identity = { ...user('ci-build'), principalId: 'AIDAOWN' }
const ROOT: Identity = { id: `arn:aws:iam::${ACCOUNT}:root`, kind: 'root', name: 'root', account: ACCOUNT }
const named = (name: string) => Promise.reject(Object.assign(new Error('no'), { name }))

const edge = (kind: LineageEdge['kind'], owner: string, parts: Partial<LineageEdge> = {}): LineageEdge => ({
  id: `${kind}:${owner}`,
  kind,
  owner,
  parent: KEY,
  signalId: 's',
  time: NOW,
  ...parts,
})
/** A user that the incident's credentials created at `NOW`, and an account with it. */
const MADE = edge('user', 'made')
const accountWith = (...users: { name: string; created?: number; id?: string; tags?: object[] }[]) => ({
  ...oneUser(),
  UserDetailList: [
    { UserName: 'ci-build', Arn: arnOf('ci-build'), UserId: 'AIDAOWN' },
    ...users.map(({ name, created, id, tags }) => ({
      UserName: name,
      Arn: arnOf(name),
      ...(id === undefined ? {} : { UserId: id }),
      ...(created === undefined ? {} : { CreateDate: new Date(created).toISOString() }),
      ...(tags === undefined ? {} : { Tags: tags }),
    })),
  ],
  AccessKeys: [
    ...(oneUser().AccessKeys ?? []),
    ...users.map(({ name }) => ({ UserName: name, AccessKeyId: name === 'bob' ? BOB_KEY : `AKIA${name.toUpperCase()}`, Status: 'Active' })),
  ],
})

type Entry = Pick<ChangeDraft, 'kind' | 'target' | 'from' | 'to'>

interface Parts {
  readonly incident?: Partial<Incident>
  readonly account?: object
  readonly iam?: (iam: Iam) => Partial<Iam>
  readonly policy?: object
  readonly isReplay?: boolean
  readonly entries?: readonly Entry[]
  readonly isFull?: boolean
}

/** One run of contain over an incident of `ci-build`, and what came of it. */
async function run(parts: Parts = {}, of: typeof contain = contain) {
  const { incident = {}, account = accountWith(), iam = () => ({}), policy = {}, entries = [], isReplay = false, isFull = false } = parts
  const world = await embedded({ account, iam: (own) => ({ ...own, ...iam(own) }) })
  const lanes: BreakerLane['kind'][] = []
  const breaker = {
    ...world.ports.breaker,
    reserve: async (lane: BreakerLane) => {
      lanes.push(lane.kind)
      return !isFull
    },
  }
  const ports = { ...world.ports, breaker, account: isReplay ? undefined : ACCOUNT }
  for (const entry of entries)
    await append(ports.record, incidentSubject(ID), { at: new Date(NOW - 60_000).toISOString(), actor: 'x', why: 'x', ...entry })
  const value = incidentOf(ID, { state: 'containing', identity: CI, ...incident })
  await ports.incidents.save(value, 0)
  const changeLog = openChangeLog(ID, await ports.record.list(incidentSubject(ID)), ports)
  const inForce = { policy: parsePolicy({ version: 3, mode: 'contain', ...policy }), users: 10, number: 1 }
  await of({ value, version: 1 }, changeLog, inForce, ports)
  const now = (await ports.incidents.get(ID))?.value as Incident
  const chain = (await ports.record.list(incidentSubject(ID))).slice(entries.length)
  return {
    ...world,
    now,
    chain,
    lanes,
    /** What the run says beside the reasons of the decision. */
    said: now.decision.why.slice(value.decision.why.length),
    planned: chain.filter(({ kind }) => kind === 'step-planned').map(({ target }) => target),
    valueAt: async (target: string): Promise<StepValue> => (await stepFor(target)?.read(world.account)) ?? null,
  }
}

describe('a containment that a bound stands against', () => {
  it.each<[string, Parts, RegExp]>([
    ['of another account', { incident: { identity: { ...CI, account: '210987654321' } } }, /^the identity is of account 210987654321/],
    ['of what has no step', { incident: { identity: ROOT, credentials: [] } }, /^nothing here that can be contained by API$/],
    ['of a protected user', { policy: { protected: { arns: [CI.id], tags: {} } } }, /protected/],
    ['in a mode that asks', { policy: { mode: 'ask' } }, /^mode ask of tier default does not contain$/],
    ['of a user that is not there and whose mode asks', { policy: { mode: 'ask' }, account: {} }, /^mode ask of tier default/],
  ])('asks a person, and takes no place of the breaker and no step: %s', async (_, parts, why) => {
    const { now, said, lanes, planned } = await run(parts)
    expect([now.state, planned, lanes]).toEqual(['asking', [], []])
    expect(said).toEqual([expect.stringMatching(why)])
  })

  it('of another account goes on in a replay, where no account is its own', async () => {
    const { now } = await run({ incident: { identity: { ...CI, account: '210987654321' } }, isReplay: true })
    expect(now.state).toBe('contained')
  })

  it('for want of a place of the breaker asks, and changes nothing', async () => {
    for (const [incident, account] of [
      [{}, accountWith()],
      // Its keys are inactive already: the place is taken for what comes after.
      [{ credentials: [] }, accountWith()],
    ] as const) {
      const { now, planned, said, pages } = await run({ isFull: true, incident, account })
      expect([now.state, planned, pages.length]).toEqual(['asking', [], 1])
      expect(said).toEqual([expect.stringMatching(/^breaker: \d+ containments/)])
    }
  })
})

describe('the place of the breaker', () => {
  const off = { ...accountWith(), AccessKeys: [{ UserName: 'ci-build', AccessKeyId: KEY, Status: 'Inactive' }] }

  it('is taken once, before the first write', async () => {
    expect((await run()).lanes).toHaveLength(1)
    expect((await run({ account: off })).lanes).toHaveLength(1)
    const switches = { ...off, SwitchableCredentials: [{ UserName: 'ci-build', Kind: 'ssh-public-key', Id: 'APKA1', Status: 'Active' }] }
    expect((await run({ account: switches })).lanes).toHaveLength(1)
  })

  it('is not taken where nothing is left to write', async () => {
    const entries: Entry[] = [
      { kind: 'step-planned', target: denyOn('ci-build'), from: null, to: DENY_ALL },
      { kind: 'step-done', target: denyOn('ci-build'), from: null, to: DENY_ALL },
    ]
    const standing = {
      ...off,
      UserDetailList: [
        { UserName: 'ci-build', Arn: arnOf('ci-build'), UserPolicyList: [{ PolicyName: POLICY, PolicyDocument: DENY_ALL }] },
      ],
    }
    const { lanes, now } = await run({ account: standing, entries, isFull: true, incident: { identity: user('ci-build') } })
    expect([lanes, now.state]).toEqual([[], 'contained'])
  })

  it('is not taken for who is not there, and nothing is written for them', async () => {
    const puts: string[] = []
    const iam = () => ({
      putUserPolicy: async (name: string) => {
        puts.push(name)
        return 'no-such-identity' as const
      },
    })
    const { lanes, now, planned } = await run({ account: {}, iam, isFull: true })
    expect([lanes, now.state, planned, puts]).toEqual([[], 'asking', [], []])
    const made = await run({ incident: { identity: ROOT, credentials: [], lineage: [MADE] }, iam, isFull: true })
    expect([made.lanes, made.planned, puts]).toEqual([[], [], []])
  })

  it('is not taken for who must not be touched', async () => {
    const { lanes, planned } = await run({
      account: accountWith({ name: 'bob', created: 0 }),
      incident: { identity: ROOT, credentials: [], lineage: [edge('user', 'bob')] },
      isFull: true,
    })
    expect([lanes, planned]).toEqual([[], []])
  })

  it('is taken where a deny has to be put unread', async () => {
    const { lanes, planned } = await run({ account: off, iam: () => ({ getUserPolicy: () => named('Throttling') }) })
    expect([lanes.length, planned]).toEqual([1, [denyOn('ci-build')]])
  })
})

describe('a step that cannot be read', () => {
  it.each<[string, (iam: Iam) => Partial<Iam>, string[], RegExp[]]>([
    [
      'of its own keys waits',
      () => ({ listAccessKeys: () => named('Throttling') }),
      [denyOn('ci-build')],
      [/switched off: could not be looked at: Throttling$/],
    ],
    [
      'of its own deny does not wait: what stands there can only be ours',
      () => ({ getUserPolicy: () => named('Throttling') }),
      [keyOn('ci-build'), denyOn('ci-build')],
      [],
    ],
    [
      'of its other credentials asks a person',
      () => ({ listSwitches: () => named('Throttling') }),
      [keyOn('ci-build'), denyOn('ci-build')],
      [/^its other credentials could not be listed/],
    ],
  ])('%s', async (_, iam, planned, doubts) => {
    const found = await run({ iam })
    expect(found.planned).toEqual(planned)
    expect(found.said).toEqual(doubts.map((one) => expect.stringMatching(one)))
    if (doubts.length > 0) expect(found.now.state).toBe('asking')
  })

  it('of what it created waits as well, and keeps the incident from being contained', async () => {
    const { now, said, planned } = await run({
      account: accountWith({ name: 'made', created: NOW }),
      incident: { lineage: [MADE] },
      iam: (iam) => ({ getUserPolicy: (name, policy) => (name === 'made' ? named('Throttling') : iam.getUserPolicy(name, policy)) }),
    })
    expect([now.state, planned]).toEqual(['asking', [keyOn('ci-build'), denyOn('ci-build')]])
    expect(said).toEqual([expect.stringMatching(/made denied everything, by an inline policy: could not be looked at: Throttling$/)])
  })
})

describe('what a run says', () => {
  const REFUSES: (iam: Iam) => Partial<Iam> = (iam) => ({
    putUserPolicy: (name, ...rest) => (name === 'ci-build' ? iam.putUserPolicy(name, ...rest) : named('AccessDenied')),
  })
  const bobsKey = edge('access-key', 'bob', { id: BOB_KEY })

  it.each<[string, Parts, Incident['state'], RegExp[]]>([
    ['of what is in place', {}, 'contained', []],
    [
      'of what it created and is in place',
      { account: accountWith({ name: 'made', created: NOW }), incident: { lineage: [MADE] } },
      'contained',
      [],
    ],
    ['of what it created and is not there', { incident: { lineage: [MADE] } }, 'contained', []],
    [
      'of what it created and AWS refuses',
      { account: accountWith({ name: 'made', created: NOW }), incident: { lineage: [MADE] }, iam: REFUSES },
      'asking',
      [/made denied everything, by an inline policy: AWS answered AccessDenied$/],
    ],
    [
      'of who was there before the call',
      { account: accountWith({ name: 'made', created: 0 }), incident: { lineage: [MADE] } },
      'contained',
      [/another one than the call in the log created/],
    ],
    [
      'of a name that IAM cannot have given',
      { incident: { lineage: [edge('user', 'not a name')] } },
      'contained',
      [/denied everything, by an inline policy: could not be looked at: InvalidTarget$/],
    ],
    [
      'of a key of somebody else in a mode that contains',
      { account: accountWith({ name: 'bob' }), incident: { lineage: [bobsKey] } },
      'contained',
      [],
    ],
    [
      'of a key of somebody else whom the policy protects',
      {
        account: accountWith({ name: 'bob' }),
        incident: { lineage: [bobsKey] },
        policy: { protected: { arns: [arnOf('bob')], tags: {} } },
      },
      'contained',
      [/switched off: .*protected/],
    ],
    [
      'of an identity that is neither user nor role, whose issue is contained',
      { account: accountWith({ name: 'made', created: NOW }), incident: { identity: ROOT, credentials: [], lineage: [MADE] } },
      'asking',
      [/^the root user itself is still in use: it cannot be contained from here, a person has to act$/],
    ],
    [
      'of its own user that is gone',
      { account: {} },
      'asking',
      [/denied everything, by an inline policy: user ci-build is no longer there; see in CloudTrail who removed it$/],
    ],
    [
      'of doubts, remarks after them',
      {
        account: accountWith({ name: 'made', created: NOW }, { name: 'bob' }),
        incident: { lineage: [bobsKey, MADE] },
        iam: REFUSES,
        policy: { protected: { arns: [arnOf('bob')], tags: {} } },
      },
      'asking',
      [/made denied everything, by an inline policy: AWS/, /switched off: .*protected/],
    ],
  ])('%s', async (_, parts, state, lines) => {
    const { now, said } = await run(parts)
    expect(now.state).toBe(state)
    expect(said).toEqual(lines.map((line) => expect.stringMatching(line)))
  })

  it('is nothing yet where IAM does not show a change of its own; where something is to be asked beside, it asks', async () => {
    const behind =
      (more: Partial<Iam> = {}) =>
      () => ({ listAccessKeys: async () => [{ id: KEY, status: 'Active' as const }], ...more })
    const late = await run({ iam: behind() })
    expect([late.now.state, late.ports.reverifyQueue.asked]).toEqual(['containing', [`${ID} +5`]])
    const unlisted = await run({ iam: behind({ listSwitches: () => named('Throttling') }) })
    expect(unlisted.now.state).toBe('asking')
    // That of somebody else is said, and keeps nobody from being contained.
    const others = await run({
      account: accountWith({ name: 'bob' }),
      incident: { lineage: [edge('access-key', 'bob', { id: BOB_KEY })] },
      iam: (iam) => ({ listAccessKeys: async (name) => (name === 'bob' ? [{ id: BOB_KEY, status: 'Active' }] : iam.listAccessKeys(name)) }),
    })
    expect([others.now.state, others.said]).toEqual([
      'contained',
      [expect.stringMatching(/^key .* of bob switched off: accepted by IAM, not read back yet$/)],
    ])
  })
})

describe('another one under its own name', () => {
  it('is left alone, while what it issued is contained', async () => {
    const account = accountWith({ name: 'made', created: NOW })
    const [own, ...rest] = account.UserDetailList
    const { now, planned, said } = await run({
      account: { ...account, UserDetailList: [{ ...own, UserId: 'AIDAOTHER' }, ...rest] },
      incident: { lineage: [MADE] },
    })
    expect([now.state, planned]).toEqual(['asking', [denyOn('made')]])
    expect(said[0]).toMatch(/ci-build is another one now/)
  })
})

describe('the order of the steps', () => {
  it('is one after the other for one user, the key first, and many users at once, eight at most', async () => {
    const names = Array.from({ length: 20 }, (_, at) => `made-${at}`)
    const running = new Map<string, number>()
    const seen = { most: 0, mostOfOne: 0, order: [] as string[] }
    const during = async <T>(name: string, work: () => Promise<T>) => {
      running.set(name, (running.get(name) ?? 0) + 1)
      seen.order.push(name)
      seen.most = Math.max(seen.most, running.size)
      seen.mostOfOne = Math.max(seen.mostOfOne, ...running.values())
      for (let turn = 0; turn < 50; turn++) await Promise.resolve()
      const outcome = await work()
      running.set(name, (running.get(name) ?? 0) - 1)
      if (running.get(name) === 0) running.delete(name)
      return outcome
    }
    const { now } = await run({
      account: accountWith(...names.map((name) => ({ name, created: NOW }))),
      incident: {
        lineage: names.flatMap((name) => [edge('user', name), edge('access-key', name, { id: `AKIA${name.toUpperCase()}` })]),
      },
      iam: (iam) => ({
        setAccessKeyStatus: (...words) => during(words[0], () => iam.setAccessKeyStatus(...words)),
        putUserPolicy: (...words) => during(words[0], () => iam.putUserPolicy(...words)),
      }),
    })
    expect(now.state).toBe('contained')
    expect([seen.most, seen.mostOfOne]).toEqual([8, 1])
    expect(seen.order[0]).toBe('ci-build')
    expect(new Set(seen.order).size).toBe(21)
  })

  it('goes on with the others where one fails, and then fails, so that the run is tried again', async () => {
    const put: string[] = []
    const failing = run({
      account: accountWith({ name: 'a-1', created: NOW }, { name: 'b-1', created: NOW }),
      incident: { lineage: [edge('user', 'a-1'), edge('user', 'b-1')] },
      iam: (iam) => ({
        putUserPolicy: async (...words) => {
          if (words[0] === 'a-1') return 'quota'
          put.push(words[0])
          return iam.putUserPolicy(...words)
        },
        // The next rung of the ladder cannot be read.
        isAttached: () => named('Throttling'),
      }),
    })
    await expect(failing).rejects.toMatchObject({ name: 'Throttling' })
    expect(put).toEqual(expect.arrayContaining(['ci-build', 'b-1']))
  })
})

describe('what an incident that was contained still lacks', () => {
  const madeThere = accountWith({ name: 'made', created: NOW })
  const own: Entry[] = [keyOn('ci-build'), denyOn('ci-build')].flatMap((target) =>
    (['step-planned', 'step-done'] as const).map((kind) => ({ kind, target, from: null, to: 'x' })),
  )
  const goneOf = (target: string): Entry[] => [
    { kind: 'step-planned', target, from: null, to: DENY_ALL },
    { kind: 'step-gone', target, from: null, to: null },
  ]
  const lacking = (parts: Parts) => run({ ...parts, incident: { state: 'contained', ...parts.incident } }, applyMissing)

  it.each<[string, Parts, string[]]>([
    ['a step that no run has planned', { account: madeThere, incident: { lineage: [MADE] }, entries: own }, [denyOn('made')]],
    ['its own steps as well', { account: accountWith() }, [keyOn('ci-build'), denyOn('ci-build')]],
    ['nothing', { account: madeThere, entries: own }, []],
    [
      'a step whose user is there again',
      { account: madeThere, incident: { lineage: [MADE] }, entries: [...own, ...goneOf(denyOn('made'))] },
      [denyOn('made')],
    ],
    ['a step whose user is still gone', { incident: { lineage: [MADE] }, entries: [...own, ...goneOf(denyOn('made'))] }, []],
    [
      'a step whose user was there before',
      { account: accountWith({ name: 'made', created: 0 }), incident: { lineage: [MADE] }, entries: own },
      [],
    ],
    [
      'a step of another account',
      { account: madeThere, incident: { identity: { ...CI, account: '210987654321' }, lineage: [MADE] }, entries: own },
      [],
    ],
    [
      'a step of another account, in a replay',
      { account: madeThere, incident: { identity: { ...CI, account: '210987654321' }, lineage: [MADE] }, entries: own, isReplay: true },
      [denyOn('made')],
    ],
    [
      'a step that cannot be read',
      { account: madeThere, incident: { lineage: [MADE] }, entries: own, iam: () => ({ getUserPolicy: () => named('Throttling') }) },
      [],
    ],
    [
      'a step on another one of its own name',
      {
        account: {
          UserDetailList: [{ UserName: 'ci-build', Arn: arnOf('ci-build'), UserId: 'AIDAOTHER' }],
          AccessKeys: oneUser().AccessKeys,
        },
      },
      [],
    ],
    ['a step in a mode that asks', { policy: { mode: 'ask' } }, []],
    ['a step for which the breaker has no place', { isFull: true }, []],
  ])('is applied within the same bounds: %s', async (_, parts, planned) => {
    const found = await lacking(parts)
    expect(found.planned).toEqual(planned)
    expect(found.lanes.length).toBe(planned.length > 0 || parts.isFull === true ? (parts.isFull === true ? found.lanes.length : 1) : 0)
    expect(found.now.state).toBe('contained')
  })
})
