import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { isRestriction } from '../../shared/contain/steps/quarantine.ts'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { type Action, isStronger } from '../../shared/domain/action.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import type { Network } from '../../shared/domain/network.ts'
import { offlineAdvisor } from '../../shared/memory/advisor.ts'
import { memoryAdvisorBudget } from '../../shared/memory/advisor-budget.ts'
import { memoryBreaker } from '../../shared/memory/breaker.ts'
import { memoryChangeRecord } from '../../shared/memory/change-record.ts'
import { memoryIam } from '../../shared/memory/iam.ts'
import { memoryIdentityStore } from '../../shared/memory/identity-store.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { memoryReverifyQueue } from '../../shared/memory/invokers.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { type Evaluation, pipeline } from '../../shared/pipeline.ts'
import { readKnown } from '../../shared/record/notice.ts'
import { applyPolicy, parsePolicy } from '../../shared/record/policy-in-force.ts'
import { NOT_DEPLOYED } from '../../shared/sense/enrich/tampering.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { slackFaults, storyFaults, textFaults } from '../story-faults.ts'
import { accountOf, asCall, inputOf, recordOf, Scenario } from './case.ts'

/** The stack whose commands the messages print. */
const STACK = { name: 'Countersign', region: 'us-east-1' }

const START = Date.UTC(2026, 2, 2, 12)
const DAY_MS = 86_400_000
/** Networks of the ranges that are kept for documents: the cast works from the first. */
const PLACES: readonly (readonly [prefix: string, country: string, network: Network])[] = [
  ['192.0.2.', 'US', { asn: 64496, organisation: 'Example Broadband' }],
  ['198.51.100.', 'RO', { asn: 64497, organisation: 'Example Hosting' }],
  ['203.0.113.', 'DE', { asn: 64498, organisation: 'Example Telecom' }],
  ['198.18.', 'DE', { asn: 60729, organisation: 'Example Foundation' }],
  ['198.19.', 'US', { asn: 64499, organisation: 'Example Hosting' }],
  ['100.24.', 'US', { asn: 16509, organisation: 'Amazon.com, Inc.' }],
]

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.json'))

async function play(scenario: Scenario) {
  let now = START
  const iam = memoryIam(AuthorizationDetails.parse(accountOf(scenario.tags)))
  const notifier = memoryNotifier()
  const ports = {
    identities: memoryIdentityStore(),
    incidents: memoryIncidentStore(),
    record: memoryChangeRecord(),
    breaker: memoryBreaker(),
    iam,
    advisor: offlineAdvisor(),
    budget: memoryAdvisorBudget(),
    notifier,
    pager: memoryNotifier(),
    reverifyQueue: memoryReverifyQueue(),
    quarantinePolicyArn: undefined,
    account: '123456789012',
    containInvoker: { contain: (id: string) => enforce(id, ports) },
    bootstrapQueue: { bootstrap: async () => {} },
    history: { lookup: async () => [] },
    geoIp: {
      locate: (address: string) => {
        const [, country, network] = PLACES.find(([prefix]) => address.startsWith(prefix)) ?? []
        return { country, network }
      },
    },
    clock: { now: () => now },
    log: silentLog,
  }
  const policy = parsePolicy({
    version: 3,
    mode: 'contain',
    advisor: { enabled: false, band: [40, 90], maxShift: 15, deadlineSeconds: 5 },
    ...scenario.policy,
  })
  await applyPolicy(ports.record, { policy, by: 'test', why: 'test', at: new Date(START).toISOString() })
  const run = pipeline(ports, { ...NOT_DEPLOYED, stackName: 'Countersign' })
  for (const [day, calls] of Array.from({ length: scenario.past?.days ?? 0 }, (_, at) => [at, scenario.past?.calls ?? []] as const)) {
    const at = START - ((scenario.past?.days ?? 0) - day) * DAY_MS
    const past = calls.flatMap((call, n) => {
      const one = asCall(call)
      const recorded = (k: number) => recordOf(one, { id: `past-${day}-${n}-${k}`, time: at + n * 60_000 + k * 1000, n: n + k })
      return Array.from({ length: one.times }, (_, k) => recorded(k))
    })
    await run(past)
  }
  const outcomes: Evaluation[] = []
  for (const [at, event] of scenario.events.entries()) {
    const times = 'call' in event ? event.times : 1
    for (let n = 0; n < times; n++) {
      now += ('call' in event ? event.everySeconds : 10) * 1000
      const about = { id: `event-${at}-${n}`, time: now, n }
      const result = await run([inputOf(event, about)])
      expect([...result.failed.values()]).toEqual([])
      outcomes.push(...result.outcomes)
    }
  }
  const incidents = []
  for await (const incident of ports.incidents.listAll()) incidents.push(incident)
  incidents.sort((a, b) => b.priority - a.priority)
  const stories = await Promise.all(incidents.map(async (incident) => ({ incident, ...(await readKnown(incident, ports)) })))
  return { outcomes, incidents, stories, policy, picture: iam.authorizationDetails(), notices: notifier.notices }
}

/** The strongest decision that the evidence called for. */
function strongest(outcomes: readonly Evaluation[]): Action {
  return outcomes.reduce<Action>(
    (most, { decision }) => (decision !== undefined && isStronger(decision.would, most) ? decision.would : most),
    'observe',
  )
}

/** What CloudTrail writes in place of parameters that are too long. */
const LEFT_OUT = { omitted: true, originalSize: 120_001, reason: 'requestParameters too large' }

/** The scenario after CloudTrail left the parameters of the calls that a detector looks at out. */
function withoutParameters(scenario: Scenario, { actions = [] }: { actions?: readonly string[] | undefined }): Scenario {
  const events = scenario.events.map((event) => ('call' in event && actions.includes(event.call) ? { ...event, request: LEFT_OUT } : event))
  return { ...scenario, events }
}

/** Why a detector that looks at named calls is silent without the parameters, and nothing fires in its place. */
const SILENT_WITHOUT: Readonly<Record<string, string>> = {
  'new-peer': 'the parameters say which role is new; the assumption counts by itself',
  'objects-outside-habit': 'the names say what is outside a habit; how many are read is counted without them',
  'role-enumeration': 'refused calls that name no role may be one that is tried again',
}

/** A document is stored as an object or as its text. */
function isRestricting(document: unknown): boolean {
  return isRestriction(typeof document === 'string' ? document : JSON.stringify(document))
}

describe('scenarios', () => {
  it.each(files)('%s', async (file) => {
    const scenario = Scenario.parse(JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8')))
    const { expect: wanted } = scenario
    const { outcomes, incidents, stories, policy, picture, notices } = await play(scenario)
    for (const known of stories) {
      expect(storyFaults(known)).toEqual([])
      const isHigh = known.incident.decision.would === 'contain'
      expect(slackFaults(messageOf({ ...known, policy, stack: STACK }), { isHigh })).toEqual([])
    }
    for (const { body } of notices) expect(textFaults(body)).toEqual([])
    const fired = [...new Set(outcomes.flatMap(({ findings }) => findings.map(({ detector }) => detector)))]
    if (wanted.detectors !== undefined) expect(fired).toEqual(expect.arrayContaining(wanted.detectors))
    for (const detector of wanted.not ?? []) expect(fired).not.toContain(detector)
    const would = strongest(outcomes)
    if (wanted.would !== undefined) expect(would).toBe(wanted.would)
    if (wanted.incidents !== undefined) expect(incidents).toHaveLength(wanted.incidents)
    const [incident] = incidents
    if (wanted.decision !== undefined) expect(incident?.decision.action ?? 'observe').toBe(wanted.decision)
    if (wanted.state !== undefined) expect(incident?.state).toBe(wanted.state)
    if (wanted.why !== undefined) expect(incident?.decision.why.join('; ')).toContain(wanted.why)
    if (wanted.notices !== undefined) expect(notices.map(({ kind }) => kind)).toEqual(wanted.notices)
    if (wanted.priority !== undefined) expect(incident?.priority).toBe(wanted.priority)
    if (wanted.inactive !== undefined) {
      expect(
        picture.AccessKeys.filter(({ Status }) => Status === 'Inactive')
          .map(({ AccessKeyId }) => AccessKeyId)
          .sort(),
      ).toEqual([...wanted.inactive].sort())
    }
    if (wanted.denied !== undefined) {
      const denied = picture.UserDetailList.filter(({ UserPolicyList }) =>
        UserPolicyList.some(
          ({ PolicyName, PolicyDocument }) => PolicyName.startsWith('CountersignQuarantine') && !isRestricting(PolicyDocument),
        ),
      )
      expect(denied.map(({ UserName }) => UserName)).toEqual(wanted.denied)
    }
    if (wanted.revoked !== undefined) {
      const revoked = picture.RoleDetailList.filter(({ RolePolicyList }) =>
        RolePolicyList.some(
          ({ PolicyName, PolicyDocument }) => PolicyName.startsWith('CountersignRevoke') && !isRestricting(PolicyDocument),
        ),
      )
      expect(revoked.map(({ RoleName }) => RoleName)).toEqual(wanted.revoked)
    }
    if (wanted.restricted !== undefined) {
      const users = picture.UserDetailList.map(({ UserName, UserPolicyList }) => ({ name: UserName, policies: UserPolicyList }))
      const roles = picture.RoleDetailList.map(({ RoleName, RolePolicyList }) => ({ name: RoleName, policies: RolePolicyList }))
      const restricted = [...users, ...roles].filter(({ policies }) => policies.some(({ PolicyDocument }) => isRestricting(PolicyDocument)))
      expect(restricted.map(({ name }) => name)).toEqual(wanted.restricted)
    }
  })

  it('has a case that fires and a near miss for every detector', () => {
    const names = new Set(files.map((file) => basename(file, '.json')))
    expect(CATALOGUE.length).toBeGreaterThanOrEqual(40)
    for (const { id } of CATALOGUE) {
      for (const kind of ['fires', 'near-miss']) expect(names, `test/scenarios/${id}.${kind}.json`).toContain(`${id}.${kind}`)
      const read = (kind: string) =>
        Scenario.parse(JSON.parse(readFileSync(join(import.meta.dirname, `${id}.${kind}.json`), 'utf8'))).expect
      expect(read('fires').detectors).toContain(id)
      expect(read('near-miss').not).toContain(id)
    }
  })
})

describe('a call whose parameters CloudTrail left out', () => {
  const named = CATALOGUE.filter(
    ({ actions, isConfirmed, looksAt }) => actions !== undefined && isConfirmed !== true && looksAt === undefined,
  )

  it.each(named.map((detector) => [detector.id, detector] as const))('is not taken for harmless: %s', async (id, detector) => {
    const scenario = Scenario.parse(JSON.parse(readFileSync(join(import.meta.dirname, `${id}.fires.json`), 'utf8')))
    const [readable, unreadable] = [await play(scenario), await play(withoutParameters(scenario, detector))]
    const fired = unreadable.outcomes.flatMap(({ findings }) => findings.map((finding) => finding.detector))
    const would = strongest(unreadable.outcomes)
    switch (detector.readsRequest) {
      case undefined:
        if (SILENT_WITHOUT[id] === undefined) expect(fired.some((one) => one === id || one === 'parameters-left-out')).toBe(true)
        break
      case 'rights':
        expect(fired).toContain('parameters-left-out')
        expect([would, isStronger('ask', would)]).toEqual([would, false])
        break
      case 'harm':
        expect(fired).toContain('parameters-left-out')
        expect([would, isStronger('notify', would)]).toEqual([would, false])
    }
    expect(strongest(readable.outcomes)).not.toBe('observe')
  })

  it.each(named.flatMap(({ readsRequest, actions = [] }) => (readsRequest === 'rights' ? actions : [])).map((action) => [action] as const))(
    'asks about what %s may have granted',
    async (call) => {
      const { outcomes } = await play(Scenario.parse({ title: 'one unreadable call', events: [{ call, request: LEFT_OUT }], expect: {} }))
      const would = strongest(outcomes)
      expect([would, isStronger('ask', would)]).toEqual([would, false])
    },
  )
})
