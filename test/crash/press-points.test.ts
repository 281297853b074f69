import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import type { IncidentState } from '../../shared/domain/incident.ts'
import type { DecidingReview } from '../../shared/domain/policy.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { readSeal } from '../../shared/domain/seal.ts'
import { memoryChangeRecord, type StoredChains } from '../../shared/memory/change-record.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { memorySealVault } from '../../shared/memory/seal-vault.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { audit } from '../../shared/record/audit.ts'
import { orderSubject } from '../../shared/record/orders.ts'
import { seal } from '../../shared/record/seal.ts'
import type { Press } from '../../shared/slack/button.ts'
import { press } from '../../shared/slack/press.ts'
import { chainOf } from '../contract/samples.ts'
import { embedded, exposed } from '../embedded.ts'
import { CHANNEL } from '../slack.ts'
import { FAULTS, type Fault, faults } from './faults.ts'

/** Lambda runs an asynchronous invocation three times at most. */
const TRIES = 3

/** An incident, and review with every call that a press makes numbered. */
async function world(mode: 'ask' | 'contain') {
  const policy = { mode, slack: { approvers: [{ groups: ['S0ONCALL'] }] }, breaker: { maxUserFraction: 1 } }
  const inner = await embedded({ callsContain: false, policy })
  await inner.respond([exposed()])
  const [opened] = await inner.incidents()
  const id = opened?.id ?? ''
  if (mode === 'contain') await enforce(id, inner.ports)
  const incident = (await inner.ports.incidents.get(id))?.value
  if (incident === undefined) throw new Error('no incident')
  const fault = faults()
  const whispers: string[] = []
  const slack = fault.around('slack', {
    post: async () => '1.1',
    update: async () => {},
    remove: async () => {},
    postEphemeral: async (_channel: string, user: string) => void whispers.push(user),
    openForm: async () => {},
    membersOf: async () => ['U0ALICE'],
  })
  const invoked: string[] = []
  const ports = {
    incidents: fault.around('incidents', inner.ports.incidents),
    record: fault.around('record', inner.ports.record),
    containInvoker: fault.around('lambda', { contain: async (one: string) => void invoked.push(one) }),
    clock: inner.ports.clock,
    slack: async () => slack,
    model: undefined,
    log: silentLog,
  }
  const pressed = (kind: DecidingReview): Press => ({
    kind,
    incidentId: id,
    revision: revisionOf(incident),
    user: 'U0ALICE',
    channel: CHANNEL,
    ts: '1.1',
  })
  /** As Lambda does it: again where it failed, in a new process; then what was invoked. */
  const run = async (kind: DecidingReview) => {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      fault.revive()
      const isDone = await press(pressed(kind), ports).then(
        () => true,
        () => false,
      )
      if (isDone) break
    }
    for (const one of invoked.splice(0)) await enforce(one, inner.ports)
  }
  const verdicts = async () => (await inner.ports.record.list(incidentSubject(id))).filter(({ kind }) => kind === 'verdict').length
  return { inner, id, fault, whispers, run, verdicts }
}

interface Flow {
  readonly kind: DecidingReview
  readonly mode: 'ask' | 'contain'
  readonly end: IncidentState
}

const FLOWS: readonly Flow[] = [
  { kind: 'legitimate', mode: 'contain', end: 'released' },
  { kind: 'compromised', mode: 'contain', end: 'confirmed' },
  { kind: 'contain', mode: 'ask', end: 'contained' },
]

describe('crash points of a press', () => {
  it.each(FLOWS)('$kind ends as it should, whichever call fails and however', async ({ kind, mode, end }) => {
    const counted = await world(mode)
    counted.fault.arm(0, 'throttled')
    await counted.run(kind)
    const calls = counted.fault.calls
    expect(calls).toBeGreaterThan(8)
    const broken: string[] = []
    for (let at = 1; at <= calls; at++)
      for (const fault of FAULTS)
        if (!(await endsWell({ kind, mode, end }, at, fault))) broken.push(`${at} ${counted.fault.names[at - 1]} ${fault}`)
    console.log(`press ${kind}: ${calls * FAULTS.length} crash points (${calls} calls × ${FAULTS.length} faults), ${broken.length} broken`)
    expect(broken).toEqual([])
  })
})

async function endsWell({ kind, mode, end }: Flow, at: number, fault: Fault): Promise<boolean> {
  const { inner, id, fault: faulty, whispers, run, verdicts } = await world(mode)
  faulty.arm(at, fault)
  await run(kind)
  const stored = (await inner.ports.incidents.get(id))?.value
  const chain = await inner.ports.record.list(incidentSubject(id))
  const isWhole = verifyChain(incidentSubject(id), chain, stored?.head) === undefined
  const orders = (await inner.ports.record.list(orderSubject(id))).length
  // An order is never carried out for somebody: where it broke off before it stood, the person's retry says it again.
  const isSaidOnce = kind === 'contain' ? (await verdicts()) <= 2 && orders >= 1 : (await verdicts()) === 1
  return stored?.state === end && isWhole && isSaidOnce && whispers.length === 0
}

describe('crash points of a seal', () => {
  it('is one seal in the end, in the vault and in the table, whichever call fails and however', async () => {
    const make = async () => {
      const { inner } = await world('contain')
      const fault = faults()
      const vault = memorySealVault()
      const ports = {
        record: { ...fault.around('record', inner.ports.record), subjects: inner.ports.record.subjects },
        vault: fault.around('vault', vault),
        notifier: fault.around('notifier', memoryNotifier()),
        clock: inner.ports.clock,
        log: silentLog,
      }
      return { inner, fault, vault, ports }
    }
    const counted = await make()
    counted.fault.arm(0, 'throttled')
    await seal(counted.ports)
    const broken: string[] = []
    for (let at = 1; at <= counted.fault.calls; at++)
      for (const kind of FAULTS) {
        const { inner, fault, vault, ports } = await make()
        fault.arm(at, kind)
        for (let attempt = 0; attempt < TRIES; attempt++) {
          fault.revive()
          if (
            await seal(ports).then(
              () => true,
              () => false,
            )
          )
            break
        }
        const { seals, faults: found, discrepancies } = await audit({ record: inner.ports.record, incidents: inner.ports.incidents, vault })
        // A seal that was written and not answered for is followed by another; none is lost or left alone, and none is taken for a planted one.
        if (found.length > 0 || discrepancies.length > 0 || seals < 1 || seals > 2)
          broken.push(`${at} ${kind}: ${seals} seals, ${JSON.stringify(found)}`)
      }
    console.log(
      `seal: ${counted.fault.calls * FAULTS.length} crash points (${counted.fault.calls} calls × ${FAULTS.length} faults), ${broken.length} broken`,
    )
    expect(broken).toEqual([])
  })

  it('tells of a tampered chain and seals what differs, whichever call fails and however', async () => {
    const make = async () => {
      const chains: StoredChains = new Map()
      const record = memoryChangeRecord(chains)
      for (const subject of [incidentSubject('inc-1'), incidentSubject('inc-2')])
        for (const change of chainOf(subject, 3)) await record.append(change)
      const inner = { record, vault: memorySealVault(), notifier: memoryNotifier(), clock: { now: () => 0 }, log: silentLog }
      await seal(inner)
      chains.delete(incidentSubject('inc-1'))
      const fault = faults()
      const around = <T extends object>(label: string, port: T) => fault.around(label, port)
      const ports = {
        ...inner,
        record: { ...around('record', record), subjects: record.subjects },
        vault: around('vault', inner.vault),
        notifier: around('notifier', inner.notifier),
      }
      return { inner, fault, ports }
    }
    const counted = await make()
    counted.fault.arm(0, 'throttled')
    await seal(counted.ports)
    expect(counted.fault.names).toContain('notifier.notify')
    const broken: string[] = []
    for (let at = 1; at <= counted.fault.calls; at++)
      for (const kind of FAULTS) {
        const { inner, fault, ports } = await make()
        fault.arm(at, kind)
        for (let attempt = 0, isDone = false; attempt < TRIES && !isDone; attempt++) {
          fault.revive()
          isDone = await seal(ports).then(
            () => true,
            () => false,
          )
        }
        const last = await inner.vault.last()
        const made = readSeal((await inner.vault.get(last)) ?? '')
        const isSealed = made?.discrepancies.length === 1 && made.discrepancies[0]?.since === 2
        const { faults: found, seals } = await audit({ ...inner, incidents: memoryIncidentStore() })
        const isElsewhere = found.some(({ subject, fault: what }) => subject !== incidentSubject('inc-1') || what !== 'vanished')
        // Told before it is sealed, so never sealed without being told; a notice that was sent and not answered for is sent again.
        const told = inner.notifier.notices.length
        if (!isSealed || isElsewhere || told < 1 || told > 2 || seals < 2 || seals > 3)
          broken.push(`${at} ${counted.fault.names[at - 1]} ${kind}: told ${told}, ${seals} seals, ${JSON.stringify(found)}`)
      }
    const points = counted.fault.calls * FAULTS.length
    console.log(
      `seal after tampering: ${points} crash points (${counted.fault.calls} calls × ${FAULTS.length} faults), ${broken.length} broken`,
    )
    expect(broken).toEqual([])
  })
})
