import { describe, expect, it } from 'vitest'
import { grantsIn } from '../../shared/decide/grants-in.ts'
import { readReach } from '../../shared/decide/read-reach.ts'
import type { NameHistory } from '../../shared/domain/name-history.ts'
import type { Identity } from '../../shared/domain/signal.ts'
import { radiusOf, type StoredReach } from '../../shared/domain/stored-reach.ts'
import { memoryReachStore } from '../../shared/memory/reach-store.ts'
import { pipeline } from '../../shared/pipeline.ts'
import { ACCOUNT, arnOf, call, embedded, NOW } from '../embedded.ts'
import { habitualCall } from '../habitual-call.ts'

const OWN = 'AIDAEXAMPLEAAAAAAAAAA'
const OTHER = 'AIDAEXAMPLEBBBBBBBBBB'
const HOUR = 3_600_000
const NIGHT = NOW - 9 * HOUR

const stored = (name: string, score: number, parts: Partial<StoredReach> = {}): StoredReach => ({
  id: arnOf(name),
  score,
  reasons: [],
  paths: [],
  tags: score > 90 ? { criticality: 'crown-jewel', owner: 'pay-team' } : {},
  at: NIGHT,
  since: NIGHT,
  ...parts,
})
const identityOf = (name: string, principalId?: string): Identity => ({
  id: arnOf(name),
  kind: 'iam-user',
  name,
  account: ACCOUNT,
  ...(principalId === undefined ? {} : { principalId }),
})

/** Reads the reach of an identity whose names these are, and says what was asked. */
async function read(identity: Identity, items: readonly StoredReach[], names: readonly string[] = []) {
  const store = memoryReachStore()
  for (const item of items) await store.save(ACCOUNT, item)
  const asked: string[] = []
  const history: NameHistory = names.map((name, at) => ({ arn: arnOf(name), since: NIGHT + at, isDisregarded: false }))
  const found = await readReach(identity, {
    reach: {
      read(one) {
        asked.push(one.id)
        return store.read(one)
      },
    },
    identities: {
      async loadNames(ids) {
        asked.push('names')
        return new Map(ids.map((id) => [id, { value: history, version: 1 }]))
      },
    },
    log: { info: () => {}, warn: () => {} },
  })
  return { score: found?.score, asked }
}

describe('the reach of an identity', () => {
  it('is read with one request where the inventory knows it', async () => {
    expect(await read(identityOf('ci', OWN), [stored('ci', 97, { principalId: OWN })])).toEqual({ score: 97, asked: [arnOf('ci')] })
  })

  it('is the gravest of all its names where an older release stored it, without the unique id', async () => {
    expect((await read(identityOf('ci', OWN), [stored('ci', 60)])).score).toBe(60)
    expect((await read(identityOf('ci', OWN), [stored('ci', 5), stored('before', 97)], ['before', 'ci'])).score).toBe(97)
  })

  it('is read with one request where the source of an event says no unique id', async () => {
    expect(await read(identityOf('ci'), [stored('ci', 97, { principalId: OWN })], ['x'])).toEqual({ score: 97, asked: [arnOf('ci')] })
  })

  it('stays with a user that is renamed, whoever renamed it, and the greatest of its names counts', async () => {
    const items = [
      stored('first', 60, { principalId: OWN }),
      stored('ci', 97, { principalId: OWN }),
      stored('bystander', 5, { principalId: OTHER }),
    ]
    const names = ['first', 'ci', 'zz']
    expect((await read(identityOf('zz', OWN), items, names)).score).toBe(97)
    // Under the name of a weak user, what that one had is not taken.
    expect((await read(identityOf('bystander', OWN), items, ['ci', 'bystander'])).score).toBe(97)
  })

  it('is not that of somebody who had the name before', async () => {
    expect((await read(identityOf('ci', OTHER), [stored('ci', 100, { principalId: OWN })], ['ci'])).score).toBeUndefined()
    expect((await read({ ...identityOf('ci', OTHER), kind: 'role' }, [stored('ci', 5, { principalId: OWN })])).score).toBeUndefined()
  })
})

describe('the blast radius by an inventory', () => {
  it.each([
    ['of the night', 9, undefined, 5],
    ['of a night that was late', 35, undefined, 5],
    ['of a night that was left out', 37, undefined, 50],
    ['after which rights were given', 9, 8, 50],
    ['that knows the rights that were given', 9, 10, 5],
  ] as const)('%s: %i hours old, rights given %s hours ago, counts for %i at least', (_, age, granted, expected) => {
    const grantedAt = granted === undefined ? undefined : NOW - granted * HOUR
    const { score, reasons } = radiusOf(stored('ci', 5, { at: NOW - age * HOUR }), NOW, grantedAt)
    expect(score).toBe(expected)
    expect(reasons.length).toBe(expected === 5 ? 0 : 1)
  })

  it('says since when it is known, and lowers nothing', () => {
    const old = radiusOf(stored('ci', 97, { at: Date.UTC(2026, 0, 1, 2, 41), reasons: ['can grant itself more rights'] }), NOW)
    expect(old.score).toBe(97)
    expect(old.reasons).toEqual(['its policies were last read at 2026-01-01 02:41 UTC', 'can grant itself more rights'])
  })

  it.each([
    ['iam:AttachUserPolicy', {}, NOW],
    ['iam:PutUserPolicy', {}, NOW],
    ['iam:AddUserToGroup', {}, NOW],
    ['iam:DeleteUserPermissionsBoundary', {}, NOW],
    ['iam:TagUser', {}, undefined],
    ['iam:AttachUserPolicy', { outcome: 'denied' as const }, undefined],
    ['iam:AttachUserPolicy', { request: { userName: 'other' } }, undefined],
    ['iam:AttachRolePolicy', { request: { roleName: 'ci' } }, undefined],
  ] as const)('counts rights that %s %o gives', (action, parts, expected) => {
    const signal = habitualCall(NOW, { action, account: ACCOUNT, request: { userName: 'ci' }, ...parts })
    expect(grantsIn([signal])(identityOf('ci'))).toBe(expected)
  })
})

describe('a decision about a user', () => {
  const acts = (user: string, principalId: string, id: string, time = NOW + 10_000) => [
    call('guardduty:CreateFilter', { id: `${id}0`, user, principalId, time, request: { action: 'ARCHIVE' } }),
    call('cloudwatch:DeleteAlarms', { id: `${id}1`, user, principalId, time: time + 1_300 }),
  ]

  async function world(items: readonly StoredReach[]) {
    const reach = memoryReachStore()
    for (const item of items) await reach.save(ACCOUNT, item)
    const made = await embedded({ policy: { mode: 'ask' }, iam: (iam) => ({ ...iam, policiesOf: async () => undefined }) })
    const respond = pipeline({ ...made.ports, blastRadiusOf: undefined, reach })
    const of = async (name: string) => (await made.incidents()).find(({ identity }) => identity.name === name)
    return { ...made, reach, respond, of }
  }
  const renamed = (to: string) =>
    call('iam:UpdateUser', {
      id: `to ${to}`,
      user: 'admin',
      key: 'AKIAADMINEXAMPLE0001',
      time: NOW,
      request: { userName: 'ci-build', newUserName: to },
    })

  it.each(['zz', 'bystander'])('keeps reach, criticality and owner where somebody else renamed it to %s', async (to) => {
    const { respond, of } = await world([stored('ci-build', 100, { principalId: OWN }), stored('bystander', 5, { principalId: OTHER })])
    await respond([call('sts:GetCallerIdentity', { id: 'before', user: 'ci-build', principalId: OWN, time: NOW - HOUR })])
    await respond([renamed(to)])
    await respond(acts(to, OWN, 'x'))
    expect(await of(to)).toMatchObject({ blastRadius: { score: 100 }, criticality: { rule: 'crown-jewel' }, owner: 'pay-team' })
  })

  it('keeps them where it was never seen before, and IAM cannot say who was renamed', async () => {
    const { respond, of } = await world([stored('ci-build', 100, { principalId: OWN })])
    await respond([renamed('zz')])
    await respond(acts('zz', OWN, 'x'))
    expect(await of('zz')).toMatchObject({ blastRadius: { score: 100 }, criticality: { rule: 'crown-jewel' }, owner: 'pay-team' })
  })

  it('does not inherit the reach of a user of its name that was deleted', async () => {
    const { respond, of } = await world([stored('ci-build', 5, { principalId: OTHER })])
    await respond(acts('ci-build', OWN, 'x'))
    expect((await of('ci-build'))?.blastRadius.score).toBeGreaterThanOrEqual(50)
  })

  it('is in the middle at least where its rights were given with the same batch, and says why', async () => {
    const grant = call('iam:AttachUserPolicy', {
      id: 'grant',
      user: 'bystander',
      key: 'AKIABYSTANDER0000001',
      request: { userName: 'ci-build', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    })
    const { respond, of } = await world([stored('ci-build', 5, { principalId: OWN })])
    await respond([grant, ...acts('ci-build', OWN, 'x')])
    const radius = (await of('ci-build'))?.blastRadius
    expect(radius?.score).toBeGreaterThanOrEqual(50)
    expect(radius?.reasons.join()).toContain('was given rights after its policies were read')
  })

  it('takes what a newer inventory found while its incident is open, and keeps the greater', async () => {
    const { respond, of, reach } = await world([stored('ci-build', 40, { principalId: OWN })])
    await respond(acts('ci-build', OWN, 'a'))
    expect((await of('ci-build'))?.blastRadius.score).toBe(40)
    await reach.save(ACCOUNT, stored('ci-build', 100, { principalId: OWN, at: NOW }))
    await respond(acts('ci-build', OWN, 'b', NOW + 60_000))
    expect((await of('ci-build'))?.blastRadius.score).toBe(100)
    await reach.save(ACCOUNT, stored('ci-build', 5, { principalId: OWN, at: NOW }))
    await respond(acts('ci-build', OWN, 'c', NOW + 120_000))
    expect((await of('ci-build'))?.blastRadius.score).toBe(100)
  })
})
