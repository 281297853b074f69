import { describe, expect, it } from 'vitest'
import { renderIncident } from '../../local/render/incident.ts'
import type { Paint } from '../../local/render/style.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { collectFacts } from '../../shared/review/explain/facts.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { ACCOUNT, ATTACK, call, exposed, NOW, quarantine } from '../embedded.ts'
import { assumes, byRole, lookedUp } from '../looked-up.ts'

const MINUTE = 60_000
const plain: Paint = (_, text) => text
const FORGED = 'CloudTrail does not know the event that decided this'

/** The incident of ATTACK, which is decided by the second or the third of its events. */
async function decided(trail: unknown[]) {
  const world = await lookedUp({ trail })
  await world.respond(ATTACK)
  await world.lookUpAll()
  return world
}

describe('somebody who forges the event that has a credential contained', () => {
  it('is found out after half an hour: people are told first of all, on every surface, and nothing is given back', async () => {
    const world = await decided([])
    expect(world.notices.filter(({ kind }) => kind === 'unknown-event')).toEqual([])
    await world.sweepAt(NOW + 29 * MINUTE)
    expect((await world.only()).lookups?.decidingEvent).toBeUndefined()
    await world.sweepAt(NOW + 35 * MINUTE)
    const incident = await world.only()
    expect(incident).toMatchObject({ state: 'contained', lookups: { decidingEvent: { answer: 'unknown' } } })
    expect(world.account.isRefused('ci-build')).toBe(true)
    const [notice, ...more] = world.notices.filter(({ kind }) => kind === 'unknown-event')
    expect(more).toEqual([])
    expect(notice).toMatchObject({
      priority: 100,
      title: 'CloudTrail does not know the event that decided about ci-build: it may be forged',
    })
    const changes = await world.ports.record.list(`INCIDENT#${incident.id}`)
    const signals = await world.ports.incidents.signals(incident.id)
    const surfaces = [
      JSON.stringify(messageOf({ incident, changes, policy: parsePolicy({ version: 2 }) })),
      renderIncident(incident, plain),
      JSON.stringify(collectFacts({ incident, signals, changes })),
      notice?.body,
    ]
    for (const surface of surfaces) expect(surface).toContain(FORGED)
    // Told once, however often it is asked.
    await world.sweepAt(NOW + 41 * MINUTE)
    expect(world.notices.filter(({ kind }) => kind === 'unknown-event')).toHaveLength(1)
  })

  it('differs from the true event in one thing: CloudTrail has it', async () => {
    const world = await decided([...ATTACK])
    await world.sweepAt(NOW + 35 * MINUTE)
    expect((await world.only()).lookups?.decidingEvent).toMatchObject({ answer: 'known' })
    expect(world.notices.filter(({ kind }) => kind === 'unknown-event')).toEqual([])
  })

  it('is not suspected where one event gives two signals: the quarantine policy, which AWS attaches to a user whose key is out', async () => {
    const record = quarantine('ci-build', { id: 'm1' })
    const world = await lookedUp({ trail: [record] })
    await world.respond([record])
    await world.sweepAt(NOW + 35 * MINUTE)
    const incident = (await world.incidents()).find(({ identity }) => identity.name === 'ci-build')
    expect(incident?.decidedBy.signalId).toBe('m1#exposure')
    expect(incident?.lookups?.decidingEvent).toMatchObject({ answer: 'known' })
    expect(world.notices.filter(({ kind }) => kind === 'unknown-event')).toEqual([])
  })

  it('is not suspected where one event gives two signals: a role that somebody new assumes', async () => {
    const past = Array.from({ length: 30 }, (_, day) => {
      const time = NOW - (30 - day) * 24 * 60 * MINUTE
      const key = `ASIAPAST000000000${String(day).padStart(3, '0')}`
      const own = { user: 'bystander', key: 'AKIABYSTANDER0000001' }
      return [
        assumes('deploy', { id: `p${day}`, time, session: key, ...own }),
        ...[1, 2, 3].map((at) => byRole('deploy', 's3:ListBuckets', { id: `p${day}-${at}`, time: time + at * MINUTE, key })),
      ]
    }).flat()
    const record = assumes('deploy', { id: 'm1', session: 'ASIAROLESESSION00001' })
    const world = await lookedUp({ trail: [record], policy: { thresholds: { notify: 10, ask: 20, contain: 85 } } })
    await world.respond([...past, record])
    await world.sweepAt(NOW + 35 * MINUTE)
    const incident = (await world.incidents()).find(({ identity }) => identity.name === 'deploy')
    expect(incident?.decidedBy.signalId).toBe('m1#assumption')
    expect(incident?.lookups?.decidingEvent).toMatchObject({ answer: 'known' })
  })

  it('takes the id of a true event for it: CloudTrail has another event by that id, which is told at once', async () => {
    const world = await decided(['a1', 'a2', 'a3'].map((id) => call('s3:ListBuckets', { id })))
    expect((await world.only()).lookups?.decidingEvent).toMatchObject({ answer: 'unknown', why: 'CloudTrail has another event by that id' })
    expect(world.notices.some(({ kind }) => kind === 'unknown-event')).toBe(true)
  })

  it('keeps CloudTrail from answering: that is never taken for "unknown", and it is asked again', async () => {
    let isDown = true
    const world = await lookedUp({
      history: (history) => ({
        ...history,
        page: (...asked) =>
          isDown ? Promise.reject(Object.assign(new Error('no'), { name: 'AccessDeniedException' })) : history.page(...asked),
      }),
    })
    await world.respond(ATTACK)
    for (const minutes of [35, 120, 600]) await world.sweepAt(NOW + minutes * MINUTE)
    const incident = await world.only()
    expect(incident.lookups?.decidingEvent).toBeUndefined()
    expect(renderIncident(incident, plain)).toContain('AccessDeniedException')
    isDown = false
    await world.sweepAt(NOW + 605 * MINUTE)
    expect((await world.only()).lookups?.decidingEvent).toMatchObject({ answer: 'unknown' })
  })

  it('keeps CloudTrail from answering once the lineage is complete: the incident says what failed', async () => {
    let isDown = false
    const world = await lookedUp({
      history: (history) => ({
        ...history,
        page: (...asked) => (isDown ? Promise.reject(Object.assign(new Error('no'), { name: 'InternalError' })) : history.page(...asked)),
      }),
    })
    await world.respond(ATTACK)
    await world.lookUpAll()
    isDown = true
    await world.sweepAt(NOW + 35 * MINUTE)
    expect(renderIncident(await world.only(), plain)).toContain('the event that decided this could not be looked up yet (InternalError)')
  })

  it('loses nothing that people were still to be told', async () => {
    const world = await lookedUp()
    await world.respond(ATTACK)
    const { id } = await world.only()
    const stored = await world.ports.incidents.get(id)
    if (stored === undefined) throw new Error('no incident')
    await world.ports.incidents.save({ ...stored.value, owedNotice: 'contained' }, stored.version)
    const told = world.notices.length
    world.setNow(NOW + 35 * MINUTE)
    await world.lookUpAll()
    expect(world.notices.slice(told).map(({ kind }) => kind)).toEqual(['contained', 'unknown-event'])
  })
})

describe('what CloudTrail’s event history does not hold', () => {
  it('is not looked up, and the incident says so: a report of AWS Health', async () => {
    const world = await lookedUp()
    await world.respond([exposed()])
    await world.sweepAt(NOW + 35 * MINUTE)
    const incident = await world.only()
    expect(incident.lookups?.decidingEvent).toMatchObject({ answer: 'not-held' })
    expect(renderIncident(incident, plain)).toContain('reported by AWS Health')
  })

  it.each([
    ['an event of another region', { awsRegion: 'eu-central-1' }, 'the event history of us-east-1 does not hold events of eu-central-1'],
    ['a data event', { managementEvent: false, eventCategory: 'Data' }, 'this is a data event'],
  ])('is not looked up, and the incident says so: %s', async (_, fields, said) => {
    const world = await lookedUp()
    await world.respond(ATTACK.map((record) => ({ ...record, ...fields })))
    await world.sweepAt(NOW + 35 * MINUTE)
    expect(renderIncident(await world.only(), plain)).toContain(said)
    expect(world.notices.filter(({ kind }) => kind === 'unknown-event')).toEqual([])
  })

  it('is asked for all the same where the identity is of another account, and is not told as forged where it is not there', async () => {
    const member = '210987654321'
    const calls = JSON.parse(JSON.stringify(ATTACK).replaceAll(ACCOUNT, member)) as object[]
    const world = await lookedUp()
    await world.respond(calls)
    await world.sweepAt(NOW + 35 * MINUTE)
    const text = renderIncident(await world.only(), plain)
    expect(text).toContain(`the event history of account ${ACCOUNT} does not hold events of account ${member}`)
    expect(world.notices.filter(({ kind }) => kind === 'unknown-event')).toEqual([])
    // A call by a foreign identity that this account recorded is there.
    const recorded = await lookedUp({ trail: calls })
    await recorded.respond(calls)
    await recorded.sweepAt(NOW + 35 * MINUTE)
    expect((await recorded.only()).lookups?.decidingEvent).toMatchObject({ answer: 'known' })
  })
})
