import { describe, expect, it } from 'vitest'
import { quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import { isRefusedBy } from '../../shared/decide/reach/refused-by.ts'
import { DATA_PLANE_SERVICES } from '../../shared/domain/last-used.ts'
import { inventory } from '../../shared/learn/inventory.ts'
import { memoryLastUsedStore } from '../../shared/memory/last-used.ts'
import { pipeline } from '../../shared/pipeline.ts'
import { ACCOUNT, arnOf, call, embedded, NOW } from '../embedded.ts'
import { snapshotOf } from '../last-used.ts'
import { callOf, IN } from '../restrictions.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const HOME = '192.0.2.10'
const POLICY = {
  version: 3,
  mode: 'contain',
  thresholds: { notify: 10, ask: 20, restrict: 30, contain: 100 },
  evidence: { restrictKnownFrom: 0 },
}
/** What an intruder wants and the owner never used. */
const WANTED = [
  'dynamodb:GetItem',
  'sqs:ReceiveMessage',
  'sns:Publish',
  'kinesis:GetRecords',
  'lambda:InvokeFunction',
  'rds-data:ExecuteStatement',
]

/**
 * A stack over ten nights: the owner builds from home and reads S3 by data plane, of which no call is recorded. `touches` says when an intruder with the same key called
 * every service and was refused, which IAM notes and CloudTrail does not. Then it acts, and is restricted.
 */
async function restrictedAfter(touches: readonly number[], { acts = NOW, nights = true } = {}) {
  const world = await embedded({ policy: POLICY })
  let now = NOW - 11 * DAY
  const lastUsed = memoryLastUsedStore(world.ports.identities)
  const ports = { ...world.ports, lastUsed, clock: { now: () => now } }
  const respond = pipeline(ports)
  const uses = new Map<string, readonly number[]>([
    ...DATA_PLANE_SERVICES.map((service) => [service, touches] as const),
    ...['iam', 'ec2', 'secretsmanager'].map((service) => [service, touches] as const),
    ['s3', [...touches, ...Array.from({ length: 11 * 24 }, (_, at) => NOW - 11 * DAY + at * HOUR)]],
  ])
  const night = {
    ...ports,
    source: { take: async () => ({ kind: 'taken', snapshot: snapshotOf(uses, now) }) as const },
    account: ACCOUNT,
    ownRoles: new Set<string>(),
  }
  for (let time = NOW - 10.5 * DAY, at = 0; time < acts; time += 6 * HOUR, at++) {
    now = time
    await respond(['ecr:PutImage', 'ecr:DescribeImages'].map((action) => call(action, { id: `${action}-${at}`, time, from: HOME })))
    // At 02:41, of which the next hour here is 06:00.
    if (nights && at % 4 === 1) await inventory(night, night.clock.now() + HOUR)
  }
  now = acts
  await respond(
    ['iam:CreateUser', 'cloudtrail:StopLogging', 'iam:CreateAccessKey'].map((action, at) =>
      call(action, { id: `h${at}`, time: acts + at * 1000, from: HOME, request: { userName: 'backdoor' } }),
    ),
  )
  const [incident] = await world.incidents()
  const document = await world.account.getUserPolicy('ci-build', quarantinePolicyName(incident?.id ?? ''))
  return {
    incident,
    document,
    night,
    later: (time: number) => {
      now = time
    },
    refused: (actions: readonly string[]) => actions.filter((action) => isRefusedBy(document ?? '', callOf(action, IN))),
  }
}

describe('an intruder who is to be restricted', () => {
  it('reads no data of services that the owner never used, and the owner goes on reading its own', async () => {
    const { incident, refused } = await restrictedAfter([])
    expect(incident).toMatchObject({ state: 'restricted', restriction: { isCovered: true, lastUsed: { services: ['s3'] } } })
    expect(refused(WANTED)).toEqual(WANTED)
    expect(refused(['s3:GetObject', 's3:ListBuckets', 'ecr:PutImage'])).toEqual([])
    expect((await restrictedAfter([], { nights: false })).refused(WANTED)).toEqual([])
  })

  it('touches every service before, refused each time, and widens nothing by it', async () => {
    const clean = await restrictedAfter([])
    for (const hours of [0.1, 2, 8, 19])
      expect((await restrictedAfter([NOW - hours * HOUR])).document, `${hours} hours before`).toBe(clean.document)
  })

  it('is quiet for a night, and for two, after it touched every service: none becomes one that the owner uses', async () => {
    const clean = await restrictedAfter([])
    for (const nights of [1, 2]) {
      const quiet = await restrictedAfter([NOW - nights * DAY - 5 * HOUR])
      expect(quiet.incident?.restriction?.services).toEqual(clean.incident?.restriction?.services)
      expect(quiet.refused(['dynamodb:DescribeTable', 'sqs:ListQueues', 'ec2:DescribeInstances'])).toHaveLength(3)
      // The data planes are as open as where nobody asks IAM.
      expect(quiet.refused(WANTED)).toEqual([])
    }
    // Whoever is quiet for every night that is kept is taken for the owner, as with calls that nothing speaks against for 20 hours.
    expect((await restrictedAfter([NOW - 3 * DAY - 5 * HOUR])).incident?.restriction?.services).toContain('dynamodb')
  })

  it('touches every service while people are asked: its nights are not kept', async () => {
    const { night, later, incident } = await restrictedAfter([NOW + HOUR])
    const before = await night.lastUsed.read(arnOf('ci-build'))
    for (const nights of [1, 2, 3, 4]) {
      later(NOW + nights * DAY)
      expect(await inventory(night, night.clock.now() + HOUR)).toMatchObject({ taken: 0, skipped: 1 })
    }
    expect((await night.lastUsed.read(arnOf('ci-build'))).value).toEqual(before.value)
    expect(incident?.state).toBe('restricted')
  })
})
