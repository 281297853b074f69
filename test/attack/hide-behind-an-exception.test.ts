import { describe, expect, it } from 'vitest'
import { review } from '../../shared/review/review.ts'
import { changingAccount } from '../changing-account.ts'
import { ATTACK, arnOf, call, embedded, exposed, KEY, NOW, oneUser } from '../embedded.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const UNTIL = '2027-01-31'
const ID = 'AIDACIBUILDEXAMPLE123'
/** What the three calls of the attack are found to be. */
const FOUND = ['user-created', 'admin-policy-granted', 'logging-tampered']

/** A policy that excepts all that the attack is found to be. */
function excepting(exception: object): object {
  const except = [{ reason: 'our deployments', until: UNTIL, ...exception }]
  return { detectors: Object.fromEntries(FOUND.map((id) => [id, { except }])) }
}

/** The attack with something else in each record. */
const attack = (change: (record: Record<string, unknown>) => object = (record) => record) =>
  (ATTACK as Record<string, unknown>[]).map((record) => ({ ...record, ...change(record) }))

/** True where the calls led to a containment. */
async function isContained(policy: object, records: readonly object[]): Promise<boolean> {
  const world = await embedded({ policy })
  await world.respond(records)
  return (await world.incidents()).some(({ state }) => state === 'contained')
}

const OWN = {
  identities: [arnOf('ci-build')],
  networks: ['192.0.2.0/24'],
  tools: ['aws-cli/2.*'],
  objects: ['backdoor', 'arn:aws:iam::aws:policy/*', 'trail'],
}
const named = (record: Record<string, unknown>) => (record.eventName === 'StopLogging' ? { requestParameters: { name: 'trail' } } : {})

describe('what an exception says', () => {
  it('is excepted: nobody is contained, and no incident is opened', async () => {
    const world = await embedded({ policy: excepting(OWN) })
    const { outcomes } = await world.respond(attack(named))
    expect(outcomes.flatMap(({ excepted = [] }) => excepted.map(({ detector }) => detector))).toEqual(expect.arrayContaining(FOUND))
    expect(await world.incidents()).toEqual([])
  })

  it.each<[string, (record: Record<string, unknown>) => object]>([
    ['from another address', (record) => ({ ...named(record), sourceIPAddress: '198.51.100.7' })],
    ['with another tool', (record) => ({ ...named(record), userAgent: 'Boto3/1.35.0' })],
    ['with no tool', (record) => ({ ...named(record), userAgent: '' })],
    ['from a private address', (record) => ({ ...named(record), sourceIPAddress: '10.0.0.1' })],
    [
      'through a VPC endpoint, where the address is the intruder’s choice',
      (record) => ({ ...named(record), vpcEndpointId: 'vpce-0123456789abcdef0' }),
    ],
    [
      'on another object beside it',
      (record) => ({ requestParameters: { ...(record.requestParameters as object), name: 'trail', bucketName: 'other' } }),
    ],
    ['with parameters that are not shown', () => ({ requestParameters: null })],
    [
      'with names that are hidden',
      (record) => ({
        requestParameters: Object.fromEntries(
          Object.keys(record.requestParameters as object).map((key) => [key, 'HIDDEN_DUE_TO_SECURITY_REASONS']),
        ),
      }),
    ],
  ])('is not excepted %s', async (_, change) => {
    const world = await embedded({ policy: excepting(OWN) })
    const { outcomes } = await world.respond(attack(change))
    expect(outcomes.flatMap(({ excepted = [] }) => excepted)).toEqual([])
    expect(outcomes.flatMap(({ findings }) => findings.map(({ detector }) => detector))).toContain('logging-tampered')
  })

  it.each([
    ['identities', { ...OWN, identities: [arnOf('bystander')] }],
    ['networks', { ...OWN, networks: ['203.0.113.0/24', 'AS64496'] }],
    ['tools', { ...OWN, tools: ['terraform'] }],
    ['objects', { ...OWN, objects: ['other-*'] }],
  ])('counts where %s alone are of somebody else', async (_, exception) => {
    expect(await isContained(excepting(exception), attack(named))).toBe(true)
  })

  it('ends: what is done after it counts, whenever it arrives', async () => {
    expect(await isContained(excepting({ ...OWN, until: '2026-03-01' }), attack(named))).toBe(true)
    expect(await isContained(excepting({ ...OWN, until: '2026-03-02' }), attack(named))).toBe(false)
    expect(await isContained(excepting({ ...OWN, until: new Date(NOW).toISOString() }), attack(named))).toBe(true)
  })

  it('never speaks for what AWS reports', async () => {
    const policy = { detectors: { 'access-key-exposed': { enabled: false, except: [{ identities: ['*'], reason: 'x', until: UNTIL }] } } }
    expect(await isContained(policy, [exposed()])).toBe(true)
  })
})

describe('an intruder takes a name that is excepted', () => {
  const BY_NAME = excepting({ identities: [arnOf('scanner')] })
  const by = (user: string, action: string, id: string, time: number, parts: object = {}) =>
    call(action, { id, time, user, principalId: ID, ...parts })
  const acts = (user: string, time: number, parts: object = {}) => [
    by(user, 'iam:CreateUser', `a1-${time}`, time, { request: { userName: 'backdoor' }, ...parts }),
    by(user, 'iam:AttachUserPolicy', `a2-${time}`, time + 1000, {
      request: { userName: 'backdoor', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
      ...parts,
    }),
    by(user, 'cloudtrail:StopLogging', `a3-${time}`, time + 2000, parts),
  ]

  it.each([
    ['one batch', true],
    ['several batches', false],
  ])('by renaming the stolen user, in %s: it counts', async (_, isOneBatch) => {
    const details = oneUser()
    const users = details.UserDetailList?.map((one) =>
      one.UserName === 'ci-build' ? { ...one, UserId: ID, CreateDate: new Date(NOW - 300 * DAY).toISOString() } : one,
    )
    const changing = changingAccount({ ...details, UserDetailList: users })
    const world = await embedded({ iam: () => changing.iam, policy: BY_NAME })
    await world.respond([by('ci-build', 's3:ListBuckets', 'w1', NOW - 60 * MINUTE)])
    changing.renameUser('ci-build', 'scanner')
    const renamed = by('ci-build', 'iam:UpdateUser', 'r1', NOW - MINUTE, { request: { userName: 'ci-build', newUserName: 'scanner' } })
    const records = [renamed, ...acts('scanner', NOW)]
    for (const batch of isOneBatch ? [records] : records.map((one) => [one])) await world.respond(batch)
    expect((await world.incidents()).map(({ state }) => state)).toContain('contained')
  })

  it('and is excepted where it had the name all along', async () => {
    const details = oneUser()
    const users = details.UserDetailList?.map((one) =>
      one.UserName === 'ci-build' ? { ...one, UserName: 'scanner', Arn: arnOf('scanner'), UserId: ID } : one,
    )
    const world = await embedded({ account: { ...details, UserDetailList: users }, policy: BY_NAME })
    await world.respond([by('scanner', 's3:ListBuckets', 'w1', NOW - 60 * MINUTE), ...acts('scanner', NOW)])
    expect(await world.incidents()).toEqual([])
  })

  it('for a user that it creates in an incident: what that user does counts, until a person calls the incident legitimate', async () => {
    const MADE = 'AKIAOFMADE0000000001'
    const created = [
      call('iam:CreateUser', {
        id: 'c1',
        request: { userName: 'scanner' },
        response: { user: { userName: 'scanner', arn: arnOf('scanner') } },
      }),
      call('iam:CreateAccessKey', {
        id: 'c2',
        time: NOW + 1000,
        request: { userName: 'scanner' },
        response: { accessKey: { userName: 'scanner', accessKeyId: MADE } },
      }),
      call('cloudtrail:StopLogging', { id: 'c3', time: NOW + 2000 }),
    ]
    const asked = { ...BY_NAME, mode: 'ask' }
    const world = await embedded({ policy: asked })
    await world.respond(created)
    const [incident] = await world.incidents()
    expect(incident?.state).toBe('asking')
    const made = (id: string, time: number) => call('cloudtrail:StopLogging', { id, time, user: 'scanner', key: MADE })
    const { outcomes } = await world.respond([made('m1', NOW + 5000)])
    expect(outcomes.flatMap(({ findings }) => findings.map(({ detector }) => detector))).toContain('logging-tampered')
    expect(outcomes.flatMap(({ excepted = [] }) => excepted)).toEqual([])
    world.setNow(NOW + 60_000)
    await review(incident?.id ?? '', { kind: 'legitimate', by: 'local:anna', reason: 'our new scanner' }, world.ports)
    const later = call('cloudtrail:StopLogging', { id: 'm2', time: NOW + 2 * DAY, user: 'scanner', key: 'AKIAOFMADE0000000002' })
    const after = await world.respond([later])
    expect(after.outcomes.flatMap(({ excepted = [] }) => excepted.map(({ detector }) => detector))).toEqual(['logging-tampered'])
  })
})

describe('what was excepted', () => {
  const SCANNER = excepting({ networks: ['192.0.2.0/24'] })

  it('is no evidence, and takes the place of none: the same from elsewhere counts by itself', async () => {
    const world = await embedded({ policy: SCANNER })
    await world.respond(ATTACK)
    const elsewhere = (ATTACK as Record<string, unknown>[]).map((record) => ({
      ...record,
      eventID: `${record.eventID}-2`,
      sourceIPAddress: '198.51.100.7',
    }))
    const plain = await embedded()
    await plain.respond(elsewhere)
    await world.respond(elsewhere)
    const risks = async (one: typeof world) => (await one.incidents()).map(({ assessment }) => assessment.baseRisk)
    expect(await risks(world)).toEqual(await risks(plain))
  })

  it('does not become a habit: after the exception the same weighs what it did', async () => {
    const stops = (day: number) => call('cloudtrail:StopLogging', { id: `d${day}`, time: NOW + day * DAY })
    const weightsOf = async (policy: object) => {
      const world = await embedded({ policy: { mode: 'observe', ...policy } })
      const weights: number[] = []
      for (const day of Array.from({ length: 12 }, (_, at) => at)) {
        world.setNow(NOW + day * DAY)
        const { outcomes } = await world.respond([stops(day)])
        weights.push(
          ...outcomes.flatMap(({ findings }) =>
            findings.filter(({ detector }) => detector === 'logging-tampered').map(({ weight }) => weight),
          ),
        )
      }
      return weights
    }
    const until = new Date(NOW + 10 * DAY + MINUTE).toISOString()
    const [first = 0] = await weightsOf({})
    expect((await weightsOf({})).at(-1)).toBeLessThanOrEqual(first)
    expect(await weightsOf(excepting({ networks: ['192.0.2.0/24'], until }))).toEqual([first])
  })

  it('is shown in the open incident that it would belong to, without points and without a new one', async () => {
    const world = await embedded({ policy: { ...SCANNER, mode: 'ask' } })
    const before = ATTACK.map((record) => ({ ...record, sourceIPAddress: '198.51.100.7' }))
    await world.respond(before)
    const [asking] = await world.incidents()
    await world.respond([call('cloudtrail:StopLogging', { id: 'later', time: NOW + 5000 })])
    const [incident, ...others] = await world.incidents()
    expect(others).toEqual([])
    expect(incident?.assessment).toEqual(asking?.assessment)
    expect(incident?.findings).toEqual(asking?.findings)
    expect(incident?.excepted).toMatchObject([{ detector: 'logging-tampered', exception: { reason: 'our deployments', until: UNTIL } }])
    expect(KEY).toBe(incident?.excepted?.[0]?.credentialId)
  })
})
