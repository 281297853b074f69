import { afterEach, describe, expect, it } from 'vitest'
import { cloudTrailClient } from '../../shared/aws/clients.ts'
import { cloudTrailHistory } from '../../shared/aws/event-history.ts'
import { memoryHistory } from '../../shared/memory/event-history.ts'
import { json, type Loopback, loopback, type WireAnswer, type WireRequest } from './loopback.ts'
import { KEY } from './samples.ts'

const recordOf = (id: number, accessKeyId = KEY) => ({ eventID: `e-${id}`, eventName: 'ListUsers', userIdentity: { accessKeyId } })

const wires: Loopback[] = []
afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.close()))
})

/** LookupEvents over records, oldest first, in pages of its MaxResults. */
async function trail(
  records: readonly { eventID?: string; eventTime?: string; userIdentity: { accessKeyId: string } }[],
  fault?: () => WireAnswer | undefined,
): Promise<Loopback> {
  const wire = await loopback(({ body }) => {
    const failed = fault?.()
    if (failed !== undefined) return failed
    const { LookupAttributes, MaxResults, NextToken, StartTime = 0, EndTime = Number.POSITIVE_INFINITY } = JSON.parse(body)
    const [{ AttributeKey, AttributeValue }] = LookupAttributes
    const secondsOf = ({ eventTime }: { eventTime?: string }) => (eventTime === undefined ? StartTime : Date.parse(eventTime) / 1000)
    const found = records
      .filter(({ userIdentity, eventID }) => (AttributeKey === 'EventId' ? eventID : userIdentity.accessKeyId) === AttributeValue)
      .filter((record) => secondsOf(record) >= StartTime && secondsOf(record) <= EndTime)
      .toReversed()
    const at = Number(NextToken ?? 0)
    const Events = found.slice(at, at + MaxResults).map((record) => ({ CloudTrailEvent: JSON.stringify(record) }))
    return json({ Events, ...(at + MaxResults < found.length ? { NextToken: String(at + MaxResults) } : {}) })
  })
  wires.push(wire)
  return wire
}

const onCloudTrail = async (records: Parameters<typeof trail>[0]) =>
  cloudTrailHistory(cloudTrailClient((await trail(records)).options), { wait: async () => {} })

describe.each([
  { name: 'in memory', make: async (records: Parameters<typeof trail>[0]) => memoryHistory(records) },
  { name: 'on CloudTrail', make: onCloudTrail },
])('the history $name', ({ make }) => {
  it('gives the records of one key as they are, newest first', async () => {
    const history = await make([recordOf(1), recordOf(2, 'AKIAI44QH8DHBEXAMPLE'), recordOf(3)])
    expect(await history.lookup(KEY)).toEqual([recordOf(3), recordOf(1)])
  })

  it('gives only what is as young as asked for', async () => {
    const at = (id: number) => ({ ...recordOf(id), eventTime: `2026-03-02T12:0${id}:00Z` })
    const history = await make([at(1), at(2), at(3)])
    expect(await history.lookup(KEY, Date.UTC(2026, 2, 2, 12, 2))).toEqual([at(3), at(2)])
  })

  it('gives one event by its id, and an empty answer for one that it does not have', async () => {
    const history = await make([recordOf(1), recordOf(2)])
    expect(await history.page({ eventId: 'e-2' }, {})).toEqual({ records: [recordOf(2)], next: undefined })
    expect(await history.page({ eventId: 'e-9' }, {})).toEqual({ records: [], next: undefined })
  })

  it('gives a long past in parts of 50, each beginning where the last one ended, up to a time where one is named', async () => {
    const at = (id: number) => ({ ...recordOf(id), eventTime: new Date(Date.UTC(2026, 2, 2, 12) + id * 1000).toISOString() })
    const history = await make(Array.from({ length: 120 }, (_, id) => at(id)))
    const range = { since: Date.UTC(2026, 2, 2, 12), until: Date.UTC(2026, 2, 2, 12) + 99_000 }
    const first = await history.page({ accessKeyId: KEY }, range)
    expect([first.records.length, first.records[0]]).toEqual([50, at(99)])
    const second = await history.page({ accessKeyId: KEY }, { ...range, next: first.next })
    expect([second.records.length, second.records.at(-1), second.next]).toEqual([50, at(0), undefined])
  })

  it('gives nothing for a key without a past', async () => {
    expect(await (await make([recordOf(1)])).lookup('AKIAZZZZZZZZZZZZZZZZ')).toEqual([])
  })

  it('gives the newest 500 of a long past', async () => {
    const records = Array.from({ length: 620 }, (_, at) => recordOf(at))
    const found = await (await make(records)).lookup(KEY)
    expect(found).toHaveLength(500)
    expect([found[0], found.at(-1)]).toEqual([recordOf(619), recordOf(120)])
  })
})

describe('the history on CloudTrail', () => {
  it('asks for 50 of the key at a time, and pauses after each page, the last too: the next task may run in another instance', async () => {
    const wire = await trail(Array.from({ length: 120 }, (_, at) => recordOf(at)))
    const pauses: number[] = []
    await cloudTrailHistory(cloudTrailClient(wire.options), { wait: async (ms) => void pauses.push(ms) }).lookup(KEY)
    expect(pauses).toEqual([1500, 1500, 1500])
    const asked = wire.requests.map(({ body }: WireRequest) => JSON.parse(body))
    expect(asked.map(({ MaxResults }) => MaxResults)).toEqual([50, 50, 50])
    expect(asked[0].LookupAttributes).toEqual([{ AttributeKey: 'AccessKeyId', AttributeValue: KEY }])
  })

  it('paces what is looked up one after the other too, whatever it is looked up by', async () => {
    const wire = await trail([recordOf(1)])
    const pauses: number[] = []
    const history = cloudTrailHistory(cloudTrailClient(wire.options), { wait: async (ms) => void pauses.push(ms) })
    for (const key of [KEY, 'AKIAI44QH8DHBEXAMPLE', 'ASIAROLESESSION00001']) await history.page({ accessKeyId: key }, {})
    await history.page({ eventId: 'e-1' }, {})
    expect(pauses).toEqual([1500, 1500, 1500, 1500])
  })

  it('pauses as long as it is told to, also where CloudTrail refuses, since that request counted', async () => {
    const wire = await trail([], () => json({ __type: 'AccessDeniedException', message: 'no' }, 400))
    const pauses: number[] = []
    const history = cloudTrailHistory(cloudTrailClient(wire.options), { pauseMs: 3000, wait: async (ms) => void pauses.push(ms) })
    await expect(history.lookup(KEY)).rejects.toMatchObject({ name: 'AccessDeniedException' })
    expect(pauses).toEqual([3000])
  })

  it('asks for no further page of a key after 40 seconds, and gives what it has', async () => {
    const wire = await trail(Array.from({ length: 120 }, (_, at) => recordOf(at)))
    let now = 0
    const wait = async () => {
      now += 20_000
    }
    expect(await cloudTrailHistory(cloudTrailClient(wire.options), { wait, now: () => now }).lookup(KEY)).toHaveLength(100)
  })

  it('tries again where it is throttled', async () => {
    const answers: (WireAnswer | undefined)[] = [json({ __type: 'ThrottlingException', message: 'Rate exceeded' }, 400)]
    const wire = await trail([recordOf(1)], () => answers.shift())
    expect(await cloudTrailHistory(cloudTrailClient(wire.options), { wait: async () => {} }).lookup(KEY)).toEqual([recordOf(1)])
    expect(wire.requests).toHaveLength(2)
  })

  it('throws where it cannot look: that is not "no past"', async () => {
    const wire = await trail([], () => json({ __type: 'AccessDeniedException', message: 'no' }, 400))
    const history = cloudTrailHistory(cloudTrailClient(wire.options), { wait: async () => {} })
    await expect(history.lookup(KEY)).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })

  it('hands on a record that is no JSON as text, for normalise to name', async () => {
    const wire = await loopback(() => json({ Events: [{ CloudTrailEvent: '{"eventID":' }, {}] }))
    wires.push(wire)
    expect(await cloudTrailHistory(cloudTrailClient(wire.options), { wait: async () => {} }).lookup(KEY)).toEqual(['{"eventID":'])
  })
})
