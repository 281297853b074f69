import { describe, expect, it } from 'vitest'
import { openChangeLog } from '../../shared/contain/change-log.ts'
import { findOwnName, findRenames, followRenames, keyOf } from '../../shared/contain/follow-renames.ts'
import { noteRenames } from '../../shared/contain/note-renames.ts'
import { readStep, readSwitches } from '../../shared/contain/read-step.ts'
import { DENY_ALL, quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import type { StepValue } from '../../shared/contain/steps/step.ts'
import { stepFor } from '../../shared/contain/steps/steps.ts'
import type { ChangeDraft } from '../../shared/domain/change.ts'
import type { Incident, LineageEdge } from '../../shared/domain/incident.ts'
import { goneSteps, standingSteps } from '../../shared/domain/progress.ts'
import type { Rename } from '../../shared/domain/rename.ts'
import type { Identity, Signal } from '../../shared/domain/signal.ts'
import { memoryIdentityStore } from '../../shared/memory/identity-store.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import type { Description, Iam } from '../../shared/ports/iam.ts'
import { append, incidentSubject } from '../../shared/record/append.ts'
import { incidentOf, user } from '../contract/samples.ts'
import { ACCOUNT, arnOf, embedded, KEY, NOW, QUARANTINE_ARN } from '../embedded.ts'

const ID = 'inc-0123456789ab'
const POLICY = quarantinePolicyName(ID)
const RENAME: Rename = { from: 'ci-build', to: 'svc-9', arn: arnOf('svc-9'), time: NOW }
const WHY = 'user ci-build was renamed to svc-9 (2026-03-02T12:00:00.000Z)'
const MOVED = `${WHY}: what was contained is contained under the new name`
const keyOn = (name: string) => `access-key:${name}/${KEY}`
const denyOn = (name: string) => `user-policy:${name}/${POLICY}`
const attachedOn = (name: string, arn = QUARANTINE_ARN) => `user-attachment:${name}/${arn}`
const throttled = () => Promise.reject(Object.assign(new Error('slow'), { name: 'Throttling' }))

type Entry = Pick<ChangeDraft, 'kind' | 'target' | 'from' | 'to'> & { why?: string }

const applied = (target: string, from: StepValue, to: StepValue): Entry[] =>
  (['step-planned', 'step-done'] as const).map((kind) => ({ kind, target, from, to }))
const gone = (target: string, why = 'it is no longer there'): Entry => ({ kind: 'step-gone', target, from: null, to: null, why })

/** The steps of an incident after its user was renamed, by what the record and IAM say. */
async function followed({
  entries = applied(denyOn('ci-build'), null, DENY_ALL),
  renames = [RENAME] as readonly Rename[],
  stands = {} as Readonly<Record<string, StepValue>>,
  iam = {} as Partial<Iam>,
} = {}) {
  const { account, ports } = await embedded({ iam: (own) => ({ ...own, ...iam }) })
  for (const [target, value] of Object.entries(stands)) await stepFor(target)?.write(account, value)
  const at = new Date(NOW).toISOString()
  for (const entry of entries) await append(ports.record, incidentSubject(ID), { at, actor: 'x', why: 'x', ...entry })
  const incident = incidentOf(ID, { state: 'contained', ...(renames.length === 0 ? {} : { renames }) })
  const list = () => ports.record.list(incidentSubject(ID))
  const follow = async () => followRenames(incident, openChangeLog(ID, await list(), ports), ports)
  const told = await follow()
  const chain = await list()
  return {
    told,
    follow,
    written: chain.slice(entries.length).map(({ kind, target, from, to, why }) => ({ kind, target, from, to, why })),
    chain: list,
    standing: standingSteps(chain).map(({ target }) => target),
    gone: [...goneSteps(chain)],
    valueAt: async (target: string) => (await stepFor(target)?.read(account)) ?? null,
  }
}

describe('the steps of a user that was renamed', () => {
  it('go by the new name with the undo record from before, planned there before they are closed under the old one', async () => {
    const { told, written } = await followed({ entries: applied(denyOn('ci-build'), '{}', DENY_ALL) })
    expect(told).toEqual([MOVED])
    expect(written).toEqual([
      { kind: 'step-planned', target: denyOn('svc-9'), from: '{}', to: DENY_ALL, why: WHY },
      { kind: 'step-gone', target: denyOn('ci-build'), from: null, to: null, why: WHY },
    ])
  })

  it('are moved once, and told of in one line for all', async () => {
    const entries = [...applied(keyOn('ci-build'), 'Active', 'Inactive'), ...applied(denyOn('ci-build'), null, DENY_ALL)]
    const iam: Partial<Iam> = { ownerNameOf: async () => 'svc-9', listAccessKeys: async () => [] }
    const { told, follow, standing, chain } = await followed({ entries, iam })
    expect(told).toEqual([MOVED])
    expect(standing).toEqual([keyOn('svc-9'), denyOn('svc-9')])
    const { length } = await chain()
    expect(await follow()).toEqual([])
    expect(await chain()).toHaveLength(length)
  })

  it.each<[string, Entry[]]>([
    ['of somebody else', applied(denyOn('bystander'), null, DENY_ALL)],
    ['of a role of the name', applied(`role-policy:ci-build/${POLICY}`, null, DENY_ALL)],
    ['of a kind that is not known', applied('moon:ci-build/x', null, 'x')],
    [
      'that was undone',
      [...applied(denyOn('ci-build'), null, DENY_ALL), { kind: 'step-undone', target: denyOn('ci-build'), from: DENY_ALL, to: null }],
    ],
    ['that was moved by this rename already', [...applied(denyOn('ci-build'), null, DENY_ALL), gone(denyOn('ci-build'), WHY)]],
    [
      'that was let go when this rename was known',
      [
        ...applied(denyOn('ci-build'), null, DENY_ALL),
        { kind: 'step-undone', target: denyOn('ci-build'), from: DENY_ALL, to: null, why: `${WHY}: x` },
        gone(denyOn('ci-build')),
      ],
    ],
    ['that is gone and was never planned', [gone(denyOn('ci-build'))]],
  ])('are not those %s', async (_, entries) => {
    const { told, written } = await followed({ entries })
    expect([told, written]).toEqual([[], []])
  })

  it('are none where nobody was renamed', async () => {
    expect(await followed({ renames: [] })).toMatchObject({ told: [], written: [] })
  })

  it.each<[string, Entry]>([
    ['found gone', gone(denyOn('ci-build'))],
    ['moved by an earlier rename', gone(denyOn('ci-build'), WHY.replace('12:00:00', '11:00:00'))],
  ])('are also those that were %s before this rename was known', async (_, entry) => {
    const { told, standing, gone: left } = await followed({ entries: [...applied(denyOn('ci-build'), null, DENY_ALL), entry] })
    expect([told, standing, left]).toEqual([[MOVED], [denyOn('svc-9')], [denyOn('ci-build')]])
  })

  it('are not planned twice where they stand under the new name already', async () => {
    const { told, written } = await followed({
      entries: [...applied(denyOn('ci-build'), null, DENY_ALL), ...applied(denyOn('svc-9'), null, DENY_ALL)],
    })
    expect([told, written.map(({ kind }) => kind)]).toEqual([[MOVED], ['step-gone']])
  })

  it('stay where the new name is none of IAM', async () => {
    const { told, written } = await followed({ renames: [{ ...RENAME, to: 'svc 9' }] })
    expect([told, written]).toEqual([[], []])
  })

  it('follow two renames, one after the other', async () => {
    const second = { from: 'svc-9', to: 'svc-10', arn: arnOf('svc-10'), time: NOW + 1 }
    const { told, standing } = await followed({ renames: [RENAME, second] })
    expect(told).toHaveLength(2)
    expect(standing).toEqual([denyOn('svc-10')])
  })
})

describe('what still stands under the old name', () => {
  const left = { [denyOn('ci-build')]: DENY_ALL }
  const withKey = [...applied(keyOn('ci-build'), 'Active', 'Inactive'), ...applied(denyOn('ci-build'), null, DENY_ALL)]
  const owner = (name: string | undefined): Partial<Iam> => ({ ownerNameOf: async () => name })
  const NOT_MOVED = (target: string) =>
    `${WHY} by the record, and IAM shows its key or our policy under the old name: ${target} was not moved, look who it is`
  const DENIED = (target: string, outcome: string) => `${WHY}, and somebody else of the old name is still denied: ${target}: ${outcome}`
  const BEFORE = 'not taken away, because something stood there before'

  it('is taken away from somebody else, where the owner of a key says that the user has the new name', async () => {
    const { told, standing, valueAt } = await followed({ entries: withKey, stands: left, iam: owner('svc-9') })
    expect(told).toEqual([MOVED])
    expect(standing).toEqual([keyOn('svc-9'), denyOn('svc-9')])
    expect(await valueAt(denyOn('ci-build'))).toBeNull()
  })

  it('is not moved, where the key is still of the old name: the record may be forged', async () => {
    const { told, written, valueAt } = await followed({ entries: withKey, stands: left, iam: owner('ci-build') })
    expect(told).toEqual([NOT_MOVED(keyOn('ci-build')), NOT_MOVED(denyOn('ci-build'))])
    expect([written, await valueAt(denyOn('ci-build'))]).toEqual([[], DENY_ALL])
  })

  it('is not moved where nobody says whose it is', async () => {
    const { told, written } = await followed({ stands: left })
    expect([told, written]).toEqual([[NOT_MOVED(denyOn('ci-build'))], []])
    const unknown = await followed({ entries: withKey, stands: left, iam: { ...owner(undefined), listAccessKeys: async () => [] } })
    expect(unknown.told).toEqual([MOVED, NOT_MOVED(denyOn('ci-build'))])
  })

  it('of another value is no policy of ours: it is left, and the step moves', async () => {
    const { told, valueAt } = await followed({ stands: { [denyOn('ci-build')]: '{}' } })
    expect([told, await valueAt(denyOn('ci-build'))]).toEqual([[MOVED], '{}'])
  })

  it.each<[string, Entry[], Record<string, StepValue>, string, string]>([
    ['the key itself', applied(keyOn('ci-build'), 'Active', 'Inactive'), { [keyOn('ci-build')]: 'Inactive' }, keyOn('ci-build'), BEFORE],
    [
      'a policy that stood there before',
      [...applied(keyOn('ci-build'), 'Active', 'Inactive'), ...applied(denyOn('ci-build'), '{}', DENY_ALL)],
      left,
      denyOn('ci-build'),
      BEFORE,
    ],
    [
      'a policy of somebody else that is attached',
      [
        ...applied(keyOn('ci-build'), 'Active', 'Inactive'),
        ...applied(attachedOn('ci-build', `arn:aws:iam::${ACCOUNT}:policy/other`), null, 'attached'),
      ],
      { [attachedOn('ci-build', `arn:aws:iam::${ACCOUNT}:policy/other`)]: 'attached' },
      attachedOn('ci-build', `arn:aws:iam::${ACCOUNT}:policy/other`),
      BEFORE,
    ],
  ])('is left, and people are told: %s', async (_, entries, stands, target, outcome) => {
    const { told, valueAt } = await followed({ entries, stands, iam: owner('svc-9') })
    expect(told).toEqual([MOVED, DENIED(target, outcome)])
    expect(await valueAt(target)).not.toBeNull()
  })

  it('is detached where it is our own policy', async () => {
    const entries = [...applied(keyOn('ci-build'), 'Active', 'Inactive'), ...applied(attachedOn('ci-build'), null, 'attached')]
    const { told, valueAt } = await followed({ entries, stands: { [attachedOn('ci-build')]: 'attached' }, iam: owner('svc-9') })
    expect([told, await valueAt(attachedOn('ci-build'))]).toEqual([[MOVED], null])
  })

  it('is told where AWS refuses to take it away', async () => {
    const { told } = await followed({ entries: withKey, stands: left, iam: { ...owner('svc-9'), deleteUserPolicy: throttled } })
    expect(told).toEqual([MOVED, DENIED(denyOn('ci-build'), 'Throttling')])
  })

  it('of a step that was found gone is not looked at', async () => {
    const entries = [...applied(denyOn('ci-build'), null, DENY_ALL), gone(denyOn('ci-build'))]
    const { told } = await followed({ entries, iam: { getUserPolicy: throttled } })
    expect(told).toEqual([MOVED])
  })
})

const edge = (kind: LineageEdge['kind'], owner: string, id = `${kind}:${owner}`): LineageEdge => ({
  id,
  kind,
  owner,
  parent: KEY,
  signalId: 's',
})

describe('the key of a user by which its new name is found', () => {
  const own = incidentOf(ID, { identity: user('ci') })
  const BOB = 'AKIABOB0000000000001'

  it.each<[string, Partial<Incident>, string, string | undefined]>([
    ['is one of its own', {}, 'ci', KEY],
    ['is none of another user', {}, 'bob', undefined],
    ['is none of a role of the name', { identity: { ...user('ci'), kind: 'role' } }, 'ci', undefined],
    ['is no session', { credentials: [{ id: 'ASIA1', kind: 'session', isPrimary: true }] }, 'ci', undefined],
    ['is one that was issued for it', { lineage: [edge('access-key', 'bob', BOB)] }, 'bob', BOB],
    [
      'is one that was issued for it, where it has none of its own',
      { credentials: [], lineage: [edge('access-key', 'ci', BOB)] },
      'ci',
      BOB,
    ],
    [
      'is none of what else was issued for it',
      { lineage: [edge('user', 'bob'), edge('service-specific-credential', 'bob', 'ACCA1')] },
      'bob',
      undefined,
    ],
  ])('%s', (_, parts, name, key) => {
    expect(keyOf({ ...own, ...parts }, name)).toBe(key)
  })
})

describe('the name that IAM shows for the owner of a key', () => {
  const svc: Identity = { ...user('svc-9'), principalId: 'AIDA9' }

  /** An incident of `ci-build` in the store, and IAM as these answers have it. */
  async function looked(iam: Partial<Iam>, parts: Partial<Incident> = {}) {
    const asked: string[] = []
    const { ports, setNow } = await embedded({
      iam: (own) => ({
        ...own,
        ...iam,
        ownerNameOf: async (key) => {
          asked.push(key)
          return (iam.ownerNameOf ?? own.ownerNameOf)(key)
        },
      }),
    })
    setNow(NOW + 5)
    const incident = incidentOf(ID, { identity: user('ci-build'), ...parts })
    await ports.incidents.save(incident, 0)
    return { ports, asked, stored: { value: incident, version: 1 }, stored2: () => ports.incidents.get(ID) }
  }

  it('is followed, in the store as well', async () => {
    const { stored, ports, stored2 } = await looked({ ownerNameOf: async () => 'svc-9', ownerOf: async () => svc })
    const found = await findOwnName(stored, ports)
    expect(found.value).toMatchObject({
      identity: { name: 'svc-9', id: svc.id },
      renames: [{ from: 'ci-build', to: 'svc-9', arn: svc.id, time: NOW + 5 }],
    })
    expect((await stored2())?.value.identity.name).toBe('svc-9')
  })

  it.each<[string, Partial<Iam>, Partial<Incident>, asked: number]>([
    ['is the same', { ownerNameOf: async () => 'ci-build', ownerOf: throttled }, {}, 1],
    ['is not shown', { ownerNameOf: async () => undefined, ownerOf: throttled }, {}, 1],
    ['is gone meanwhile', { ownerNameOf: async () => 'svc-9', ownerOf: async () => undefined }, {}, 1],
    ['cannot be asked for', { ownerNameOf: throttled }, {}, 1],
    ['is not asked for without a key', { ownerNameOf: throttled }, { credentials: [] }, 0],
    [
      'is not asked for of a role',
      { ownerNameOf: throttled },
      { identity: { ...user('ci-build'), kind: 'role' }, lineage: [edge('access-key', 'ci-build', KEY)] },
      0,
    ],
  ])('changes nothing where it %s', async (_, iam, parts, times) => {
    const { stored, ports, asked } = await looked(iam, parts)
    expect(await findOwnName(stored, ports)).toBe(stored)
    expect(asked).toHaveLength(times)
  })

  it('is looked for of the users that steps are about, each once', async () => {
    const lineage = [edge('access-key', 'bob', 'AKIABOB0000000000001')]
    const { stored, ports, asked } = await looked({ ownerNameOf: async () => 'svc-9', ownerOf: async () => svc }, { lineage })
    const targets = [denyOn('bob'), `access-key:bob/AKIABOB0000000000001`, `role-policy:ci-build/${POLICY}`, 'moon:ci-build/x']
    const found = await findRenames(stored, targets, ports)
    expect(asked).toEqual(['AKIABOB0000000000001'])
    expect(found.value.lineage).toMatchObject([{ owner: 'svc-9' }])
    expect(found.value.identity.name).toBe('ci-build')
  })
})

describe('a rename that an event tells', () => {
  const caller = user('mallory')
  const renaming = (parts: Partial<Signal> = {}): Signal =>
    ({
      action: 'iam:UpdateUser',
      outcome: 'success',
      time: NOW,
      identity: caller,
      account: ACCOUNT,
      region: 'us-east-1',
      request: { userName: 'ci', newUserName: 'svc-9' },
      ...parts,
    }) as Signal

  /** An incident of user `ci` in the store under an ARN, and IAM that shows the new name so. */
  async function noted(
    signals: Signal[],
    {
      arn = arnOf('ci'),
      incident = {} as Partial<Incident>,
      shown = undefined as Partial<Description> | undefined,
      owner = undefined as Identity | undefined,
      fails = false,
    } = {},
  ) {
    const [identities, incidents] = [memoryIdentityStore(), memoryIncidentStore()]
    await incidents.save(incidentOf(ID, { state: 'contained', identity: { ...user('ci'), id: arn }, openedAt: NOW - 1000, ...incident }), 0)
    await identities.setIncident(arn, ID, undefined)
    const iam = {
      describe: async () => {
        if (fails) throw Object.assign(new Error('slow'), { name: 'Throttling' })
        return shown && { createdAt: undefined, principalId: undefined, tags: {}, arn: arnOf('svc-9'), ...shown }
      },
      ownerOf: async () => owner,
    }
    const failed = await noteRenames(signals, { identities, incidents, iam } as never)
    const now = (await incidents.get(ID))?.value
    return {
      failed,
      name: now?.identity.name,
      id: now?.identity.id,
      renames: now?.renames,
      pointer: async (of: string) => (await identities.load([of])).get(of)?.incidentId,
    }
  }

  it('puts the incident under the new name before contain looks at it, and what the user does under that name belongs to it', async () => {
    const { name, id, renames, failed, pointer } = await noted([renaming()], { shown: {} })
    expect([name, id, failed.size]).toEqual(['svc-9', arnOf('svc-9'), 0])
    expect(renames).toEqual([{ from: 'ci', to: 'svc-9', arn: arnOf('svc-9'), time: NOW }])
    expect(await pointer(arnOf('svc-9'))).toBe(ID)
  })

  it.each<[string, Partial<Signal>]>([
    ['was refused', { outcome: 'denied' }],
    ['failed', { outcome: 'failed' }],
    ['is no rename', { action: 'iam:TagUser' }],
    ['gives no other name', { request: { userName: 'ci' } }],
    ['is of somebody else', { request: { userName: 'bob', newUserName: 'svc-9' } }],
    ['names nobody, by a role', { request: { newUserName: 'svc-9' }, identity: { ...caller, kind: 'role' } }],
    ['was before the incident', { time: NOW - 1001 }],
  ])('changes nothing where it %s', async (_, parts) => {
    const { name, renames, pointer } = await noted([renaming(parts)], { shown: {} })
    expect([name, renames, await pointer(arnOf('svc-9'))]).toEqual(['ci', undefined, undefined])
  })

  it('finds an incident under the path that IAM shows, that of the caller, or none', async () => {
    const path = `arn:aws:iam::${ACCOUNT}:user/teams/ci`
    const moved = `arn:aws:iam::${ACCOUNT}:user/teams/svc-9`
    expect(await noted([renaming()], { arn: path, shown: { arn: moved } })).toMatchObject({ name: 'svc-9', id: moved })
    expect(await noted([renaming()], { arn: path })).toMatchObject({ name: 'ci' })
    const itself = { ...user('ci'), id: path }
    expect(await noted([renaming({ identity: itself })], { arn: path })).toMatchObject({ name: 'svc-9', id: arnOf('svc-9') })
    expect(await noted([renaming({ identity: { ...itself, name: 'bob' } })], { arn: path })).toMatchObject({ name: 'ci' })
    expect(await noted([renaming({ identity: { ...itself, kind: 'role' } })], { arn: path })).toMatchObject({ name: 'ci' })
    // Where IAM shows the user on a new path, the old one may be the root of all paths.
    expect(await noted([renaming()], { shown: { arn: moved } })).toMatchObject({ name: 'svc-9', id: moved })
  })

  it('of a user by itself names nobody', async () => {
    const itself = renaming({ identity: user('ci'), request: { newUserName: 'svc-9' } })
    expect(await noted([itself], { shown: {} })).toMatchObject({ name: 'svc-9' })
  })

  it('is that of somebody else, where the unique ids say so', async () => {
    const incident = { identity: { ...user('ci'), principalId: 'AIDAOWN' } }
    expect(await noted([renaming()], { incident, shown: { principalId: 'AIDAOTHER' } })).toMatchObject({ name: 'ci' })
    expect(await noted([renaming()], { incident, shown: { principalId: 'AIDAOWN' } })).toMatchObject({ name: 'svc-9' })
    expect(await noted([renaming()], { incident, shown: {} })).toMatchObject({ name: 'svc-9' })
  })

  it('is believed as the owner of the key has it: a later name, or still the old one', async () => {
    const later = user('svc-10')
    expect(await noted([renaming()], { shown: {}, owner: later })).toMatchObject({
      name: 'svc-10',
      id: later.id,
      renames: [{ to: 'svc-10', arn: later.id, time: NOW }],
    })
    expect(await noted([renaming()], { shown: {}, owner: user('ci') })).toMatchObject({ name: 'ci', renames: undefined })
    expect(await noted([renaming()], { shown: {}, owner: later, incident: { credentials: [] } })).toMatchObject({ name: 'svc-9' })
  })

  it('has its event delivered again where it could not be followed, and the others go on', async () => {
    const { failed, name } = await noted([renaming()], { fails: true })
    expect(failed).toEqual(new Map([[caller.id, 'a rename could not be followed: Throttling']]))
    expect(name).toBe('ci')
  })
})

describe('a look at what stands', () => {
  it('keeps a step that cannot be read from being applied, and no other', async () => {
    const { ports, account } = await embedded()
    const step = stepFor(keyOn('ci-build'))
    if (step === undefined) throw new Error('no step')
    expect(await readStep(step, ports)).toEqual({ step, reading: { kind: 'read', value: 'Active' } })
    const failing = { ...ports, iam: { ...account, listAccessKeys: throttled } }
    expect(await readStep(step, failing)).toEqual({ step, reading: { kind: 'failed', error: 'Throttling' } })
  })

  it('lists what a user has beside keys, each with its status, and knows when it could not', async () => {
    const SwitchableCredentials = (['ssh-public-key', 'signing-certificate'] as const).map((Kind, at) => ({
      UserName: at === 0 ? 'ci-build' : 'bystander',
      Kind,
      Id: `C${at}`,
      Status: 'Active' as const,
    }))
    const { ports, account } = await embedded({ account: { UserDetailList: [], SwitchableCredentials } })
    const incident = incidentOf(ID, { identity: user('ci-build') })
    const found = await readSwitches(incident, ports)
    expect(found?.map(({ step, reading }) => [step.target, reading])).toEqual([
      ['ssh-public-key:ci-build/C0', { kind: 'read', value: 'Active' }],
    ])
    expect(await readSwitches(incident, { ...ports, iam: { ...account, listSwitches: throttled } })).toBeUndefined()
    const ofRole = { ...incident, identity: { ...incident.identity, kind: 'role' as const } }
    expect(await readSwitches(ofRole, { ...ports, iam: { ...account, listSwitches: throttled } })).toEqual([])
  })
})

describe('the change log of a run', () => {
  const draft = (target: string) => ({ kind: 'step-planned', target, from: null, to: 'x', why: 'x' }) as const
  const subject = incidentSubject(ID)

  it('writes one entry after the other, however many are written at once, each on the hash of the one before', async () => {
    const { ports } = await embedded()
    const changeLog = openChangeLog(ID, [], ports, { actor: 'somebody' })
    const targets = Array.from({ length: 5 }, (_, at) => `t-${at}`)
    expect(await Promise.all(targets.map((target) => changeLog.write(draft(target))))).toEqual(targets.map(() => 'written'))
    const chain = await ports.record.list(subject)
    expect(chain.map(({ number, target, actor, at }) => [number, target, actor, at])).toEqual(
      targets.map((target, at) => [at + 1, target, 'somebody', new Date(NOW).toISOString()]),
    )
    expect(changeLog.changes).toEqual(chain)
    expect(changeLog.head()).toMatchObject({ number: 5, hash: chain.at(-1)?.hash })
  })

  it('goes on after an entry that could not be written', async () => {
    const { ports } = await embedded()
    let isDown = true
    const record = {
      ...ports.record,
      append: (change: never) => (isDown ? Promise.reject(new Error('no table')) : ports.record.append(change)),
    }
    const changeLog = openChangeLog(ID, [], { ...ports, record })
    await expect(changeLog.write(draft('a'))).rejects.toThrow('no table')
    isDown = false
    expect(await changeLog.write(draft('b'))).toBe('written')
    expect(changeLog.changes.map(({ target }) => target)).toEqual(['b'])
  })

  it('reads what another run wrote, and asks then whether an entry is still wanted', async () => {
    const { ports } = await embedded()
    const changeLog = openChangeLog(ID, [], ports)
    await append(ports.record, subject, { ...draft('theirs'), at: new Date(NOW).toISOString(), actor: 'x' })
    expect(await changeLog.write(draft('a'), (changes) => changes.length !== 1)).toBe('superseded')
    expect(changeLog.changes.map(({ target }) => target)).toEqual(['theirs'])
    await append(ports.record, subject, { ...draft('more'), at: new Date(NOW).toISOString(), actor: 'x' })
    expect(await changeLog.write(draft('b'), (changes) => changes.length === 2)).toBe('written')
    await append(ports.record, subject, { ...draft('last'), at: new Date(NOW).toISOString(), actor: 'x' })
    await changeLog.read()
    expect(changeLog.changes.map(({ target }) => target)).toEqual(['theirs', 'more', 'b', 'last'])
    expect(changeLog.changes).toEqual(await ports.record.list(subject))
  })

  it('does not ask whether an entry is wanted where nobody wrote meanwhile', async () => {
    const { ports } = await embedded()
    expect(await openChangeLog(ID, [], ports).write(draft('a'), () => false)).toBe('written')
  })

  it.each([
    [7, 'written'],
    [8, 'record.conflict'],
  ])('after %i entries that lost their number ends as %s', async (lost, end) => {
    const { ports } = await embedded()
    let tries = 0
    const record = { ...ports.record, append: async (change: never) => (++tries > lost ? ports.record.append(change) : false) }
    const changeLog = openChangeLog(ID, [], { ...ports, record })
    expect(await changeLog.write(draft('a')).catch(({ code }: { code: string }) => code)).toBe(end)
  })

  it('that cannot be read is a failure of that reading alone', async () => {
    const { ports } = await embedded()
    let isDown = true
    const record = { ...ports.record, list: (of: string) => (isDown ? Promise.reject(new Error('no table')) : ports.record.list(of)) }
    const changeLog = openChangeLog(ID, [], { ...ports, record })
    await expect(changeLog.read()).rejects.toThrow('no table')
    isDown = false
    expect(await changeLog.write(draft('a'))).toBe('written')
  })
})
