import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { DENY_ALL, isRestriction, quarantinePolicyName, revocationPolicyName } from '../../shared/contain/steps/quarantine.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import { pipeline } from '../../shared/pipeline.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { review } from '../../shared/review/review.ts'
import { ATTACK, embedded, exposed, KEY, NOW, oneUser } from '../embedded.ts'
import { assumes, roleNamed } from '../looked-up.ts'
import { documentOf, RESTRICTS, reviewer } from '../restricted.ts'
import { FAULTS, type Fault, faults } from './faults.ts'

/** Lambda runs an asynchronous invocation three times at most. */
const TRIES = 3

const account = () => AuthorizationDetails.parse({ ...oneUser(), RoleDetailList: [roleNamed('deploy')] })
const EVENTS = [...ATTACK, assumes('deploy', { id: 's1', time: NOW + 3000, session: 'ASIAROLESESSION00001', name: 'mine' })]

/** The responder with every call to AWS numbered; contain runs apart from respond, as it does on Lambda. */
async function world() {
  const inner = await embedded({ account: account(), callsContain: false, policy: RESTRICTS })
  const fault = faults()
  const invoked: string[] = []
  const ports = {
    ...inner.ports,
    identities: fault.around('identities', inner.ports.identities),
    incidents: fault.around('incidents', inner.ports.incidents),
    record: fault.around('record', inner.ports.record),
    breaker: fault.around('breaker', inner.ports.breaker),
    iam: fault.around('iam', inner.account),
    notifier: fault.around('notifier', inner.ports.notifier),
    reverifyQueue: fault.around('reverify', inner.ports.reverifyQueue),
    containInvoker: fault.around('lambda', { contain: async (id: string) => void invoked.push(id) }),
  }
  const runInvoked = async () => {
    for (const id of invoked.splice(0))
      for (let attempt = 0; attempt < TRIES; attempt++) {
        fault.revive()
        const isDone = await enforce(id, ports).then(
          () => true,
          () => false,
        )
        if (isDone) break
      }
  }
  return {
    inner,
    fault,
    ports,
    runInvoked,
    async deliver(events: readonly object[]) {
      fault.revive()
      await pipeline(ports)([...events]).catch(() => undefined)
      await runInvoked()
    },
    async enforceAll() {
      for (const { id } of await inner.incidents()) invoked.push(id)
      await runInvoked()
    },
    async only() {
      const [incident, ...others] = await inner.incidents()
      if (incident === undefined || others.length > 0) throw new Error(`${others.length + 1} incidents, not one`)
      return incident
    },
  }
}

type World = Awaited<ReturnType<typeof world>>

async function expectSound(of: World): Promise<void> {
  const { id, head } = await of.only()
  expect(verifyChain(incidentSubject(id), await of.inner.ports.record.list(incidentSubject(id)), head)).toBeUndefined()
}

async function expectReleasable(of: World): Promise<void> {
  const containInvoker = { contain: (id: string) => enforce(id, of.ports) }
  await review((await of.only()).id, { kind: 'legitimate', ...reviewer }, { ...of.ports, containInvoker })
  expect(of.inner.account.authorizationDetails()).toEqual(account())
  expect((await of.only()).state).toBe('released')
  await expectSound(of)
}

interface Flow {
  readonly name: string
  prepare(of: World): Promise<void>
  run(of: World): Promise<void>
  repeat(of: World): Promise<void>
  check(of: World): Promise<void>
}

const restrict: Flow = {
  name: 'restrict',
  prepare: async () => {},
  run: (of) => of.deliver(EVENTS),
  async repeat(of) {
    await of.deliver(EVENTS)
    of.inner.setNow(NOW + 60_000)
    await of.enforceAll()
  },
  async check(of) {
    const { id, state, restriction } = await of.only()
    expect(['restricted', 'asking']).toContain(state)
    const own = await of.inner.account.getUserPolicy('ci-build', quarantinePolicyName(id))
    expect(own === undefined ? undefined : isRestriction(own)).toBe(true)
    expect(documentOf(restriction)).toBe(own)
    expect(of.inner.account.isRefused('ci-build', KEY)).toBe(false)
    if (state === 'restricted') {
      expect(isRestriction((await of.inner.account.getRolePolicy('deploy', revocationPolicyName(id))) ?? null)).toBe(true)
      expect(of.inner.notices.some(({ kind }) => kind === 'restricted')).toBe(true)
    } else expect(of.inner.notices.some(({ kind }) => kind === 'ask' || kind === 'restricted')).toBe(true)
    await expectSound(of)
    await expectReleasable(of)
  },
}

const containAfter: Flow = {
  name: 'contain what is restricted',
  prepare: (of) => of.deliver(EVENTS),
  run: (of) => of.deliver([exposed()]),
  async repeat(of) {
    await of.deliver([exposed()])
    of.inner.setNow(NOW + 60_000)
    await of.enforceAll()
  },
  async check(of) {
    const { id, state } = await of.only()
    expect(['contained', 'asking']).toContain(state)
    // Whatever failed, the user is denied everything by the end, and was denied something all the time.
    expect(await of.inner.account.getUserPolicy('ci-build', quarantinePolicyName(id))).toBe(DENY_ALL)
    expect(of.fault.names.some((name) => name.includes('deleteUserPolicy') || name.includes('deleteRolePolicy'))).toBe(false)
    await expectSound(of)
    await expectReleasable(of)
  },
}

const release: Flow = {
  name: 'release a restriction',
  prepare: (of) => of.deliver(EVENTS),
  async run(of) {
    await review((await of.only()).id, { kind: 'legitimate', ...reviewer }, of.ports).catch(() => undefined)
    await of.runInvoked()
  },
  async repeat(of) {
    of.inner.setNow(NOW + 60_000)
    of.fault.revive()
    const { id, state } = await of.only()
    if (state !== 'released') await review(id, { kind: 'legitimate', ...reviewer }, of.ports)
    await of.runInvoked()
  },
  async check(of) {
    expect(of.inner.account.authorizationDetails()).toEqual(account())
    expect((await of.only()).state).toBe('released')
    await expectSound(of)
  },
}

const verify: Flow = {
  name: 'verify a restriction',
  async prepare(of) {
    await of.deliver(EVENTS)
    await of.inner.account.deleteUserPolicy('ci-build', quarantinePolicyName((await of.only()).id))
    of.inner.setNow(NOW + 60_000)
  },
  run: (of) => of.enforceAll(),
  async repeat(of) {
    of.inner.setNow(NOW + 120_000)
    await of.enforceAll()
  },
  async check(of) {
    const chain = await of.inner.ports.record.list(incidentSubject((await of.only()).id))
    expect(chain.some(({ kind }) => kind === 'step-reversed')).toBe(true)
    await restrict.check(of)
  },
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

describe('crash points of a restriction', () => {
  it.each([restrict, containAfter, release, verify])(
    '$name ends as it should, whichever call fails and however',
    async (flow) => {
      const calls = await tryPoint(flow, 0, 'throttled')
      expect(calls).toBeGreaterThan(8)
      const broken: string[] = []
      for (let at = 1; at <= calls; at++)
        for (const kind of FAULTS)
          await tryPoint(flow, at, kind).catch((cause: Error) => broken.push(`call ${at} ${kind}: ${cause.message.slice(0, 300)}`))
      console.log(`${flow.name}: ${calls * FAULTS.length} crash points (${calls} calls × ${FAULTS.length} faults), ${broken.length} broken`)
      expect(broken).toEqual([])
    },
    300_000,
  )
})
