import { describe, expect, it } from 'vitest'
import { ACCOUNT, call, NOW } from '../embedded.ts'
import { delivered, deployed } from './stack.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const OUTSIDE = 'arn:aws:iam::999988887777:root'
const INSIDE = `arn:aws:iam::${ACCOUNT}:root`

const attached = (policy: string) => ({ userName: 'ci-build', policyArn: `arn:aws:iam::aws:policy/${policy}` })
const trusting = (who: string) => ({
  roleName: 'deploy',
  policyDocument: JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: { AWS: who }, Action: 'sts:AssumeRole' }] }),
})
const bucket = (who: string | object) => ({
  bucketName: 'data',
  bucketPolicy: { Statement: [{ Effect: 'Allow', Principal: who, Action: 's3:GetObject', Resource: 'arn:aws:s3:::data/*' }] },
})
const launched = (maxCount: number) => ({ instanceType: 't3.micro', instancesSet: { items: [{ maxCount }] } })

/** What a call does by its parameters: by which detector, the same call without harm, and with it. */
const CALLS: [detector: string, action: string, harmless: object, harmful: object][] = [
  ['admin-policy-granted', 'iam:AttachUserPolicy', attached('ReadOnlyAccess'), attached('AdministratorAccess')],
  ['trust-policy-opened', 'iam:UpdateAssumeRolePolicy', trusting(INSIDE), trusting(OUTSIDE)],
  ['bucket-opened', 's3:PutBucketPolicy', bucket({ AWS: INSIDE }), bucket('*')],
  ['instances-launched-unusual', 'ec2:RunInstances', launched(1), launched(400)],
]

/** A user whose key has called for thirteen days, four times a day, from its usual place; its calls are those of a build. */
async function known() {
  const world = await deployed()
  const weights = new Map<string, number[]>()
  const calls = async (...records: [action: string, time: number, parts?: object][]) => {
    for (const [action, time, parts] of records) {
      world.setNow(time + 1000)
      const { outcomes, failed } = await world.respond([delivered(call(action, { id: `${action}-${time}`, time, ...parts }))])
      expect([...failed.values()]).toEqual([])
      for (const { detector, weight } of outcomes.flatMap(({ findings }) => findings))
        weights.set(detector, [...(weights.get(detector) ?? []), weight])
    }
  }
  for (let n = 0; n < 60; n++) await calls(['s3:PutObject', NOW - 13 * DAY + n * 5 * HOUR])
  return { calls, weightsOf: (detector: string) => weights.get(detector) ?? [] }
}

describe('an intruder who teaches a habit before the harm', () => {
  it.each(CALLS)(
    '%s: makes the call thrice in three days without harm, which teaches nothing of the harm',
    async (detector, action, harmless, harmful) => {
      const taught = await known()
      for (const days of [3, 2, 1.1]) await taught.calls([action, NOW - days * DAY, { request: harmless }])
      expect(taught.weightsOf(detector)).toEqual([])
      const untaught = await known()
      for (const one of [taught, untaught]) await one.calls([action, NOW, { request: harmful }])
      expect(taught.weightsOf(detector)).toEqual(untaught.weightsOf(detector))
      expect(taught.weightsOf(detector)).toHaveLength(1)
    },
  )

  it.each(CALLS)(
    '%s: the owner does just that on each of five days, and from the fourth on it is a habit',
    async (detector, action, _, harmful) => {
      const owner = await known()
      for (const days of [4, 3, 2, 1, 0]) await owner.calls([action, NOW - days * DAY, { request: harmful }])
      const weights = owner.weightsOf(detector)
      const first = weights[0] ?? 0
      for (const [day, share] of [1, 1, 1, 0.3, 0.3].entries()) expect((weights[day] ?? 0) / first).toBeCloseTo(share)
    },
  )

  it('does the harm itself twenty times in a day: the last weighs what the first does', async () => {
    const { calls, weightsOf } = await known()
    for (let n = 0; n < 20; n++) await calls(['iam:AttachUserPolicy', NOW + n * HOUR, { request: attached('AdministratorAccess') }])
    expect(new Set(weightsOf('admin-policy-granted')).size).toBe(1)
  })
})

describe('an intruder who makes so many new calls that the first are forgotten', () => {
  const OTHERS = Array.from({ length: 24 }, (_, n) => `ec2:CreateThing${n}`)
  const secret = (n: number) => ({ request: { secretId: `secret-${n}` } })
  const read = 'secretsmanager:GetSecretValue'

  /** Twenty secrets one by one, so slowly that they are no sweep, then other calls, and after `hours` a sweep of five. */
  async function swept(others: readonly string[], hours: number): Promise<number> {
    const { calls, weightsOf } = await known()
    for (let n = 0; n < 20; n++) await calls([read, NOW + n * 0.25 * HOUR, secret(n)])
    for (const [n, action] of others.entries()) await calls([action, NOW + 5 * HOUR + n * 10_000])
    expect(weightsOf('secrets-swept')).toEqual([])
    for (let n = 0; n < 5; n++) await calls([read, NOW + hours * HOUR + n * 1000, secret(100 + n)])
    return weightsOf('secrets-swept').at(-1) ?? 0
  }

  it('has its twenty reads of the last hours count as new all the same', async () => {
    expect(await swept(OTHERS, 6)).toBe(await swept([], 6))
    expect(await swept(OTHERS, 6)).toBeCloseTo(0.6)
  })

  it('is the owner, whose reads are a day old: the same sweep is a habit then', async () => {
    expect(await swept(OTHERS, 24)).toBeCloseTo(0.6 * 0.3)
  })
})

describe('an intruder who reads one secret a day', () => {
  it('has taught no sweep after three days', async () => {
    const { calls, weightsOf } = await known()
    const read = (time: number, n: number) => calls(['secretsmanager:GetSecretValue', time, { request: { secretId: `secret-${n}` } }])
    for (const days of [3, 2, 1]) await read(NOW - days * DAY, days)
    for (let n = 0; n < 5; n++) await read(NOW + n * 1000, 10 + n)
    expect(weightsOf('secrets-swept').at(-1)).toBeCloseTo(0.6)
  })
})
