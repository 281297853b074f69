import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { rotate } from '../../shared/contain/rotate/rotate.ts'
import { quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import { lookUp } from '../../shared/decide/look-up.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { type Change, verifyChain } from '../../shared/domain/change.ts'
import { pendingCredentials } from '../../shared/domain/lookup-progress.ts'
import { memoryHistory } from '../../shared/memory/event-history.ts'
import { memoryVault } from '../../shared/memory/vault.ts'
import { pipeline } from '../../shared/pipeline.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { review } from '../../shared/review/review.ts'
import { ACCOUNT, ATTACK, arnOf, embedded, exposed, KEY, NOW } from '../embedded.ts'
import { assumes } from '../looked-up.ts'
import { FAULTS, type Fault, faults } from './faults.ts'

/** Lambda runs an asynchronous invocation three times at most. */
const TRIES = 3

const reviewer = { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' } as const

/** A user with two keys and an SSH key, the user that an intruder made with its key, and a role. */
const account = () =>
  AuthorizationDetails.parse({
    UserDetailList: ['ci-build', 'backdoor', 'a', 'b', 'c'].map((UserName) => ({ UserName, Arn: arnOf(UserName) })),
    RoleDetailList: [{ RoleName: 'deploy', Arn: `arn:aws:iam::${ACCOUNT}:role/deploy` }],
    AccessKeys: [
      { UserName: 'ci-build', AccessKeyId: KEY, Status: 'Active' },
      { UserName: 'backdoor', AccessKeyId: 'AKIABACKDOORKEY00001', Status: 'Active' },
    ],
    SwitchableCredentials: [{ UserName: 'ci-build', Kind: 'ssh-public-key', Id: 'APKA1', Status: 'Active' }],
  })

/** A session that the key issued hours before anything spoke against it, and that CloudTrail knows of. */
const SESSION = 'ASIAROLESESSION00001'
const TRAIL = [assumes('deploy', { id: 's0', time: NOW - 3 * 3_600_000, session: SESSION, seconds: 43_200 }), ...ATTACK]

/** What comes over the queues: calls of an intruder, then the report that the key is out. */
const EVENTS = [...ATTACK, exposed()]

/** The responder with every call to AWS numbered: two functions that fail apart, as they do on Lambda. */
async function world() {
  const policy = { rotation: { users: [arnOf('ci-*')] } }
  const inner = await embedded({ account: account(), callsContain: false, policy })
  const fault = faults()
  const shared = {
    ...inner.ports,
    identities: fault.around('identities', inner.ports.identities),
    incidents: fault.around('incidents', inner.ports.incidents),
    record: fault.around('record', inner.ports.record),
    breaker: fault.around('breaker', inner.ports.breaker),
    iam: fault.around('iam', inner.account),
    notifier: fault.around('notifier', inner.ports.notifier),
    reverifyQueue: fault.around('reverify', inner.ports.reverifyQueue),
  }
  const vault = memoryVault()
  const invoked: string[] = []
  const containInvoker = fault.around('lambda', { contain: async (id: string) => void invoked.push(id) })
  const toRotate: string[] = []
  const rotateInvoker = fault.around('lambda', { rotate: async (id: string) => void toRotate.push(id) })
  const toLookUp: string[] = []
  const backfillQueue = fault.around('backfill', { backfill: async (id: string) => void toLookUp.push(id) })
  const history = { ...fault.around('cloudtrail', memoryHistory(TRAIL)), region: 'us-east-1' }
  const ports = { ...shared, containInvoker, rotateInvoker, backfillQueue, history, vault: fault.around('secrets', vault) }
  /** As Lambda does: again where it failed, in a new process. */
  const tried = async (run: () => Promise<void>) => {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      fault.revive()
      const isDone = await run().then(
        () => true,
        () => false,
      )
      if (isDone) return
    }
  }
  const runInvoked = async () => {
    for (const id of invoked.splice(0)) await tried(() => enforce(id, ports))
    for (const id of toRotate.splice(0)) await tried(() => rotate(id, ports))
  }
  return {
    inner,
    fault,
    vault,
    /** The messages of the backfill queue, and those of the sweep. */
    async lookUpAll() {
      for (const { id } of await inner.incidents()) toLookUp.push(id)
      for (const id of new Set(toLookUp.splice(0))) await tried(async () => void (await lookUp(id, pipeline(ports), ports)))
      await runInvoked()
    },
    ports,
    runInvoked,
    /** A delivery: the pipeline, then what it invoked. What fails is delivered again by the test. */
    async deliver() {
      fault.revive()
      await pipeline(ports)(EVENTS).catch(() => undefined)
      await runInvoked()
    },
    async enforceAll() {
      for (const { id, state } of await inner.incidents()) {
        invoked.push(id)
        if (state === 'rotating') toRotate.push(id)
      }
      await runInvoked()
    },
  }
}

type World = Awaited<ReturnType<typeof world>>

/** At most one undo record stands for a target, and what was done was planned. */
function isTidy(chain: readonly Change[]): boolean {
  const standing = new Map<string, number>()
  for (const { kind, target } of chain) {
    if (kind === 'step-planned') standing.set(target, (standing.get(target) ?? 0) + 1)
    if (kind === 'step-undone') standing.delete(target)
    if (kind === 'step-done' && !standing.has(target)) return false
  }
  return [...standing.values()].every((count) => count === 1)
}

async function expectSound({ inner }: World): Promise<void> {
  const incidents = await inner.incidents()
  expect(incidents).toHaveLength(1)
  for (const { id, head } of incidents) {
    const chain = await inner.ports.record.list(incidentSubject(id))
    expect(verifyChain(incidentSubject(id), chain, head)).toBeUndefined()
    expect(isTidy(chain)).toBe(true)
  }
}

async function expectContained(of: World): Promise<void> {
  await expectSound(of)
  const [incident] = await of.inner.incidents()
  // A refused step may end in a question; then whatever was done still stands, and a person knows.
  expect(['contained', 'asking']).toContain(incident?.state)
  // Whatever failed, the user is denied by the end.
  expect(of.inner.account.isRefused('ci-build')).toBe(true)
  if (incident?.state === 'asking') expect(of.inner.notices.some(({ kind }) => kind === 'ask' || kind === 'contained')).toBe(true)
  else {
    expect(of.inner.account.isRefused('ci-build', KEY)).toBe(true)
    expect(of.inner.account.isRefused('backdoor')).toBe(true)
    expect(of.inner.account.authorizationDetails().SwitchableCredentials[0]?.Status).toBe('Inactive')
  }
}

async function expectReleasable(of: World): Promise<void> {
  const { inner, ports } = of
  const containInvoker = { contain: (id: string) => enforce(id, ports) }
  for (const { id } of await inner.incidents()) await review(id, reviewer, { ...ports, containInvoker })
  expect(inner.account.authorizationDetails()).toEqual(account())
  expect((await inner.incidents()).map(({ state }) => state)).toEqual(['released'])
  await expectSound(of)
}

interface Flow {
  readonly name: string
  /** Brings the world to where the flow starts. */
  prepare(of: World): Promise<void>
  /** The flow itself, under a fault. */
  run(of: World): Promise<void>
  /** What happens afterwards by itself: the event delivered again, the sweep, a person who tries again. */
  repeat(of: World): Promise<void>
  check(of: World): Promise<void>
}

const contain: Flow = {
  name: 'contain',
  prepare: async () => {},
  run: (of) => of.deliver(),
  async repeat(of) {
    await of.deliver()
    of.inner.setNow(NOW + 60_000)
    await of.enforceAll()
  },
  async check(of) {
    await expectContained(of)
    await expectReleasable(of)
  },
}

const verify: Flow = {
  name: 'verify',
  async prepare(of) {
    await of.deliver()
    const [incident] = await of.inner.incidents()
    await of.inner.account.deleteUserPolicy('ci-build', quarantinePolicyName(incident?.id ?? ''))
    await of.inner.account.setAccessKeyStatus('ci-build', KEY, 'Active')
    of.inner.setNow(NOW + 60_000)
  },
  run: (of) => of.enforceAll(),
  async repeat(of) {
    of.inner.setNow(NOW + 120_000)
    await of.enforceAll()
  },
  async check(of) {
    expect(of.inner.account.isRefused('ci-build')).toBe(true)
    expect(of.inner.account.isRefused('ci-build', KEY)).toBe(true)
    await expectContained(of)
    const [incident] = await of.inner.incidents()
    const chain = await of.inner.ports.record.list(incidentSubject(incident?.id ?? ''))
    expect(chain.some(({ kind }) => kind === 'step-reversed')).toBe(true)
    await expectReleasable(of)
  },
}

const release: Flow = {
  name: 'release',
  prepare: (of) => of.deliver(),
  async run(of) {
    for (const { id } of await of.inner.incidents()) await review(id, reviewer, of.ports).catch(() => undefined)
    await of.runInvoked()
  },
  async repeat(of) {
    // A person comes back later.
    of.inner.setNow(NOW + 60_000)
    of.fault.revive()
    for (const { id, state } of await of.inner.incidents()) {
      if (state !== 'released') await review(id, reviewer, of.ports)
    }
    await of.runInvoked()
  },
  async check(of) {
    expect(of.inner.account.authorizationDetails()).toEqual(account())
    expect((await of.inner.incidents()).map(({ state }) => state)).toEqual(['released'])
    await expectSound(of)
  },
}

const HOUR = 3_600_000

const lookingUp: Flow = {
  name: 'look up',
  prepare: (of) => of.deliver(),
  run: (of) => of.lookUpAll(),
  async repeat(of) {
    of.fault.revive()
    // The sweep asks again, when what was looked up completely may be looked up again.
    of.inner.setNow(NOW + HOUR)
    await of.lookUpAll()
    await of.enforceAll()
  },
  async check(of) {
    const [incident] = await of.inner.incidents()
    expect(incident?.lineage.map(({ id }) => id)).toContain(SESSION)
    expect(incident && pendingCredentials(incident)).toEqual([])
    expect(incident?.lookups).toMatchObject({ decidingEvent: { answer: 'not-held' } })
    expect(of.inner.account.authorizationDetails().RoleDetailList[0]?.RolePolicyList).toHaveLength(1)
    await expectContained(of)
    await expectReleasable(of)
  },
}

const rotation: Flow = {
  name: 'rotate',
  prepare: (of) => of.deliver(),
  async run(of) {
    const verdict = { kind: 'compromised', by: arnOf('reviewer'), reason: 'it is on a paste site' } as const
    for (const { id } of await of.inner.incidents()) await review(id, verdict, of.ports).catch(() => undefined)
    await of.runInvoked()
    // The second half: the old key is deleted, and what stood against the user's sessions goes.
    of.inner.setNow(NOW + 40 * HOUR)
    await of.enforceAll()
  },
  async repeat(of) {
    of.fault.revive()
    const verdict = { kind: 'compromised', by: arnOf('reviewer'), reason: 'it is on a paste site' } as const
    for (const { id, state } of await of.inner.incidents()) {
      // Where the first verdict got into the record it is carried out now, and the person is told that it was said already.
      if (state === 'contained') await review(id, verdict, of.ports).catch(() => undefined)
    }
    // The watch comes again: a lease and a grace are over by then, whichever call had failed.
    for (const hours of [41, 42, 43, 90, 91]) {
      of.inner.setNow(NOW + hours * HOUR)
      await of.enforceAll()
    }
  },
  async check(of) {
    expect((await of.inner.incidents()).map(({ state }) => state)).toEqual(['confirmed'])
    const keys = await of.inner.account.listAccessKeys('ci-build')
    expect(keys).toEqual([{ id: expect.stringMatching(/^AKIAEMBEDDED/), status: 'Active' }])
    expect(JSON.parse(of.vault.values.get('countersign/ci-build') ?? '{}').AccessKeyId).toBe(keys[0]?.id)
    expect(of.inner.account.isRefused('ci-build', keys[0]?.id)).toBe(false)
    // What else was contained stays so.
    expect(of.inner.account.isRefused('backdoor')).toBe(true)
    expect(of.inner.account.authorizationDetails().SwitchableCredentials[0]?.Status).toBe('Inactive')
    expect(of.inner.notices.some(({ kind }) => kind === 'rotated')).toBe(true)
    await expectSound(of)
  },
}

/** Contained, and then the state and a verdict are written into the incident, for which nobody gave an order. */
async function forgeState(
  of: Parameters<Flow['prepare']>[0],
  state: 'releasing' | 'rotating',
  said: { readonly kind: 'legitimate' | 'compromised'; readonly at: string },
): Promise<void> {
  await of.deliver()
  await of.enforceAll()
  const [incident] = await of.inner.incidents()
  const stored = await of.inner.ports.incidents.get(incident?.id ?? '')
  if (stored === undefined) throw new Error('no incident')
  const verdict = { ...said, by: arnOf('reviewer'), reason: 'a drill' }
  await of.inner.ports.incidents.save({ ...stored.value, state, verdict }, stored.version)
}

/** The state says that it is being released, and nobody ordered it. */
const refusal: Flow = {
  name: 'refuse a release',
  prepare: (of) => forgeState(of, 'releasing', { kind: 'legitimate', at: new Date(NOW).toISOString() }),
  run: (of) => of.enforceAll(),
  async repeat(of) {
    of.fault.revive()
    of.inner.setNow(NOW + 60_000)
    await of.enforceAll()
  },
  async check(of) {
    expect((await of.inner.incidents()).map(({ state }) => state)).toEqual(['asking'])
    expect(of.inner.notices.at(-1)?.body).toContain('no order of a person stands for that')
    await expectContained(of)
    await expectReleasable(of)
  },
}

/** The state says that its keys are being rotated, since longer than any session lasts, and nobody ordered it. */
const unorderedRotation: Flow = {
  ...refusal,
  name: 'refuse a rotation',
  prepare: (of) => forgeState(of, 'rotating', { kind: 'compromised', at: new Date(NOW - 40 * 3_600_000).toISOString() }),
}

async function tryPoint({ prepare, run, repeat, check }: Flow, at: number, kind: Fault): Promise<number> {
  const of = await world()
  await prepare(of)
  of.fault.arm(at, kind)
  await run(of)
  const { calls } = of.fault
  of.fault.arm(0, kind)
  await repeat(of)
  await check(of)
  return calls
}

describe('crash points', () => {
  it.each([contain, verify, release, refusal, unorderedRotation, rotation, lookingUp])(
    '$name ends as it should, whichever call fails and however',
    async (flow) => {
      const calls = await tryPoint(flow, 0, 'throttled')
      expect(calls).toBeGreaterThan(8)
      let points = 0
      const broken: string[] = []
      for (let at = 1; at <= calls; at++) {
        for (const kind of FAULTS) {
          points += 1
          await tryPoint(flow, at, kind).catch((cause: Error) => broken.push(`call ${at} ${kind}: ${cause.message.slice(0, 300)}`))
        }
      }
      console.log(`${flow.name}: ${points} crash points (${calls} calls × ${FAULTS.length} faults), ${broken.length} broken`)
      expect(broken).toEqual([])
    },
  )
})
