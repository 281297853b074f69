import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation'
import { CreateUserCommand, GetRolePolicyCommand, IAMClient, ListAccessKeysCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamo } from '../../shared/aws/clients.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import { MOST_RECEIVES } from '../../shared/ports/deliveries.ts'
import { REDRIVE_SUBJECT } from '../../shared/record/redrives.ts'
import { HARM_ALONE } from '../embedded.ts'
import { allow, emptyAccount, newKey } from './account.ts'
import { deployStack } from './deployed-stack.ts'
import { ACCOUNT, type Keys, REGION, roleSession } from './stack-on-moto.ts'

const MOTO = process.env.MOTO_URL ?? ''
const CLI = join(import.meta.dirname, '..', '..', 'local', 'countersign.ts')

/** The rights that docs/operations.md asks for, for a redrive. */
const OPERATOR_RIGHTS = [
  'cloudformation:DescribeStacks',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'lambda:InvokeFunction',
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:ReceiveMessage',
  'sqs:SendMessage',
]

const options = (keys: Keys) => ({ endpoint: MOTO, region: REGION, credentials: keys })

let admin: Keys
let operator: Keys
let stolen: Keys
let iam: IAMClient
let stack: Awaited<ReturnType<typeof deployStack>>

beforeAll(async () => {
  admin = await emptyAccount(MOTO)
  iam = new IAMClient(options(admin))
  const policy = { version: 2, mode: 'contain', evidence: HARM_ALONE, breaker: { maxUserFraction: 1 } }
  stack = await deployStack({
    moto: MOTO,
    admin,
    policy,
    settings: { slack: { secretName: 'countersign/slack', channel: 'C0123ABCD' } },
    endpoints: {},
  })
  const clients = { iam, sts: new STSClient(options(admin)), admin: `arn:aws:iam::${ACCOUNT}:user/admin` }
  operator = await roleSession('Operators', [{ Effect: 'Allow', Action: OPERATOR_RIGHTS }], clients)
  // moto makes no outputs of resources that it does not know, so a stack beside it has them.
  const Outputs = Object.fromEntries(
    Object.entries(stack.outputs(/^(TableName|ContainFunctionName|TopicArn|Failures\w+)$/)).map(([key, Value]) => [key, { Value }]),
  )
  const TemplateBody = JSON.stringify({ Resources: { Marker: { Type: 'AWS::SNS::Topic', Properties: {} } }, Outputs })
  await new CloudFormationClient(options(admin)).send(new CreateStackCommand({ StackName: 'Outputs', TemplateBody }))
  await stack.named('Countersign-seed').invoke({})
  await iam.send(new CreateUserCommand({ UserName: 'ci-deploy' }))
  stolen = await newKey(iam, 'ci-deploy')
}, 180_000)

afterAll(() => stack.close())

/** Runs the command line with the keys of the operators; answers what it printed. */
async function countersign(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...words, '--stack', 'Outputs', '--region', REGION], {
    env: {
      PATH: process.env.PATH,
      ...stack.endpoints,
      AWS_ACCESS_KEY_ID: operator.accessKeyId,
      AWS_SECRET_ACCESS_KEY: operator.secretAccessKey,
      AWS_SESSION_TOKEN: operator.sessionToken,
    },
  })
  return stdout
}

/** A call with the stolen key, as EventBridge puts it into the hot queue. */
function calledWithIt(service: string, eventName: string, parts: object) {
  const time = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString().replace('.000Z', 'Z')
  const userIdentity = {
    type: 'IAMUser',
    arn: `arn:aws:iam::${ACCOUNT}:user/ci-deploy`,
    accountId: ACCOUNT,
    userName: 'ci-deploy',
    accessKeyId: stolen.accessKeyId,
  }
  const detail = {
    eventVersion: '1.11',
    eventID: crypto.randomUUID(),
    eventTime: time,
    eventSource: `${service}.amazonaws.com`,
    eventName,
    eventType: 'AwsApiCall',
    awsRegion: REGION,
    sourceIPAddress: '198.51.100.7',
    userAgent: 'Boto3/1.28',
    recipientAccountId: ACCOUNT,
    userIdentity,
    ...parts,
  }
  return { source: `aws.${service}`, 'detail-type': 'AWS API Call via CloudTrail', account: ACCOUNT, region: REGION, time, detail }
}

const send = (queue: string, body: string) =>
  new SQSClient(options(admin)).send(new SendMessageCommand({ QueueUrl: stack.urlOf(queue), MessageBody: body }))

const keyStatus = async () =>
  (await iam.send(new ListAccessKeysCommand({ UserName: 'ci-deploy' }))).AccessKeyMetadata?.map(({ Status }) => Status)

describe('countersign redrive on moto', () => {
  it('shows the events of a batch that failed until it was given up, and puts them back: they are processed, and what they say is contained', async () => {
    const about = { userName: 'support-ops' }
    const events = [
      calledWithIt('iam', 'CreateUser', { requestParameters: about }),
      calledWithIt('iam', 'PutUserPolicy', { requestParameters: { ...about, policyName: 'all', policyDocument: allow('*') } }),
      calledWithIt('iam', 'CreateAccessKey', {
        requestParameters: about,
        responseElements: { accessKey: { ...about, accessKeyId: 'AKIAIOSFODNN7EXAMPLE', status: 'Active' } },
      }),
      calledWithIt('cloudtrail', 'StopLogging', { requestParameters: { name: 'all-regions' } }),
    ]
    const [all, waiting] = [events.length, events.length + 1]
    for (const event of events) await send('QueuesHot', JSON.stringify(event))
    const rights = { RoleName: 'RespondSession', PolicyName: 'rights' }
    const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand(rights))
    // The table is out of reach of respond.
    await iam.send(new PutRolePolicyCommand({ ...rights, PolicyDocument: allow('sqs:*') }))
    for (let at = 0; at < MOST_RECEIVES; at++) expect(await stack.deliver('QueuesHot')).toMatchObject({ messages: all, failed: all })
    expect(await stack.deliver('QueuesHot')).toMatchObject({ messages: 0 })
    await iam.send(new PutRolePolicyCommand({ ...rights, PolicyDocument: decodeURIComponent(PolicyDocument) }))
    expect([await stack.held(), stack.invoked]).toEqual([{ QueuesHotDeadLetters: all }, []])

    await send('QueuesHotDeadLetters', '{"source":"aws.iam"')
    const listed = await countersign('redrive')
    expect(listed).toMatch(new RegExp(`^hot {2}about ${waiting} waiting`))
    expect(listed).toContain('cloudtrail:StopLogging')
    expect(listed).toContain('redrive: set aside: it cannot be read: not JSON')
    expect(await stack.held()).toEqual({ QueuesHotDeadLetters: waiting })

    const said = await countersign('redrive', 'hot', '--reason', 'respond may use the table again', '--yes')
    expect(said).toContain(`Put back ${all} messages of hot. About 0 wait there now.`)
    expect(said).toContain('Set aside ')
    expect(await stack.held()).toEqual({ QueuesHot: all })
    expect(await stack.deliver('QueuesHot')).toMatchObject({ messages: all, failed: 0 })
    expect(stack.invoked).toMatchObject([{ name: 'Countersign-contain' }])

    const chain = await dynamoChangeRecord({ client: dynamo(options(admin)), name: stack.table }).list(REDRIVE_SUBJECT)
    expect(verifyChain(REDRIVE_SUBJECT, chain)).toBeUndefined()
    const actor = `arn:aws:sts::${ACCOUNT}:assumed-role/Operators/lambda`
    expect(chain).toMatchObject([
      { actor, target: 'queue:hot', to: { begins: { waiting } }, why: 'respond may use the table again' },
      { actor, target: 'queue:hot', to: { moved: expect.arrayContaining([{ message: expect.any(String), sent: expect.any(String) }]) } },
    ])
    const [, id = ''] = /^(\S+) {2}set aside from hot/m.exec(await countersign('redrive')) ?? []
    expect(await countersign('redrive', '--read', id)).toBe('{"source":"aws.iam"\n')
  })

  it('invokes contain again where all attempts of Lambda failed, and the key is out of use', async () => {
    const [asked] = stack.invoked
    const requestContext = {
      requestId: crypto.randomUUID(),
      functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:Countersign-contain:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: 3,
    }
    const responsePayload = { errorType: 'ThrottlingException', errorMessage: 'Rate exceeded' }
    await send('ContainFailures', JSON.stringify({ version: '1.0', requestContext, requestPayload: asked?.payload, responsePayload }))
    expect(await countersign('redrive', 'contain')).toContain('failed: RetriesExhausted: ThrottlingException: Rate exceeded')
    // Lambda gave it up: what respond asked for was not done.
    stack.invoked.length = 0
    expect(await keyStatus()).toEqual(['Active'])
    expect(await countersign('redrive', 'contain', '--reason', 'IAM answers again', '--yes')).toContain('Put back 1 message of contain.')
    expect(stack.invoked).toEqual([asked])
    await stack.settle()
    expect(await keyStatus()).toEqual(['Inactive'])
  })
})
