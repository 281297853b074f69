import { describe, expect, it } from 'vitest'
import { ACCOUNT, call, NOW } from '../embedded.ts'
import { delivered, deployed } from './stack.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const SET = 'AWSReservedSSO_Operators_0123456789abcdef'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-central-1/${SET}`
const HOME = { ada: '192.0.2.10', bo: '203.0.113.20', di: '192.88.90.1' } as const
const NETWORKS = {
  '192.0.2.': ['US', 64501],
  '203.0.113.': ['DE', 64502],
  '192.88.90.': ['US', 64504],
  '198.51.100.': ['RO', 64503],
} as const

/** The CloudTrail record of a call by a person of the permission set. */
function byPerson(person: string, action: string, time: number, { from, request }: { from: string; request?: object }): object {
  return {
    ...call(action, { id: `${person}-${action}-${time}`, time, from, ...(request === undefined ? {} : { request }) }),
    userIdentity: {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${SET}/${person}@example.com`,
      accountId: ACCOUNT,
      accessKeyId: `ASIA${`${person}${from.replaceAll('.', '')}`.toUpperCase().padEnd(16, '0')}`,
      sessionContext: { sessionIssuer: { type: 'Role', arn: ROLE, accountId: ACCOUNT, userName: SET } },
    },
  }
}

/** Three people who have worked with one permission set for ten days, each from a home of their own. */
async function known() {
  const locate = (address: string) => {
    const [country, asn] = Object.entries(NETWORKS).find(([start]) => address.startsWith(start))?.[1] ?? ['US', 64500]
    return { country, network: { asn, organisation: 'Example' } }
  }
  const world = await deployed({ policy: { version: 3, evidence: {} }, geoIp: { locate } })
  const respond = async (...records: object[]) => {
    world.setNow(NOW + 3 * HOUR)
    const { failed } = await world.respond(records.map((record) => delivered(record)))
    expect([...failed.values()]).toEqual([])
  }
  for (const person of ['ada', 'bo', 'di'] as const)
    for (let n = 0; n < 60; n++)
      await respond(byPerson(person, 'ec2:DescribeInstances', NOW - 10 * DAY + n * 4 * HOUR, { from: HOME[person] }))
  const decided = async () => (await world.incidents()).map(({ identity, state }) => [identity.name, state])
  return { ...world, respond, decided }
}

const MFA = { userName: 'bystander', serialNumber: `arn:aws:iam::${ACCOUNT}:mfa/bystander` }
const harm = (person: string, from: string) => [
  byPerson(person, 'iam:DeactivateMFADevice', NOW, { from, request: MFA }),
  byPerson(person, 'iam:CreateAccessKey', NOW + 1000, { from, request: { userName: 'bystander' } }),
]

describe('people of IAM Identity Center who have one permission set', () => {
  it('are identities of their own, whose habits are their own', async () => {
    const { ports } = await known()
    const ids = ['ada', 'bo'].map((person) => `${ROLE}/${person}@example.com`)
    const states = await ports.identities.load(ids)
    const networks = ids.map((id) => states.get(id)?.state?.value.baseline.features.network.values)
    expect(networks).toEqual([['AS64501'], ['AS64502']])
  })

  it("one's session in another's home is a new network, and harm from there is asked about", async () => {
    const { respond, decided, incidents } = await known()
    await respond(...harm('ada', HOME.bo))
    expect(await decided()).toEqual([['ada@example.com', 'asking']])
    expect((await incidents())[0]?.findings.map(({ detector }) => detector)).toContain('new-network')
  })

  it('harm from the own home is told, and not asked about', async () => {
    const { respond, decided } = await known()
    await respond(...harm('ada', HOME.ada))
    expect(await decided()).toEqual([['ada@example.com', 'watching']])
  })

  it.each([
    ['moves to a network that nobody has is asked about', '151.101.1.1', [['ada@example.com', 'asking']]],
    ['has the provider of a colleague in the own country is nothing new', HOME.di, []],
  ])('a person who only %s', async (_, from, expected) => {
    const { respond, decided } = await known()
    for (let n = 0; n < 5; n++) await respond(byPerson('ada', 'ec2:DescribeInstances', NOW + n * 60_000, { from }))
    expect(await decided()).toEqual(expected)
  })

  it.each([
    ['where the others work counts as one of them', HOME.bo, 'watching'],
    ['elsewhere is nobody that is known', '198.51.100.7', 'asking'],
  ])('a person who is new %s', async (_, from, state) => {
    const { respond, decided } = await known()
    await respond(...harm('cy', from))
    expect(await decided()).toEqual([['cy@example.com', state]])
  })

  it('are all meant by a pattern of the policy that names the role', async () => {
    const { respond, incidents } = await known()
    await respond(...harm('ada', HOME.bo))
    const [incident] = await incidents()
    expect(incident?.decision.why.join()).toContain('a role of IAM Identity Center')
  })

  it('teach the permission set nothing while they are under suspicion', async () => {
    const { respond, ports } = await known()
    const actions = async () => (await ports.identities.load([ROLE])).get(ROLE)?.state?.value.baseline.features.action.values
    expect(await actions()).toEqual(['ec2:DescribeInstances'])
    await respond(...harm('ada', HOME.bo), byPerson('ada', 's3:ListBuckets', NOW + 2000, { from: HOME.bo }))
    expect(await actions()).toEqual(['ec2:DescribeInstances'])
  })
})
