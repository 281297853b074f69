import { describe, expect, it } from 'vitest'
import { renderTimeline } from '../../local/render/timeline.ts'
import type { IncidentSignal } from '../../shared/domain/incident.ts'
import { refusedAfter } from '../../shared/domain/reasons.ts'
import { callsIn, leftOutText, MOST_ACTIONS, NOT_THINNED, placeOf, thinningOf, WHOLE } from '../../shared/domain/timeline.ts'
import { memoryIncidentStore, noTexts } from '../../shared/memory/incident-store.ts'
import { templateOf } from '../../shared/review/explain/template.ts'
import { detailsOf } from '../../shared/slack/details.ts'
import { AT, incidentOf, signalOf } from '../contract/samples.ts'
import { call, embedded, NOW } from '../embedded.ts'

const ID = 'inc-0123456789ab'

/** A flood: so many calls of one kind, ten a second. */
const flood = (count: number, parts: Partial<IncidentSignal> = {}) =>
  Array.from({ length: count }, (_, at) => ({ ...signalOf(`${parts.action ?? 'flood'}-${at}`, AT + at * 100), ...parts }))

async function timelineOf(signals: readonly IncidentSignal[]) {
  const texts = noTexts()
  const store = memoryIncidentStore(texts)
  for (const signal of signals) await store.addSignal(ID, signal)
  return { store, kept: await store.signals(ID), items: () => texts.signals.get(ID)?.size ?? 0 }
}

describe('a timeline under a flood', () => {
  it('keeps every call while there are few', async () => {
    const { kept } = await timelineOf(flood(WHOLE))
    expect(kept).toEqual(flood(WHOLE))
    expect(leftOutText(kept)).toBeUndefined()
  })

  it('keeps some hundreds of 20,000 calls, the first ones whole, and says about how many it leaves out', async () => {
    const { kept, items } = await timelineOf(flood(20_000))
    expect(items()).toBeLessThan(450)
    expect(kept.slice(0, WHOLE)).toEqual(flood(WHOLE))
    expect(Math.abs(callsIn(kept) / 20_000 - 1)).toBeLessThan(0.2)
    expect(leftOutText(kept)).toMatch(
      /^and about \d+ more like these that are not kept, .*Z to .*Z, from 192\.0\.2\.1: sts:GetCallerIdentity \d+$/,
    )
  })

  it('changes by nothing when every call comes again, in another order', async () => {
    const calls = flood(5000)
    const { store, kept } = await timelineOf(calls)
    for (const signal of calls.toReversed()) await store.addSignal(ID, signal)
    expect(await store.signals(ID)).toEqual(kept)
  })

  it('keeps what differs: another call, another finding, or a success among refusals', async () => {
    const refused = flood(5000, { outcome: 'denied' })
    const others = [
      { ...signalOf('other-call', AT + 9_000_000), action: 'iam:CreateUser' },
      { ...signalOf('other-finding', AT + 9_000_001), outcome: 'denied' as const, detectors: ['new-country', 'key-created'] },
      signalOf('success', AT + 9_000_002),
    ]
    const { kept } = await timelineOf([...refused, ...others])
    for (const other of others) expect(kept).toContainEqual(other)
    expect(kept.length).toBeLessThan(400)
  })

  it('keeps the signal that brought the decision, whatever came before it', async () => {
    const { store } = await timelineOf(flood(20_000))
    for (const signal of flood(50, { action: 'sts:GetCallerIdentity' }))
      await store.addSignal(ID, { ...signal, id: `d-${signal.id}` }, true)
    expect((await store.signals(ID)).filter(({ id }) => id.startsWith('d-'))).toHaveLength(50)
  })

  it('keeps a new finding and a success also after every count was used up by other calls', async () => {
    const refused = Array.from({ length: 20_000 }, (_, at) => ({
      ...signalOf(`k-${at}`, AT + at),
      action: `ec2:Call${at % 1000}`,
      outcome: 'denied' as const,
      detectors: ['discovery-burst'],
    }))
    const others = [
      { ...signalOf('finding', AT + 30_000), action: 'iam:PutUserPolicy', outcome: 'denied' as const, detectors: ['admin-granted'] },
      { ...signalOf('made', AT + 30_001), action: 'iam:CreateAccessKey', detectors: [] },
    ]
    const { kept } = await timelineOf([...refused, ...others])
    for (const other of others) expect(kept).toContainEqual(other)
  })

  it('shows of every hour that calls went on', async () => {
    const days = Array.from({ length: 48 * 60 }, (_, minute) => signalOf(`m-${minute}`, AT + minute * 60_000))
    const { kept } = await timelineOf([...flood(20_000), ...days])
    const hours = new Set(kept.map(({ time }) => Math.floor(time / 3_600_000)))
    expect(hours.size).toBeGreaterThanOrEqual(48)
  })

  it('is bounded where every call is of another kind', async () => {
    const { items } = await timelineOf(
      Array.from({ length: 20_000 }, (_, at) => ({ ...signalOf(`k-${at}`, AT + at), action: `ec2:Call${at}`, detectors: [] })),
    )
    expect(items()).toBeLessThan(MOST_ACTIONS + 450)
  })
})

describe('an incident with many like calls', () => {
  it('has the signal of its decision in the timeline, which is asked to be kept', async () => {
    const world = await embedded()
    const { addSignal } = world.ports.incidents
    const deciding = new Set<string>()
    world.ports.incidents.addSignal = (incidentId, signal, isDeciding) => {
      if (isDeciding === true) deciding.add(signal.id)
      return addSignal(incidentId, signal, isDeciding)
    }
    const made = (at: number) =>
      call('iam:CreateUser', { id: `m${at}`, time: NOW + at * 1000, from: '198.51.100.7', request: { userName: `made-${at}` } })
    for (let from = 0; from < 400; from += 10) await world.respond(Array.from({ length: 10 }, (_, at) => made(from + at)))
    const [incident] = await world.incidents()
    const kept = await world.ports.incidents.signals(incident?.id ?? '')
    expect(kept.length).toBeLessThan(250)
    expect(kept.map(({ id }) => id)).toContain(incident?.decidedBy.signalId)
    expect(deciding).toContain(incident?.decidedBy.signalId)
    expect(deciding.size).toBeLessThan(6)
  })
})

describe('who reads a thinned timeline', () => {
  it('is told how many calls it stands for, on the command line, in Slack and in an explanation', async () => {
    const incident = incidentOf(ID, { containedAt: AT })
    const { kept } = await timelineOf(flood(20_000, { outcome: 'denied' }))
    const calls = callsIn(kept)
    const texts = [
      renderTimeline(incident, kept, (_, text) => text),
      JSON.stringify(detailsOf(incident, { signals: kept, changes: [] }).blocks),
      JSON.stringify(templateOf({ incident, signals: kept, changes: [] })),
    ]
    for (const text of texts.slice(0, 2)) expect(text).toMatch(/and about \d+ more like these that are not kept/)
    expect(texts[2]).toContain(`Refused: about ${calls} calls`)
    expect(refusedAfter(incident, kept)).toBeGreaterThan(15_000)
  })
})

describe('the thinning of a timeline', () => {
  it('never falls, also where less of a kind is found than before', () => {
    const high = thinningOf(flood(3000), NOT_THINNED)
    expect(thinningOf(flood(10), high)).toBe(high)
    expect(Object.values(high.kinds).every((level) => level === 6)).toBe(true)
  })

  it('counts a call for as many as it stands for', () => {
    const kept = flood(60).map((signal) => ({ ...signal, representedCalls: 64 }))
    expect(Object.values(thinningOf(kept, NOT_THINNED).kinds)).toEqual([7, 7])
  })

  it('leaves out the same calls for every writer', () => {
    const thinning = { kinds: { 'call sts:GetCallerIdentity succeeded': 3, 'finding new-country succeeded': 4 } }
    const kept = flood(8000).filter((signal) => placeOf(ID, signal, thinning).kind === 'kept')
    expect(kept.length).toBeGreaterThan(850)
    expect(kept.length).toBeLessThan(1150)
    expect(kept.every((signal) => JSON.stringify(placeOf(ID, signal, thinning)) === '{"kind":"kept","representedCalls":8}')).toBe(true)
  })
})
