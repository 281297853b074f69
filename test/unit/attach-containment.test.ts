import { describe, expect, it } from 'vitest'
import { alarmContainedUse } from '../../shared/contain/alarm-contained-use.ts'
import { attachContainment } from '../../shared/contain/attach-containment.ts'
import { containedSince } from '../../shared/contain/contained-since.ts'
import { restrictionDocument } from '../../shared/contain/restriction-document.ts'
import { DENY_ALL, quarantinePolicyName, revocation, revocationPolicyName } from '../../shared/contain/steps/quarantine.ts'
import type { Change } from '../../shared/domain/change.ts'
import { emptyState } from '../../shared/domain/identity-state.ts'
import { INCIDENT_STATES, type Incident, isEnforced } from '../../shared/domain/incident.ts'
import type { Identity, Signal } from '../../shared/domain/signal.ts'
import { UnreadableItem } from '../../shared/errors.ts'
import { append, incidentSubject } from '../../shared/record/append.ts'
import { FINDING, incidentOf, user } from '../contract/samples.ts'
import { ACCOUNT, arnOf, embedded, KEY, NOW, QUARANTINE_ARN } from '../embedded.ts'
import { documentOf, HABIT } from '../restricted.ts'

const ID = 'inc-0123456789ab'
const OTHER = 'inc-ba9876543210'
const POLICY = quarantinePolicyName(ID)
const DENY = `user-policy:ci-build/${POLICY}`
const KEY_STEP = `access-key:ci-build/${KEY}`
const SESSIONS = `role-policy:deploy/${revocationPolicyName(ID)}`
const CI = user('ci-build')
const DEPLOY: Identity = { id: `arn:aws:iam::${ACCOUNT}:role/deploy`, kind: 'role', name: 'deploy', account: ACCOUNT }

function callOf(parts: Partial<Signal> = {}): Signal {
  return {
    id: 'e-1',
    kind: 'api-call',
    time: NOW + 60_000,
    identity: CI,
    credential: { id: KEY, kind: 'access-key' },
    action: 's3:ListBuckets',
    service: 's3',
    account: ACCOUNT,
    region: 'us-east-1',
    outcome: 'success',
    isAuthenticated: true,
    request: {},
    ...parts,
  } as Signal
}

type Steps = Readonly<Record<string, string | null>>

/** A world whose record says that these steps were planned and done at `NOW`, and a batch of signals. */
async function world({ steps = { [DENY]: DENY_ALL } as Steps, incident = {} as Partial<Incident>, isReplay = false } = {}) {
  const { ports } = await embedded()
  const at = new Date(NOW).toISOString()
  for (const [target, to] of Object.entries(steps))
    for (const kind of ['step-planned', 'step-done'] as const)
      await append(ports.record, incidentSubject(ID), { at, actor: 'countersign:contain', kind, target, from: null, to, why: 'x' })
  const stored = incidentOf(ID, { state: 'contained', identity: CI, findings: [{ ...FINDING, time: NOW - 1 }], ...incident })
  await ports.incidents.save(stored, 0)
  const reads: string[] = []
  const states = new Map<string, ReturnType<typeof emptyState>>()
  const last = new Map([
    [CI.id, ID],
    [DEPLOY.id, ID],
  ])
  let fault: Error | undefined
  const unitOfWork = {
    incident: async (id: string) => {
      reads.push(id)
      if (fault !== undefined) throw fault
      return ports.incidents.get(id)
    },
    peekState: (id: string) => states.get(id) ?? emptyState(CI),
    lastIncidentIdOf: (id: string) => last.get(id),
  }
  return {
    ports,
    reads,
    states,
    last,
    failWith: (error: Error) => {
      fault = error
    },
    changes: () => ports.record.list(incidentSubject(ID)),
    incident: stored,
    attach: (...signals: Signal[]) =>
      attachContainment(signals, unitOfWork as never, { ...ports, account: isReplay ? undefined : ACCOUNT }),
  }
}

/** What is said of one call. */
async function said(parts: Partial<Signal>, about: Parameters<typeof world>[0] = {}) {
  const { attach } = await world(about)
  const { signals, failed } = await attach(callOf(parts))
  const { containedBy, refusedBy, reverses } = signals[0] as Signal
  expect(failed.size).toBe(0)
  return { ...(containedBy && { containedBy }), ...(refusedBy && { refusedBy }), ...(reverses && { reverses }) }
}

describe('a call by somebody contained', () => {
  const refused = { outcome: 'denied', deniedBy: 'identity-policy' } as const

  it.each<[string, Partial<Signal>, object]>([
    ['that succeeded has used a contained credential', {}, { containedBy: ID }],
    ['that was refused was refused by us', { outcome: 'denied' }, { refusedBy: ID }],
    ['that was refused by a policy of the identity as well', refused, { refusedBy: ID }],
    ['that failed for another reason says nothing', { outcome: 'failed' }, {}],
    ['that did not authenticate says nothing', { isAuthenticated: false }, {}],
    ['that is no call says nothing', { kind: 'exposure' } as never, {}],
    ['of somebody else says nothing', { identity: user('bystander') }, {}],
    ['that came five seconds after the containment is late', { time: NOW + 5000 }, {}],
    ['that came later than that is not', { time: NOW + 5001 }, { containedBy: ID }],
    ['that came before it is not about it', { time: NOW - 1 }, {}],
  ])('%s', async (_, parts, found) => {
    expect(await said(parts)).toEqual(found)
  })

  it.each(INCIDENT_STATES)('counts in a state in which the containment is in force: %s', async (state) => {
    const { attach, reads } = await world({ incident: { state } })
    const [one, two] = (await attach(callOf(), callOf({ id: 'e-2' }))).signals
    expect([one?.containedBy, two?.containedBy]).toEqual(isEnforced({ state }) ? [ID, ID] : [undefined, undefined])
    // Read once for all calls of a batch.
    expect(reads).toEqual([ID])
  })

  it('is passed on as it is where nothing is said of it', async () => {
    const { attach } = await world({ steps: {} })
    const signal = callOf()
    expect((await attach(signal)).signals[0]).toBe(signal)
  })

  it('of a log that is replayed says nothing: nothing of it was contained', async () => {
    const { attach, reads } = await world({ isReplay: true })
    const signal = callOf()
    expect((await attach(signal)).signals).toEqual([signal])
    expect(reads).toEqual([])
  })

  it('whose name was that of somebody contained says nothing', async () => {
    const incident = { identity: { ...CI, principalId: 'AIDAOWN' } }
    expect(await said({ identity: { ...CI, principalId: 'AIDAOTHER' } }, { incident })).toEqual({})
    expect(await said({ identity: { ...CI, principalId: 'AIDAOWN' } }, { incident })).toEqual({ containedBy: ID })
  })

  it('is known by the incident in which its credential was issued', async () => {
    const { attach, last, states } = await world()
    last.set(CI.id, OTHER)
    const named = await attach(callOf({ parentIncidentId: ID }))
    expect(named.signals[0]).toMatchObject({ containedBy: ID })
    const state = emptyState(CI)
    state.windows.set(KEY, { parentIncidentId: ID } as never)
    states.set(CI.id, state)
    expect((await attach(callOf())).signals[0]).toMatchObject({ containedBy: ID })
    expect(
      (await attach(callOf({ credential: { id: 'AKIAOTHER00000000001', kind: 'access-key' } }))).signals[0]?.containedBy,
    ).toBeUndefined()
  })

  it('fails where the record cannot be reached, and not where one item cannot be read', async () => {
    const unreadable = await world()
    unreadable.failWith(new UnreadableItem('INCIDENT#x', 'x'))
    expect((await unreadable.attach(callOf())).signals[0]?.containedBy).toBeUndefined()
    const gone = await world()
    gone.failWith(new Error('no table'))
    await expect(gone.attach(callOf())).rejects.toThrow('no table')
  })

  const restricted = { steps: { [DENY]: documentOf(HABIT) }, incident: { state: 'restricted' as const } }

  it.each<[string, Partial<Signal>, object]>([
    ['that was refused by a policy of the identity was refused by that', refused, { refusedBy: ID }],
    ['that was refused by something else was not', { outcome: 'denied', deniedBy: 'scp' } as never, {}],
    ['that was refused, by what is not known', { outcome: 'denied' }, {}],
    ['that succeeded is allowed', {}, {}],
    ['that failed with that reason says nothing', { ...refused, outcome: 'failed' }, {}],
  ])('or by somebody restricted: %s', async (_, parts, found) => {
    expect(await said(parts, restricted)).toEqual(found)
  })
})

describe('since when a call’s credential is contained', () => {
  const ended = (names: string[], issuedBefore = NOW) => revocation({ issuedBefore, names })
  const bySession = (parts: object = {}): Partial<Signal> => ({
    identity: DEPLOY,
    credential: { id: 'ASIA1', kind: 'session', sessionName: 'build-7', ...parts },
  })
  const seen = { identity: DEPLOY, findings: [{ ...FINDING, credentialId: 'ASIA1', time: NOW - 1 }] }
  const made = (time: number | undefined) => ({
    identity: CI,
    findings: [],
    lineage: [{ id: 'ASIA1', kind: 'session' as const, owner: 'x', parent: KEY, signalId: 's', ...(time === undefined ? {} : { time }) }],
  })
  const restriction = restrictionDocument(HABIT, { room: 1900 })?.document ?? null

  it.each<[string, Steps, Partial<Signal>, Partial<Incident>, boolean]>([
    ['its key is inactive', { [KEY_STEP]: 'Inactive' }, {}, {}, true],
    ['its key was set otherwise', { [KEY_STEP]: 'Active' }, {}, {}, false],
    ['another key is inactive', { [KEY_STEP]: 'Inactive' }, { credential: { id: 'AKIAOTHER', kind: 'access-key' } }, {}, false],
    ['its user is denied everything', { [DENY]: DENY_ALL }, {}, {}, true],
    ['its user is denied less', { [DENY]: restriction }, {}, {}, false],
    ['its user is denied the sessions from before', { [DENY]: ended([]) }, {}, {}, false],
    ['its user has the deny attached', { [`user-attachment:ci-build/${QUARANTINE_ARN}`]: 'attached' }, {}, {}, true],
    ['its user has a boundary', { [`user-boundary:ci-build/${QUARANTINE_ARN}`]: QUARANTINE_ARN }, {}, {}, true],
    ['another credential of its user is off', { 'ssh-public-key:ci-build/APKA1': 'Inactive' }, {}, {}, false],
    ['a role of the name is denied', { [`role-policy:ci-build/${POLICY}`]: DENY_ALL }, {}, {}, false],
    ['a step has no value', { [DENY]: null }, {}, {}, false],
    ['the call is one that IAM never refuses', { [DENY]: DENY_ALL }, { action: 'sts:GetCallerIdentity', service: 'sts' }, {}, false],
    ['such a call is by a key that is inactive', { [KEY_STEP]: 'Inactive' }, { action: 'sts:GetCallerIdentity', service: 'sts' }, {}, true],
    ['the call is the sign-in itself', { [DENY]: DENY_ALL }, { action: 'signin:ConsoleLogin', service: 'signin' }, {}, false],
    ['its role is denied everything', { [SESSIONS]: DENY_ALL }, bySession(), seen, true],
    ['all sessions of its role are ended', { [SESSIONS]: ended([]) }, bySession(), seen, true],
    ['sessions of its name are ended', { [SESSIONS]: ended(['build-7']) }, bySession(), seen, true],
    ['sessions of another name are ended', { [SESSIONS]: ended(['build-8']) }, bySession(), seen, false],
    [
      'sessions of a name are ended, and it has none',
      { [SESSIONS]: ended(['build-7']) },
      bySession({ sessionName: undefined }),
      seen,
      false,
    ],
    ['sessions are ended that were issued before it was seen', { [SESSIONS]: ended([], NOW - 1) }, bySession(), seen, false],
    ['it was issued before that', { [SESSIONS]: ended([]) }, bySession(), made(NOW - 1), true],
    ['it was issued then', { [SESSIONS]: ended([]) }, bySession(), made(NOW), false],
    ['it is not known when it was issued', { [SESSIONS]: ended([]) }, bySession(), made(undefined), false],
    ['another session was issued before that', { [SESSIONS]: ended([]) }, bySession({ id: 'ASIA2' }), made(NOW - 1), false],
    ['its role is restricted', { [SESSIONS]: restriction }, bySession(), seen, false],
    ['the trust of its role is closed', { [`role-trust:deploy/${ACCOUNT}`]: DENY_ALL }, bySession(), seen, false],
    ['a step of a kind that is not known stands', { 'moon:ci-build/x': 'x' }, {}, {}, false],
  ])('is known where %s', async (_, steps, parts, incident, isContained) => {
    const { changes, incident: stored } = await world({ steps, incident })
    expect(containedSince(callOf(parts), stored, await changes())).toBe(isContained ? NOW : undefined)
  })

  it('is the earliest of what stands, each by its last write, and nothing that was not read back', () => {
    const entry = (kind: Change['kind'], target: string, to: string, at: number) =>
      ({ kind, target, from: null, to, at: new Date(at).toISOString() }) as Change
    const changes = [
      entry('step-planned', DENY, DENY_ALL, NOW),
      entry('step-planned', KEY_STEP, 'Inactive', NOW),
      entry('step-done', KEY_STEP, 'Inactive', NOW + 1),
    ]
    const incident = incidentOf(ID, { identity: CI })
    expect(containedSince(callOf(), incident, changes)).toBe(NOW + 1)
    expect(containedSince(callOf(), incident, [...changes, entry('step-done', DENY, DENY_ALL, NOW + 9)])).toBe(NOW + 1)
    expect(
      containedSince(callOf(), incident, [
        ...changes,
        entry('step-done', KEY_STEP, 'Inactive', NOW + 20),
        entry('step-done', DENY, DENY_ALL, NOW + 9),
      ]),
    ).toBe(NOW + 9)
    expect(containedSince(callOf(), incident, changes.slice(0, 2))).toBeUndefined()
  })
})

describe('a call that takes a step away', () => {
  const deletes = (parts: Partial<Signal> = {}, policyName = POLICY): Partial<Signal> => ({
    action: 'iam:DeleteUserPolicy',
    service: 'iam',
    identity: user('bystander'),
    request: { userName: 'ci-build', policyName },
    ...parts,
  })
  const switches = (parts: Partial<Signal> = {}): Partial<Signal> =>
    deletes({ action: 'iam:UpdateAccessKey', request: { userName: 'ci-build', accessKeyId: KEY, status: 'Active' }, ...parts })

  it.each<[string, Partial<Signal>, object]>([
    ['by the name of our policy', deletes(), { reverses: ID }],
    ['and was refused', deletes({ outcome: 'denied' }), { reverses: ID }],
    ['and failed', deletes({ outcome: 'failed' }), {}],
    ['of another name', deletes({}, 'own'), {}],
    ['of another incident', deletes({}, quarantinePolicyName(OTHER)), { reverses: OTHER }],
    ['that is a key', switches(), { reverses: ID }],
    ['that is a key, which it switches off', switches({ request: { userName: 'ci-build', accessKeyId: KEY, status: 'Inactive' } }), {}],
    ['of somebody else', switches({ request: { userName: 'bystander', accessKeyId: KEY, status: 'Active' } }), {}],
  ])('is known: %s', async (_, parts, found) => {
    const steps = { [DENY]: DENY_ALL, [KEY_STEP]: 'Inactive' }
    const about = await world({ steps })
    await about.ports.identities.setIncident(arnOf('ci-build'), ID, undefined)
    const { signals } = await about.attach(callOf(parts))
    expect(signals[0]?.reverses).toBe('reverses' in found ? found.reverses : undefined)
  })

  it('of a log that is replayed is known by the name of our policy alone', async () => {
    expect(await said(deletes(), { isReplay: true })).toEqual({ reverses: ID })
    const { attach, ports } = await world({ isReplay: true, steps: { [KEY_STEP]: 'Inactive' } })
    await ports.identities.setIncident(arnOf('ci-build'), ID, undefined)
    expect((await attach(callOf(switches()))).signals[0]?.reverses).toBeUndefined()
  })

  it('is said beside what is said of its credential', async () => {
    expect(await said(deletes({ identity: CI }))).toEqual({ reverses: ID, containedBy: ID })
  })

  it('has its event delivered again where it could not be looked into, and the others go on', async () => {
    const { attach, ports } = await world()
    Object.assign(ports.iam, { describe: () => Promise.reject(Object.assign(new Error('slow'), { name: 'Throttling' })) })
    const { signals, failed } = await attach(callOf(switches()), callOf({ id: 'e-2' }))
    expect(failed).toEqual(new Map([[arnOf('bystander'), 'a reversal could not be looked into: Throttling']]))
    expect(signals.map(({ reverses, containedBy }) => [reverses, containedBy])).toEqual([
      [undefined, undefined],
      [undefined, ID],
    ])
  })
})

describe('the use of a contained credential', () => {
  const used = (id: string | undefined, credential = KEY, identity = CI): Signal =>
    callOf({ identity, credential: { id: credential, kind: 'access-key' }, ...(id === undefined ? {} : { containedBy: id }) })
  const line = (credential: string) => `${credential} still works after its containment was read back`

  async function alarmed(incident: Partial<Incident>, ...signals: Signal[]) {
    const { ports, notices, called } = await embedded({ callsContain: false })
    await ports.incidents.save(incidentOf(ID, { state: 'contained', priority: 40, ...incident }), 0)
    const seen = new Set<string>()
    const failed = await alarmContainedUse(signals, seen, ports)
    return { ports, notices, called, seen, failed, now: (await ports.incidents.get(ID))?.value }
  }

  it('is told with the highest priority, each credential once, and the containment is verified once', async () => {
    const { now, notices, called, seen, failed } = await alarmed({}, used(ID), used(ID, 'AKIAB'), used(ID), used(undefined, 'AKIAC'))
    expect(now?.priority).toBe(100)
    expect(now?.decision.why.slice(-2)).toEqual([line(KEY), line('AKIAB')])
    expect(notices.map(({ kind, priority }) => [kind, priority])).toEqual([['in-use', 100]])
    expect([called, [...seen], failed.size]).toEqual([[ID], [`${ID}@verify`], 0])
  })

  it('is nothing where no call used one, or where its incident is not there', async () => {
    for (const signal of [used(undefined), used(OTHER)]) {
      const { now, notices, called } = await alarmed({}, signal)
      expect([now?.priority, notices, called]).toEqual([40, [], []])
    }
  })

  it('is told once, and verified each time', async () => {
    const { decision } = incidentOf(ID)
    const told = { priority: 100, decision: { ...decision, why: [line(KEY)] } }
    const again = await alarmed(told, used(ID))
    expect([again.notices, again.called]).toEqual([[], [ID]])
    for (const [incident, signals] of [
      [told, [used(ID), used(ID, 'AKIAB')]],
      [{ ...told, priority: 99 }, [used(ID)]],
    ] as const)
      expect((await alarmed(incident, ...signals)).notices).toHaveLength(1)
  })

  it.each(['releasing', 'released'] as const)('is no alarm of an incident that is %s', async (state) => {
    const { now, notices } = await alarmed({ state }, used(ID))
    expect([now?.priority, notices]).toEqual([40, []])
  })

  it('does not have it verified again in one batch', async () => {
    const { ports, called } = await embedded({ callsContain: false })
    await ports.incidents.save(incidentOf(ID, { state: 'contained' }), 0)
    await alarmContainedUse([used(ID)], new Set([`${ID}@verify`]), ports)
    expect(called).toEqual([])
  })

  it('has the events of all who used one delivered again where that fails, and is not held for verified', async () => {
    const { ports } = await embedded()
    await ports.incidents.save(incidentOf(ID, { state: 'contained' }), 0)
    const seen = new Set<string>()
    const containInvoker = { contain: () => Promise.reject(Object.assign(new Error('no'), { name: 'Throttling' })) }
    const failed = await alarmContainedUse([used(ID), used(ID, 'AKIAB', user('bob'))], seen, { ...ports, containInvoker })
    const why = 'the use of a contained credential could not be looked into: Throttling'
    expect(failed).toEqual(
      new Map([
        [CI.id, why],
        [user('bob').id, why],
      ]),
    )
    expect(seen.size).toBe(0)
  })
})
