import { describe, expect, it } from 'vitest'
import { type Change, type ChangeDraft, chain, EMPTY_CHAIN } from '../../shared/domain/change.ts'
import type { Incident, IncidentState } from '../../shared/domain/incident.ts'
import type { Verdict } from '../../shared/domain/verdict.ts'
import { memoryChangeRecord } from '../../shared/memory/change-record.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { applyPolicy, parsePolicy } from '../../shared/record/policy-in-force.ts'
import { applyExtension, applyVerdict } from '../../shared/review/apply-review.ts'
import type { ReviewPorts } from '../../shared/review/reviewer.ts'
import { incidentOf } from '../contract/samples.ts'

const ID = 'inc-0123456789ab'
const AT = '2026-03-02T12:00:00.000Z'
const ANNA = 'local:anna'
const BOB = 'local:bob'

const entryOf = (kind: ChangeDraft['kind'], to: unknown, parts: Partial<ChangeDraft> = {}): Change =>
  chain(incidentSubject(ID), EMPTY_CHAIN, {
    at: AT,
    actor: ANNA,
    kind,
    target: `incident:${ID}`,
    from: null,
    to,
    why: 'looked at it',
    ...parts,
  })
const verdictBy = (by: string, kind: Verdict['kind']): Verdict => ({ kind, by, reason: 'looked at it', at: '2026-03-02T11:59:59.000Z' })

/** A stored incident as a reviewer read it, and what another writer made of it meanwhile. */
async function raced(seen: Partial<Incident>, meanwhile?: Partial<Incident>) {
  const incidents = memoryIncidentStore()
  const value = incidentOf(ID, seen)
  await incidents.save(value, 0)
  if (meanwhile !== undefined) await incidents.save({ ...value, ...meanwhile }, 1)
  const now = async () => (await incidents.get(ID))?.value
  const record = memoryChangeRecord()
  await applyPolicy(record, { policy: parsePolicy({ version: 3 }), by: ANNA, why: 'test', at: AT })
  return { stored: { value, version: 1 }, ports: { incidents, record } as unknown as ReviewPorts, now }
}

describe('a verdict that is applied', () => {
  it.each<['legitimate' | 'compromised' | 'contain', IncidentState, IncidentState]>([
    ['legitimate', 'contained', 'releasing'],
    ['compromised', 'contained', 'confirmed'],
    ['compromised', 'contained', 'rotating'],
    ['contain', 'asking', 'containing'],
  ])('as %s moves an incident that is %s to %s, with its author, and the chain ends with its entry', async (kind, state, to) => {
    const { stored, ports, now } = await raced({ state })
    const entry = entryOf('verdict', to)
    const { value } = await applyVerdict(stored, entry, kind, ports)
    const verdict = kind === 'contain' ? undefined : { kind, by: ANNA, reason: 'looked at it', at: AT }
    expect(value).toMatchObject({ state: to, head: { number: 1, hash: entry.hash }, ...(verdict && { verdict }) })
    expect(value.verdict === undefined).toBe(kind === 'contain')
    expect(await now()).toEqual(value)
  })

  it('leaves the end of the chain where contain has written further meanwhile', async () => {
    const head = { number: 5, hash: 'a'.repeat(64) }
    const { stored, ports } = await raced({ state: 'contained' }, { head })
    expect((await applyVerdict(stored, entryOf('verdict', 'releasing'), 'legitimate', ports)).value).toMatchObject({
      state: 'releasing',
      head,
    })
  })

  it.each<[string, IncidentState, IncidentState, Partial<Incident>]>([
    ['moved elsewhere', 'contained', 'releasing', { state: 'asking' }],
    ['was closed', 'contained', 'releasing', { state: 'confirmed', verdict: verdictBy(BOB, 'compromised') }],
    [
      'came to the same state by the verdict of somebody else',
      'contained',
      'releasing',
      { state: 'releasing', verdict: verdictBy(BOB, 'legitimate') },
    ],
  ])('is refused, to be given again, where the incident %s meanwhile', async (_, seen, to, meanwhile) => {
    const { stored, ports, now } = await raced({ state: seen }, meanwhile)
    await expect(applyVerdict(stored, entryOf('verdict', to), 'legitimate', ports)).rejects.toMatchObject({
      code: 'incident.state',
      message: `incident ${ID} changed from ${seen} to ${meanwhile.state} meanwhile; review it again`,
    })
    expect(await now()).toMatchObject(meanwhile)
  })

  it('is taken for applied where it came to the incident by another hand', async () => {
    const verdict: Verdict = { kind: 'legitimate', by: ANNA, reason: 'looked at it', at: AT }
    const { stored, ports } = await raced({ state: 'contained' }, { state: 'releasing', verdict })
    const { value, version } = await applyVerdict(stored, entryOf('verdict', 'releasing'), 'legitimate', ports)
    expect([value.verdict, version]).toEqual([verdict, 2])
  })

  it('as an order is fulfilled where the incident is being contained for another reason by now', async () => {
    const { stored, ports } = await raced({ state: 'asking' }, { state: 'containing' })
    expect((await applyVerdict(stored, entryOf('verdict', 'containing'), 'contain', ports)).value.state).toBe('containing')
  })
})

describe('an extension that is applied', () => {
  it('puts off reminders, and the chain ends with its entry', async () => {
    const { stored, ports, now } = await raced({ state: 'contained', escalatedAt: 1, pagedAt: 2 })
    const entry = entryOf('extension', { until: 7 })
    await applyExtension(stored, entry, ports)
    expect(await now()).toMatchObject({ state: 'contained', extendedUntil: 7, head: { number: 1, hash: entry.hash } })
    expect([(await now())?.escalatedAt, (await now())?.pagedAt]).toEqual([undefined, undefined])
  })

  it('is dropped where the incident has moved on to another state that could be extended too', async () => {
    const { stored, ports, now } = await raced({ state: 'contained' }, { state: 'asking' })
    await applyExtension(stored, entryOf('extension', { until: 7 }), ports)
    expect((await now())?.extendedUntil).toBeUndefined()
  })
})
