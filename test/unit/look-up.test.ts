import { describe, expect, it } from 'vitest'
import { pendingOf } from '../../shared/contain/pending.ts'
import { lookUp } from '../../shared/decide/look-up.ts'
import { LONGEST_SESSION_MS } from '../../shared/domain/lookups.ts'
import type { EventHistory } from '../../shared/ports/lookup.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { ATTACK, call, exposed, KEY, NOW } from '../embedded.ts'
import { assumes, lookedUp, roleNamed } from '../looked-up.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const created = call('iam:CreateAccessKey', {
  id: 'late-1',
  time: NOW - 5 * MINUTE,
  request: { userName: 'bystander' },
  response: { accessKey: { userName: 'bystander', accessKeyId: 'AKIABYSTANDER0000001' } },
})

/** What a history was asked for, in order: a key with how far back, or an event. */
function listening(asked: string[]) {
  return (history: EventHistory): EventHistory => ({
    ...history,
    async page(query, range) {
      asked.push('eventId' in query ? `event ${query.eventId}` : `${query.accessKeyId} -${(NOW - (range.since ?? 0)) / HOUR} h`)
      return history.page(query, range)
    },
  })
}

describe('looking up events', () => {
  it('finds a key that the intruder made and that no event told of, and contains it', async () => {
    const world = await lookedUp()
    await world.respond([...ATTACK, exposed()])
    const { id } = await world.only()
    expect(world.account.isRefused('bystander', 'AKIABYSTANDER0000001')).toBe(false)
    world.trail.push(created)
    await world.lookUpAll()
    expect((await world.only()).lineage.map(({ id: edge }) => edge)).toContain('AKIABYSTANDER0000001')
    expect(world.account.isRefused('bystander', 'AKIABYSTANDER0000001')).toBe(true)
    // The same again changes nothing.
    const before = [await world.incidents(), await world.ports.record.list(incidentSubject(id))]
    await lookUp(id, world.respond, world.ports)
    expect([await world.incidents(), await world.ports.record.list(incidentSubject(id))]).toEqual(before)
  })

  it('asks for the deciding event first, then for the suspects, then for what they made, as far back as a session may live', async () => {
    const asked: string[] = []
    const world = await lookedUp({ history: listening(asked) })
    world.trail.push(created, ...ATTACK)
    await world.respond([...ATTACK, created])
    const { decidedBy } = await world.only()
    await world.lookUpAll()
    expect(LONGEST_SESSION_MS / HOUR).toBe(36)
    const opened = ((await world.only()).openedAt - NOW) / HOUR
    expect(asked).toEqual([`event ${decidedBy.signalId}`, `${KEY} -${36 - opened} h`, `AKIABYSTANDER0000001 -${36 - opened} h`])
  })

  it('asks again four minutes later for what may have come late, and not for the whole past', async () => {
    const asked: string[] = []
    const world = await lookedUp({ history: listening(asked) })
    world.trail.push(...ATTACK)
    await world.respond(ATTACK)
    await world.lookUpAll()
    asked.length = 0
    world.setNow(NOW + 3 * MINUTE)
    await lookUp((await world.only()).id, world.respond, world.ports)
    expect(asked).toEqual([])
    world.setNow(NOW + 4 * MINUTE)
    await lookUp((await world.only()).id, world.respond, world.ports)
    expect(asked).toEqual([`${KEY} -0.25 h`])
  })

  it('asks for the message again where an event cannot be evaluated, and keeps no progress', async () => {
    const world = await lookedUp()
    await world.respond([exposed()])
    world.trail.push(created)
    const failing = async () => ({ failed: new Map([[0, 'conflict']]), outcomes: [] })
    await expect(lookUp((await world.only()).id, failing, world.ports)).rejects.toThrow('1 of 1 events')
    expect((await world.only()).lookups?.credentials).toEqual([])
  })

  it('asks for nothing where the incident is closed or not there', async () => {
    const world = await lookedUp()
    await world.respond([exposed()])
    await world.sweepAt(NOW + HOUR)
    await world.sweepAt(NOW + 169 * HOUR)
    expect((await world.only()).state).toBe('confirmed')
    const history = { ...world.ports.history, page: () => Promise.reject(new Error('not to be asked')) }
    expect(await lookUp((await world.only()).id, world.respond, { ...world.ports, history })).toBe(0)
    expect(await lookUp('inc-000000000000', world.respond, { ...world.ports, history })).toBe(0)
  })

  it('says how much of what a credential issued is left out, and what to do', async () => {
    const world = await lookedUp({ account: { RoleDetailList: [roleNamed('deploy')] } })
    const sessions = Array.from({ length: 130 }, (_, at) =>
      assumes('deploy', { id: `m${at}`, time: NOW - 5 * MINUTE + at, name: `n-${at}`, session: `ASIAMANY${String(at).padStart(12, '0')}` }),
    )
    world.trail.push(...sessions, ...ATTACK)
    await world.respond(ATTACK)
    await world.lookUpAll()
    const lines = pendingOf(await world.only())
    expect(lines.find((line) => line.includes('more than an incident keeps'))).toMatch(/^AKIA\w+ issued 30 more than an incident keeps/)
  })

  it('leaves alone what another credential of the identity issued, which is its owner’s', async () => {
    const world = await lookedUp({ account: { RoleDetailList: [roleNamed('deploy')] } })
    const other = 'AKIAOTHERKEY00000001'
    world.trail.push(
      assumes('deploy', { id: 'o1', time: NOW - 2 * HOUR, key: other, session: 'ASIAOWNERSESSION0001', seconds: 43_200 }),
      call('s3:ListBuckets', { id: 'o2', key: other }),
      ...ATTACK,
    )
    await world.respond(ATTACK)
    const { id } = await world.only()
    const stored = await world.ports.incidents.get(id)
    if (stored === undefined) throw new Error('no incident')
    const credentials = [...stored.value.credentials, { id: other, kind: 'access-key' as const, isPrimary: false }]
    await world.ports.incidents.save({ ...stored.value, credentials }, stored.version)
    await world.lookUpAll()
    expect((await world.only()).lineage.map(({ id: edge }) => edge)).not.toContain('ASIAOWNERSESSION0001')
  })
})

describe('the sweep', () => {
  it('requests the look-ups of twenty incidents at a time, the most consequential first, and says how many it put off', async () => {
    const users = Array.from({ length: 23 }, (_, at) => `user-${String(at).padStart(2, '0')}`)
    const keyOf = (at: number) => `AKIAMANYUSERS00000${String(at).padStart(2, '0')}`
    const world = await lookedUp({
      account: {
        UserDetailList: users.map((UserName) => ({ UserName, Arn: `arn:aws:iam::123456789012:user/${UserName}` })),
        AccessKeys: users.map((UserName, at) => ({ UserName, AccessKeyId: keyOf(at), Status: 'Active' })),
      },
      policy: { mode: 'ask' },
    })
    await world.respond(users.map((_, at) => exposed(keyOf(at), `x${at}`)))
    const warned: unknown[] = []
    const log = { info: () => {}, warn: (event: string, fields?: object) => void warned.push([event, fields]) }
    const asked = world.backfillQueue.asked.length
    await world.sweepWith({ log })
    expect(warned).toContainEqual(['sweep.lookups.put-off', { incidents: 3 }])
    const open = await world.ports.incidents.listOpen(100)
    expect(world.backfillQueue.asked.slice(asked)).toEqual(open.slice(0, 20).map(({ id }) => id))
  })
})
