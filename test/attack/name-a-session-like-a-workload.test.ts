import { describe, expect, it } from 'vitest'
import { NOW } from '../embedded.ts'
import { assumes, byRole, lookedUp, roleNamed } from '../looked-up.ts'

const SECOND = 1000
const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Names that AWS gives to sessions of an instance and of a task, and that anybody may choose who may assume the role. */
const NAMES: readonly (readonly [what: string, nameOf: (at: number) => string])[] = [
  ['an instance', (at) => `i-0${String(at).padStart(16, '0')}`],
  ['a task', (at) => String(at).padStart(32, '0')],
]

const ordinary = (at: number) => `build-${at}`

/** A session with what the instance metadata service alone sets. */
const delivered = (record: object): object => {
  const { userIdentity } = record as { userIdentity: { sessionContext: object } }
  return { ...record, userIdentity: { ...userIdentity, sessionContext: { ...userIdentity.sessionContext, ec2RoleDelivery: '2.0' } } }
}

/** What a session of this name, of a role that is young, is decided on for switching off the log, from inside a VPC. */
async function decisionOn(name: string, said: (record: object) => object = (record) => record) {
  const world = await lookedUp({ account: { RoleDetailList: [roleNamed('app')] }, policy: { evidence: {} } })
  const session = 'ASIANAMEDSESSION0001'
  await world.respond([assumes('app', { id: 'x1', time: NOW, session })])
  await world.respond([
    said(byRole('app', 'cloudtrail:StopLogging', { id: 'x2', time: NOW + SECOND, from: '10.0.1.7', name, key: session })),
  ])
  return (await world.incidents()).map(({ decision, assessment }) => [decision.would, assessment.familiarity])
}

describe('an intruder who names a session like those of a workload', () => {
  it.each(NAMES)('of %s, in a role that is young, is asked about as under any other name', async (_, nameOf) => {
    expect(await decisionOn(nameOf(1))).toEqual(await decisionOn(ordinary(1)))
    expect(await decisionOn(nameOf(1))).toEqual([['ask', 'unknown']])
  })

  it('differs from an instance, of which AWS says that its metadata service delivered the session', async () => {
    expect(await decisionOn('i-00000000000000001', delivered)).toEqual([['notify', 'vouched']])
  })

  /** Forty secrets, read over six sessions of a role that is known, after a month of its work. */
  async function foundOver(nameOf: (at: number) => string, said: (record: object) => object = (record) => record) {
    const world = await lookedUp({ account: { RoleDetailList: [roleNamed('app')] } })
    const past = Array.from({ length: 30 }, (_, day) =>
      Array.from({ length: 4 }, (__, at) =>
        byRole('app', 's3:ListBuckets', {
          id: `q${day}-${at}`,
          time: NOW - (30 - day) * DAY + at * HOUR,
          key: `ASIADAY0000000000${String(day).padStart(3, '0')}`,
        }),
      ),
    ).flat()
    await world.respond(past)
    const reads = Array.from({ length: 40 }, (_, at) =>
      byRole('app', 'secretsmanager:GetSecretValue', {
        id: `s${at}`,
        time: NOW + at * SECOND,
        name: nameOf(at % 6),
        key: `ASIASESSION000000${String(at % 6).padStart(3, '0')}`,
        request: { secretId: `secret-${at}` },
      }),
    )
    await world.respond(reads.map(said))
    return (await world.incidents()).flatMap(({ findings }) => findings.map(({ detector }) => detector))
  }

  it.each(NAMES)('of %s, over six of them, is counted over all of them', async (_, nameOf) => {
    expect(await foundOver(nameOf)).toContain('secrets-swept')
  })

  it('differs from six instances, each of which reads what it reads', async () => {
    expect(await foundOver((at) => `i-0${String(at).padStart(16, '0')}`, delivered)).not.toContain('secrets-swept')
  })
})
