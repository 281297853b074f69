import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoAdvisorBudget } from '../../shared/aws/advisor-budget.ts'
import { dynamoArchiveTable } from '../../shared/aws/archive-table.ts'
import { dynamoBreaker } from '../../shared/aws/breaker.ts'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamoDeliveryLog } from '../../shared/aws/delivery-log.ts'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { classOf, ITEM_CLASSES } from '../../shared/aws/item-lives.ts'
import { dynamoLastUsedStore } from '../../shared/aws/last-used-store.ts'
import { dynamoPostings } from '../../shared/aws/postings.ts'
import { dynamoPressLog } from '../../shared/aws/press-log.ts'
import { dynamoReachStore } from '../../shared/aws/reach-store.ts'
import { dynamoSetAsideStore } from '../../shared/aws/set-aside-store.ts'
import { keys } from '../../shared/aws/table.ts'
import { chain, EMPTY_CHAIN } from '../../shared/domain/change.ts'
import { emptyState } from '../../shared/domain/identity-state.ts'
import { HOUR_MS } from '../../shared/domain/time.ts'
import { CHAIN_KEYS } from '../../shared/record/compare-chain.ts'
import { readRelease } from '../fixtures/items.ts'
import { snapshotAt } from '../last-used.ts'
import { type EmbeddedTable, embeddedTable } from './embedded-table.ts'
import { AT, incidentOf, signalOf, user } from './samples.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const ID = 'inc-0123456789ab'
const identity = user('ci-deploy')
const sourcesIn = (folder: string): { path: string; text: string }[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path: `${folder}/${path}`, text: readFileSync(join(ROOT, folder, path), 'utf8') }))

describe('the items of the table', () => {
  let embedded: EmbeddedTable
  let items: Record<string, unknown>[]
  beforeAll(async () => {
    embedded = await embeddedTable()
    const { table } = embedded
    const [identities, incidents, record, breaker] = [
      dynamoIdentityStore(table),
      dynamoIncidentStore(table),
      dynamoChangeRecord(table),
      dynamoBreaker(table),
    ]
    await identities.saveState(emptyState(identity), 0)
    await identities.setIncident(identity.id, ID, undefined)
    await identities.saveNames('AIDAEXAMPLE000000001', [], 0)
    await identities.saveMoves(
      '203.0.113.0/24',
      { harmedAt: undefined, moves: [{ principal: 'AIDAEXAMPLE000000001', identity: identity.id, since: AT, elsewhere: undefined }] },
      0,
    )
    await identities.addWorkload('123456789012:i-0123456789abcdef0', identity, AT)
    await identities.admitUnclaimed(Math.floor(AT / 3_600_000), 'access-key:AKIAIOSFODNN7EXAMPLE', 10)
    await dynamoReachStore(table).save('123456789012', { id: identity.id, score: 5, reasons: [], paths: [], at: AT, since: AT })
    const seen = { source: 'github', id: 'github:1', type: 'with-secret', grade: 'with-secret', seenAt: AT } as const
    for (const report of [
      { ...seen, credentialId: 'AKIAIOSFODNN7EXAMPLE' },
      { ...seen, credentialId: 'AKIAIOSFODNN7EXAMPLE', grade: 'id-only' as const },
      { ...seen, credentialId: 'ASIAIOSFODNN7EXAMPLE' },
    ])
      await identities.addExposure(report, AT)
    await incidents.save(incidentOf(ID), 0)
    for (let at = 0; at < 200; at++) await incidents.addSignal(ID, signalOf(`f-${at}`, AT + at * 1000))
    const subjects = CHAIN_KEYS.map((key) => key.replace('*', ID))
    const draft = {
      at: new Date(AT).toISOString(),
      actor: 'countersign:respond',
      kind: 'decision' as const,
      target: 'x',
      from: null,
      to: null,
      why: '',
    }
    for (const subject of subjects) await record.append(chain(subject, EMPTY_CHAIN, draft))
    await dynamoPostings(table).put(ID, { channel: 'C0123ABCD', ts: '1772452800.000100', told: 'ask 1' }, undefined)
    await dynamoLastUsedStore(table).save(
      identity.id,
      { principalId: 'AIDAEXAMPLE000000001', snapshots: [snapshotAt(6, { s3: 7 }, [])] },
      { version: 0, triedAt: AT },
    )
    await dynamoSetAsideStore(table).put({ id: 'm-1', queue: 'hot', body: '{}', sentAt: AT, setAsideAt: AT, by: 'x', why: 'x' })
    await dynamoArchiveTable(table).keepPlace('INCIDENT')
    await dynamoPressLog(table).claim('press', 'invocation', AT / 1000)
    const claim = { party: 'github', id: 'a'.repeat(64), now: AT, forgetAt: AT / 1000 } as const
    await dynamoDeliveryLog(table).claim(claim)
    await dynamoDeliveryLog(table).claim({ ...claim, id: 'c'.repeat(64) })
    await dynamoDeliveryLog(table).settle({ ...claim, id: 'c'.repeat(64) })
    await dynamoAdvisorBudget(table).reserve(AT / HOUR_MS, identity.id, { perIdentity: 1, perAccount: 1 })
    for (const kind of ['ordinary', 'urgent', 'confirmed', 'ordered', 'restricted'] as const) {
      const lane = { hour: Math.floor(AT / HOUR_MS), kind }
      await breaker.reserve(lane, ID, 1)
      await breaker.claimPage(lane, ID)
    }
    items = (await table.client.send(new ScanCommand({ TableName: table.name }))).Items ?? []
  }, 60_000)
  afterAll(() => embedded.close())

  const keyOf = ({ pk, sk }: Record<string, unknown>) => ({ pk: String(pk), sk: String(sk) })

  it('belong each to a class whose life is said, and expire by the time to live where it says so, and only there', () => {
    for (const item of items) {
      const found = classOf(keyOf(item))
      expect(found, `${item.pk} ${item.sk} is in no class of shared/aws/item-lives.ts`).toBeDefined()
      expect(Number.isSafeInteger(item.expiresAt), `${item.pk} ${item.sk}: ${found?.life.kind}`).toBe(found?.life.kind === 'expires')
    }
  })

  it('are of every class that is listed: none is listed that nothing writes', () => {
    const written = new Set(items.map((item) => classOf(keyOf(item))))
    expect(ITEM_CLASSES.filter((one) => !written.has(one)).map(({ pk, sk }) => `${pk} ${sk}`)).toEqual([])
  })

  it('of a release belong to these classes as well', () => {
    for (const story of readRelease('0.3.0').values())
      for (const { pk, sk } of story) if (pk !== 'SEALS') expect(classOf({ pk, sk }), `${pk} ${sk}`).toBeDefined()
  })
})

describe('the keys of the table', () => {
  it('are made in one place: every write takes its key there, and each of them has a class', () => {
    const writes = [...sourcesIn('shared'), ...sourcesIn('functions'), ...sourcesIn('local')]
      .filter(({ path }) => path !== 'shared/aws/conditional-put.ts')
      .flatMap(({ path, text }) =>
        [...text.matchAll(/\b(?:putIf\(|new (?:Put|Update|Delete|BatchWrite|TransactWrite)Command\()/g)].map(({ index }) => ({
          path,
          call: text.slice(index, index + 160),
        })),
      )
      .filter(({ path }) => path.startsWith('shared/aws/'))
    expect(writes.length).toBeGreaterThan(10)
    for (const { path, call } of writes) expect(call, path).toMatch(/keys\.(\w+)\(/)
    const used = new Set(writes.map(({ call }) => call.match(/keys\.(\w+)\(/)?.[1]))
    const unused = Object.keys(keys).filter((name) => !used.has(name))
    expect(unused).toEqual([])
  })

  it('and the subjects of chains begin as a class does', () => {
    const prefixes = new Set(
      sourcesIn('shared').flatMap(({ text }) => [...text.matchAll(/`([A-Z]{4,})#\$\{/g)].map(([, prefix]) => prefix)),
    )
    expect(prefixes.size).toBeGreaterThan(6)
    for (const prefix of prefixes)
      expect(
        ITEM_CLASSES.some(({ pk, sk }) => pk.startsWith(`${prefix}#`) || sk.some((one) => one.startsWith(`${prefix}#`))),
        prefix,
      ).toBe(true)
  })
})
