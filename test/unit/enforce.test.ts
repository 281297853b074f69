import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { DENY_ALL, quarantinePolicyName, revocationIn } from '../../shared/contain/steps/quarantine.ts'
import type { StepValue } from '../../shared/contain/steps/step.ts'
import { stepFor } from '../../shared/contain/steps/steps.ts'
import type { Change, ChangeDraft } from '../../shared/domain/change.ts'
import { INCIDENT_STATES, type Incident, type IncidentState, isEnforced, type LineageEdge } from '../../shared/domain/incident.ts'
import type { Identity } from '../../shared/domain/signal.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { append, incidentSubject } from '../../shared/record/append.ts'
import { order, orderReversal } from '../../shared/record/orders.ts'
import { incidentOf, user } from '../contract/samples.ts'
import { ACCOUNT, arnOf, embedded, KEY, NOW } from '../embedded.ts'
import { documentOf, HABIT } from '../restricted.ts'

const ID = 'inc-0123456789ab'
const POLICY = quarantinePolicyName(ID)
const KEY_STEP = `access-key:ci-build/${KEY}`
const DENY = `user-policy:ci-build/${POLICY}`
const MADE = `user-policy:made/${POLICY}`
const INCIDENT = `incident:${ID}`
const RESTRICTION = documentOf(HABIT)
const TRUST_EDGE = 'iam:UpdateAssumeRolePolicy deploy'
const TRUST = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }] })
const AT = new Date(NOW - 60_000).toISOString()

type Entry = Pick<ChangeDraft, 'kind' | 'target' | 'from' | 'to'>
const applied = (target: string, from: StepValue, to: StepValue): Entry[] =>
  (['step-planned', 'step-done'] as const).map((kind) => ({ kind, target, from, to }))
const OWN = [...applied(KEY_STEP, 'Active', 'Inactive'), ...applied(DENY, null, DENY_ALL)]
const verdict = (from: IncidentState, to: IncidentState): Entry => ({ kind: 'verdict', target: INCIDENT, from, to })
const made: LineageEdge = { id: arnOf('made'), kind: 'user', owner: 'made', parent: KEY, signalId: 's', time: NOW }

interface Parts {
  readonly state: IncidentState
  readonly incident?: Partial<Incident>
  readonly entries?: readonly Entry[]
  /** What the last entry orders, where a person ordered it. */
  readonly ordered?: 'release' | 'rotate' | 'contain'
  readonly after?: readonly Entry[]
  readonly stands?: Readonly<Record<string, StepValue>>
  readonly iam?: (iam: Iam) => Partial<Iam>
  readonly approvals?: readonly string[]
}

/** The account and the incident after one run, of an incident of `ci-build` that created the user `made`. */
async function enforced({ state, incident = {}, entries = OWN, ordered, after = [], stands, iam = () => ({}), approvals = [] }: Parts) {
  const account = {
    UserDetailList: ['ci-build', 'made'].map((UserName) => ({ UserName, Arn: arnOf(UserName), CreateDate: new Date(NOW).toISOString() })),
    RoleDetailList: [{ RoleName: 'deploy', Arn: `arn:aws:iam::${ACCOUNT}:role/deploy`, AssumeRolePolicyDocument: TRUST }],
    AccessKeys: [{ UserName: 'ci-build', AccessKeyId: KEY, Status: 'Active' }],
  }
  const world = await embedded({ account, iam: (own) => ({ ...own, ...iam(own) }) })
  for (const [target, value] of Object.entries(stands ?? { [KEY_STEP]: 'Inactive', [DENY]: DENY_ALL }))
    await stepFor(target)?.write(world.account, value)
  const write = (entry: Entry) => append(world.ports.record, incidentSubject(ID), { at: AT, actor: 'x', why: 'x', ...entry })
  let last: Change | undefined
  for (const entry of entries) last = await write(entry)
  if (ordered !== undefined && last !== undefined) await order(ID, { entry: last, to: ordered, at: AT }, world.ports.record)
  for (const edgeId of approvals) await orderReversal(ID, edgeId, { at: AT, actor: 'lead', why: 'x' } as Change, world.ports.record)
  for (const entry of after) await write(entry)
  await world.ports.incidents.save(incidentOf(ID, { state, identity: user('ci-build'), lineage: [made], ...incident }), 0)
  await enforce(ID, world.ports)
  const valueAt = async (target: string): Promise<StepValue> => (await stepFor(target)?.read(world.account)) ?? null
  return {
    ...world,
    now: (await world.ports.incidents.get(ID))?.value as Incident,
    isDenied: (await valueAt(DENY)) === DENY_ALL,
    isMadeDenied: (await valueAt(MADE)) === DENY_ALL,
    valueAt,
  }
}

describe('a run of contain', () => {
  it('contains what is to be contained', async () => {
    const { now, isDenied, isMadeDenied } = await enforced({ state: 'containing', entries: [], stands: {} })
    expect([now.state, isDenied, isMadeDenied]).toEqual(['contained', true, true])
  })

  // A rotation that nobody ordered is a question first.
  it.each(INCIDENT_STATES.filter((state) => state !== 'rotating'))(
    'sets a step again that somebody reversed, where it is to stand: %s',
    async (state) => {
      const { isDenied } = await enforced({ state, stands: { [KEY_STEP]: 'Inactive' }, incident: { lineage: [] } })
      const isRun = state === 'containing' || state === 'restricting'
      expect(isDenied || isRun).toBe(isEnforced({ state }) || isRun)
    },
  )

  it.each(['watching', 'expired', 'released', 'contained'] as const)('sends the notice that is owed: %s', async (state) => {
    const { notices } = await enforced({ state, entries: [], stands: {}, incident: { owedNotice: 'ask', lineage: [] } })
    expect(notices.map(({ kind }) => kind)).toContain('ask')
  })

  it('counts the users, and goes on where they cannot be counted', async () => {
    const { now } = await enforced({
      state: 'containing',
      entries: [],
      stands: {},
      iam: () => ({ countUsers: () => Promise.reject(new Error('no')) }),
    })
    expect(now.state).toBe('contained')
  })

  it('of what was renamed goes by the name that IAM shows, before it writes anything', async () => {
    const svc: Identity = { ...user('made'), id: arnOf('made') }
    const iam = () => ({ ownerNameOf: async () => 'made', ownerOf: async () => svc })
    const entries: Entry[] = []
    const found = await enforced({ state: 'containing', entries, stands: {}, iam, incident: { lineage: [] } })
    expect([found.now.identity.name, found.isDenied, found.isMadeDenied]).toEqual(['made', false, true])
    // What stands already is looked at under its own name.
    const standing = await enforced({ state: 'contained', iam, incident: { lineage: [] } })
    expect(standing.isDenied).toBe(true)
  })
})

describe('a release', () => {
  it('gives back what a person ordered to be given back', async () => {
    const { now, isDenied, valueAt } = await enforced({
      state: 'releasing',
      entries: [...OWN, verdict('contained', 'releasing')],
      ordered: 'release',
    })
    expect([now.state, isDenied, await valueAt(KEY_STEP)]).toEqual(['released', false, 'Active'])
  })

  it.each<[string, Partial<Parts>]>([
    ['without an order', {}],
    ['by an order of something else', { ordered: 'contain' }],
    [
      'by an order of another entry',
      { entries: [...OWN, verdict('contained', 'confirmed')], ordered: 'release', after: [verdict('confirmed', 'releasing')] },
    ],
    ['by an order that is used up', { ordered: 'release', after: [{ kind: 'state', target: INCIDENT, from: 'releasing', to: 'asking' }] }],
  ])('is refused, and people are asked: %s', async (_, parts) => {
    const { now, isDenied, notices } = await enforced({
      state: 'releasing',
      entries: [...OWN, verdict('contained', 'releasing')],
      ...parts,
    })
    expect([now.state, isDenied, notices.map(({ kind }) => kind)]).toEqual(['asking', true, ['ask']])
  })

  it('that has ended takes back what a run applied after it, where a person ordered it', async () => {
    const entries = [verdict('contained', 'releasing')]
    const late = [...OWN, { kind: 'state', target: INCIDENT, from: 'releasing', to: 'released' } as const]
    const found = await enforced({ state: 'released', entries, ordered: 'release', after: late })
    expect([found.now.state, found.isDenied]).toEqual(['released', false])
    const forged = await enforced({ state: 'released', entries, after: late })
    expect([forged.now.state, forged.isDenied]).toEqual(['released', true])
  })

  it('goes by the new name of who was renamed since', async () => {
    const iam = () => ({ ownerNameOf: async () => 'made', ownerOf: async () => user('made') })
    const found = await enforced({
      state: 'releasing',
      entries: [...OWN, verdict('contained', 'releasing')],
      ordered: 'release',
      iam,
      incident: { lineage: [] },
    })
    expect(found.now.identity.name).toBe('made')
  })
})

describe('a rotation', () => {
  it('narrows the deny where a person ordered it', async () => {
    const { now, valueAt } = await enforced({ state: 'rotating', entries: [...OWN, verdict('contained', 'rotating')], ordered: 'rotate' })
    expect(now.state).toBe('rotating')
    expect(revocationIn((await valueAt(DENY)) ?? '')).toEqual({ issuedBefore: NOW - 60_000, names: [] })
  })

  it('is refused, and people are asked, without an order', async () => {
    for (const ordered of [undefined, 'release'] as const) {
      const entries = [...OWN, verdict('contained', 'rotating')]
      const { now, isDenied } = await enforced({ state: 'rotating', entries, ...(ordered === undefined ? {} : { ordered }) })
      expect([now.state, isDenied]).toEqual(['asking', true])
    }
  })
})

describe('what the lineage still lacks', () => {
  const state = (from: IncidentState, to: IncidentState): Entry => ({ kind: 'state', target: INCIDENT, from, to })
  const gone = (target: string): Entry => ({ kind: 'step-gone', target, from: null, to: null })
  const restricted = { entries: applied(DENY, null, RESTRICTION), stands: { [DENY]: RESTRICTION } }

  it.each<[string, Parts, boolean]>([
    ['of what is contained', { state: 'contained' }, true],
    ['of what asks although steps stand', { state: 'asking' }, true],
    ['of what asks and of which only what is gone was applied', { state: 'asking', entries: [...OWN, gone(KEY_STEP), gone(DENY)] }, true],
    ['of what asks and was never contained', { state: 'asking', entries: [], stands: {} }, false],
    ['of what asks and is only restricted', { state: 'asking', ...restricted }, false],
    ['of what asks because it is being released', { state: 'asking', entries: [...OWN, verdict('contained', 'releasing')] }, false],
    [
      'of what asks because a release could not restore it',
      {
        state: 'asking',
        entries: [...OWN, verdict('contained', 'releasing')],
        ordered: 'release',
        after: [state('releasing', 'asking')],
        incident: { verdict: { kind: 'legitimate', by: 'x', reason: 'x', at: AT } },
      },
      false,
    ],
    ['of what is confirmed', { state: 'confirmed' }, false],
    ['of what is only watched', { state: 'watching' }, false],
  ])('is applied or not: %s', async (_, parts, isApplied) => {
    expect((await enforced(parts)).isMadeDenied).toBe(isApplied)
  })
})

describe('what a person approved', () => {
  const lineage: LineageEdge[] = [{ id: TRUST_EDGE, kind: 'backdoor', owner: 'deploy', parent: KEY, signalId: 's' }]

  it.each<[string, readonly string[], readonly string[], boolean]>([
    ['is closed', [TRUST_EDGE], [TRUST_EDGE], true],
    ['and the incident does not have is not', [], [TRUST_EDGE], false],
    ['is not what the incident alone says', [TRUST_EDGE], [], false],
    ['of something else is not', [TRUST_EDGE], ['iam:UpdateAssumeRolePolicy other'], false],
  ])('%s', async (_, approved, approvals, isClosed) => {
    const { valueAt } = await enforced({
      state: 'containing',
      entries: [],
      stands: {},
      incident: { lineage, approved: [...approved] },
      approvals,
    })
    expect((await valueAt(`role-trust:deploy/${ACCOUNT}`)) !== TRUST).toBe(isClosed)
  })
})
