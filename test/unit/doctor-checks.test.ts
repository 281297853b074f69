import { describe, expect, it } from 'vitest'
import { doctor } from '../../local/commands/doctor.ts'
import type { Check } from '../../local/doctor/check.ts'
import { targetChecks } from '../../local/doctor/target-checks.ts'
import type { Target } from '../../local/target.ts'
import { rulesOf } from '../../shared/detect/delivery-rules.ts'
import { UnreadableEntry } from '../../shared/errors.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { memoryReachStore } from '../../shared/memory/reach-store.ts'
import type { Arrivals, StackHealth, Subscribers } from '../../shared/ports/stack-health.ts'
import { POLICY_SUBJECT } from '../../shared/record/append.ts'
import { addPatterns } from '../../shared/record/patterns.ts'
import { applyPolicy, parsePolicy } from '../../shared/record/policy-in-force.ts'
import { seal } from '../../shared/record/seal.ts'
import { consoleWorld } from '../console.ts'
import { ACCOUNT, arnOf, NOW } from '../embedded.ts'
import { tooWide, wordsOf } from '../uncut.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const REFUSED = Object.assign(
  new Error('User: arn:aws:iam::123456789012:user/ann is not authorized to perform: cloudwatch:GetMetricData'),
  {
    name: 'AccessDenied',
    $metadata: {},
  },
)

interface Parts {
  readonly arrivals?: Partial<Arrivals> | Error
  readonly ahead?: number | Error
  readonly notices?: Partial<Subscribers> | Error
  readonly pages?: Partial<Subscribers>
  readonly queues?: Readonly<Record<string, number | Error>>
  readonly setAside?: number
  readonly hasSlack?: boolean
  readonly policy?: object
  readonly known?: readonly string[]
  readonly sealedAt?: number | 'never'
  readonly now?: number
  readonly change?: (target: Target) => Partial<Target>
}

const orThrow = <T>(value: T | Error): T => {
  if (value instanceof Error) throw value
  return value
}

/** A deployed stack in memory that is well but for the parts that are given. */
async function stackWith(parts: Parts = {}) {
  const world = await consoleWorld({
    policy: { approvers: ['local:*'], ...parts.policy },
    options: '--stack Countersign --region us-east-1',
  })
  const now = parts.now ?? NOW + HOUR
  const { record, notifier, incidents } = world.ports
  const sealedAt = parts.sealedAt ?? NOW
  if (sealedAt !== 'never')
    await seal({ record, vault: world.vault, notifier, incidents, clock: { now: () => sealedAt }, log: silentLog } as never)
  const reach = memoryReachStore()
  for (const id of parts.known ?? [])
    await reach.save(ACCOUNT, { id, score: 1, reasons: [], paths: [], before: 1, since: NOW, at: NOW } as never)
  const target: Target = {
    ...world.target,
    name: 'stack Countersign',
    reach: { store: reach, account: ACCOUNT },
    ...(parts.hasSlack === true ? { slack: { get: async () => undefined } } : {}),
    failures: {
      stack: { name: 'Countersign', region: 'us-east-1' },
      queues: Object.entries(parts.queues ?? { hot: 0, bulk: 0 }).map(
        ([name, count]) => ({ name, waiting: async () => orThrow(count) }) as never,
      ),
      setAside: { list: async () => Array.from({ length: parts.setAside ?? 0 }, () => ({}) as never) } as never,
    },
  }
  const well: Arrivals = { lastHeartbeat: now - 2 * MINUTE, oldestSeconds: { hot: 1, bulk: 6 }, lagMs: undefined }
  const one = { confirmed: 1, pending: 0 }
  const health: StackHealth = {
    arrivals: async () => ({ ...well, ...orThrow(parts.arrivals ?? {}) }),
    clockAhead: async () => orThrow(parts.ahead ?? 0),
    subscribers: async () => ({ notices: { ...one, ...orThrow(parts.notices ?? {}) }, pages: parts.pages && { ...one, ...parts.pages } }),
  }
  const changed = { ...target, ...parts.change?.(target) }
  const checks = await targetChecks(changed, health, now)
  const of = (name: string): Check => checks.find((check) => check.name === name) ?? { name, state: 'not known', fact: 'no such check' }
  return { checks, of, target: changed, now, world }
}

const until = (at: number) => new Date(at).toISOString()
const except = (...ends: number[]) => ({
  detectors: {
    'new-country': { except: ends.map((end) => ({ identities: [arnOf('ci-deploy')], reason: 'a move', until: until(end) })) },
  },
})
const running = { override: { mode: 'ask', until: until(NOW + 2 * HOUR), by: 'local:anna', reason: 'a migration' } }

type Case = readonly [what: string, parts: Parts, check: string, state: Check['state'], said: RegExp]

const CASES: readonly Case[] = [
  ['a heartbeat is some minutes old', {}, 'events arrive', 'ok', /last arrived 2 min ago.*no queue is late/],
  ['a heartbeat is late', { arrivals: { lastHeartbeat: NOW + 40 * MINUTE } }, 'events arrive', 'look', /20 min ago/],
  ['a heartbeat is an hour old', { arrivals: { lastHeartbeat: NOW } }, 'events arrive', 'broken', /1\.0 h ago/],
  ['no heartbeat arrived', { arrivals: { lastHeartbeat: undefined } }, 'events arrive', 'broken', /not arrived for three hours/],
  ['a queue is late', { arrivals: { oldestSeconds: { hot: 600 } } }, 'events arrive', 'broken', /message of hot waited 10 min/],
  ['the lag is measured', { arrivals: { lagMs: 95_000 } }, 'events arrive', 'ok', /from call to decision it took 2 min/],
  ['CloudWatch refuses', { arrivals: REFUSED }, 'events arrive', 'not known', /not authorized to perform: cloudwatch:GetMetricData/],
  ['dead letters wait', { queues: { hot: 3, bulk: 0 } }, 'dead letters', 'broken', /wait: hot 3\. Empty: bulk\./],
  ['no dead letter waits', {}, 'dead letters', 'ok', /Empty: hot, bulk\./],
  ['a dead-letter queue cannot be read', { queues: { hot: REFUSED, bulk: 0 } }, 'dead letters', 'not known', /hot: It could not be read/],
  [
    'dead letters wait beside one that cannot be read',
    { queues: { hot: REFUSED, bulk: 1 } },
    'dead letters',
    'broken',
    /bulk 1.*hot: It could not/,
  ],
  ['messages were set aside', { setAside: 2 }, 'dead letters', 'look', /2 set aside/],
  ['the stack names no queue', { queues: {} }, 'dead letters', 'not known', /names no dead-letter queues/],
  ['the mode is that of the policy', { policy: { mode: 'restrict' } }, 'mode', 'ok', /^Revision 1: mode restrict\.$/],
  ['it observes alone', { policy: { mode: 'observe' }, change: () => ({}) }, 'mode', 'ok', /records; it asks nobody/],
  ['an override runs', { policy: running }, 'mode', 'look', /override to mode ask .* by local:anna: a migration/],
  ['an override is over', { policy: running, now: NOW + 3 * HOUR }, 'mode', 'ok', /^Revision 1: mode contain\.$/],
  ['nobody is named', { policy: { approvers: [] } }, 'approvers', 'look', /because approvers is empty/],
  ['who runs it is an approver', {}, 'approvers', 'ok', /you \(local:anna\) are one/],
  [
    'nobody of the account is an approver',
    { policy: { approvers: [arnOf('gone')] }, known: [arnOf('ann')] },
    'approvers',
    'broken',
    /0 of the users and roles of the account are, you \(local:anna\) are none/,
  ],
  [
    'one of the account is an approver',
    { policy: { approvers: [arnOf('ann')] }, known: [arnOf('ann')] },
    'approvers',
    'ok',
    /1 of the users and roles of the account is one/,
  ],
  ['Slack has a channel and no approver', { hasSlack: true }, 'approvers', 'look', /In Slack nobody may; its channel is set/],
  [
    'Slack has an approver and no channel',
    { policy: { slack: { approvers: [{ users: ['U0123ABCD'] }] } } },
    'approvers',
    'look',
    /No channel of Slack is set, in which the policy lets 1 user and 0 groups countersign/,
  ],
  ['nobody subscribed', { notices: { confirmed: 0 } }, 'notices', 'broken', /0 subscribers/],
  ['nobody subscribed beside Slack', { notices: { confirmed: 0 }, hasSlack: true }, 'notices', 'look', /0 subscribers/],
  ['somebody has not confirmed', { notices: { pending: 1 } }, 'notices', 'look', /1 subscriber, 1 not confirmed/],
  ['nobody is paged', { pages: { confirmed: 0, pending: 1 } }, 'notices', 'broken', /Pages: 0 subscribers, 1 not confirmed/],
  ['all are told', { pages: {} }, 'notices', 'ok', /Pages: 1 subscriber\./],
  ['SNS refuses', { notices: REFUSED }, 'notices', 'not known', /could not be read/],
  ['an exception has ended', { policy: except(NOW - DAY) }, 'exceptions', 'look', /1 exception\. Ended: detector new-country, exception 1/],
  [
    'an exception ends in a week',
    { policy: except(NOW + 6 * DAY, NOW + 90 * DAY) },
    'exceptions',
    'look',
    /2 exceptions\. End within 7 days: .*exception 1/,
  ],
  ['exceptions stand for long', { policy: except(NOW + 9 * DAY) }, 'exceptions', 'ok', /1 exception; the next ends 2026-03-11/],
  ['it was sealed an hour ago', {}, 'last seal', 'ok', /number 1, is of 2026-03-02 12:00 UTC, 1\.0 h ago/],
  ['it was sealed 27 hours ago', { now: NOW + 27 * HOUR }, 'last seal', 'broken', /so one is missing/],
  ['it was sealed by a clock of tomorrow', { sealedAt: NOW + DAY }, 'last seal', 'broken', /23\.0 h from now.*time is wrong/],
  ['it was not sealed yet', { sealedAt: 'never' }, 'last seal', 'look', /No seal was made yet/],
  [
    'it was never sealed',
    { sealedAt: 'never', now: NOW + 2 * DAY },
    'last seal',
    'broken',
    /never sealed, and its first policy is of 2026-03-02/,
  ],
  ['there is no bucket', { change: () => ({ vault: undefined }) }, 'last seal', 'broken', /no bucket for seals/],
  [
    'the bucket refuses',
    { change: ({ vault }) => ({ vault: { ...vault, last: () => Promise.reject(REFUSED) } as never }) },
    'last seal',
    'not known',
    /could not be read/,
  ],
  [
    'what is stored is no seal',
    { change: ({ vault }) => ({ vault: { ...vault, get: async () => 'x' } as never }) },
    'last seal',
    'broken',
    /number 1, is no seal/,
  ],
  ['the clock is right', { ahead: 1_500 }, 'clock', 'ok', /that of AWS/],
  ['the clock is ahead', { ahead: 30_000 }, 'clock', 'look', /30\.0 s ahead of.*ends of overrides and extensions/],
  ['the clock is far behind', { ahead: -400_000 }, 'clock', 'broken', /7 min behind.*AWS refuses/],
  ['AWS says no time', { ahead: REFUSED }, 'clock', 'not known', /could not be read/],
  [
    'no policy is stored',
    {
      change: ({ record }) => ({
        record: { ...record, last: async (subject) => (subject === POLICY_SUBJECT ? undefined : record.last(subject)) },
      }),
    },
    'mode',
    'broken',
    /no policy is stored/,
  ],
  [
    'the policy was damaged',
    { change: ({ record }) => ({ record: { ...record, last: () => Promise.reject(new UnreadableEntry(POLICY_SUBJECT, 1)) } }) },
    'mode',
    'broken',
    /entry 1 cannot be read/,
  ],
  [
    'the table refuses',
    { change: ({ record }) => ({ record: { ...record, last: () => Promise.reject(REFUSED) } }) },
    'mode',
    'not known',
    /not be read/,
  ],
]

describe('doctor of a deployed stack', () => {
  it.each(CASES)('where %s', async (_, parts, name, state, said) => {
    const check = (await stackWith(parts)).of(name)
    expect([check.state, check.fact]).toEqual([state, expect.stringMatching(said)])
    // Whatever is not well says what to do.
    expect(check.todo === undefined).toBe(state === 'ok')
  })

  it('finds nothing to do where all is well', async () => {
    const { checks } = await stackWith()
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([])
    expect(checks.map(({ name }) => name)).toEqual([
      'events arrive',
      'dead letters',
      'mode',
      'approvers',
      'exceptions',
      'notices',
      'accepted patterns',
      'last seal',
      'clock',
    ])
  })

  it('takes nothing that it could not read for well', async () => {
    const fails = () => Promise.reject(REFUSED)
    const { checks } = await stackWith({
      arrivals: REFUSED,
      ahead: REFUSED,
      notices: REFUSED,
      queues: { hot: REFUSED },
      change: ({ record, vault }) => ({
        record: {
          ...record,
          last: fails,
          page: fails,
          subjects: async function* () {
            yield* []
            throw REFUSED
          },
        },
        vault: { ...vault, last: fails, get: fails } as never,
      }),
    })
    expect(checks.map(({ state }) => state)).toEqual(checks.map(() => 'not known'))
  })

  it.each<[string, number, Check['state'], RegExp]>([
    ['has ended', NOW + 91 * DAY, 'look', /Ended: ci-deploy \(pat-/],
    ['ends soon', NOW + 85 * DAY, 'look', /End within 7 days: ci-deploy/],
    ['stands', NOW + HOUR, 'ok', /1 pattern; the next ends 2026-05-31/],
  ])('names whose accepted pattern %s', async (_, now, state, said) => {
    const { target } = await stackWith()
    const pattern = {
      id: 'pat-0123456789ab',
      identityId: arnOf('ci-deploy'),
      places: ['US'],
      tools: ['aws-cli'],
      kinds: [{ detector: 'new-country', axis: 'who', weight: 0.5, objects: [''] }],
      incidentId: 'inc-0123456789ab',
      by: 'local:anna',
      at: until(NOW),
      until: NOW + 200 * DAY,
    } as const
    await addPatterns([pattern], { at: until(NOW), by: 'local:anna', why: 'x' }, target.record)
    const check = (await targetChecks(target, undefined, now)).find(({ name }) => name === 'accepted patterns')
    // The policy lets one count for 90 days, which ends it before its own time.
    expect([check?.state, check?.fact]).toEqual([state, expect.stringMatching(said)])
  })

  it('counts ages by the clock of AWS, where this machine is wrong', async () => {
    const { of, now } = await stackWith({ now: NOW + 30 * HOUR, ahead: 29 * HOUR, arrivals: { lastHeartbeat: NOW + 58 * MINUTE } })
    expect(now - NOW).toBe(30 * HOUR)
    expect([of('last seal').state, of('events arrive').state, of('clock').state]).toEqual(['ok', 'ok', 'broken'])
  })

  it('shows the newest policy', async () => {
    const { target, world } = await stackWith()
    const policy = parsePolicy({ version: 3, mode: 'observe', tiers: [{ name: 'ci', match: { arns: [arnOf('ci')] }, mode: 'contain' }] })
    await applyPolicy(world.ports.record, { policy, by: 'local:anna', why: 'x', at: until(NOW) })
    const [mode] = (await targetChecks(target, undefined, NOW)).filter(({ name }) => name === 'mode')
    expect(mode?.fact).toBe('Revision 2: mode observe; tier ci: contain.')
  })
})

describe('doctor of a folder', () => {
  it('checks what a folder has, and asks no service of AWS', async () => {
    const { target } = await consoleWorld()
    const checks = await targetChecks(target, undefined, NOW)
    expect(checks.map(({ name, state }) => [name, state])).toEqual([
      ['mode', 'ok'],
      ['approvers', 'ok'],
      ['exceptions', 'ok'],
      ['accepted patterns', 'ok'],
      ['last seal', 'look'],
      ['clock', 'ok'],
    ])
  })

  it('says where its record is later than the clock of this machine', async () => {
    const { target } = await consoleWorld()
    const clock = (await targetChecks(target, undefined, NOW - DAY)).find(({ name }) => name === 'clock')
    expect([clock?.state, clock?.fact]).toEqual(['look', expect.stringMatching(/2[34]\.\d h later than the clock of this machine/)])
  })
})

describe('what doctor prints', () => {
  const options = { readOnlyEvents: true, includeRoleSessions: false }
  const recording = { kind: 'whole', lines: [], commands: [] } as const
  const stack = { options, rules: new Set(rulesOf(options)), region: 'us-east-1', recording, name: 'stack Countersign' }

  it.each<[Check['state'][], number]>([
    [['ok', 'look'], 0],
    [['ok', 'not known'], 3],
    [['not known', 'broken'], 1],
  ])('with the states %j ends with exit code %i', (states, exitCode) => {
    const checks = states.map((state) => ({ name: 'x', state, fact: 'y' }))
    for (const isJson of [true, false]) expect(doctor({ ...stack, checks }, { isJson }).exitCode).toBe(exitCode)
  })

  it.each([40, 60, 80, 120, 200])('is no wider than a terminal of %i columns, and loses no word', async (width) => {
    const checks = (await stackWith({ queues: { hot: 3 }, ahead: 30_000, sealedAt: 'never' })).checks
    const plain = doctor({ ...stack, checks }, { isJson: false }).output
    const folded = doctor({ ...stack, checks }, { isJson: false, width }).output
    expect(tooWide(folded, width)).toEqual([])
    expect(wordsOf(folded).sort()).toEqual(wordsOf(plain).sort())
  })
})
