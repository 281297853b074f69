import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { IAMClient, ListAccessKeysCommand, ListUsersCommand } from '@aws-sdk/client-iam'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DrillReport } from '../../local/drill/step.ts'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamo } from '../../shared/aws/clients.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import { json, type Loopback, loopback } from '../contract/loopback.ts'
import { BOT_TOKEN, CHANNEL, type FakeSlack, fakeSlack, SIGNING_SECRET } from '../slack.ts'
import { emptyAccount } from './account.ts'
import { deployStack } from './deployed-stack.ts'
import { ACCOUNT, type Keys, REGION, roleSession } from './stack-on-moto.ts'
import { startTrailFront, type TrailedCall } from './trail-front.ts'

const MOTO = process.env.MOTO_URL ?? ''
const ROOT = join(import.meta.dirname, '..', '..')
const SECRET = 'countersign/slack'
const PATH = '/countersign-canary/'

/** What whoever answers on the command line may. */
const REVIEWER_RIGHTS = [
  'cloudformation:DescribeStacks',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'lambda:InvokeFunction',
  'sqs:SendMessage',
]

/** The rights that docs/drill.md asks for beside these. */
const DRILL_RIGHTS = JSON.parse(readFileSync(join(ROOT, 'docs', 'drill.md'), 'utf8').match(/```json\n([\s\S]*?)```/)?.[1] ?? '{}')
  .Statement[0].Action

const options = (keys: Keys) => ({ endpoint: MOTO, region: REGION, credentials: keys })

let admin: Keys
let operator: Keys
let iam: IAMClient
let slack: FakeSlack
let cloudTrail: Loopback
let front: Awaited<ReturnType<typeof startTrailFront>>
let stack: Awaited<ReturnType<typeof deployStack>>
/** The calls with keys of canaries that became events. */
const called: string[] = []
/** False where nothing of CloudTrail arrives. */
let isTrailOn = true

beforeAll(async () => {
  admin = await emptyAccount(MOTO)
  iam = new IAMClient(options(admin))
  ;[slack, cloudTrail, front] = await Promise.all([fakeSlack(), loopback(() => json({ Events: [] })), startTrailFront(MOTO, asEvent)])
  await new SecretsManagerClient(options(admin)).send(
    new CreateSecretCommand({ Name: SECRET, SecretString: JSON.stringify({ signingSecret: SIGNING_SECRET, botToken: BOT_TOKEN }) }),
  )
  stack = await deployStack({
    moto: MOTO,
    admin,
    policy: { version: 3, mode: 'contain', breaker: { maxUserFraction: 1 } },
    settings: { slack: { secretName: SECRET, channel: CHANNEL } },
    endpoints: { SLACK_API_URL: slack.wire.url, AWS_ENDPOINT_URL_CLOUDTRAIL: cloudTrail.url },
  })
  const clients = { iam, sts: new STSClient(options(admin)), admin: `arn:aws:iam::${ACCOUNT}:user/admin` }
  operator = await roleSession('Operators', [{ Effect: 'Allow', Action: [...REVIEWER_RIGHTS, ...DRILL_RIGHTS] }], clients)
  // moto makes no outputs of resources that it does not know, so a stack beside it has them.
  const Outputs = Object.fromEntries(
    Object.entries(stack.outputs(/^(TableName|ContainFunctionName|TopicArn|NoticeQueueUrl)$/)).map(([key, Value]) => [key, { Value }]),
  )
  const TemplateBody = JSON.stringify({ Resources: { Marker: { Type: 'AWS::SNS::Topic', Properties: {} } }, Outputs })
  await new CloudFormationClient(options(admin)).send(new CreateStackCommand({ StackName: 'Outputs', TemplateBody }))
  await stack.named('Countersign-seed').invoke({})
}, 180_000)

beforeEach(() => {
  called.length = 0
  isTrailOn = true
})

afterAll(async () => {
  front.server.close()
  await Promise.all([stack.close(), slack.wire.close(), cloudTrail.close()])
})

const canaries = async () => (await iam.send(new ListUsersCommand({ PathPrefix: PATH }))).Users ?? []

/** The user of the path of canaries whose key was used. */
async function ownerOf(accessKeyId: string) {
  for (const user of await canaries()) {
    const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName: user.UserName }))
    if (AccessKeyMetadata.some((key) => key.AccessKeyId === accessKeyId)) return user
  }
  return undefined
}

/** Puts a call with a key of a canary on the bus, as CloudTrail and AWS do: in the order in which the calls were made. */
async function asEvent({ accessKeyId, service, eventName, isRefused }: TrailedCall): Promise<void> {
  const user = isTrailOn ? await ownerOf(accessKeyId) : undefined
  if (user === undefined) return
  called.push(`${service}:${eventName}${isRefused ? ' refused' : ''}`)
  const time = new Date(Math.floor(Date.now() / 1000) * 1000)
  const detail = {
    eventVersion: '1.11',
    eventID: crypto.randomUUID(),
    eventTime: time.toISOString().replace('.000Z', 'Z'),
    eventSource: `${service}.amazonaws.com`,
    eventName,
    eventType: 'AwsApiCall',
    awsRegion: REGION,
    sourceIPAddress: '198.51.100.7',
    userAgent: 'aws-sdk-js/3',
    readOnly: true,
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    userIdentity: { type: 'IAMUser', arn: user.Arn, accountId: ACCOUNT, userName: user.UserName, accessKeyId, principalId: user.UserId },
    ...(isRefused ? { errorCode: 'AccessDenied' } : {}),
  }
  const Entries = [{ Source: `aws.${service}`, DetailType: 'AWS API Call via CloudTrail', Time: time, Detail: JSON.stringify(detail) }]
  await new EventBridgeClient(options(admin)).send(new PutEventsCommand({ Entries }))
}

/** Runs the command line with the keys of the operators, while queues and functions go on as they do by themselves on AWS. */
async function drill(...words: string[]): Promise<{ code: number; out: string; said: string }> {
  const env = {
    PATH: process.env.PATH,
    ...stack.endpoints,
    AWS_ENDPOINT_URL: front.url,
    AWS_ENDPOINT_URL_IAM: front.url,
    AWS_ACCESS_KEY_ID: operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operator.secretAccessKey,
    AWS_SESSION_TOKEN: operator.sessionToken,
  }
  const command = [join(ROOT, 'local', 'countersign.ts'), 'drill', '--stack', 'Outputs', '--region', REGION, ...words]
  let isRunning = true
  const ended = promisify(execFile)(process.execPath, command, { env })
    .then(
      ({ stdout, stderr }) => ({ code: 0, out: stdout, said: stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, out: stdout, said: stderr }),
    )
    .finally(() => {
      isRunning = false
    })
  while (isRunning) {
    for (const queue of ['QueuesHot', 'QueuesTokens', 'QueuesBulk', 'NoticeQueue']) await stack.deliver(queue)
    await stack.settle()
  }
  return ended
}

/** The same, with the report that it printed. */
async function reported(...words: string[]): Promise<{ code: number; said: string; report: DrillReport }> {
  const { code, out, said } = await drill(...words)
  if (out === '') throw new Error(`the drill printed no report, and said: ${said}`)
  return { code, said, report: JSON.parse(out) as DrillReport }
}

describe('countersign drill on moto', () => {
  it('sees its canary contained, told in Slack and recorded, releases it as it was, and leaves nothing in IAM', async () => {
    const { code, said, report } = await reported('--yes', '--json', '--minutes', '2')
    for (const { name, outcome, atMs, note } of report.steps) console.log(`drill on moto: ${name} ${outcome} +${atMs ?? '-'} ms: ${note}`)
    expect(report.steps.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(
      ['used', 'detected', 'inactive', 'contained', 'told', 'recorded', 'released', 'restored', 'removed'].map((name) => `${name} done`),
    )
    expect([code, report.left]).toEqual([0, []])
    expect(called).toEqual([
      'sts:GetCallerIdentity',
      's3:ListBuckets refused',
      'iam:ListUsers refused',
      'secretsmanager:ListSecrets refused',
    ])
    expect(await canaries()).toEqual([])
    const subject = `INCIDENT#${report.incidentId}`
    const chain = await dynamoChangeRecord({ client: dynamo(options(admin)), name: stack.table }).list(subject)
    expect(verifyChain(subject, chain)).toBeUndefined()
    while ((await stack.deliver('NoticeQueue')).messages > 0);
    const texts = [...slack.messages.values()].map(({ text }) => text)
    expect(texts.some((text) => text.includes('A drill begins'))).toBe(true)
    expect(texts.some((text) => text.includes('is over: every step'))).toBe(true)
    expect(said).not.toContain('Left in the account')
  })

  it('ends with code 1 where no event arrives, and removes what it has made', async () => {
    isTrailOn = false
    const { code, report } = await reported('--yes', '--json', '--minutes', '1')
    expect(code).toBe(1)
    expect(report.steps.find(({ name }) => name === 'detected')).toMatchObject({ outcome: 'missed' })
    expect([report.left, await canaries()]).toEqual([[], []])
  })

  it('makes nothing where there is nobody to ask and --yes is not given', async () => {
    const { code, said } = await drill()
    expect(code).toBe(2)
    expect(said).toContain('Nothing was done, because there is no terminal to ask on')
    expect([await canaries(), called]).toEqual([[], []])
  })
})
