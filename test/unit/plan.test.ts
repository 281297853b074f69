import { describe, expect, it } from 'vitest'
import { approvedSteps, closingOf, planOf, roleSessionIn, sessionsEnded, TAKEN_NAMES_LIMIT, takenOn } from '../../shared/contain/plan.ts'
import { DENY_ALL, quarantinePolicyName, revocationIn, revocationPolicyName } from '../../shared/contain/steps/quarantine.ts'
import type { Step } from '../../shared/contain/steps/step.ts'
import { stepFor } from '../../shared/contain/steps/steps.ts'
import type { Incident, LineageEdge } from '../../shared/domain/incident.ts'
import type { Identity } from '../../shared/domain/signal.ts'
import { FINDING, incidentOf, user } from '../contract/samples.ts'
import { ACCOUNT, KEY, NOW, QUARANTINE_ARN } from '../embedded.ts'

const ID = 'inc-0123456789ab'
const QUARANTINE = quarantinePolicyName(ID)
const REVOCATION = revocationPolicyName(ID)
const TRUST = 'iam:UpdateAssumeRolePolicy deploy'
const SECOND = 'AKIASECOND0000000001'

const deploy: Identity = { id: `arn:aws:iam::${ACCOUNT}:role/deploy`, kind: 'role', name: 'deploy', account: ACCOUNT }
const root: Identity = { id: `arn:aws:iam::${ACCOUNT}:root`, kind: 'root', name: 'root', account: ACCOUNT }

const edge = (kind: LineageEdge['kind'], owner: string, id = `${kind}:${owner}`): LineageEdge => ({
  id,
  kind,
  owner,
  parent: KEY,
  signalId: 's',
})
const taken = (role: string, name: string, account = ACCOUNT) =>
  edge('session', `arn:aws:sts::${account}:assumed-role/${role}/${name}`, `ASIA${role}${name}`)
const session = (id: string, sessionName: string | undefined, isPrimary = true): Incident['credentials'][number] => ({
  id,
  kind: 'session',
  isPrimary,
  ...(sessionName === undefined ? {} : { sessionName }),
})

const plan = (parts: Partial<Incident>, quarantinePolicyArn: string | undefined = undefined): Step[] =>
  planOf(incidentOf(ID, { identity: user('ci'), ...parts }), { quarantinePolicyArn, now: NOW })
const targets = (parts: Partial<Incident>) => plan(parts).map(({ target }) => target)

/** The sessions that the step of a role ends: `all`, or those of the names. */
function endedOf(parts: Partial<Incident>, role = 'deploy') {
  const step = plan(parts).find(({ target }) => target === `role-policy:${role}/${REVOCATION}`)
  const document = step?.contained(null)
  return document === undefined || document === null ? undefined : revocationIn(document)
}

describe('the plan', () => {
  it('of a user makes its keys inactive and denies it everything; other credentials of it need no step of their own', () => {
    const credentials: Incident['credentials'] = [
      { id: KEY, kind: 'access-key', isPrimary: true },
      { id: 'ASIASESSION0000000001', kind: 'session', isPrimary: true },
      { id: SECOND, kind: 'access-key', isPrimary: false },
    ]
    expect(targets({ credentials })).toEqual([`access-key:ci/${KEY}`, `access-key:ci/${SECOND}`, `user-policy:ci/${QUARANTINE}`])
    expect(plan({ credentials }).at(-1)?.contained(null)).toBe(DENY_ALL)
  })

  it.each<[string, Identity]>([
    ['root', root],
    ['a federated subject', { ...root, kind: 'federated-user' }],
  ])('of %s has no step on it', (_, identity) => {
    expect(targets({ identity })).toEqual([])
  })

  it.each<[string, LineageEdge, string[]]>([
    ['a key', edge('access-key', 'bob', SECOND), [`access-key:bob/${SECOND}`]],
    ['a service-specific credential', edge('service-specific-credential', 'bob', 'ACCA1'), ['service-specific-credential:bob/ACCA1']],
    ['a user', edge('user', 'bob'), [`user-policy:bob/${QUARANTINE}`]],
    ['a role', edge('role', 'worker'), [`role-policy:worker/${QUARANTINE}`]],
    ['a session', taken('worker', 'w-1'), [`role-policy:worker/${REVOCATION}`]],
    [
      'a session of another account',
      taken('worker', 'w-1', '210987654321'),
      ['role-policy:210987654321:worker/CountersignRevoke-inc-0123456789ab'],
    ],
    ['a backdoor', edge('backdoor', 'deploy', TRUST), []],
    ['a password', edge('console', 'bob'), []],
    ['a tag', edge('tag', 'bob'), []],
  ])('stops what was issued: %s', (_, one, steps) => {
    expect(targets({ identity: root, lineage: [one] })).toEqual(steps)
  })

  it('is in the order of the ladder, and names each step once', () => {
    const lineage = [
      edge('access-key', 'ci', SECOND),
      edge('user', 'bob'),
      edge('access-key', 'ci', KEY),
      edge('user', 'ci'),
      taken('worker', 'w-1'),
    ]
    expect(targets({ lineage, approved: [] })).toEqual([
      `access-key:ci/${KEY}`,
      `user-policy:ci/${QUARANTINE}`,
      `role-policy:worker/${REVOCATION}`,
      `access-key:ci/${SECOND}`,
      `user-policy:bob/${QUARANTINE}`,
    ])
  })

  it('denies a role that was created everything, and a role that was assumed its sessions alone', () => {
    const [created] = plan({ identity: root, lineage: [edge('role', 'worker')] })
    expect(created?.contained(null)).toBe(DENY_ALL)
    expect(endedOf({ identity: root, lineage: [taken('worker', 'w-1'), taken('worker', 'w-2')] }, 'worker')).toEqual({
      issuedBefore: NOW,
      names: ['w-1', 'w-2'],
    })
  })

  it('has a ladder for users where the stack has a policy: inline, attached, boundary; and none without, or for roles', () => {
    const ladder = (step: Step | undefined): string[] => (step === undefined ? [] : [step.target, ...ladder(step.nextRung)])
    const lineage = [edge('user', 'bob'), edge('role', 'worker')]
    const about = { identity: root, lineage, credentials: [] }
    expect(plan(about, QUARANTINE_ARN).map(ladder)).toEqual([
      [`user-policy:bob/${QUARANTINE}`, `user-attachment:bob/${QUARANTINE_ARN}`, `user-boundary:bob/${QUARANTINE_ARN}`],
      [`role-policy:worker/${QUARANTINE}`],
    ])
    expect(plan(about).map(ladder)).toEqual([[`user-policy:bob/${QUARANTINE}`], [`role-policy:worker/${QUARANTINE}`]])
  })

  it('has what a person approved last, each of them for the role and the account', () => {
    const lineage = [edge('backdoor', 'deploy', TRUST), edge('backdoor', 'other', 'iam:UpdateAssumeRolePolicy other'), edge('user', 'bob')]
    expect(targets({ identity: root, lineage, approved: [TRUST] })).toEqual([
      `user-policy:bob/${QUARANTINE}`,
      `role-trust:deploy/${ACCOUNT}`,
    ])
  })
})

describe('what a person can approve', () => {
  it.each<[string, LineageEdge, string | undefined]>([
    ['a trust policy', edge('backdoor', 'deploy', TRUST), `role-trust:deploy/${ACCOUNT}`],
    ['another backdoor', edge('backdoor', 'report', 'lambda:AddPermission report'), undefined],
    ['a text that only ends so', edge('backdoor', 'deploy', `x ${TRUST}`), undefined],
    ['a call of another name', edge('backdoor', 'deploy', 'iam:UpdateAssumeRolePolicyX deploy'), undefined],
    ['what is no backdoor', edge('role', 'deploy', TRUST), undefined],
  ])('is closed: %s', (_, one, target) => {
    expect(closingOf(one, ACCOUNT)?.target).toBe(target)
    const approvedOf = (approved: string[]) => approvedSteps(incidentOf(ID, { lineage: [one], approved })).map((step) => step.target)
    expect(approvedOf([one.id])).toEqual(target === undefined ? [] : [target])
    expect(approvedOf(['something else'])).toEqual([])
  })

  it('is a step that the record can be read by', () => {
    expect(stepFor(closingOf(edge('backdoor', 'deploy', TRUST), ACCOUNT)?.target ?? '')?.kind).toBe('role-trust')
  })
})

describe('the sessions of an incident’s own role that end', () => {
  const of = (credentials: Incident['credentials'], parts: Partial<Incident> = {}) => ({ identity: deploy, credentials, ...parts })
  const all = { issuedBefore: NOW, names: [] }
  const finding = (credentialId: string) => ({ ...FINDING, credentialId })

  it.each<[string, Partial<Incident>, string[], others: number]>([
    ['the primary one', of([session('a', 'a-1'), session('b', 'b-1', false)]), ['a-1'], 1],
    [
      'two primary ones',
      of([session('a', 'a-1'), session('b', 'b-1'), session('c', 'c-1', false), session('d', 'd-1', false)]),
      ['a-1', 'b-1'],
      2,
    ],
    ['three primary ones', of([session('a', 'a-1'), session('b', 'b-1'), session('c', 'c-1')]), ['a-1', 'b-1', 'c-1'], 0],
    ['two of one name', of([session('a', 'a-1'), session('b', 'a-1')]), ['a-1'], 0],
    ['another one of the name of the primary one', of([session('a', 'a-1'), session('b', 'a-1', false)]), ['a-1'], 0],
    ['more than three names', of(['a', 'b', 'c', 'd'].map((id) => session(id, `${id}-1`))), [], 0],
    ['one without a name', of([session('a', undefined)]), [], 0],
    ['one of two without a name', of([session('a', 'a-1'), session('b', undefined)]), [], 0],
    ['a name that STS would not take', of([session('a', 'a*')]), [], 0],
    ['a name of one sign', of([session('a', 'a')]), [], 0],
    ['a name of 64 signs', of([session('a', 'a'.repeat(64))]), ['a'.repeat(64)], 0],
    ['a name of 65 signs', of([session('a', 'a'.repeat(65))]), [], 0],
    ['a name with every sign that STS takes', of([session('a', 'aZ09_+=,.@-')]), ['aZ09_+=,.@-'], 0],
    ['a name with a line end', of([session('a', 'a-1\n')]), [], 0],
    ['a name with a space before it', of([session('a', ' a-1')]), [], 0],
    [
      'without a primary one, that of the strongest finding',
      of([session('a', 'a-1', false), session('b', 'b-1', false)], { findings: [finding('b'), finding('a')] }),
      ['b-1'],
      1,
    ],
    [
      'without a primary one, all where the strongest finding is of none of them',
      of([session('a', 'a-1', false), session('b', 'b-1', false)], { findings: [finding('x')] }),
      ['a-1', 'b-1'],
      0,
    ],
    [
      'without a primary one and without findings, all',
      of([session('a', 'a-1', false), session('b', 'b-1', false)], { findings: [] }),
      ['a-1', 'b-1'],
      0,
    ],
    ['one of which others have no name', of([session('a', 'a-1'), session('b', undefined, false)]), ['a-1'], 1],
  ])('are: %s', (_, parts, names, others) => {
    expect(endedOf(parts)).toEqual({ ...all, names })
    expect(sessionsEnded(incidentOf(ID, parts))).toEqual({ names, others: names.length === 0 ? 0 : others })
  })

  it('are none of an attempt that did not authenticate', () => {
    const attempt = session('attempt:192.0.2.1', 'x-1')
    const parts = of([session('a', 'a-1'), attempt])
    expect(endedOf(parts)?.names).toEqual(['a-1'])
    expect(sessionsEnded(incidentOf(ID, parts))).toEqual({ names: ['a-1'], others: 0 })
  })

  it('are with those that it assumed of itself, and every one where its own cannot be named', () => {
    const lineage = [taken('deploy', 'chained-1'), taken('worker', 'w-1')]
    const parts = of([session('a', 'a-1')], { lineage })
    expect(endedOf(parts)?.names).toEqual(['a-1', 'chained-1'])
    expect(endedOf(parts, 'worker')?.names).toEqual(['w-1'])
    const unnamed = of([session('a', undefined)], { lineage })
    expect(endedOf(unnamed)?.names).toEqual([])
    expect(endedOf(unnamed, 'worker')?.names).toEqual(['w-1'])
  })

  it('are not asked of a user', () => {
    expect(sessionsEnded(incidentOf(ID))).toBeUndefined()
    expect(endedOf({ lineage: [] })).toBeUndefined()
    // A user that assumed a role of its own name ends that session alone.
    expect(endedOf({ identity: user('deploy'), lineage: [taken('deploy', 's-1')] })?.names).toEqual(['s-1'])
  })

  it('are ended up to the time of the run, and again where one was seen after the last time', () => {
    const step = (updatedAt: number) => plan(of([session('a', 'a-1')], { updatedAt })).at(0) as Step
    const standing = step(NOW).contained(null) ?? null
    expect(step(NOW).contained(standing)).toBe(standing)
    const later = planOf(incidentOf(ID, { ...of([session('a', 'a-1')]), updatedAt: NOW + 1 }), {
      quarantinePolicyArn: undefined,
      now: NOW + 9,
    })
    expect(revocationIn(later[0]?.contained(standing) ?? '')).toEqual({ issuedBefore: NOW + 9, names: ['a-1'] })
  })
})

describe('the sessions that were assumed', () => {
  it('are those of roles that have a name, each name once, of each account apart', () => {
    const lineage = [
      taken('worker', 'w-1'),
      taken('worker', 'w-2'),
      taken('worker', 'w-1'),
      taken('deploy', 'd-1'),
      taken('worker', 'w*'),
      taken('worker', 'w-3', '210987654321'),
      edge('role', `arn:aws:sts::${ACCOUNT}:assumed-role/worker/w-9`),
      edge('session', 'not an ARN'),
    ]
    expect(takenOn({ lineage, identity: user('ci') }).map(({ role, account, names }) => [account, role, ...names])).toEqual([
      [undefined, 'worker', 'w-1', 'w-2'],
      [undefined, 'deploy', 'd-1'],
      ['210987654321', 'worker', 'w-3'],
    ])
  })

  it('are denied up to a limit, beyond which a person decides', () => {
    const lineage = Array.from({ length: TAKEN_NAMES_LIMIT + 1 }, (_, at) => taken('worker', `w-${at}`))
    expect(endedOf({ identity: root, lineage }, 'worker')?.names).toEqual(lineage.slice(0, -1).map((_, at) => `w-${at}`))
  })

  it.each<[string, object | undefined]>([
    [`arn:aws:sts::${ACCOUNT}:assumed-role/deploy/build-7`, { account: ACCOUNT, role: 'deploy', name: 'build-7' }],
    [`arn:aws-cn:sts::${ACCOUNT}:assumed-role/deploy/build-7`, { account: ACCOUNT, role: 'deploy', name: 'build-7' }],
    ['arn:aws:sts::210987654321:assumed-role/deploy/build-7', { account: '210987654321', role: 'deploy', name: 'build-7' }],
    [`arn:aws:sts::${ACCOUNT}:assumed-role/deploy`, undefined],
    [`arn:aws:iam::${ACCOUNT}:role/deploy`, undefined],
    [`arn:aws:sts::${ACCOUNT}:federated-user/bob`, undefined],
    ['deploy/build-7', undefined],
    ['', undefined],
  ])('are read from their ARN: %s', (arn, found) => {
    expect(roleSessionIn(arn)).toEqual(found)
  })
})
