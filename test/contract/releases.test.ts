import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, describe, expect, it } from 'vitest'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { dynamoLastUsedStore } from '../../shared/aws/last-used-store.ts'
import { dynamoPostings } from '../../shared/aws/postings.ts'
import { enforce } from '../../shared/contain/enforce.ts'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { foldInto } from '../../shared/detect/fold.ts'
import { assessmentOf } from '../../shared/domain/assessment.ts'
import { CHANGE_VERSION, verifyChain } from '../../shared/domain/change.ts'
import { commentsIn } from '../../shared/domain/comment.ts'
import { axisOf } from '../../shared/domain/finding.ts'
import { copyState } from '../../shared/domain/identity-state.ts'
import { readChange } from '../../shared/domain/migrations/change.ts'
import { readIncident, readSignal, writeIncident, writeSignal } from '../../shared/domain/migrations/incident.ts'
import { RENAMED_DETECTORS } from '../../shared/domain/policy-migration.ts'
import { readSeal } from '../../shared/domain/seal.ts'
import { packState, unpackState } from '../../shared/domain/state-codec.ts'
import { memoryChangeRecord, type StoredChains } from '../../shared/memory/change-record.ts'
import { memoryIncidentStore, noTexts } from '../../shared/memory/incident-store.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { audit } from '../../shared/record/audit.ts'
import { readPatterns } from '../../shared/record/patterns.ts'
import { readPolicy } from '../../shared/record/policy-in-force.ts'
import { assign } from '../../shared/review/assign.ts'
import { comment } from '../../shared/review/comment.ts'
import { review } from '../../shared/review/review.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { arnOf, call, embedded, NOW } from '../embedded.ts'
import { type Item, readRelease } from '../fixtures/items.ts'
import { accountWithBackdoor } from '../fixtures/stories.ts'
import { type EmbeddedTable, embeddedTable } from './embedded-table.ts'

const RELEASES = ['0.1.0', '0.2.0', '0.3.0'] as const
const STORIES = RELEASES.flatMap((release) => [...readRelease(release)].map(([story, items]) => ({ release, story, items })))

/** What a release of before wrote and this one has no word for. */
const OLD_WORDS = ['hold', 'isCulprit', 'door', 'countersign:watch', ...RENAMED_DETECTORS.keys()]

const tables: EmbeddedTable[] = []
afterAll(() => Promise.all(tables.map((one) => one.close())))

/** The stores in memory, holding the texts of a fixture. */
function storesOf(items: readonly Item[]) {
  const texts = noTexts()
  const chains: StoredChains = new Map()
  for (const { pk, sk, incident, signal, change, version = 1 } of items) {
    const id = pk.replace('INCIDENT#', '')
    if (incident !== undefined) texts.incidents.set(id, { text: incident, version })
    if (signal !== undefined) texts.signals.set(id, (texts.signals.get(id) ?? new Map()).set(sk.split('#')[2] ?? '', signal))
    if (change !== undefined) chains.set(pk, (chains.get(pk) ?? new Map()).set(Number(sk.replace('CHANGE#', '')), change))
  }
  return { incidents: memoryIncidentStore(texts), record: memoryChangeRecord(chains) }
}

const pick = <T>(items: readonly Item[], of: (item: Item) => T | undefined): T[] => items.map(of).filter((one) => one !== undefined)

/** A value as a text would give it back: a member that is undefined is not there. */
const stored = (value: unknown) => JSON.parse(JSON.stringify(value))

describe.each(STORIES)('what $release stored of the story $story', ({ release, story, items }) => {
  const incidents = pick(items, ({ pk, incident }) => (incident === undefined ? undefined : readIncident(incident, pk)))
  const states = pick(items, ({ pk, state }) => (state === undefined ? undefined : unpackState(state, pk)))

  it('is read as it is now, in the words of now, and comes back the same', () => {
    const signals = pick(items, ({ pk, signal }) => (signal === undefined ? undefined : readSignal(signal, pk)))
    expect(incidents.length + states.length).toBeGreaterThan(0)
    for (const incident of incidents) expect(readIncident(writeIncident(incident), incidentSubject(incident.id))).toEqual(incident)
    for (const signal of signals) expect(readSignal(writeSignal(signal), 'x')).toEqual(signal)
    for (const state of states) expect(unpackState(packState(state))).toEqual(state)
    const text = JSON.stringify([incidents, signals, states.map((state) => packState(state))])
    expect(OLD_WORDS.filter((word) => text.includes(`"${word}"`) || text.includes(`\\"${word}\\"`) || text.includes(`"${word} `))).toEqual(
      [],
    )
  })

  it('has findings that say an axis and a fact, in the group that their detector has now, and the numbers that come of them', () => {
    const findings = [
      ...incidents.flatMap((one) => [...one.findings, ...one.assessment.contributions.map(({ finding }) => finding)]),
      ...states.flatMap(({ evidence }) => evidence),
    ]
    for (const finding of findings) {
      const detector = CATALOGUE.find(({ id }) => id === finding.detector)
      expect(finding).toMatchObject({ group: detector?.group, axis: axisOf(finding.group), fact: expect.stringMatching(/^[a-z0-9-]+$/) })
      // What a finding rested on was not said before 0.3.0.
      if (release !== '0.3.0') expect(finding.fact).toBe(finding.detector)
    }
    for (const { assessment, findings: all } of incidents) {
      const { compromise, harm, unchosen, lasting } = assessmentOf(assessment.contributions.map(({ finding }) => finding))
      expect(assessment).toMatchObject({ compromise, harm, unchosen, lasting })
      expect(Math.max(compromise, harm)).toBeGreaterThan(0)
      expect(all.length).toBeGreaterThan(0)
    }
  })

  it('is the same to DynamoDB and to memory', async () => {
    const embeddedOne = await embeddedTable()
    tables.push(embeddedOne)
    const { table } = embeddedOne
    for (const { state, ...item } of items) {
      const Item = state === undefined ? item : { ...item, state: deflateRawSync(state) }
      await table.client.send(new PutCommand({ TableName: table.name, Item }))
    }
    const memory = storesOf(items)
    for (const { id } of incidents) {
      expect(stored(await dynamoIncidentStore(table).get(id))).toEqual(stored(await memory.incidents.get(id)))
      expect(stored(await dynamoIncidentStore(table).signals(id))).toEqual(stored(await memory.incidents.signals(id)))
      expect(await dynamoPostings(table).get(id)).toMatchObject({ channel: 'C0123ABCD' })
    }
    for (const { pk, lastUsed } of items.filter((item) => item.lastUsed !== undefined)) {
      const { v: _, ...value } = JSON.parse(lastUsed ?? '')
      expect(await dynamoLastUsedStore(table).read(pk.replace('LASTUSED#', ''))).toEqual({ value, version: 1 })
    }
    for await (const subject of memory.record.subjects())
      expect(await dynamoChangeRecord(table).list(subject)).toEqual(await memory.record.list(subject))
    for (const state of states) {
      const found = await dynamoIdentityStore(table).load([state.identity.id])
      expect(found.get(state.identity.id)?.state?.value).toEqual(state)
    }
  })

  it('has chains that verify, up to the end that the incident names, under their seals', async () => {
    const { record, incidents: store } = storesOf(items)
    for await (const subject of record.subjects()) {
      const head = incidents.find(({ id }) => incidentSubject(id) === subject)?.head
      expect(verifyChain(subject, await record.list(subject), head)).toBeUndefined()
    }
    const seals = pick(items, ({ seal }) => seal)
    for (const seal of seals) expect(readSeal(seal)?.entry.kind).toBe('seal')
    const vault = {
      put: async () => false,
      get: async (number: number) => seals[number - 1],
      last: async () => seals.length,
      since: async () => 1,
    }
    expect((await audit({ record, incidents: store, vault })).faults).toEqual([])
    // 0.1.0 compared nothing: from 0.2.0 on a third seal has a discrepancy.
    const discrepancies = seals.flatMap((seal) => readSeal(seal)?.discrepancies ?? [])
    expect(seals).toHaveLength(story === 'expired' ? (release === '0.1.0' ? 2 : 3) : 0)
    expect(discrepancies.map(({ discrepancy }) => discrepancy)).toEqual(seals.length === 3 ? ['vanished'] : [])
  })

  it('is folded on', () => {
    for (const state of states) {
      const draft = copyState(state)
      const read = normalise(
        call('sts:GetCallerIdentity', { id: `new-${release}`, time: Math.max(state.baseline.lastSeen, NOW) + 3_600_000 }),
      )
      const [signal] = read.kind === 'signals' ? read.signals : []
      if (signal === undefined) throw new Error('the call is no signal')
      foldInto(draft, { ...signal, identity: state.identity })
      expect(draft.seen.size).toBeGreaterThan(0)
      expect(draft).not.toEqual(state)
      expect(unpackState(packState(draft))).toEqual(draft)
    }
  })
})

describe.each(RELEASES)('what %s stored', (release) => {
  const items = readRelease(release)
  const changes = [...items.values()].flat().flatMap(({ pk, change }) => (change === undefined ? [] : [readChange(change, pk, 1)]))

  it('is of every state that a release leaves behind, and of every kind of change', () => {
    const states = [...items.values()].flat().flatMap(({ pk, incident }) => (incident === undefined ? [] : [readIncident(incident, pk)]))
    // Restrictions came with 0.3.0.
    const more = release === '0.3.0' ? ['restricted'] : []
    expect(new Set(states.map(({ state }) => state))).toEqual(
      new Set(['watching', 'asking', ...more, 'contained', 'released', 'confirmed', 'expired']),
    )
    expect(states.some(({ lineage }) => lineage.some(({ kind }) => kind === 'backdoor'))).toBe(true)
    expect(states.some(({ assessment }) => assessment.opinion?.kind === 'answered')).toBe(true)
    expect(states.some(({ suppression }) => (suppression?.confirmed.length ?? 0) > 0)).toBe(true)
    expect(states.some(({ findings }) => findings.some(({ detector }) => detector === 'blocklisted-address'))).toBe(true)
    expect(new Set(changes.map(({ kind }) => kind)).size).toBe({ '0.1.0': 20, '0.2.0': 21, '0.3.0': 23 }[release])
  })

  it('is a policy that is in force', async () => {
    const { policy } = await readPolicy(storesOf(items.get('asking') ?? []).record)
    expect(policy).toMatchObject({ mode: 'ask', blocklist: ['192.0.2.10'], fourEyes: [{ verdicts: ['legitimate'] }] })
    // What restricted nothing when it was put in force does not restrict now.
    if (release !== '0.3.0') expect(policy.thresholds.restrict).toBe(policy.thresholds.contain)
  })

  it.runIf(release === '0.3.0')('is an accepted pattern of what a person released', async () => {
    const { record } = storesOf(items.get('released') ?? [])
    const [pattern, ...others] = await readPatterns(arnOf('ci-build'), record)
    expect(pattern).toMatchObject({ identityId: arnOf('ci-build'), places: ['US'], until: expect.any(Number) })
    expect(others).toEqual([])
  })

  it.runIf(items.has('restricted'))('is a restriction that this release gives back exactly', async () => {
    const after = JSON.parse(readFileSync(join(import.meta.dirname, `../fixtures/${release}/restricted.account.json`), 'utf8'))
    const world = await embedded({ account: after })
    const ports = {
      ...world.ports,
      ...storesOf(items.get('restricted') ?? []),
      containInvoker: { contain: (id: string): Promise<void> => enforce(id, ports) },
    }
    const [incident] = await ports.incidents.listOpen(1)
    expect(incident?.state).toBe('restricted')
    expect(world.account.authorizationDetails().RoleDetailList[0]?.RolePolicyList).toHaveLength(1)
    await review(incident?.id ?? '', { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' }, ports)
    const { UserDetailList, RoleDetailList } = world.account.authorizationDetails()
    expect([...UserDetailList.map((one) => one.UserPolicyList), ...RoleDetailList.map((one) => one.RolePolicyList)].flat()).toEqual([])
  })

  it.runIf(items.has('restricted'))('is an assignment and a comment, which can be followed by others', async () => {
    const { incidents, record } = storesOf(items.get('restricted') ?? [])
    const [incident] = await incidents.listOpen(1)
    const id = incident?.id ?? ''
    const ports = { incidents, record, clock: { now: () => NOW } }
    expect(incident?.assignment).toMatchObject({ to: arnOf('bob'), by: arnOf('alice') })
    expect(commentsIn(await record.list(incidentSubject(id)))).toMatchObject([{ by: arnOf('bob'), text: 'asked the owner\nno answer yet' }])
    expect((await assign(id, { to: null, by: arnOf('bob'), seen: incident?.assignment?.entry }, ports)).assignment?.to).toBeNull()
    await comment(id, { text: 'it was ours', by: arnOf('bob') }, ports)
    expect(verifyChain(incidentSubject(id), await record.list(incidentSubject(id)), incident?.head)).toBeUndefined()
  })

  it('is a containment that this release gives back exactly', async () => {
    const after = JSON.parse(readFileSync(join(import.meta.dirname, `../fixtures/${release}/contained.account.json`), 'utf8'))
    const world = await embedded({ account: after })
    const ports = {
      ...world.ports,
      ...storesOf(items.get('contained') ?? []),
      containInvoker: { contain: (id: string): Promise<void> => enforce(id, ports) },
    }
    const [incident] = await ports.incidents.listOpen(1)
    expect(incident?.state).toBe('contained')
    expect((await world.account.listAccessKeys('ci-build'))[0]?.status).toBe('Inactive')
    await review(incident?.id ?? '', { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' }, ports)
    expect((await ports.incidents.get(incident?.id ?? ''))?.value).toMatchObject({
      state: 'released',
      suppression: { detectors: expect.arrayContaining(['blocklisted-address', 'trust-policy-opened']) },
    })
    const before = await embedded({ account: accountWithBackdoor() })
    expect(asValues(world.account.authorizationDetails())).toEqual(asValues(before.account.authorizationDetails()))
    const chain = await ports.record.list(incidentSubject(incident?.id ?? ''))
    expect(
      verifyChain(incidentSubject(incident?.id ?? ''), chain, (await ports.incidents.get(incident?.id ?? ''))?.value.head),
    ).toBeUndefined()
    // What a release wrote stays in its version, and what is added has that of now.
    expect(new Set(chain.map(({ v }) => v ?? 1))).toEqual(
      new Set([{ '0.1.0': 1, '0.2.0': 2, '0.3.0': CHANGE_VERSION }[release], CHANGE_VERSION]),
    )
  })
})

/** A policy document is the same as an object and as a text. */
function asValues(value: unknown): unknown {
  if (typeof value === 'string' && value.startsWith('{')) return asValues(JSON.parse(value))
  if (Array.isArray(value)) return value.map(asValues)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asValues(item)]))
}
