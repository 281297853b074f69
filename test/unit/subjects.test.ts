import { describe, expect, it } from 'vitest'
import { openChangeLog } from '../../shared/contain/change-log.ts'
import { DENY_ALL, quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import { findSelf, isOfStranger, leaveAlone, strangerIn } from '../../shared/contain/stranger.ts'
import {
  boundsOf,
  type IssuedAt,
  isAnother,
  isIssued,
  issuedBy,
  type Known,
  keyOf,
  ownBounds,
  refusalFor,
  subjectOf,
} from '../../shared/contain/subjects.ts'
import type { Incident, LineageEdge } from '../../shared/domain/incident.ts'
import type { Identity } from '../../shared/domain/signal.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { append, incidentSubject } from '../../shared/record/append.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { incidentOf, user } from '../contract/samples.ts'
import { ACCOUNT, arnOf, embedded, KEY, NOW } from '../embedded.ts'

const ID = 'inc-0123456789ab'
const MINUTE = 60_000
const role: Identity = { id: `arn:aws:iam::${ACCOUNT}:role/deploy`, kind: 'role', name: 'deploy', account: ACCOUNT }

const edge = (kind: LineageEdge['kind'], owner: string, parts: Partial<LineageEdge> = {}): LineageEdge => ({
  id: `${kind}:${owner}`,
  kind,
  owner,
  parent: KEY,
  signalId: 's',
  ...parts,
})

const issuedIn = (...lineage: LineageEdge[]) => Object.fromEntries(issuedBy(incidentOf(ID, { lineage })))

describe('whom an incident is about', () => {
  it.each<[string, Partial<Identity>, object | undefined]>([
    ['a user', user('ci'), { kind: 'iam-user', name: 'ci' }],
    ['a role', role, { kind: 'role', name: 'deploy' }],
    ['root', { kind: 'root', name: 'root' }, undefined],
    ['a federated subject', { kind: 'federated-user', name: 'repo:x' }, undefined],
  ])('is %s', (_, identity, subject) => {
    expect(subjectOf(incidentOf(ID, { identity: { ...user('ci'), ...identity } }))).toEqual(subject)
  })
})

describe('who was issued', () => {
  it('is each user and role of the lineage with the times of the calls and the unique ids that IAM gave; keys and sessions are not', () => {
    const made = edge('user', 'made', { time: 1, recreatedAt: [5], principalId: 'AIDA1', recreatedIds: ['AIDA2'] })
    expect(issuedIn(made, edge('role', 'worker', { time: 2 }), edge('access-key', 'made', { time: 3 }), edge('session', 'x'))).toEqual({
      'iam-user made': { times: [1, 5], principalIds: ['AIDA1', 'AIDA2'] },
      'role worker': { times: [2], principalIds: undefined },
    })
  })

  it('of two edges has the times of both, and the ids of both, where both have one for each time', () => {
    const [first, second] = [
      edge('user', 'made', { id: 'a', time: 1, principalId: 'AIDA1' }),
      edge('user', 'made', { id: 'b', time: 9, principalId: 'AIDA9' }),
    ]
    const without = edge('user', 'made', { id: 'c', time: 4 })
    expect(issuedIn(first, second)).toEqual({ 'iam-user made': { times: [1, 9], principalIds: ['AIDA1', 'AIDA9'] } })
    expect(issuedIn(first, without)).toEqual({ 'iam-user made': { times: [1, 4], principalIds: undefined } })
    expect(issuedIn(without, first)).toEqual({ 'iam-user made': { times: [4, 1], principalIds: undefined } })
  })

  const known = (parts: Partial<Known>): Known => ({ isThere: true, createdAt: undefined, principalId: undefined, ...parts }) as Known
  const at = (...times: number[]): IssuedAt => ({ times, principalIds: undefined })
  const by = (ids: string[], ...times: number[]): IssuedAt => ({ times, principalIds: ids })

  it.each<[string, Partial<Known>, IssuedAt | undefined, isIssued: boolean, isAnother: boolean]>([
    ['who is in no call', { createdAt: NOW }, undefined, false, false],
    ['who is in no call and not there', { isThere: false }, undefined, false, false],
    ['who is not there yet', { isThere: false }, at(NOW), true, false],
    ['who is not there, with an id', { isThere: false, principalId: 'AIDA9' }, by(['AIDA1'], NOW), true, false],
    ['who has the id of the call', { principalId: 'AIDA1', createdAt: 0 }, by(['AIDA1'], NOW), true, false],
    ['who has another id at the same time', { principalId: 'AIDA9', createdAt: NOW }, by(['AIDA1'], NOW), false, true],
    ['whose id IAM does not show', { createdAt: NOW }, by(['AIDA1'], NOW), true, false],
    ['whose id the log does not show', { principalId: 'AIDA1', createdAt: NOW }, at(NOW), true, false],
    ['who was created five minutes earlier', { createdAt: NOW - 5 * MINUTE }, at(NOW), true, false],
    ['who was created five minutes later', { createdAt: NOW + 5 * MINUTE }, at(NOW), true, false],
    ['who was created before that', { createdAt: NOW - 5 * MINUTE - 1 }, at(NOW), false, true],
    ['who was created after that', { createdAt: NOW + 5 * MINUTE + 1 }, at(NOW), false, false],
    ['who was created by the second call', { createdAt: NOW + MINUTE * 60 }, at(NOW, NOW + MINUTE * 60), true, false],
    ['who was created between two calls', { createdAt: NOW + MINUTE * 30 }, at(NOW, NOW + MINUTE * 60), false, false],
    ['who was created before both calls', { createdAt: NOW - MINUTE * 30 }, at(NOW, NOW + MINUTE * 60), false, true],
    ['whose date is not known', {}, at(NOW), false, false],
    ['of whose call the time is not known', { createdAt: NOW }, at(), false, false],
  ])('is told apart from others of the name: %s', (_, parts, issued, isOurs, isOther) => {
    expect([isIssued(known(parts), issued), isAnother(known(parts), issued)]).toEqual([isOurs, isOther])
  })

  const bounds = { mode: 'ask', tier: 'default', protection: undefined, isReserved: false }
  const PROTECTION = 'protected by arn'
  const ANOTHER = /another one than the call in the log created/
  const MODE = /^mode ask of tier default does not contain: a person has to decide$/
  const BY_DATE = /does not contain, and by its date in IAM the call in the log did not create it: a person has to decide$/
  const ours = at(NOW)

  it.each<
    [
      string,
      Partial<Known> | undefined,
      object,
      Partial<{ issued: IssuedAt; isApproved: boolean; isWhole: boolean }>,
      RegExp | string | undefined,
    ]
  >([
    ['unread', undefined, {}, { issued: ours }, 'its tags and path could not be read'],
    ['issued', { createdAt: NOW }, {}, { issued: ours }, undefined],
    ['issued and protected by what its creator chose', { createdAt: NOW }, { protection: PROTECTION }, { issued: ours }, undefined],
    ['issued and reserved', { createdAt: NOW }, { protection: PROTECTION, isReserved: true }, { issued: ours }, PROTECTION],
    ['not issued, in a mode that contains', {}, { mode: 'contain' }, {}, undefined],
    ['not issued, in a mode that asks', {}, {}, {}, MODE],
    ['not issued, approved', {}, {}, { isApproved: true }, undefined],
    ['not issued, approved and protected', {}, { protection: PROTECTION }, { isApproved: true }, PROTECTION],
    ['not issued and protected, in a mode that contains', {}, { mode: 'contain', protection: PROTECTION }, {}, PROTECTION],
    ['of another date, in a mode that asks', { createdAt: NOW + 60 * MINUTE }, {}, { issued: ours }, BY_DATE],
    ['older, of a whole deny, in a mode that contains', { createdAt: 0 }, { mode: 'contain' }, { issued: ours, isWhole: true }, ANOTHER],
    ['older, of a whole deny, approved', { createdAt: 0 }, {}, { issued: ours, isWhole: true, isApproved: true }, ANOTHER],
    ['older, of one credential, in a mode that contains', { createdAt: 0 }, { mode: 'contain' }, { issued: ours }, undefined],
    ['of the date, of a whole deny', { createdAt: NOW }, {}, { issued: ours, isWhole: true }, undefined],
  ])('is touched within the bounds: %s', (_, parts, more, about, refusal) => {
    const one = parts === undefined ? undefined : known({ ...parts, bounds: { ...bounds, ...more } as never })
    const said = refusalFor(one, { issued: undefined, isApproved: false, isWhole: false, ...about } as never)
    if (refusal instanceof RegExp) expect(said).toMatch(refusal)
    else expect(said).toBe(refusal)
  })
})

const OWN: Identity = { ...user('ci-build'), principalId: 'AIDAOWN' }

describe('another one under the name of the incident’s own', () => {
  const subject = { kind: 'iam-user', name: 'ci-build' } as const
  const shown = (principalId: string | undefined, parts = {}) => ({ isThere: true, createdAt: undefined, principalId, ...parts })
  const own = incidentOf(ID, { identity: OWN })

  it.each<[string, Incident, string | undefined, boolean]>([
    ['has another unique id', own, 'AIDAOTHER', true],
    ['is the same', own, 'AIDAOWN', false],
    ['is not known to be another where IAM shows no id', own, undefined, false],
    ['is not known to be another where the log shows no id', incidentOf(ID, { identity: user('ci-build') }), 'AIDAOTHER', false],
    [
      'was created by the incident’s own',
      incidentOf(ID, { identity: OWN, lineage: [edge('user', 'ci-build', { time: NOW, principalId: 'AIDAOTHER' })] }),
      'AIDAOTHER',
      false,
    ],
    [
      'was created by others than the incident’s own',
      incidentOf(ID, { identity: OWN, lineage: [edge('user', 'ci-build', { time: NOW, principalId: 'AIDATHIRD' })] }),
      'AIDAOTHER',
      true,
    ],
    [
      'has the name of a role that was created',
      incidentOf(ID, { identity: OWN, lineage: [edge('role', 'ci-build', { time: NOW, principalId: 'AIDAOTHER' })] }),
      'AIDAOTHER',
      true,
    ],
  ])('%s', (_, incident, principalId, isStranger) => {
    const said = strangerIn(incident, subject, shown(principalId))
    if (isStranger) expect(said).toBe('in IAM ci-build is another one now (AIDAOTHER); AIDAOWN acted, and was renamed or deleted')
    else expect(said).toBeUndefined()
  })

  it('concerns the steps on that name of the same kind, and no others', () => {
    const policy = quarantinePolicyName(ID)
    const of = (target: string, incident = own, ...stranger: [undefined?]) =>
      isOfStranger({ target } as never, incident, stranger.length === 0 ? 'x' : undefined)
    expect(of(`user-policy:ci-build/${policy}`)).toBe(true)
    expect(of(`access-key:ci-build/${KEY}`)).toBe(true)
    expect(of(`user-policy:bystander/${policy}`)).toBe(false)
    expect(of(`role-policy:ci-build/${policy}`)).toBe(false)
    expect(of('moon:ci-build/x')).toBe(false)
    expect(of(`user-policy:ci-build/${policy}`, own, undefined)).toBe(false)
    expect(of(`user-policy:ci-build/${policy}`, incidentOf(ID, { identity: { ...OWN, kind: 'root' } }))).toBe(false)
  })
})

/** The embedded account with an incident in the store, and what IAM shows in place of what it has. */
async function world(incident: Incident, iam: Partial<Iam> = {}) {
  const { ports, ...rest } = await embedded({ iam: (own) => ({ ...own, ...iam }) })
  await ports.incidents.save(incident, 0)
  const changeLog = openChangeLog(ID, [], ports)
  return { ...rest, ports, changeLog, stored: { value: incident, version: 1 } }
}

const describing =
  (principalId: string | undefined, arn = arnOf('ci-build')) =>
  async () => ({ arn, createdAt: undefined, principalId, tags: {} })

describe('whom IAM shows under an incident’s own name', () => {
  const stranger = 'in IAM ci-build is another one now (AIDAOTHER); AIDAOWN acted, and was renamed or deleted'

  it.each<[string, Partial<Incident>, Partial<Iam>, string | undefined]>([
    ['is looked at by the unique id', { identity: OWN }, { describe: describing('AIDAOTHER') }, stranger],
    [
      'is not asked for where the unique id is not known',
      { identity: user('ci-build') },
      { describe: () => Promise.reject(new Error('asked')) },
      undefined,
    ],
    [
      'is not asked for of what is neither user nor role',
      { identity: { ...OWN, kind: 'root' } },
      { describe: describing('AIDAOTHER') },
      undefined,
    ],
    ['is nobody where IAM has none of the name', { identity: OWN }, { describe: async () => undefined }, undefined],
    ['is not known where IAM cannot be asked', { identity: OWN }, { describe: () => Promise.reject(new Error('throttled')) }, undefined],
  ])('%s', async (_, parts, iam, said) => {
    const { stored, changeLog, ports } = await world(incidentOf(ID, { state: 'contained', credentials: [], ...parts }), iam)
    expect(await findSelf(stored, changeLog, ports)).toEqual({ current: stored, stranger: said, doubts: said === undefined ? [] : [said] })
  })

  it('is followed to its new name, where the owner of its key says it, and is no stranger then', async () => {
    const owner: Identity = { ...user('svc-9'), principalId: 'AIDAOWN' }
    const iam: Partial<Iam> = { describe: describing('AIDAOTHER'), ownerNameOf: async () => 'svc-9', ownerOf: async () => owner }
    const { stored, changeLog, ports } = await world(incidentOf(ID, { state: 'contained', identity: OWN }), iam)
    const found = await findSelf(stored, changeLog, ports)
    expect(found).toMatchObject({ stranger: undefined, doubts: [], current: { value: { identity: { name: 'svc-9', id: owner.id } } } })
  })
})

describe('a step that is on another one of the name', () => {
  const target = `user-policy:ci-build/${quarantinePolicyName(ID)}`
  const planned = { target, title: 'x', before: null, contained: DENY_ALL, earlier: [], isDone: true, at: new Date(NOW).toISOString() }

  it.each<[string, string | null, boolean]>([
    ['stands: nothing is taken away, and a person has to look', DENY_ALL, true],
    ['is not there: it is closed', null, false],
    ['is something else: it is closed', '{}', false],
  ])('%s', async (_, document, isDoubt) => {
    const { ports, account } = await world(incidentOf(ID, { identity: OWN }))
    if (document !== null) await account.putUserPolicy('ci-build', quarantinePolicyName(ID), document)
    const draft = { at: new Date(NOW).toISOString(), actor: 'x', target, from: null, to: DENY_ALL, why: 'x' }
    await append(ports.record, incidentSubject(ID), { ...draft, kind: 'step-planned' })
    const changeLog = openChangeLog(ID, await ports.record.list(incidentSubject(ID)), ports)
    const doubt = await leaveAlone(planned, changeLog, ports)
    if (isDoubt) expect(doubt).toMatch(/^stands on another one of that name: look who it is/)
    else expect(doubt).toBeUndefined()
    expect((await ports.record.list(incidentSubject(ID))).map(({ kind }) => kind)).toEqual(
      isDoubt ? ['step-planned'] : ['step-planned', 'step-gone'],
    )
    expect((await account.getUserPolicy('ci-build', quarantinePolicyName(ID))) ?? null).toBe(document)
  })

  it('of a kind that is not known is left', async () => {
    const { ports, changeLog } = await world(incidentOf(ID))
    expect(await leaveAlone({ ...planned, target: 'moon:x/y' }, changeLog, ports)).toBeUndefined()
    expect(changeLog.changes).toEqual([])
  })
})

describe('the bounds of everybody that a plan touches', () => {
  const policy = (parts: object = {}) => parsePolicy({ version: 2, mode: 'contain', ...parts })
  const subject = (name: string, kind: 'iam-user' | 'role' = 'iam-user') => ({ kind, name })
  const own = incidentOf(ID, { identity: OWN })

  it('are asked of IAM once for each, and say who is there', async () => {
    const asked: string[] = []
    const { ports, account } = await world(own, {
      describe: async (identity) => {
        asked.push(`${identity.kind} ${identity.id}`)
        return account.describe(identity)
      },
    })
    const found = await boundsOf(
      [subject('ci-build'), subject('bystander'), subject('nobody'), subject('bystander'), subject('deploy', 'role')],
      own,
      policy(),
      ports,
    )
    expect([...found].map(([key, { isThere }]) => [key, isThere])).toEqual([
      ['iam-user ci-build', true],
      ['iam-user bystander', true],
      ['iam-user nobody', false],
      ['role deploy', false],
    ])
    expect(asked.sort()).toEqual(
      [`iam-user ${arnOf('bystander')}`, `iam-user ${OWN.id}`, `iam-user ${arnOf('nobody')}`, `role ${role.id}`].sort(),
    )
  })

  it('of others are left out where they cannot be read, and those of its own fail the run', async () => {
    const failing = (name: string): Partial<Iam> => ({
      describe: async (identity) => {
        if (identity.name === name) throw new Error(`no ${name}`)
        return { arn: identity.id, createdAt: 7, principalId: 'AIDAX', tags: {} }
      },
    })
    const subjects = [subject('ci-build'), subject('bystander')]
    const others = await world(own, failing('bystander'))
    const found = await boundsOf(subjects, own, policy(), others.ports)
    expect([...found.keys()]).toEqual(['iam-user ci-build'])
    expect(found.get('iam-user ci-build')).toMatchObject({ isThere: true, createdAt: 7, principalId: 'AIDAX' })
    const itself = await world(own, failing('ci-build'))
    await expect(boundsOf(subjects, own, policy(), itself.ports)).rejects.toThrow('no ci-build')
    // A role of the same name is somebody else.
    const ofRole = { ...own, identity: { ...role, name: 'ci-build' } }
    expect([...(await boundsOf(subjects, ofRole, policy(), itself.ports)).keys()]).toEqual(['iam-user bystander'])
  })

  it('are those of the ARN with its path, and of the tags, that IAM shows', async () => {
    const { ports } = await world(own, {
      describe: async (identity) => ({
        arn: identity.name === 'bystander' ? arnOf('break-glass/bystander') : identity.id,
        createdAt: undefined,
        principalId: undefined,
        tags: identity.name === 'ci-build' ? { team: 'core' } : {},
      }),
    })
    const guarded = policy({ protected: { arns: ['arn:aws:iam::*:user/break-glass/*'], tags: { team: 'core' } } })
    const found = await boundsOf([subject('ci-build'), subject('bystander'), subject('third')], own, guarded, ports)
    expect([...found.values()].map(({ bounds }) => bounds.protection !== undefined)).toEqual([true, true, false])
  })

  it('of its own: a role that is not there, an identity that is neither', async () => {
    const { ports } = await world(own)
    expect((await ownBounds(own, policy({ mode: 'ask' }), ports)).bounds).toMatchObject({ mode: 'ask' })
    const root = incidentOf(ID, { identity: { ...OWN, kind: 'root', id: `arn:aws:iam::${ACCOUNT}:root`, name: 'root' } })
    const found = await ownBounds(root, policy(), ports)
    expect(found.known).toBeUndefined()
    expect(found.bounds).toMatchObject({ mode: 'contain' })
  })

  it('have one text for each user and role', () => {
    expect(keyOf({ kind: 'role', name: 'a' })).not.toBe(keyOf({ kind: 'iam-user', name: 'a' }))
  })
})
