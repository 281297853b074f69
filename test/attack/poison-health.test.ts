import { describe, expect, it } from 'vitest'
import { accountOfKey } from '../../shared/domain/key-account.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { ACCOUNT, arnOf, embedded, KEY, NOW, oneUser } from '../embedded.ts'

const OUTSIDE = '595918472158'
/** Keys whose ids decode to the account, and to another. */
const OWN_KEY = 'AKIARZPUZDIKLIJVPG67'
const OUTSIDE_KEY = 'AKIAYVP4CIPPERUVIFXG'

/** A risk event of AWS Health. */
function risk(parts: {
  entities?: readonly unknown[]
  resources?: readonly unknown[]
  code?: string
  region?: string
  partition?: string
}) {
  const { entities, resources = [], code = 'AWS_RISK_CREDENTIALS_EXPOSED', region = 'us-east-1', partition = 'aws' } = parts
  return {
    source: 'aws.health',
    'detail-type': 'AWS Health Event',
    account: ACCOUNT,
    time: new Date(NOW).toISOString(),
    region,
    resources,
    detail: {
      service: 'RISK',
      eventTypeCode: code,
      eventArn: `arn:${partition}:health:${region}::event/RISK/${code}/1`,
      ...(entities === undefined ? {} : { affectedEntities: entities.map((entityValue) => ({ entityValue })) }),
    },
  }
}

async function told(event: object, parts: Parameters<typeof embedded>[0] = {}) {
  const world = await embedded(parts)
  const result = await world.respond([event])
  return { ...world, result, all: await world.incidents() }
}

/** IAM refuses to look up a key of another account. */
const refusing = (name: string) => ({
  iam: (iam: Iam) => ({
    ...iam,
    ownerOf: () => Promise.reject(Object.assign(new Error('not authorized'), { name })),
  }),
})

describe('an intruder counts on what AWS Health names not being understood', () => {
  it.each([
    ['a session', 'ASIAIOSFODNN7EXAMPLE', 'session:ASIAIOSFODNN7EXAMPLE', 'a session'],
    ['a context-specific credential', 'ACCAIOSFODNN7EXAMPLE', 'credential:ACCAIOSFODNN7EXAMPLE', 'IAM does not find'],
    ['the name of a Bedrock API key', `BedrockAPIKey-a1b2-at-${ACCOUNT}`, `bedrock-api-key:BedrockAPIKey-a1b2-at-${ACCOUNT}`, 'Bedrock'],
    ['an account', ACCOUNT, `account:${ACCOUNT}`, 'an account'],
    ['a bare name in an event about keys', 'ci-build', 'entity:ci-build', 'no key, user or role'],
    ['the ARN of a bucket', 'arn:aws:s3:::reports', 'arn:aws:s3:::reports', 'no user and no role'],
  ])('%s is an incident of its own that asks with the reason, and no user of that name', async (_, entity, id, reason) => {
    const { all, result } = await told(risk({ entities: [entity] }))
    expect(result.failed.size).toBe(0)
    expect(all).toHaveLength(1)
    expect(all[0]).toMatchObject({ identity: { id, kind: 'unknown' }, state: 'asking', decision: { action: 'ask' } })
    expect(all[0]?.findings[0]?.reason).toContain(reason)
  })

  it.each([
    ['the key', KEY],
    ['the ARN of the user', arnOf('ci-build')],
  ])('while %s has its true twin contained', async (_, entity) => {
    const { all } = await told(risk({ entities: [entity] }))
    expect(all).toMatchObject([{ identity: { id: arnOf('ci-build') }, state: 'contained' }])
  })

  it('a name is a user’s where the code says so', async () => {
    const { all } = await told(risk({ entities: ['ci-build'], code: 'AWS_RISK_IAM_QUARANTINE' }))
    expect(all).toMatchObject([{ identity: { id: arnOf('ci-build') }, state: 'contained' }])
  })

  it('a role and a session of a role are the role', async () => {
    for (const entity of [`arn:aws:iam::${ACCOUNT}:role/teams/deploy`, `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/build-7`]) {
      const Arn = entity.includes(':sts:') ? `arn:aws:iam::${ACCOUNT}:role/deploy` : entity
      const role = { RoleName: 'deploy', Arn, Path: '/', RolePolicyList: [], AttachedManagedPolicies: [], Tags: [] }
      const account = { ...oneUser(), RoleDetailList: [{ ...role, AssumeRolePolicyDocument: '{"Statement":[]}' }] }
      const { all } = await told(risk({ entities: [entity] }), { account })
      expect(all).toMatchObject([{ identity: { id: Arn, kind: 'role', name: 'deploy' }, decision: { action: 'contain' } }])
    }
  })

  it('an API key of Bedrock is a secret: it asks, and its text is kept nowhere', async () => {
    const secret = `ABSK${'QmVkcm9ja0FQSUtleS1hMWIy'.repeat(5)}`
    const { all, ports, notices } = await told(risk({ entities: [secret] }))
    expect(all).toMatchObject([{ identity: { kind: 'unknown' }, state: 'asking' }])
    const timeline = await ports.incidents.signals(all[0]?.id ?? '')
    expect(JSON.stringify([all, notices, timeline])).not.toContain(secret.slice(0, 20))
  })

  it('the ARN of a user of another account is the other account’s, and asks', async () => {
    const { all } = await told(risk({ entities: [`arn:aws:iam::${OUTSIDE}:user/ci-build`] }))
    expect(all).toMatchObject([{ identity: { account: OUTSIDE }, state: 'asking' }])
    expect(all[0]?.decision.why.join()).toContain(OUTSIDE)
  })

  it('of 150 entities on one page every one counts, each once', async () => {
    const entities = Array.from({ length: 150 }, (_, at) => `AKIA${String(at).padStart(16, '0')}`)
    const { all } = await told(risk({ entities: [...entities, ...entities], resources: entities }))
    expect(all).toHaveLength(150)
  })

  it('what is more than an event is read for is told to a person', async () => {
    const entities = Array.from({ length: 1003 }, (_, at) => `AKIA${String(at).padStart(16, '0')}`)
    const { all } = await told(risk({ entities }))
    expect(all).toHaveLength(1001)
    const rest = all.find(({ identity }) => identity.id === `account:${ACCOUNT}`)
    expect(rest?.findings[0]?.reason).toContain('3 credentials more')
  })

  it('a key that is named in `resources` alone is found, and an event that names nothing is a question about the account', async () => {
    expect((await told(risk({ resources: [KEY] }))).all).toMatchObject([{ identity: { id: arnOf('ci-build') }, state: 'contained' }])
    expect((await told(risk({}))).all).toMatchObject([{ identity: { id: `account:${ACCOUNT}` }, state: 'asking' }])
  })

  it('a code that AWS added asks, and a known one contains', async () => {
    const unknown = await told(risk({ entities: [KEY], code: 'AWS_RISK_TOKEN_LEAKED' }))
    expect(unknown.all).toMatchObject([{ identity: { id: arnOf('ci-build') }, state: 'asking' }])
    expect(unknown.all[0]?.findings[0]?.detector).toBe('unknown-risk-reported')
    expect((await told(risk({ entities: [KEY] }))).all).toMatchObject([{ state: 'contained' }])
    expect((await told(risk({ entities: [KEY], code: 'AWS_EC2_RETIREMENT' }))).all).toEqual([])
  })

  it.each([
    ['aws-us-gov', 'us-gov-west-1'],
    ['aws-cn', 'cn-north-1'],
  ])('in %s the user is of that partition', async (partition, region) => {
    const { all } = await told(risk({ entities: ['ci-build'], code: 'AWS_RISK_IAM_QUARANTINE', partition, region }))
    expect(all[0]?.identity.id).toBe(`arn:${partition}:iam::${ACCOUNT}:user/ci-build`)
  })
})

describe('an intruder’s exposed key is of another account', () => {
  it('IAM refuses the look-up: a person is asked with the account named, and nothing is delivered again', async () => {
    const { all, result } = await told(risk({ entities: [OUTSIDE_KEY] }), refusing('AccessDenied'))
    expect(result.failed.size).toBe(0)
    expect(all).toMatchObject([{ identity: { id: `access-key:${OUTSIDE_KEY}`, account: OUTSIDE }, state: 'asking' }])
    expect(all[0]?.findings[0]?.reason).toContain(`IAM refused to name its owner, maybe of account ${OUTSIDE}`)
  })

  it('an older id says no account: the same, with the account of the event', async () => {
    const { all, result } = await told(risk({ entities: [KEY] }), refusing('AccessDenied'))
    expect(result.failed.size).toBe(0)
    expect(all).toMatchObject([{ identity: { id: `access-key:${KEY}` }, state: 'asking' }])
  })

  it('IAM does not know the key: the same', async () => {
    const { all } = await told(risk({ entities: [OUTSIDE_KEY] }))
    expect(all).toMatchObject([{ identity: { account: OUTSIDE }, state: 'asking' }])
  })

  it('the true twins: a key of ours is contained, and a look-up that failed for another reason is delivered again', async () => {
    const account = { ...oneUser(), AccessKeys: [{ UserName: 'ci-build', AccessKeyId: OWN_KEY, Status: 'Active' as const }] }
    expect((await told(risk({ entities: [OWN_KEY] }), { account })).all).toMatchObject([{ state: 'contained' }])
    for (const [key, name] of [
      [OUTSIDE_KEY, 'Throttling'],
      [OWN_KEY, 'AccessDenied'],
    ] as const) {
      const { all, result } = await told(risk({ entities: [key] }), refusing(name))
      expect(result.failed.size).toBe(1)
      expect(all).toEqual([])
    }
  })

  it('the account is read from the id where the id has it', () => {
    expect(accountOfKey(OWN_KEY)).toBe(ACCOUNT)
    expect(accountOfKey(OUTSIDE_KEY)).toBe(OUTSIDE)
    expect(accountOfKey(OWN_KEY.replace('AKIA', 'ASIA'))).toBe(ACCOUNT)
    for (const without of [KEY, 'AKIAJAAAAAAAAAAAAAAA', 'AKIARZPUZDIKLIJVPG60', 'AKIA', '', 'AIDARZPUZDIKLIJVPG67'])
      expect(accountOfKey(without)).toBeUndefined()
  })
})
