import { describe, expect, it } from 'vitest'
import { quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import { isRefusedBy } from '../../shared/decide/reach/refused-by.ts'
import type { LastUsed } from '../../shared/domain/last-used.ts'
import { UnreadableItem } from '../../shared/errors.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { StoredLastUsed } from '../../shared/ports/last-used.ts'
import { arnOf, call, embedded, NOW } from '../embedded.ts'
import { callOf, IN } from '../restrictions.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const HOME = '192.0.2.10'
const POLICY = {
  version: 3,
  mode: 'contain',
  thresholds: { notify: 10, ask: 20, restrict: 30, contain: 100 },
  evidence: { restrictKnownFrom: 0 },
} as const

/** Two nights of a user that uses DynamoDB by data plane alone, and S3 for what CloudTrail shows. */
const NIGHTS: LastUsed = {
  snapshots: [9, 33].map((hours) => ({
    takenAt: NOW - hours * HOUR,
    used: ['dynamodb', 's3'].map((service) => ({ service, at: NOW - (hours + 1) * HOUR })),
    neverUsed: ['sqs', 'sns'],
  })),
}

/** The responder in memory, whose user has had a habit for ten days, with this last-used data of it. */
async function world(answer: () => StoredLastUsed | Promise<StoredLastUsed>) {
  const one = await embedded({ policy: POLICY })
  const read: string[] = []
  const warned: string[] = []
  const lastUsed = {
    async read(id: string) {
      read.push(id)
      return answer()
    },
  }
  const log = { info: () => {}, warn: (event: string) => void warned.push(event) }
  const respond = pipeline({ ...one.ports, lastUsed, log })
  const past = Array.from({ length: 40 }, (_, at) => NOW - 10 * DAY + at * 6 * HOUR)
  const habit = ['s3:ListBuckets', 'ecr:PutImage', 'ecr:GetAuthorizationToken']
  await respond(past.flatMap((time, at) => habit.map((action) => call(action, { id: `${action}-${at}`, time, from: HOME }))))
  const harm = ['iam:CreateUser', 'cloudtrail:StopLogging', 'iam:CreateAccessKey']
  return {
    ...one,
    read,
    warned,
    harm: () =>
      respond(
        harm.map((action, at) => call(action, { id: `h${at}`, time: NOW + at * 1000, from: HOME, request: { userName: 'backdoor' } })),
      ),
    async restriction() {
      const [incident] = await one.incidents()
      const document = await one.account.getUserPolicy('ci-build', quarantinePolicyName(incident?.id ?? ''))
      return { incident, refuses: (action: string) => isRefusedBy(document ?? '', callOf(action, IN)) }
    },
  }
}

const stored = (value: LastUsed | undefined): StoredLastUsed => ({ value, version: 1 })

describe('respond', () => {
  it('reads last-used data once, when it restricts and not before, and the policy goes by it', async () => {
    const one = await world(() => stored(NIGHTS))
    expect(one.read).toEqual([])
    await one.harm()
    expect(one.read).toEqual([arnOf('ci-build')])
    const { incident, refuses } = await one.restriction()
    expect(incident).toMatchObject({
      state: 'restricted',
      restriction: { isCovered: true, neverUsed: ['sns', 'sqs'], lastUsed: { takenAt: NOW - 9 * HOUR, services: ['dynamodb'] } },
    })
    expect(['dynamodb:GetItem', 'dynamodb:DescribeTable', 's3:GetObject', 'lambda:Invoke'].map(refuses)).toEqual(Array(4).fill(false))
    expect(['sqs:SendMessage', 'sns:Publish', 'dynamodb:DeleteTable', 'sqs:ListQueues'].map(refuses)).toEqual(Array(4).fill(true))
  })

  it.each([
    ['there is none', () => stored(undefined), []],
    [
      'it is of a night after the first suspicious signal',
      () => stored({ snapshots: NIGHTS.snapshots.map((one) => ({ ...one, takenAt: NOW })) }),
      [],
    ],
    [
      'it cannot be read',
      () => ({ value: undefined, version: 1, unreadable: new UnreadableItem('LASTUSED#x', 'not JSON') }),
      ['respond.last-used.unread'],
    ],
    [
      'the table fails',
      () => {
        throw new Error('throttled')
      },
      ['respond.last-used.unread'],
    ],
  ] as const)('restricts by the calls alone where %s', async (_, answer, warned) => {
    const one = await world(answer)
    await one.harm()
    const { incident, refuses } = await one.restriction()
    expect(incident?.state).toBe('restricted')
    expect(incident?.restriction).not.toHaveProperty('lastUsed')
    expect(['dynamodb:GetItem', 'sqs:SendMessage'].map(refuses)).toEqual([false, false])
    expect(['dynamodb:DescribeTable', 'sqs:ListQueues'].map(refuses)).toEqual([true, true])
    expect(one.warned.filter((event) => event.includes('last-used'))).toEqual(warned)
  })
})
