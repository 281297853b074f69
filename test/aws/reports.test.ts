import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { CreateUserCommand, IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamo } from '../../shared/aws/clients.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { PARTY_SECRETS, SECRET_KEY, signedReport } from '../reports.ts'
import { emptyAccount, newKey } from './account.ts'
import { deployStack } from './deployed-stack.ts'
import { ACCOUNT, type Keys, REGION } from './stack-on-moto.ts'

const MOTO = process.env.MOTO_URL ?? ''

const options = (keys: Keys) => ({ endpoint: MOTO, region: REGION, credentials: keys })

let admin: Keys
let iam: IAMClient
let stack: Awaited<ReturnType<typeof deployStack>>

beforeAll(async () => {
  admin = await emptyAccount(MOTO)
  iam = new IAMClient(options(admin))
  const secret = await new SecretsManagerClient(options(admin)).send(
    new CreateSecretCommand({ Name: 'countersign/webhook', SecretString: PARTY_SECRETS.webhook.join('\n') }),
  )
  stack = await deployStack({
    moto: MOTO,
    admin,
    policy: { version: 3, mode: 'contain', breaker: { maxUserFraction: 1 }, signals: { webhook: { most: 'contain' } } },
    settings: { reports: { webhook: { secretArn: secret.ARN } } },
    endpoints: {},
  })
  await stack.named('Countersign-seed').invoke({})
}, 180_000)

afterAll(() => stack.close())

/** A user with a key that works. */
async function userWithKey(name: string): Promise<Keys> {
  await iam.send(new CreateUserCommand({ UserName: name, Path: '/build/' }))
  return newKey(iam, name)
}

const statusOf = async (UserName: string) =>
  (await iam.send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata?.map(({ Status }) => Status)

/** Puts a finding of GuardDuty on the default bus. AWS refuses its source to everybody else, and moto takes it. */
async function putFinding(detail: object): Promise<void> {
  const entry = { Source: 'aws.guardduty', DetailType: 'GuardDuty Finding', Time: new Date(), Detail: JSON.stringify(detail) }
  const { FailedEntryCount } = await new EventBridgeClient(options(admin)).send(new PutEventsCommand({ Entries: [entry] }))
  expect(FailedEntryCount).toBe(0)
}

const findingOf = (user: string, key: Keys, more: object) => ({
  schemaVersion: '2.0',
  accountId: ACCOUNT,
  region: REGION,
  id: `finding-${user}`,
  arn: `arn:aws:guardduty:${REGION}:${ACCOUNT}:detector/12ab/finding/finding-${user}`,
  type: 'AttackSequence:IAM/CompromisedCredentials',
  severity: 9,
  updatedAt: new Date().toISOString(),
  resource: {
    resourceType: 'AccessKey',
    accessKeyDetails: { accessKeyId: key.accessKeyId, principalId: 'AIDAEXAMPLEUSER000001', userType: 'IAMUser', userName: user },
  },
  service: { archived: false, additionalInfo: {}, count: 1, ...more },
})

const sendReport = async (request: { body: Buffer; headers: Readonly<Record<string, string>> }) =>
  (await fetch(stack.reportUrl('webhook'), { method: 'POST', body: new Uint8Array(request.body), headers: request.headers })).status

/** The scanner tried the key, and says so. */
const reportOf = (key: Keys) => ({
  findings: [
    {
      id: `scan-${key.accessKeyId}`,
      text: `aws_access_key_id=${key.accessKeyId}\naws_secret_access_key=${SECRET_KEY}`,
      place: 'acme/api: config.env',
      verified: true,
      seenAt: new Date().toISOString(),
    },
  ],
})

async function incidentOf(name: string): Promise<Incident> {
  for await (const incident of dynamoIncidentStore({ client: dynamo(options(admin)), name: stack.table }).listAll())
    if (incident.identity.name === name) return incident
  throw new Error(`no incident of ${name}`)
}

describe('what others report, on moto: buses, rules, queues, bundles, IAM', () => {
  it('a sample of GuardDuty arrives, and nothing follows', async () => {
    const key = await userWithKey('sampled')
    await putFinding(findingOf('sampled', key, { additionalInfo: { sample: true } }))
    expect(await stack.deliver('QueuesHot')).toMatchObject({ messages: 1, failed: 0 })
    expect(await stack.settle()).toEqual([])
    expect(await statusOf('sampled')).toEqual(['Active'])
  })

  it('an attack sequence of GuardDuty goes by the default bus to respond and contain, and the key of its user, whom IAM names, is out of use', async () => {
    const key = await userWithKey('found')
    await putFinding(findingOf('found', key, {}))
    expect(await stack.deliver('QueuesHot')).toMatchObject({ messages: 1, failed: 0 })
    expect(await stack.settle()).toEqual(['Countersign-contain'])
    expect(await statusOf('found')).toEqual(['Inactive'])
    const { identity, state, reports } = await incidentOf('found')
    expect([identity.id, state]).toEqual([`arn:aws:iam::${ACCOUNT}:user/build/found`, 'contained'])
    expect(reports).toMatchObject([{ source: 'guardduty', credentialId: key.accessKeyId }])
  })

  it('a report that nobody signed is refused, and reaches no queue', async () => {
    const key = await userWithKey('slandered')
    const request = await signedReport('webhook', { at: Date.now(), secret: PARTY_SECRETS.gitlab[0], body: reportOf(key) })
    const heldBefore = await stack.held()
    expect(await sendReport(request)).toBe(401)
    expect(await stack.held()).toEqual(heldBefore)
    expect(await statusOf('slandered')).toEqual(['Active'])
  })

  it('a signed report goes by the bus of reports, and the key is out of use; the same request once more is one; no secret is in the table or in a log', async () => {
    const key = await userWithKey('leaked')
    const request = await signedReport('webhook', { at: Date.now(), body: reportOf(key) })
    expect([await sendReport(request), await sendReport(request)]).toEqual([200, 200])
    const { log, ...counts } = await stack.deliver('QueuesConfirmed')
    expect(counts).toEqual({ messages: 1, failed: 0 })
    expect(await stack.settle()).toEqual(['Countersign-contain'])
    expect(await statusOf('leaked')).toEqual(['Inactive'])
    const { state, reports } = await incidentOf('leaked')
    expect([state, reports?.map(({ source, grade }) => [source, grade])]).toEqual(['contained', [['webhook', 'verified']]])
    const { Items } = await dynamo(options(admin)).send(new ScanCommand({ TableName: stack.table }))
    expect(`${JSON.stringify(Items)}${log}`).not.toContain(SECRET_KEY)
  })
})
