import { describe, expect, it } from 'vitest'
import { listIncidents } from '../../local/commands/incidents.ts'
import { measured } from '../../local/measured.ts'
import { faultText } from '../../local/render/fault.ts'
import type { Target } from '../../local/target.ts'
import { enforce } from '../../shared/contain/enforce.ts'
import { bootstrap } from '../../shared/detect/bootstrap.ts'
import { CHANGE_VERSION } from '../../shared/domain/change.ts'
import { readSeal } from '../../shared/domain/seal.ts'
import { type UnreadableEntry, UnreadableItem } from '../../shared/errors.ts'
import { tighten } from '../../shared/learn/learn.ts'
import { memoryChangeRecord, type StoredChains } from '../../shared/memory/change-record.ts'
import { memoryIncidentStore, noTexts } from '../../shared/memory/incident-store.ts'
import { memorySealVault } from '../../shared/memory/seal-vault.ts'
import { pipeline } from '../../shared/pipeline.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { audit } from '../../shared/record/audit.ts'
import { exportRecord } from '../../shared/record/export/export.ts'
import { ownStepsSubject } from '../../shared/record/own-steps-subject.ts'
import { applyPolicy, parsePolicy } from '../../shared/record/policy-in-force.ts'
import { seal } from '../../shared/record/seal.ts'
import { sweep } from '../../shared/review/sweep.ts'
import { ATTACK, arnOf, call, embedded, exposed, KEY, NOW } from '../embedded.ts'

const BAD = 'inc-000000000bad'

/** A responder in memory whose stores can be written to by hand, with what it logs. */
async function damaged() {
  const world = await embedded()
  const texts = noTexts()
  const chains: StoredChains = new Map()
  const warned: { event: string; fields: unknown }[] = []
  const asked: string[] = []
  const ports = {
    ...world.ports,
    incidents: memoryIncidentStore(texts),
    record: memoryChangeRecord(chains),
    log: { info: () => {}, warn: (event: string, fields?: unknown) => void warned.push({ event, fields }) },
    containInvoker: {
      contain: async (id: string): Promise<void> => {
        asked.push(id)
        await enforce(id, ports)
      },
    },
  }
  await applyPolicy(ports.record, {
    policy: parsePolicy({ version: 2, mode: 'contain' }),
    by: 'test',
    why: 'test',
    at: new Date(NOW).toISOString(),
  })
  return {
    world,
    ports,
    texts,
    chains,
    warned,
    asked,
    respond: pipeline(ports),
    plant: () => texts.incidents.set(BAD, { text: '{}', version: 1 }),
  }
}

async function lines(generator: AsyncGenerator<string>): Promise<string[]> {
  const found: string[] = []
  for await (const line of generator) found.push(line)
  return found
}

describe('an incident that cannot be read', () => {
  it('does not stop the sweep of the others, and is logged and counted by its key alone', async () => {
    const { world, ports, respond, plant, warned } = await damaged()
    await respond([exposed()])
    plant()
    const paged: string[] = []
    const done: unknown[] = []
    world.setNow(NOW + 2 * 3_600_000)
    const swept = await sweep({
      ...ports,
      rotateInvoker: undefined,
      backfillQueue: { backfill: async () => {} },
      pager: { notify: async ({ incidentId }) => void paged.push(incidentId) },
      log: { ...ports.log, info: (event, fields) => void (event === 'sweep.done' && done.push(fields)) },
    })
    expect(swept).toBe(1)
    expect(paged).toHaveLength(1)
    expect(warned.filter(({ event }) => event === 'sweep.incident.unreadable')).toEqual([
      { event: 'sweep.incident.unreadable', fields: { key: `INCIDENT#${BAD}`, issue: expect.stringContaining('id: Invalid input') } },
    ])
    expect(done).toEqual([{ open: 1, asking: 0, failed: 1 }])
  })

  it('fails the events of its identity, and of what its credentials made, and of nobody else', async () => {
    const { ports, texts, respond, asked } = await damaged()
    await respond(ATTACK)
    const [incident] = await ports.incidents.listOpen(1)
    texts.incidents.set(incident?.id ?? '', { text: '{}', version: 9 })
    asked.length = 0
    const result = await respond([
      call('iam:CreateUser', { id: 'n1', time: NOW + 5000, request: { userName: 'again' } }),
      call('sts:GetCallerIdentity', { id: 'n2', time: NOW + 5000, user: 'bystander', key: 'AKIABYSTANDER0000001' }),
    ])
    expect([...result.failed.keys()]).toEqual([0])
    expect(result.failed.get(0)).toContain('UnreadableItem')
    expect(asked).toEqual([])
    await ports.identities.setIncident('credential:AKIAFRESH0000000001', incident?.id ?? '', undefined)
    const fresh = await respond([
      call('cloudtrail:StopLogging', { id: 'n3', time: NOW + 6000, user: 'bystander', key: 'AKIAFRESH0000000001' }),
      call('sts:GetCallerIdentity', { id: 'n4', time: NOW + 6000, user: 'third', key: 'AKIATHIRD0000000001' }),
    ])
    expect([...fresh.failed.keys()]).toEqual([0])
  })

  it('does not stop what is learned from the others, and is logged', async () => {
    const { ports, plant, warned } = await damaged()
    plant()
    expect(await tighten(ports)).toBeUndefined()
    expect(warned).toMatchObject([{ event: 'learn.incident.unreadable', fields: { key: `INCIDENT#${BAD}` } }])
  })

  it('does not stop a list, a report or an export, and each tells of it', async () => {
    const { ports, respond, plant, chains } = await damaged()
    await respond([exposed()])
    plant()
    const told: UnreadableItem[] = []
    const onUnreadable = (item: UnreadableItem) => told.push(item)
    const measures = await measured(ports as unknown as Target, { since: 0, until: NOW + 1 }, onUnreadable)
    expect(measures.incidents).toHaveLength(1)
    expect((await lines(exportRecord('ocsf', ports, onUnreadable))).length).toBeGreaterThan(1)
    expect(told.map(({ key }) => key)).toEqual([`INCIDENT#${BAD}`, `INCIDENT#${BAD}`])
    const [incident] = await ports.incidents.listOpen(1, () => {})
    chains.get(incidentSubject(incident?.id ?? ''))?.set(2, 'x')
    told.length = 0
    expect((await measured(ports as unknown as Target, { since: 0, until: NOW + 1 }, onUnreadable)).incidents).toEqual([])
    expect((await lines(exportRecord('ndjson', ports, onUnreadable))).length).toBeGreaterThan(0)
    expect(told.map(({ issue }) => issue)).toContain('entry 2 of its chain')
    await expect(lines(exportRecord('ndjson', ports))).rejects.toMatchObject({ code: 'record.unreadable' })
    await expect(measured(ports as unknown as Target, { since: 0, until: NOW + 1 })).rejects.toThrow(UnreadableItem)
  })

  it('is said on stderr by the list of the command line, which then ends with 3', async () => {
    const { ports, respond, plant } = await damaged()
    await respond([exposed()])
    plant()
    const written: string[] = []
    const { write } = process.stderr
    const before = process.exitCode
    try {
      process.stderr.write = ((text: string) => written.push(text)) as never
      expect(await listIncidents(ports as unknown as Target, { isJson: false, isAll: true })).toContain('ci-build')
      expect(process.exitCode).toBe(3)
    } finally {
      process.stderr.write = write
      process.exitCode = before
    }
    expect(written.join('')).toBe(
      `countersign: INCIDENT#${BAD} is stored and cannot be read: id: Invalid input: expected string, received undefined [store.unreadable]\n`,
    )
  })

  it('leaves the end of its chain unknown, which an audit says', async () => {
    const { ports, texts, respond } = await damaged()
    await respond([exposed()])
    const [incident] = await ports.incidents.listOpen(1)
    const id = incident?.id ?? ''
    texts.incidents.set(id, { text: '{}', version: 9 })
    const { faults } = await audit({ ...ports, vault: undefined })
    expect(faults).toMatchObject([{ subject: incidentSubject(id), fault: 'unended' }])
    expect(faults.map(faultText)[0]).toContain('the incident that says where the chain ends cannot be read')
  })
})

describe('an identity whose state cannot be read', () => {
  it('has its events delivered again, and holds up no other', async () => {
    const { ports } = await damaged()
    const unreadable = new UnreadableItem('IDENTITY#x', 'seen: not a list of hashes and times')
    const load: typeof ports.identities.load = async (ids) => {
      const found = await ports.identities.load(ids)
      for (const id of ids) if (id === arnOf('ci-build')) found.set(id, { state: undefined, incidentId: undefined, unreadable })
      return found
    }
    const saved: string[] = []
    const saveState: typeof ports.identities.saveState = async (state, version) => {
      saved.push(state.identity.id)
      return ports.identities.saveState(state, version)
    }
    const identities = { ...ports.identities, load, saveState }
    const result = await pipeline({ ...ports, identities })([
      call('sts:GetCallerIdentity', { id: 'i1' }),
      call('sts:GetCallerIdentity', { id: 'i2', user: 'bystander', key: 'AKIABYSTANDER0000001' }),
    ])
    expect([...result.failed]).toEqual([[0, expect.stringContaining('IDENTITY#x is stored and cannot be read')]])
    expect(saved).toEqual([arnOf('bystander')])
    const history = { lookup: async () => [call('sts:GetCallerIdentity', { id: 'b1', time: NOW - 1000 })] }
    await expect(bootstrap({ accessKeyId: KEY }, { ...ports, identities, history })).rejects.toBe(unreadable)
  })
})

describe('an entry of the record that cannot be read', () => {
  it('is a discrepancy of the seal, which is warned of, and every other chain is sealed', async () => {
    const { ports, chains, respond, warned } = await damaged()
    await respond([exposed()])
    const [incident] = await ports.incidents.listOpen(1)
    const subject = incidentSubject(incident?.id ?? '')
    chains.get(subject)?.set(99, '"x"')
    const vault = memorySealVault()
    const { heads, discrepancies } = await seal({ ...ports, vault })
    const none = { number: 0, hash: '0'.repeat(64) }
    // It was never sealed, so no entry of it is confirmed, and it is not missed when it is gone.
    expect(heads).toMatchObject([{ subject: 'POLICY', number: 1 }, { subject: ownStepsSubject(incident?.id ?? '') }])
    const discrepancy = { subject, discrepancy: 'unreadable', sealed: none, found: { number: 99 }, since: 1 }
    expect(discrepancies).toEqual([discrepancy])
    expect(warned).toContainEqual({ event: 'seal.discrepancy', fields: discrepancy })
    expect((await audit({ ...ports, vault })).faults).toMatchObject([{ subject, number: 99, fault: 'edited' }])
  })

  it('is no tampering where a newer release wrote it, and a seal neither', async () => {
    const { ports, chains, respond } = await damaged()
    await respond([exposed()])
    const vault = memorySealVault()
    await seal({ ...ports, vault })
    const [incident] = await ports.incidents.listOpen(1)
    const subject = incidentSubject(incident?.id ?? '')
    const entries = chains.get(subject)
    entries?.set(1, JSON.stringify({ ...JSON.parse(entries.get(1) ?? ''), v: CHANGE_VERSION + 1 }))
    const sealed = ((await vault.get(1)) ?? '').replace(`"v":${CHANGE_VERSION}`, `"v":${CHANGE_VERSION + 1}`)
    expect(() => readSeal(sealed)).toThrow(UnreadableItem)
    const { faults } = await audit({ ...ports, vault: { ...vault, get: async () => sealed } })
    expect(faults).toEqual(
      expect.arrayContaining([
        { subject, number: 1, fault: 'newer' },
        { subject: 'SEAL', number: 1, fault: 'newer' },
      ]),
    )
    expect(await ports.record.list(subject).catch((cause: UnreadableEntry) => cause.isNewer)).toBe(true)
  })
})
