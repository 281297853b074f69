import { describe, expect, it } from 'vitest'
import { readSeal, SEAL_SUBJECT } from '../../shared/domain/seal.ts'
import { memoryChangeRecord, type StoredChains } from '../../shared/memory/change-record.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { memorySealVault } from '../../shared/memory/seal-vault.ts'
import type { ChangeRecord } from '../../shared/ports/stores.ts'
import { audit } from '../../shared/record/audit.ts'
import { seal } from '../../shared/record/seal.ts'
import { chainOf } from '../contract/samples.ts'
import { FAULTS, faults } from './faults.ts'

const VICTIM = 'INCIDENT#inc-00000000000a'
const SEALS = 4

/** A record that was sealed four times. */
async function sealed() {
  const chains: StoredChains = new Map()
  const record = memoryChangeRecord(chains)
  for (const subject of [VICTIM, 'POLICY']) for (const change of chainOf(subject, 3)) await record.append(change)
  const ports = { record, vault: memorySealVault(), notifier: memoryNotifier(), clock: { now: () => 0 }, log: silentLog }
  for (let number = 1; number <= SEALS; number++) await seal(ports)
  return { ...ports, chains, incidents: memoryIncidentStore() }
}

/** What happens to the table between two seals, and the discrepancy that it is; undefined for none. */
const TAMPERED: Readonly<Record<string, readonly [tamper: (chains: StoredChains) => void, discrepancy: string | undefined]>> = {
  'nothing is done': [() => {}, undefined],
  'an interrupted run left one seal out': [(chains) => chains.get(SEAL_SUBJECT)?.delete(SEALS), undefined],
  'a chain is deleted': [(chains) => chains.delete(VICTIM), 'vanished'],
  'the chain of seals is deleted': [(chains) => chains.delete(SEAL_SUBJECT), 'vanished'],
  'the chain of seals is cut': [(chains) => [SEALS, SEALS - 1].map((number) => chains.get(SEAL_SUBJECT)?.delete(number)), 'shortened'],
  'a seal is edited': [
    (chains) => chains.get(SEAL_SUBJECT)?.set(2, JSON.stringify({ ...JSON.parse(chains.get(SEAL_SUBJECT)?.get(2) ?? ''), why: 'a lie' })),
    'rewritten',
  ],
  'a seal cannot be read': [(chains) => chains.get(SEAL_SUBJECT)?.set(SEALS, '{'), 'unreadable'],
}

describe('a run of seal that stops at any call, and two more', () => {
  it.each(Object.entries(TAMPERED))('where %s', async (_, [tamper, discrepancy]) => {
    const make = async () => {
      const world = await sealed()
      tamper(world.chains)
      const fault = faults()
      const { subjects } = world.record
      const around = <T extends object>(label: string, port: T) => fault.around(label, port)
      const record = { ...around('record', world.record), subjects }
      return {
        ...world,
        fault,
        ports: { ...world, record, vault: around('vault', world.vault), notifier: around('notifier', world.notifier) },
      }
    }
    const counted = await make()
    counted.fault.arm(0, 'throttled')
    await seal(counted.ports)
    expect(counted.fault.calls).toBeGreaterThan(5)
    const broken: string[] = []
    for (let at = 1; at <= counted.fault.calls; at++)
      for (const kind of FAULTS) {
        const { fault, ports, ...world } = await make()
        fault.arm(at, kind)
        const attempts = [
          await seal(ports).then(
            () => 'done',
            () => 'stopped',
          ),
        ]
        fault.revive()
        for (let more = 0; more < 2; more++)
          attempts.push(
            await seal(ports).then(
              () => 'done',
              ({ message }) => message,
            ),
          )
        const told = world.notifier.notices.length
        const inSeals: string[] = []
        for (let number = SEALS + 1; number <= (await world.vault.last()); number++)
          inSeals.push(...(readSeal((await world.vault.get(number)) ?? '')?.discrepancies.map((one) => one.discrepancy) ?? []))
        const isTold = discrepancy === undefined ? told === 0 && inSeals.length === 0 : told > 0 && inSeals.includes(discrepancy)
        if (!isTold || attempts.slice(1).some((attempt) => attempt !== 'done'))
          broken.push(`${at} ${counted.fault.names[at - 1]} ${kind}: ${attempts}, told ${told}, sealed ${inSeals}`)
      }
    console.log(`seal: ${counted.fault.calls * FAULTS.length} crash points, ${broken.length} broken`)
    expect(broken).toEqual([])
  })
})

describe('two runs of seal that meet', () => {
  const meet = async (at: (world: Awaited<ReturnType<typeof sealed>>, other: () => Promise<unknown>) => Partial<ChangeRecord>) => {
    const world = await sealed()
    let isMet = false
    const other = async () => {
      if (isMet) return
      isMet = true
      await seal(world)
    }
    await seal({ ...world, record: { ...world.record, ...at(world, other) } })
    expect(isMet).toBe(true)
    return world
  }

  it.each([
    [
      'the other makes a seal before this one reads the table',
      ({ record }, other) => ({ last: async (subject) => other().then(() => record.last(subject)) }),
    ],
    [
      'the other makes a seal after this one has read the table',
      ({ record }, other) => ({
        last: async (subject) => {
          const last = await record.last(subject)
          await other()
          return last
        },
      }),
    ],
    [
      'the other makes the seal after this one while this one waits between the vault and the table',
      ({ record }, other) => ({ append: async (change) => other().then(() => record.append(change)) }),
    ],
  ] satisfies [string, Parameters<typeof meet>[0]][])('%s: both are made, and nobody is told of anything', async (_, at) => {
    const world = await meet(at)
    expect(world.notifier.notices).toEqual([])
    expect(await seal(world)).toMatchObject({ discrepancies: [] })
    expect((await audit(world)).faults).toEqual([])
  })
})
