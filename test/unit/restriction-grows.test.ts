import { describe, expect, it } from 'vitest'
import { restrictionIn } from '../../shared/contain/restriction-document.ts'
import { quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { RespondPorts } from '../../shared/ports/respond.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { review } from '../../shared/review/review.ts'
import { call, embedded, NOW, oneUser } from '../embedded.ts'
import { byRole, roleNamed } from '../looked-up.ts'
import { reviewer } from '../restricted.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const HOME = '192.0.2.10'
const AWAY = '198.51.100.7'
/** A known owner is restricted for what it does; the places count as by default. */
const POLICY = {
  version: 3,
  mode: 'contain',
  thresholds: { notify: 10, ask: 20, restrict: 30, contain: 100 },
  evidence: { restrictKnownFrom: 0 },
} as const
const HABIT = ['s3:ListBuckets', 'lambda:CreateFunction', 'ecr:PutImage']

const networks = {
  [HOME]: { country: 'US', network: { asn: 64_496, organisation: 'Example Access' } },
  [AWAY]: { country: 'RO', network: { asn: 64_511, organisation: 'Example Elsewhere' } },
} as const

/** The responder in memory, whose user or role has had a habit for ten days, from home. */
async function knownWorld(
  caller: (action: string, parts: { id: string; time: number; from: string; request?: object }) => object,
  { delivery, account = oneUser() }: { delivery?: RespondPorts['delivery']; account?: object } = {},
) {
  const world = await embedded({ account, policy: POLICY })
  const geoIp = { locate: (address: string) => networks[address as keyof typeof networks] ?? { country: undefined, network: undefined } }
  const respond = pipeline({ ...world.ports, geoIp, ...(delivery === undefined ? {} : { delivery }) })
  const before = world.account.authorizationDetails()
  const past = Array.from({ length: 40 }, (_, at) => NOW - 10 * DAY + at * 6 * HOUR)
  await respond(past.flatMap((time, at) => HABIT.map((action) => caller(action, { id: `${action}-${at}`, time, from: HOME }))))
  const only = async () => {
    const [incident, ...others] = await world.incidents()
    if (incident === undefined || others.length > 0) throw new Error(`${others.length + 1} incidents, not one`)
    return incident
  }
  return { ...world, respond, before, only }
}

const byUser = (action: string, parts: Parameters<typeof call>[1]) => call(action, parts)
const bySession = (action: string, parts: Parameters<typeof call>[1]) =>
  byRole('deploy', action, { ...parts, key: 'ASIADEPLOY0000000001', name: 'build-7' })

/** What a caller does from home that its habit does not explain. */
const harm = (caller: typeof byUser) =>
  ['iam:CreateUser', 'cloudtrail:StopLogging'].map((action, at) =>
    caller(action, { id: `h${at}`, time: NOW + at * 1000, from: HOME, request: { userName: 'backdoor' } }),
  )

describe('a restriction without a fence', () => {
  it('gets one once later evidence is of another place: the wider document is written over it, and people are told again', async () => {
    const world = await knownWorld(byUser)
    await world.respond(harm(byUser))
    const first = await world.only()
    expect(first).toMatchObject({ state: 'restricted', restriction: { isCovered: true, isFenced: false, addresses: ['192.0.2.0/24'] } })
    const standing = async () => (await world.account.getUserPolicy('ci-build', quarantinePolicyName(first.id))) ?? ''
    const open = await standing()
    expect(restrictionIn(open)).toMatchObject({ isFenced: false })
    const told = world.notices.length
    world.setNow(NOW + 60_000)
    await world.respond([byUser('iam:CreateAccessKey', { id: 'away', time: NOW + 60_000, from: AWAY, request: { userName: 'backdoor' } })])
    const second = await world.only()
    expect(second).toMatchObject({ state: 'restricted', restriction: { ...first.restriction, isFenced: true } })
    expect(restrictionIn(await standing())).toMatchObject({ isFenced: true, addresses: ['192.0.2.0/24'] })
    expect(world.notices.slice(told).at(-1)).toMatchObject({
      kind: 'restricted',
      body: expect.stringContaining('every call from outside its usual networks'),
    })
    const chain = await world.ports.record.list(incidentSubject(first.id))
    expect(verifyChain(incidentSubject(first.id), chain, second.head)).toBeUndefined()
    const values = chain.flatMap(({ kind, to }) => (kind === 'step-planned' ? [to] : []))
    expect(values).toEqual([open, await standing()])
    expect(chain.filter(({ kind }) => kind === 'step-planned').map(({ from }) => from)).toEqual([null, null])
    await review(first.id, { kind: 'legitimate', ...reviewer }, world.ports)
    expect(world.account.authorizationDetails()).toEqual(world.before)
  })

  it('stays as it is where there is no place to fence it to, and nobody is told again for that', async () => {
    const world = await knownWorld(byUser)
    await world.respond([byUser('s3:ListBuckets', { id: 'vpn', time: NOW - 30 * HOUR, from: '203.0.113.9' })])
    await world.respond(harm(byUser))
    const first = await world.only()
    expect(first).toMatchObject({ state: 'restricted', restriction: { isCovered: true, isFenced: false, addresses: [] } })
    const told = world.notices.filter(({ kind }) => kind === 'restricted').length
    world.setNow(NOW + 60_000)
    await world.respond([byUser('iam:CreateAccessKey', { id: 'away', time: NOW + 60_000, from: AWAY, request: { userName: 'backdoor' } })])
    expect((await world.only()).restriction).toEqual(first.restriction)
    expect(world.notices.filter(({ kind }) => kind === 'restricted')).toHaveLength(told)
  })
})

describe('a restriction', () => {
  it.each([
    ['a user', 'everything', byUser, { reads: true, sessions: true }, true],
    ['a user', 'no calls of sessions', byUser, { reads: true, sessions: false }, true],
    ['a user', 'no reads', byUser, { reads: false, sessions: true }, false],
    ['a role', 'everything', bySession, { reads: true, sessions: true }, true],
    ['a role', 'no calls of sessions', bySession, { reads: true, sessions: false }, false],
    ['a role', 'no reads', bySession, { reads: false, sessions: true }, false],
  ] as const)('of %s of which %s is delivered rests on its habit or on none', async (_, __, caller, delivery, isCovered) => {
    const account = { ...oneUser(), RoleDetailList: [roleNamed('deploy')] }
    const world = await knownWorld(caller, { delivery, account })
    await world.respond(harm(caller))
    expect(await world.only()).toMatchObject({ restriction: { isCovered } })
  })
})
