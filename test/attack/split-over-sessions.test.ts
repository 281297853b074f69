import { describe, expect, it } from 'vitest'
import { arnOf, call, KEY, NOW } from '../embedded.ts'
import { assumes, byRole, lookedUp, roleNamed } from '../looked-up.ts'

const SECOND = 1000
const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Refused reads of different kinds, as a tool makes them that tries out what a credential may do. */
const READS = Array.from({ length: 28 }, (_, at) => `service${at}:ListThings${at}`)
const SECRETS = Array.from({ length: 40 }, (_, at) => ({ secretId: `secret-${at}` }))
const REGIONS = Array.from({ length: 12 }, (_, at) => `region-${at}`)

type Maker = (at: number) => { action: string; id: string; time: number; request?: object; error?: string; region?: string }

const refused: Maker = (at) => ({ action: READS[at] ?? 'x:y', id: `r${at}`, time: NOW + at * SECOND, error: 'AccessDenied' })
const secret: Maker = (at) => ({
  action: 'secretsmanager:GetSecretValue',
  id: `s${at}`,
  time: NOW + at * SECOND,
  request: SECRETS[at] ?? {},
})
const launch: Maker = (at) => ({ action: 'ec2:RunInstances', id: `l${at}`, time: NOW + at * SECOND, region: REGIONS[at] ?? 'region-0' })

const BURSTS: [name: string, count: number, maker: Maker][] = [
  ['28 refused reads', 28, refused],
  ['40 secrets', 40, secret],
  ['launches in 12 regions', 12, launch],
]

/** The session that makes call number `at`, where they are spread over so many. */
const sessionOf = (at: number, over: number) => `ASIASESSION0000000${String(at % over).padStart(2, '0')}`

const keyOf = (at: number, over: number) => (over === 1 ? KEY : sessionOf(at, over))

function byUser(maker: Maker, at: number, over: number): object {
  const { action, region, ...parts } = maker(at)
  return { ...call(action, { ...parts, key: keyOf(at, over) }), ...(region === undefined ? {} : { awsRegion: region }) }
}

/** A month in which the identity does its work from its usual place: `records` are what it does in an hour. */
function month(records: (day: number, time: number) => object[]): object[] {
  return Array.from({ length: 30 }, (_, day) => records(day, NOW - (30 - day) * DAY)).flat()
}

/** How far the strongest finding of an identity's incident goes, and by which detectors. */
async function seen(world: Awaited<ReturnType<typeof lookedUp>>) {
  const incidents = await world.incidents()
  return {
    decisions: incidents.map(({ decision }) => decision.would),
    detectors: [...new Set(incidents.flatMap(({ findings }) => findings.map(({ detector }) => detector)))],
  }
}

const FOUND: Record<string, string[]> = {
  '28 refused reads': ['permissions-enumerated'],
  '40 secrets': ['secrets-swept'],
  'launches in 12 regions': ['launched-in-many-regions'],
}

describe('an intruder who spreads over sessions what one credential would be caught at', () => {
  const past = month((day, time) =>
    Array.from({ length: 4 }, (_, at) => call('s3:ListBuckets', { id: `p${day}-${at}`, time: time + at * HOUR })),
  )

  describe.each(BURSTS)('%s', (name, count, maker) => {
    it.each([1, 2, 6, 40])('over %i sessions of one user, from the usual place, fire all the same', async (over) => {
      const world = await lookedUp()
      await world.respond(past)
      await world.respond(Array.from({ length: count }, (_, at) => byUser(maker, at, over)))
      expect((await seen(world)).detectors).toEqual(expect.arrayContaining(FOUND[name] ?? []))
    })

    it('over six sessions of a role that it assumed fire all the same', async () => {
      const world = await lookedUp({ account: { RoleDetailList: [roleNamed('deploy')] } })
      const rolePast = month((day, time) =>
        Array.from({ length: 4 }, (_, at) =>
          byRole('deploy', 's3:ListBuckets', {
            id: `q${day}-${at}`,
            time: time + at * HOUR,
            key: `ASIADAY0000000000${String(day).padStart(3, '0')}`,
          }),
        ),
      )
      await world.respond(rolePast)
      const calls = Array.from({ length: count }, (_, at) => {
        const { action, region, ...parts } = maker(at)
        return { ...byRole('deploy', action, { ...parts, key: sessionOf(at, 6) }), ...(region === undefined ? {} : { awsRegion: region }) }
      })
      await world.respond(calls)
      expect((await seen(world)).detectors).toEqual(expect.arrayContaining(FOUND[name] ?? []))
    })

    it('differ from twice as slow a life, a call in eleven minutes, which is no burst of anything', async () => {
      const world = await lookedUp()
      await world.respond(past)
      const slow: Maker = (at) => ({ ...maker(at), time: NOW + at * 11 * 60 * SECOND })
      await world.respond(Array.from({ length: count }, (_, at) => byUser(slow, at, 6)))
      expect((await seen(world)).detectors).not.toEqual(expect.arrayContaining(FOUND[name] ?? []))
    })
  })

  it('assumes the role by a key that is suspected already: what its sessions do belongs to the incident of the key', async () => {
    const world = await lookedUp({
      account: { UserDetailList: [{ UserName: 'ci-build', Arn: arnOf('ci-build') }], RoleDetailList: [roleNamed('deploy')] },
    })
    await world.respond(past)
    await world.respond(Array.from({ length: 28 }, (_, at) => byUser(refused, at, 1)))
    const [incident] = await world.incidents()
    const session = 'ASIAROLESESSION00001'
    await world.respond([assumes('deploy', { id: 'x1', time: NOW + 60 * SECOND, session })])
    await world.respond([byRole('deploy', 's3:ListBuckets', { id: 'x2', time: NOW + 70 * SECOND, key: session })])
    const signals = await world.ports.incidents.signals(incident?.id ?? '')
    expect(signals.map(({ credentialId }) => credentialId)).toContain(session)
  })
})

describe('a fleet that does its work', () => {
  /** Forty instances of one role, each with a session of its own, each reading the one secret that it needs. */
  const fleet = (time: number, day: string, nameOf: (at: number) => string) =>
    Array.from({ length: 40 }, (_, at) =>
      byRole('app', 'secretsmanager:GetSecretValue', {
        id: `f${day}-${at}`,
        time: time + at * SECOND,
        // By an endpoint of its VPC, as instances call.
        from: '10.0.1.7',
        name: nameOf(at),
        key: `ASIAFLEET${day.padStart(3, '0')}${String(at).padStart(8, '0')}`,
        request: { secretId: `app/instance-${at}` },
      }),
    )
  const instance = (at: number) => `i-0${String(at).padStart(16, '0')}`
  const pod = (at: number) => `app-pod-${at}`

  it('is no burst on its first day: 40 instances of one role each read their secret', async () => {
    const world = await lookedUp({ account: { RoleDetailList: [roleNamed('app')] } })
    await world.respond(fleet(NOW, 'one', instance))
    expect(await world.incidents()).toEqual([])
  })

  it('is no burst either where the sessions are of pods, whose names say nothing: a role without a past is not counted together', async () => {
    const world = await lookedUp({ account: { RoleDetailList: [roleNamed('app')] } })
    await world.respond(fleet(NOW, 'one', pod))
    expect(await world.incidents()).toEqual([])
  })

  it('is no burst after a month of it, when all of them start anew at once', async () => {
    const world = await lookedUp({ account: { RoleDetailList: [roleNamed('app')] } })
    for (let day = 0; day < 10; day++) await world.respond(fleet(NOW - (10 - day) * DAY, String(day), pod))
    await world.respond(fleet(NOW, 'now', pod))
    expect(await world.incidents()).toEqual([])
  })

  it('differs from the intruder in one thing, that it is its habit: 40 secrets by sessions of a role that never read one are a burst', async () => {
    const world = await lookedUp({ account: { RoleDetailList: [roleNamed('app')] } })
    for (let day = 0; day < 10; day++)
      await world.respond(
        fleet(NOW - (10 - day) * DAY, String(day), pod).map((record) => ({
          ...record,
          eventSource: 's3.amazonaws.com',
          eventName: 'ListBuckets',
        })),
      )
    await world.respond(fleet(NOW, 'now', pod))
    expect((await seen(world)).detectors).toContain('secrets-swept')
  })
})
