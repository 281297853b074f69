import { describe, expect, it } from 'vitest'
import type { Trust } from '../../shared/sense/believe.ts'
import { ACCOUNT, ATTACK } from '../embedded.ts'
import { delivered, deployed } from './stack.ts'

const MEMBER = '210987654321'
const STRANGER = '999988887777'
const TRUST: Trust = { kind: 'event-bus', accounts: new Set([ACCOUNT, MEMBER]) }

/** What a forwarder sends: EventBridge keeps source, account, region and time of an event that it puts on another bus, and gives it an id of its own. */
const forwarded = (record: object, account: string, region: string, id = 'c4c1c1c9-6542-e61b-6ef0-8c4d36933a92') =>
  delivered(record, { id, account, region, detail: { ...record, recipientAccountId: account, awsRegion: region } })

const inAccount = (account: string) => ATTACK.map((record) => JSON.parse(JSON.stringify(record).replaceAll(ACCOUNT, account)) as object)

describe('events that forwarders send', () => {
  it('count where they are of the stack’s own account, in any region', async () => {
    const world = await deployed({ trust: TRUST })
    const { failed } = await world.respond(ATTACK.map((record) => forwarded(record, ACCOUNT, 'eu-west-1')))
    expect(failed.size).toBe(0)
    expect(await world.incidents()).toHaveLength(1)
  })

  it('count where they are of an account that is set, and the incident is about an identity of that account', async () => {
    const world = await deployed({ trust: TRUST })
    const { failed } = await world.respond(inAccount(MEMBER).map((record) => forwarded(record, MEMBER, 'ap-southeast-2')))
    expect(failed.size).toBe(0)
    expect((await world.incidents()).map(({ identity }) => identity.account)).toEqual([MEMBER])
  })

  it('do not count where they are of an account that is not set: they fail, are logged with the doubt, and store nothing', async () => {
    const world = await deployed({ trust: TRUST })
    const { failed } = await world.respond(inAccount(STRANGER).map((record) => forwarded(record, STRANGER, 'us-east-1')))
    expect(failed.size).toBe(ATTACK.length)
    expect(await world.incidents()).toEqual([])
    expect(world.log.entries.filter(({ event }) => event === 'respond.unbelieved')).toHaveLength(ATTACK.length)
    expect(world.log.entries).toContainEqual(
      expect.objectContaining({ level: 'warn', event: 'respond.unbelieved', fields: expect.objectContaining({ doubt: 'account' }) }),
    )
  })

  it('do not count where a member’s record stands in an event of another account', async () => {
    const world = await deployed({ trust: TRUST })
    const [record = {}] = inAccount(ACCOUNT)
    const event = { ...forwarded(record, MEMBER, 'us-east-1'), detail: { ...record, recipientAccountId: ACCOUNT } }
    expect((await world.respond([event])).failed.get(0)).toContain('of another account than the event itself')
  })

  it('count once, where a forwarder stands in the home region too and each event comes by both buses', async () => {
    const [once, twice] = await Promise.all([deployed({ trust: TRUST }), deployed({ trust: TRUST })])
    const ids = ['11111111-6542-e61b-6ef0-8c4d36933a92', '22222222-6542-e61b-6ef0-8c4d36933a92']
    const by = (id: string) => ATTACK.map((record) => forwarded(record, ACCOUNT, 'us-east-1', id))
    await once.respond(by(ids[0] as string))
    await twice.respond(by(ids[0] as string).flatMap((event, at) => [event, by(ids[1] as string)[at] as object]))
    await twice.respond(by(ids[1] as string))
    const seen = async (world: typeof once) =>
      (await world.incidents()).map(({ assessment, findings, state }) => ({ assessment, findings, state }))
    expect(await seen(twice)).toEqual(await seen(once))
    expect(await seen(once)).toHaveLength(1)
    const [first, second] = await Promise.all(
      [once, twice].map(async (world) => {
        const [incident] = await world.incidents()
        return world.ports.incidents.signals(incident?.id ?? '', () => {})
      }),
    )
    expect(second?.map(({ id }) => id)).toEqual(first?.map(({ id }) => id))
  })
})
