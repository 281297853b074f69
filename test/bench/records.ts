import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import dynalite from 'dynalite'
import { dynamo } from '../../shared/aws/clients.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { createTable } from '../../shared/aws/table.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import type { IncidentStore } from '../../shared/ports/stores.ts'
import { headOf } from '../../shared/record/append.ts'
import { chainOf, incidentOf } from '../contract/samples.ts'
import { type Figures, median, rounded } from './measure.ts'

const CHAIN = 100_000
const OPEN = 10_000
const CLOSED = 20_000
const ROUNDS = 11
/** As many as the command line lists. */
const LISTED = 200
const WRITERS = 20

/** How fast a long chain verifies, and what the list of open incidents costs on the embedded store, on disk. */
export async function records(): Promise<Figures> {
  const figures: Figures = {}
  const subject = 'INCIDENT#inc-0123456789ab'
  const chain = chainOf(subject, CHAIN)
  const startedAt = performance.now()
  if (verifyChain(subject, chain, headOf(chain.at(-1))) !== undefined) throw new Error('a whole chain was found wanting')
  figures['chain.verify'] = { value: rounded((performance.now() - startedAt) / 1000), unit: 's', target: '<= 10', note: `${CHAIN} changes` }

  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const server = dynalite({ path: folder, createTableMs: 0 })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = dynamo({ region: 'us-east-1', endpoint, credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } })
  try {
    await createTable(client, 'countersign')
    const store = dynamoIncidentStore({ client, name: 'countersign' })
    await fill(store, OPEN, (at) => incidentOf(idOf(at), { priority: (at % 1000) / 10 }))
    const open = await listMs(store)
    figures['incidents.list'] = {
      value: rounded(open, 1),
      unit: 'ms',
      target: '<= 100',
      note: `${LISTED} of ${OPEN} open, median of ${ROUNDS}`,
    }
    await fill(store, CLOSED, (at) => incidentOf(idOf(OPEN + at), { state: 'released', priority: 100 }))
    const after = await listMs(store)
    figures['incidents.list.closed'] = {
      value: rounded(after / open),
      unit: '× with none closed',
      target: '<= 2',
      note: `${CLOSED} closed beside them`,
    }
  } finally {
    client.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
    rmSync(folder, { recursive: true })
  }
  return figures
}

const idOf = (at: number) => `inc-${at.toString(16).padStart(12, '0')}`

async function fill(store: IncidentStore, count: number, make: (at: number) => ReturnType<typeof incidentOf>): Promise<void> {
  for (let at = 0; at < count; at += WRITERS)
    await Promise.all(Array.from({ length: Math.min(WRITERS, count - at) }, (_, more) => store.save(make(at + more), 0)))
}

async function listMs(store: IncidentStore): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = performance.now()
    const found = await store.listOpen(LISTED)
    times.push(performance.now() - startedAt)
    if (found.length !== LISTED || found[0]?.priority !== 99.9) throw new Error(`listed ${found.length}, first ${found[0]?.priority}`)
  }
  return median(times)
}
