import { beforeAll, describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { DENY_ALL, quarantinePolicyName, revocation, revocationPolicyName } from '../../shared/contain/steps/quarantine.ts'
import type { ChangeKind } from '../../shared/domain/change.ts'
import type { Incident, IncidentState } from '../../shared/domain/incident.ts'
import type { Mode } from '../../shared/domain/policy.ts'
import { append, incidentSubject } from '../../shared/record/append.ts'
import { applyPolicy, parsePolicy } from '../../shared/record/policy-in-force.ts'
import { review } from '../../shared/review/review.ts'
import { ACCOUNT, ATTACK, arnOf, embedded, HARM_ALONE, KEY, NOW, oneUser } from '../embedded.ts'
import { HABIT } from '../restricted.ts'

const MINUTE = 60_000
const ID = 'inc-0123456789ab'
const BYSTANDER = 'AIDABYSTANDER12345678'
const BYSTANDER_KEY = 'AKIABYSTANDER0000001'
const ROLE_ID = 'AROADEPLOYEXAMPLE1234'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/build-7`

/** Users `ci-build` and `bystander`, and a role `deploy`, with the unique ids that IAM gave them. */
function account() {
  const details = oneUser()
  return {
    ...details,
    UserDetailList: details.UserDetailList?.map((user) => ({
      ...user,
      UserId: user.UserName === 'bystander' ? BYSTANDER : 'AIDACIBUILDEXAMPLE123',
    })),
    RoleDetailList: [
      {
        RoleName: 'deploy',
        RoleId: ROLE_ID,
        Arn: ROLE,
        Path: '/',
        AssumeRolePolicyDocument: {},
        RolePolicyList: [],
        AttachedManagedPolicies: [],
        Tags: [],
      },
    ],
  }
}

const policyOf = (mode: Mode) => parsePolicy({ version: 3, mode, evidence: HARM_ALONE, breaker: { maxUserFraction: 1 } })

/** An account under a policy, in which nothing has happened, and what somebody with the role of respond may write. */
async function quietAccount(mode: Mode) {
  const world = await embedded({ account: account(), policy: { version: 3, mode, breaker: { maxUserFraction: 1 } } })
  return {
    ...world,
    async look(id = ID) {
      for (const minutes of [0, 1, 10, 60]) {
        world.setNow(NOW + minutes * MINUTE)
        await enforce(id, world.ports)
      }
    },
    /** What denies anybody anything, and which keys are switched off. */
    denied() {
      const { UserDetailList, RoleDetailList = [], AccessKeys = [] } = world.account.authorizationDetails()
      return [
        ...UserDetailList.flatMap(({ UserName, UserPolicyList, AttachedManagedPolicies, PermissionsBoundary }) => [
          ...UserPolicyList.map(() => `policy of ${UserName}`),
          ...AttachedManagedPolicies.map(() => `attached to ${UserName}`),
          ...(PermissionsBoundary === undefined ? [] : [`boundary of ${UserName}`]),
        ]),
        ...RoleDetailList.flatMap(({ RoleName, RolePolicyList }) => RolePolicyList.map(() => `policy of ${RoleName}`)),
        ...AccessKeys.flatMap(({ AccessKeyId, Status }) => (Status === 'Active' ? [] : [AccessKeyId])),
      ]
    },
  }
}

let real: Incident
beforeAll(async () => {
  const world = await embedded({ account: account() })
  await world.respond(ATTACK)
  real = (await world.incidents())[0] as Incident
})

type Entry = readonly [kind: ChangeKind, target: string, from: string | null, to: string | null]
interface Forgery {
  readonly parts?: Partial<Incident>
  readonly entries?: readonly Entry[]
}

const USER_POLICY = `user-policy:bystander/${quarantinePolicyName(ID)}`
const GHOST_POLICY = `user-policy:ghost/${quarantinePolicyName(ID)}`
const ROLE_POLICY = `role-policy:deploy/${revocationPolicyName(ID)}`
const ENDED = revocation({ issuedBefore: NOW + 1, names: [] })
const LINEAGE: Incident['lineage'] = [
  { kind: 'user', id: arnOf('bystander'), owner: 'bystander', parent: KEY, signalId: 's', principalId: BYSTANDER, time: NOW },
  { kind: 'access-key', id: BYSTANDER_KEY, owner: 'bystander', parent: KEY, signalId: 's', time: NOW },
  { kind: 'role', id: ROLE, owner: 'deploy', parent: KEY, signalId: 's', principalId: ROLE_ID, time: NOW },
  { kind: 'session', id: 'ASIASESSION000000001', owner: SESSION, parent: KEY, signalId: 's', time: NOW + 1000 },
]
const applied = (target: string, before: string | null, to: string): readonly Entry[] => [
  ['step-planned', target, before, to],
  ['step-done', target, before, to],
]

const FORGERIES: Readonly<Record<string, Forgery>> = {
  'a lineage that names others': { parts: { lineage: LINEAGE } },
  'a policy on a user that is said to have been set': { entries: applied(USER_POLICY, null, DENY_ALL) },
  'a policy on a user that is said to have been planned': { entries: applied(USER_POLICY, null, DENY_ALL).slice(0, 1) },
  'a key that is said to have been switched off': {
    entries: applied(`access-key:bystander/${BYSTANDER_KEY}`, 'Active', 'Inactive'),
  },
  'sessions that are said to have been ended': { entries: applied(ROLE_POLICY, null, ENDED) },
  'a policy that is said to have been taken away twice': {
    entries: [
      ['step-reversed', USER_POLICY, DENY_ALL, null],
      ['step-reversed', USER_POLICY, DENY_ALL, null],
    ],
  },
  'a user that is said to be gone': { parts: { lineage: LINEAGE }, entries: [['step-gone', USER_POLICY, null, null]] },
  'a user that is said to have been renamed': {
    parts: { renames: [{ from: 'ghost', to: 'bystander', arn: arnOf('bystander'), time: NOW }] },
    entries: applied(GHOST_POLICY, null, DENY_ALL),
  },
  'a restriction with the sessions of others': { parts: { lineage: LINEAGE, restriction: HABIT } },
}

const STATES: readonly IncidentState[] = [
  'watching',
  'asking',
  'restricting',
  'restricted',
  'containing',
  'contained',
  'releasing',
  'released',
  'confirmed',
  'rotating',
]

async function forge(mode: Mode, state: IncidentState, { parts, entries = [] }: Forgery) {
  const world = await quietAccount(mode)
  for (const [kind, target, from, to] of entries)
    await append(world.ports.record, incidentSubject(ID), {
      at: new Date(NOW).toISOString(),
      actor: 'countersign:contain',
      kind,
      target,
      from,
      to,
      why: 'forged',
    })
  await world.ports.incidents.save({ ...real, lineage: [], ...parts, id: ID, state, verdict: undefined }, 0)
  await world.look()
  return world
}

describe('an intruder with the role of respond forges an incident', () => {
  const cases = STATES.flatMap((state) => Object.entries(FORGERIES).map(([what, forgery]) => [state, what, forgery] as const))

  it.each(cases)('in state %s, with %s: nobody is denied anything under observe and ask', async (state, _, forgery) => {
    for (const mode of ['observe', 'ask'] as const) {
      const world = await forge(mode, state, forgery)
      expect([mode, world.denied()]).toEqual([mode, []])
    }
  })

  it.each(cases)('in state %s, with %s: under restrict nobody is denied everything', async (state, what, forgery) => {
    const world = await forge('restrict', state, forgery)
    const isRestriction = state.startsWith('restrict') && what.startsWith('a restriction')
    expect(world.denied()).toEqual(isRestriction ? world.denied().filter((one) => one.startsWith('policy of')) : [])
    expect(world.account.isRefused('bystander')).toBe(false)
    expect(world.account.isRefused('ci-build')).toBe(false)
  })

  it('is found: people are told of what the record says and contain never did', async () => {
    const world = await forge('observe', 'contained', FORGERIES['a policy on a user that is said to have been set'] as Forgery)
    const [incident] = await world.incidents()
    expect(incident?.decision.why.join('\n')).toContain(`${USER_POLICY}: not as the incident's record says`)
    expect(incident?.priority).toBe(100)
  })
})

describe('a containment that happened', () => {
  /** `ci-build`, contained under a policy that people set to observe afterwards. */
  async function observedSince() {
    const world = await embedded({ account: account(), policy: { version: 3, breaker: { maxUserFraction: 1 } } })
    await world.respond(ATTACK)
    const [incident] = await world.incidents()
    if (incident?.state !== 'contained') throw new Error('not contained')
    await applyPolicy(world.ports.record, {
      policy: policyOf('observe'),
      by: 'test',
      why: 'calm again',
      at: new Date(NOW + MINUTE).toISOString(),
    })
    world.setNow(NOW + 5 * MINUTE)
    return { ...world, incident, policyName: quarantinePolicyName(incident.id) }
  }

  it('stays in place, and is set again where somebody takes it away, although the policy only observes since', async () => {
    const { ports, account, incident, policyName } = await observedSince()
    await enforce(incident.id, ports)
    expect([account.isRefused('ci-build'), account.isRefused('ci-build', KEY)]).toEqual([true, true])
    await account.deleteUserPolicy('ci-build', policyName)
    await account.setAccessKeyStatus('ci-build', KEY, 'Active')
    await enforce(incident.id, ports)
    expect([account.isRefused('ci-build'), account.isRefused('ci-build', KEY)]).toEqual([true, true])
  })

  it('is set again also where another release of Countersign wrote it, once it was seen in place', async () => {
    const { ports, account, incident, policyName } = await observedSince()
    const entries = await ports.record.list(`STEPS#${incident.id}`)
    expect(entries.length).toBeGreaterThan(0)
    const record = { ...ports.record, list: async (s: string) => (await ports.record.list(s)).filter(({ why }) => isLater(s, why)) }
    const isLater = (subject: string, why: string) => !subject.startsWith('STEPS#') || why.startsWith('it stands')
    await enforce(incident.id, { ...ports, record })
    await account.deleteUserPolicy('ci-build', policyName)
    await enforce(incident.id, { ...ports, record })
    expect(account.isRefused('ci-build')).toBe(true)
  })

  it('is not set again by a forged record once it was released', async () => {
    const { ports, account, incident, policyName } = await observedSince()
    const target = `user-policy:ci-build/${policyName}`
    await review(incident.id, { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' }, ports)
    await enforce(incident.id, ports)
    const released = await ports.incidents.get(incident.id)
    expect([released?.value.state, account.isRefused('ci-build')]).toEqual(['released', false])
    const at = new Date(NOW + 6 * MINUTE).toISOString()
    for (const kind of ['step-planned', 'step-done'] as const)
      await append(ports.record, incidentSubject(incident.id), {
        at,
        actor: 'countersign:contain',
        kind,
        target,
        from: null,
        to: DENY_ALL,
        why: 'forged',
      })
    await ports.incidents.save({ ...(released?.value as Incident), state: 'contained' }, released?.version ?? 0)
    await enforce(incident.id, ports)
    expect(account.isRefused('ci-build')).toBe(false)
  })
})
