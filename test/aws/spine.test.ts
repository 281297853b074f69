import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation'
import {
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SNSClient } from '@aws-sdk/client-sns'
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamo } from '../../shared/aws/clients.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { createTable } from '../../shared/aws/table.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import { isClosed } from '../../shared/domain/incident.ts'
import { readSeal } from '../../shared/domain/seal.ts'
import { DAY_MS } from '../../shared/domain/time.ts'
import { HARM_ALONE } from '../embedded.ts'
import { allow, emptyAccount, newKey } from './account.ts'
import {
  ACCOUNT,
  type DeployedFunction,
  deployed,
  type Keys,
  REGION,
  resolver,
  resourceOf,
  roleSession,
  sealBucket,
  startIamFront,
  startLambdaFront,
  startS3Front,
  synthesise,
  topicAndQueues,
} from './stack-on-moto.ts'
import { timeToInactive } from './time-to-inactive.ts'

const MOTO = process.env.MOTO_URL ?? ''
const TABLE = 'countersign-record'
const BUCKET = 'countersign-seals'
const ALLOW_ALL = allow('*')
const ALLOW_IAM = allow('iam:*')

const options = (keys: Keys) => ({ endpoint: MOTO, region: REGION, credentials: keys })

let admin: Keys
let iam: IAMClient
let respond: DeployedFunction
let contain: DeployedFunction
let seed: DeployedFunction
let rotate: DeployedFunction
let seal: DeployedFunction
let archive: DeployedFunction
let inventory: DeployedFunction
let queueUrl: string
let hotUrl: string
let reverifyUrl: string
let iamFront: Awaited<ReturnType<typeof startIamFront>>
let s3Front: Awaited<ReturnType<typeof startS3Front>>
let lambdaFront: Awaited<ReturnType<typeof startLambdaFront>>

async function newUser(userName: string): Promise<Keys> {
  await iam.send(new CreateUserCommand({ UserName: userName }))
  await iam.send(new PutUserPolicyCommand({ UserName: userName, PolicyName: 'work', PolicyDocument: ALLOW_IAM }))
  return newKey(iam, userName)
}

async function quarantinePolicy(document: unknown): Promise<string> {
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'quarantine', PolicyDocument: JSON.stringify(document) }))
  return Policy?.Arn ?? ''
}

beforeAll(async () => {
  admin = await emptyAccount(MOTO)
  iam = new IAMClient(options(admin))
  lambdaFront = await startLambdaFront()
  iamFront = await startIamFront(MOTO)
  s3Front = await startS3Front(MOTO, () => new S3Client(options(seal.keys)))
  const { resources, assets } = await synthesise({
    version: 2,
    mode: 'contain',
    evidence: HARM_ALONE,
    breaker: { maxUserFraction: 1 },
    rotation: { users: ['*:user/rotated-*'] },
  })
  const made = await topicAndQueues(new SNSClient(options(admin)), new SQSClient(options(admin)))
  const { topicArn } = made
  queueUrl = made.queueUrl
  hotUrl = made.hotUrl
  reverifyUrl = made.reverifyUrl
  await createTable(dynamo(options(admin)), TABLE)

  const table = resourceOf(resources, 'AWS::DynamoDB::Table', 'Record')
  const values = new Map([
    ['AWS::Partition', 'aws'],
    [table, TABLE],
    [`${table}.Arn`, `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${TABLE}`],
    [resourceOf(resources, 'AWS::SNS::Topic', 'Notices'), topicArn],
  ])
  for (const [id, { Type, Properties }] of Object.entries(resources)) {
    if (Type === 'AWS::SQS::Queue') {
      const isReverify = /^ContainReverify[0-9A-F]{8}$/.test(id)
      const arn = id.startsWith('QueuesHot') ? HOT_ARN : `arn:aws:sqs:${REGION}:${ACCOUNT}:${isReverify ? 'reverify' : 'bootstrap'}`
      values.set(id, isReverify ? reverifyUrl : queueUrl).set(`${id}.Arn`, arn)
      values.set(`${id}.QueueName`, arn.slice(arn.lastIndexOf(':') + 1))
    }
    if (Type === 'AWS::S3::Bucket') values.set(id, BUCKET).set(`${id}.Arn`, `arn:aws:s3:::${BUCKET}`)
    if (Type === 'AWS::IAM::ManagedPolicy') values.set(id, await quarantinePolicy(Properties.PolicyDocument))
    if (Type === 'AWS::Lambda::Function') values.set(id, id).set(`${id}.Arn`, `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${id}`)
    if (Type === 'AWS::IAM::Role') values.set(`${id}.Arn`, `arn:aws:iam::${ACCOUNT}:role/${id}`).set(id, id)
    if (Type === 'AWS::Logs::LogGroup') values.set(`${id}.Arn`, `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${id}`)
  }
  const resolve = resolver(values)
  const sts = new STSClient(options(admin))
  const deploy = async (prefix: string, more: Readonly<Record<string, string>> = {}) => {
    const functionId = resourceOf(resources, 'AWS::Lambda::Function', `${prefix}Responder`)
    const { Code, Environment } = resources[functionId]?.Properties as {
      Code: { S3Key: string }
      Environment: { Variables: Record<string, unknown> }
    }
    const policies = Object.values(resources).filter(
      ({ Type, Properties }) => Type === 'AWS::IAM::Policy' && JSON.stringify(Properties.Roles).includes(`"${prefix}Responder`),
    )
    const statements = policies.flatMap(
      ({ Properties }) => resolve((Properties.PolicyDocument as { Statement: unknown[] }).Statement) as Record<string, unknown>[],
    )
    const keys = await roleSession(`${prefix}Role`, statements, { iam, sts, admin: `arn:aws:iam::${ACCOUNT}:user/admin` })
    const environment = {
      ...(resolve(Environment.Variables) as Record<string, string>),
      AWS_ENDPOINT_URL: MOTO,
      AWS_ENDPOINT_URL_LAMBDA: lambdaFront.url,
      AWS_ENDPOINT_URL_IAM: iamFront.url,
      AWS_ENDPOINT_URL_S3: s3Front.url,
      ...more,
    }
    return deployed(join(assets, `asset.${Code.S3Key.replace('.zip', '')}`, 'index.js'), environment, keys)
  }
  respond = await deploy('Respond')
  contain = await deploy('Contain')
  seed = await deploy('Seed')
  rotate = await deploy('Rotate')
  await sealBucket(new S3Client(options(admin)), BUCKET)
  seal = await deploy('Seal')
  inventory = await deploy('Inventory')
  archive = await deploy('Archive', { CLOCK_AHEAD_MS: String(100 * DAY_MS) })
  // A stack of this name with these outputs is what the command line looks for.
  const outputs = {
    TableName: TABLE,
    ContainFunctionName: 'contain',
    RotateFunctionName: 'rotate',
    TopicArn: topicArn,
    SealBucketName: BUCKET,
  }
  const Outputs = Object.fromEntries(Object.entries(outputs).map(([key, Value]) => [key, { Value }]))
  const TemplateBody = JSON.stringify({ Resources: { Marker: { Type: 'AWS::SNS::Topic', Properties: {} } }, Outputs })
  await new CloudFormationClient(options(admin)).send(new CreateStackCommand({ StackName: 'Countersign', TemplateBody }))
}, 180_000)

afterAll(() => {
  lambdaFront.server.close()
  iamFront.server.close()
  s3Front.server.close()
})

const HOT_ARN = `arn:aws:sqs:${REGION}:${ACCOUNT}:hot`

/** A batch as Lambda makes it of messages of the hot queue, which are really put there and received, so that the queue knows them. */
async function hotBatch(bodies: readonly unknown[]) {
  const sqs = new SQSClient(options(admin))
  for (const body of bodies) await sqs.send(new SendMessageCommand({ QueueUrl: hotUrl, MessageBody: JSON.stringify(body) }))
  const received = new Map<string, string>()
  // What the functions themselves sent lies in the same queue.
  while (!bodies.every((body) => received.has(JSON.stringify(body)))) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: hotUrl, MaxNumberOfMessages: 10 }))
    for (const { Body = '', ReceiptHandle = '' } of Messages) received.set(Body, ReceiptHandle)
  }
  return {
    Records: bodies.map((body, at) => ({
      ...recordOf(`m${at}`, body, HOT_ARN),
      receiptHandle: received.get(JSON.stringify(body)) ?? '',
    })),
  }
}

const recordOf = (messageId: string, body: unknown, eventSourceARN: string) => ({
  messageId,
  body: JSON.stringify(body),
  attributes: {},
  messageAttributes: {},
  eventSource: 'aws:sqs',
  eventSourceARN,
  awsRegion: REGION,
})

/** Only events of these days are believed, by the clock of the functions. Whole seconds, as CloudTrail writes them. */
const STARTED_AT = Math.floor(Date.now() / 1000) * 1000 - 60_000

/** A CloudTrail record by a user's key, in the envelope of EventBridge. */
function call(userName: string, keys: Keys, about: { eventName: string; second: number } & Record<string, unknown>) {
  const { second, ...record } = about
  const detail = {
    eventVersion: '1.11',
    eventID: `${userName}-${second}`,
    eventTime: new Date(STARTED_AT + second * 1000).toISOString(),
    eventSource: 'iam.amazonaws.com',
    awsRegion: REGION,
    sourceIPAddress: '198.51.100.7',
    userAgent: 'Boto3/1.28 md/Botocore#1.31',
    userIdentity: {
      type: 'IAMUser',
      arn: `arn:aws:iam::${ACCOUNT}:user/${userName}`,
      accountId: ACCOUNT,
      userName,
      accessKeyId: keys.accessKeyId,
    },
    requestParameters: {},
    ...record,
  }
  return {
    version: '0',
    id: detail.eventID,
    source: 'aws.iam',
    'detail-type': 'AWS API Call via CloudTrail',
    account: ACCOUNT,
    region: REGION,
    time: detail.eventTime,
    detail,
  }
}

const mayListUsers = (keys: Keys) =>
  new IAMClient(options(keys)).send(new ListUsersCommand({})).then(
    () => true,
    (cause: Error) => {
      if (cause.name === 'AccessDenied') return false
      throw cause
    },
  )

const statusOf = async (userName: string, { accessKeyId }: Keys) =>
  (await iam.send(new ListAccessKeysCommand({ UserName: userName }))).AccessKeyMetadata?.find(
    ({ AccessKeyId }) => AccessKeyId === accessKeyId,
  )?.Status

const inlineOf = async (userName: string) => (await iam.send(new ListUserPoliciesCommand({ UserName: userName }))).PolicyNames?.sort()

/** The command line as a person calls it. */
async function countersign(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, '..', '..', 'local', 'countersign.ts'), ...words, '--stack', 'Countersign', '--region', REGION],
    {
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: MOTO,
        AWS_ENDPOINT_URL_LAMBDA: lambdaFront.url,
        AWS_ENDPOINT_URL_S3: s3Front.url,
        AWS_ACCESS_KEY_ID: admin.accessKeyId,
        AWS_SECRET_ACCESS_KEY: admin.secretAccessKey,
      },
    },
  )
  return stdout
}

describe('the deployed path on moto', () => {
  const records = () => dynamoChangeRecord({ client: dynamo(options(admin)), name: TABLE })
  const incidents = () => dynamoIncidentStore({ client: dynamo(options(admin)), name: TABLE })

  it('seeds the policy at the first deploy, and keeps what is there at the second', async () => {
    await seed.invoke({})
    await seed.invoke({})
    expect(await records().list('POLICY')).toMatchObject([{ number: 1, kind: 'policy', to: { mode: 'contain' } }])
  })

  it('takes stock of what everybody could break, by its own rights, and says who gained what since', async () => {
    await iam.send(new CreateUserCommand({ UserName: 'reader' }))
    await iam.send(new CreateUserCommand({ UserName: 'boss' }))
    const put = (UserName: string, PolicyDocument: string) =>
      iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'work', PolicyDocument }))
    await put('boss', ALLOW_ALL)
    await put('reader', allow('s3:ListAllMyBuckets'))
    await inventory.invoke({})
    interface Line {
      readonly id: string
      readonly reach: number
      readonly before?: number
      readonly gained?: readonly string[]
    }
    const listed = async () =>
      (await countersign('blast-radius', '--json'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Line)
    const of = (lines: readonly Line[], name: string) => lines.find(({ id }) => id.endsWith(`:user/${name}`))
    const first = await listed()
    expect([of(first, 'boss')?.reach, of(first, 'reader')?.reach]).toEqual([100, 5])
    await put('reader', ALLOW_IAM)
    await inventory.invoke({})
    const { reach = 0, before, gained = [] } = of(await listed(), 'reader') ?? {}
    console.log(`${first.length} users and roles; reader ${before} → ${reach}: ${gained.join('; ')}`)
    expect([before, reach > 90, gained.join().includes('grant itself more rights')]).toEqual([5, true, true])
    expect(await countersign('blast-radius', 'reader')).toContain(`Changed 5 → ${reach} since`)
  })

  it('contains a key that an intruder uses, records it, and gives it back on release', async () => {
    const keys = await newUser('ci-deploy')
    const made = await newUser('support-ops')
    expect(await mayListUsers(keys)).toBe(true)

    const attack = [
      call('ci-deploy', keys, { second: 1, eventName: 'CreateUser', requestParameters: { userName: 'support-ops' } }),
      call('ci-deploy', keys, {
        second: 2,
        eventName: 'CreateAccessKey',
        requestParameters: { userName: 'support-ops' },
        responseElements: { accessKey: { userName: 'support-ops', accessKeyId: made.accessKeyId } },
      }),
      call('ci-deploy', keys, {
        second: 3,
        eventName: 'AttachUserPolicy',
        requestParameters: { userName: 'support-ops', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
      }),
      call('ci-deploy', keys, { second: 4, eventName: 'StopLogging', eventSource: 'cloudtrail.amazonaws.com' }),
    ]
    const { answer } = await respond.invoke(await hotBatch(attack))
    expect(answer).toEqual({ batchItemFailures: [] })
    expect(lambdaFront.invoked.length).toBeGreaterThan(0)
    const { payload } = lambdaFront.invoked.at(-1) as { payload: { incidentId: string } }
    expect(Object.keys(payload)).toEqual(['incidentId'])
    await contain.invoke(payload)

    // What moto enforces: the deny policy. What it does not: a key's status, so that is read from its IAM.
    expect(await mayListUsers(keys)).toBe(false)
    expect(await statusOf('ci-deploy', keys)).toBe('Inactive')
    expect(await statusOf('support-ops', made)).toBe('Inactive')
    expect(await inlineOf('ci-deploy')).toEqual([`CountersignQuarantine-${payload.incidentId}`, 'work'])
    // The user that the intruder made is denied as well.
    expect(await mayListUsers(made)).toBe(false)
    expect(await inlineOf('support-ops')).toEqual([`CountersignQuarantine-${payload.incidentId}`, 'work'])

    const chain = await records().list(`INCIDENT#${payload.incidentId}`)
    expect(chain.map(({ kind }) => kind)).toContain('step-done')
    expect(verifyChain(`INCIDENT#${payload.incidentId}`, chain)).toBeUndefined()
    expect((await incidents().get(payload.incidentId))?.value.state).toBe('contained')

    // The same again changes nothing.
    await respond.invoke(await hotBatch(attack))
    await contain.invoke(payload)
    expect(await records().list(`INCIDENT#${payload.incidentId}`)).toEqual(chain)

    expect(await countersign('incidents')).toContain(payload.incidentId)
    await countersign('release', payload.incidentId, '--reason', 'a drill', '--yes')
    await contain.invoke((lambdaFront.invoked.at(-1) as { payload: unknown }).payload)
    expect(await mayListUsers(keys)).toBe(true)
    expect(await statusOf('ci-deploy', keys)).toBe('Active')
    expect(await statusOf('support-ops', made)).toBe('Active')
    expect(await inlineOf('ci-deploy')).toEqual(['work'])
    expect(await inlineOf('support-ops')).toEqual(['work'])
    expect(await mayListUsers(made)).toBe(true)
    expect(await countersign('incidents', 'show', payload.incidentId)).toContain('legitimate by')
    expect(await countersign('changes', 'verify')).toContain('intact')
  })

  it('ends the session of a role by its name, and sets again what the intruder undoes', async () => {
    const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }] }
    await iam.send(new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument: JSON.stringify(trust) }))
    await iam.send(new PutRolePolicyCommand({ RoleName: 'deploy', PolicyName: 'work', PolicyDocument: ALLOW_IAM }))
    const { Credentials } = await new STSClient(options(admin)).send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/deploy`, RoleSessionName: 'build-7' }),
    )
    const session: Keys = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }
    expect(await mayListUsers(session)).toBe(true)
    const userIdentity = {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/build-7`,
      accountId: ACCOUNT,
      accessKeyId: session.accessKeyId,
      sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/deploy`, userName: 'deploy' } },
    }
    const attack = [
      { second: 11, eventName: 'CreateUser', requestParameters: { userName: 'gone-again' } },
      {
        second: 12,
        eventName: 'CreateLoginProfile',
        requestParameters: { userName: 'admin' },
        responseElements: { loginProfile: { userName: 'admin' } },
      },
      { second: 13, eventName: 'StopLogging', eventSource: 'cloudtrail.amazonaws.com' },
    ].map((about) => call('deploy', session, { ...about, userIdentity }))
    await respond.invoke(await hotBatch(attack))
    const { payload } = lambdaFront.invoked.at(-1) as { payload: { incidentId: string } }
    await contain.invoke(payload)
    const PolicyName = `CountersignRevoke-${payload.incidentId}`
    const documentNow = async () => {
      const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName: 'deploy', PolicyName }))
      return JSON.parse(decodeURIComponent(PolicyDocument ?? ''))
    }
    expect((await documentNow()).Statement[0]).toMatchObject({
      Effect: 'Deny',
      Condition: { StringLike: { 'aws:userid': ['*:build-7'] }, DateLessThan: { 'aws:TokenIssueTime': expect.any(String) } },
    })
    // moto takes a conditional Deny for an unconditional one: that the session is refused shows the policy is in force, the
    // document above that it is for this session alone.
    expect(await mayListUsers(session)).toBe(false)

    // An administrator whose key is stolen as well takes the policy away; the reverify queue's message finds it.
    const { Messages } = await new SQSClient(options(admin)).send(new ReceiveMessageCommand({ QueueUrl: reverifyUrl, WaitTimeSeconds: 7 }))
    const seen = Messages?.map(({ Body }) => JSON.parse(Body ?? '').incidentId)
    expect(seen?.length).toBeGreaterThan(0)
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'deploy', PolicyName }))
    await new Promise((done) => setTimeout(done, 1000))
    await contain.invoke({ Records: [recordOf('m0', payload, `arn:aws:sqs:${REGION}:${ACCOUNT}:reverify`)] })
    expect((await documentNow()).Statement[0].Effect).toBe('Deny')
    const chain = await records().list(`INCIDENT#${payload.incidentId}`)
    expect(verifyChain(`INCIDENT#${payload.incidentId}`, chain)).toBeUndefined()
    expect((await incidents().get(payload.incidentId))?.value.state).toBe('contained')

    await countersign('release', payload.incidentId, '--reason', 'a drill', '--yes')
    await contain.invoke((lambdaFront.invoked.at(-1) as { payload: unknown }).payload)
    expect(await mayListUsers(session)).toBe(true)
  })

  it('gives back what it does not believe: a record without its envelope, an event that AWS did not put on the bus, one of another account', async () => {
    const keys = await newUser('blamed')
    const event = call('blamed', keys, { second: 30, eventName: 'CreateUser', requestParameters: { userName: 'invented' } })
    const before = lambdaFront.invoked.length
    const forged = [event.detail, { ...event, source: 'com.example.app' }, { ...event, account: '210987654321' }]
    const { answer } = await respond.invoke(await hotBatch(forged))
    expect((answer as { batchItemFailures: unknown[] }).batchItemFailures).toHaveLength(3)
    expect((await respond.invoke(await hotBatch([event]))).answer).toEqual({ batchItemFailures: [] })
    expect(lambdaFront.invoked.length).toBe(before)
    expect(await mayListUsers(keys)).toBe(true)
  })

  it('contains a key that AWS Health reports, with nothing known of its user', async () => {
    const keys = await newUser('data-export')
    const health = {
      version: '0',
      id: 'h1',
      source: 'aws.health',
      'detail-type': 'AWS Health Event',
      account: ACCOUNT,
      region: REGION,
      time: new Date(STARTED_AT).toISOString(),
      detail: {
        service: 'RISK',
        eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED',
        eventArn: 'arn:aws:health:us-east-1::event/RISK/AWS_RISK_CREDENTIALS_EXPOSED/1',
        affectedEntities: [{ entityValue: keys.accessKeyId }],
      },
    }
    const before = lambdaFront.invoked.length
    const { answer } = await respond.invoke(await hotBatch([health, { ...health, id: 'h2', region: 'us-west-2' }]))
    expect(answer).toEqual({ batchItemFailures: [] })
    expect(lambdaFront.invoked.length - before).toBe(1)
    await contain.invoke(lambdaFront.invoked.at(-1)?.payload)
    expect(await mayListUsers(keys)).toBe(false)
    expect(await statusOf('data-export', keys)).toBe('Inactive')
    const { PolicyDocument } = await iam.send(
      new GetUserPolicyCommand({ UserName: 'data-export', PolicyName: (await inlineOf('data-export'))?.[0] }),
    )
    expect(JSON.parse(decodeURIComponent(PolicyDocument ?? ''))).toMatchObject({
      Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
    })
  })

  it('makes a confirmed key anew: the new one is in the secret, the old one stays off, and a second thought gives it back', async () => {
    const old = await newUser('rotated-ci')
    const report = {
      source: 'aws.health',
      'detail-type': 'AWS Health Event',
      account: ACCOUNT,
      time: new Date(STARTED_AT).toISOString(),
      detail: {
        service: 'RISK',
        eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED',
        eventArn: 'arn:aws:health:us-east-1::event/RISK/AWS_RISK_CREDENTIALS_EXPOSED/3',
        affectedEntities: [{ entityValue: old.accessKeyId }],
      },
    }
    await respond.invoke(await hotBatch([report]))
    const { payload } = lambdaFront.invoked.at(-1) as { payload: { incidentId: string } }
    await contain.invoke(payload)
    expect(await mayListUsers(old)).toBe(false)

    expect(await countersign('confirm', payload.incidentId, '--reason', 'it is on a paste site', '--yes')).toContain('are being rotated')
    expect(lambdaFront.invoked.slice(-2)).toEqual([
      { name: 'contain', payload },
      { name: 'rotate', payload },
    ])
    await contain.invoke(payload)
    const { log } = await rotate.invoke(payload)
    await rotate.invoke(payload)
    const { SecretString } = await new SecretsManagerClient(options(admin)).send(
      new GetSecretValueCommand({ SecretId: 'countersign/rotated-ci' }),
    )
    const { AccessKeyId, SecretAccessKey } = JSON.parse(SecretString ?? '{}')
    const made: Keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey }
    expect(log).not.toContain(SecretAccessKey)
    expect([await statusOf('rotated-ci', old), await statusOf('rotated-ci', made)]).toEqual(['Inactive', 'Active'])
    // moto takes the deny of old sessions for one of everything, so the document is looked at, and the key is tried after it is gone.
    const PolicyName = `CountersignQuarantine-${payload.incidentId}`
    const { PolicyDocument } = await iam.send(new GetUserPolicyCommand({ UserName: 'rotated-ci', PolicyName }))
    expect(JSON.parse(decodeURIComponent(PolicyDocument ?? '')).Statement[0].Condition).toEqual({
      DateLessThan: { 'aws:TokenIssueTime': expect.any(String) },
    })
    expect(await countersign('incidents', 'show', payload.incidentId)).toContain(
      `new key ${AccessKeyId} is in secret countersign/rotated-ci`,
    )
    const chain = await records().list(`INCIDENT#${payload.incidentId}`)
    expect(chain.filter(({ kind }) => kind === 'rotation-delivered')).toHaveLength(1)
    expect(JSON.stringify(chain)).not.toContain(SecretAccessKey)
    expect(verifyChain(`INCIDENT#${payload.incidentId}`, chain)).toBeUndefined()

    await countersign('release', payload.incidentId, '--reason', 'it was a drill', '--yes')
    await contain.invoke(payload)
    expect([await mayListUsers(old), await mayListUsers(made)]).toEqual([true, true])
    // The role of rotate reaches the keys and secrets of its flow, and no policy of anybody.
    await expect(
      new IAMClient(options(rotate.keys)).send(new PutUserPolicyCommand({ UserName: 'admin', PolicyName: 'x', PolicyDocument: ALLOW_ALL })),
    ).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(
      new SecretsManagerClient(options(rotate.keys)).send(new GetSecretValueCommand({ SecretId: 'countersign/rotated-ci' })),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
  })

  it('says how long it takes from an event to a key that is off, warm, beside bare calls to the same moto', async () => {
    const figures = await timeToInactive({ options: options(admin), table: TABLE, newUser, account: ACCOUNT })
    console.log(
      `event to key inactive on moto: ${figures.calls} serial calls, ${figures.ms} ms (median of ${figures.runs}); ` +
        `${figures.calls} bare calls of IAM to it take ${figures.bareMs} ms`,
    )
    expect(figures.inactive).toBe(figures.runs)
  })

  it('seals the record into the bucket by its own rights, and nobody can put away what it sealed', async () => {
    for (let day = 0; day < 2; day++) await seal.invoke({})
    const Key = 'seals/000001.ndjson'
    const [own, all] = [new S3Client(options(seal.keys)), new S3Client(options(admin))]
    const { VersionId } = await all.send(new HeadObjectCommand({ Bucket: BUCKET, Key }))
    await expect(own.send(new DeleteObjectCommand({ Bucket: BUCKET, Key, VersionId }))).rejects.toMatchObject({ name: 'AccessDenied' })
    // The administrator may do anything but that.
    await expect(all.send(new DeleteObjectCommand({ Bucket: BUCKET, Key, VersionId }))).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(all.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'a lie', IfNoneMatch: '*' }))).rejects.toMatchObject({
      name: 'PreconditionFailed',
    })
    await all.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'a lie' }))
    const { Body } = await all.send(new GetObjectCommand({ Bucket: BUCKET, Key, VersionId }))
    const kept = readSeal((await Body?.transformToString()) ?? '')
    const seals = await records().list('SEAL')
    expect(kept?.entry).toEqual(seals[0])
    expect(seals).toHaveLength(2)
    expect(verifyChain('SEAL', seals)).toBeUndefined()
    for (const { subject, number, hash } of kept?.heads ?? [])
      expect((await records().list(subject))[number - 1]).toMatchObject({ subject, number, hash })
    expect(kept?.heads.map(({ subject }) => subject)).toEqual(expect.arrayContaining(['POLICY', expect.stringMatching(/^INCIDENT#/)]))
  })

  it('archives closed incidents by its own rights; they are shown and verified from the bucket, and their identities are watched on', async () => {
    const every = async () => {
      const all = []
      for await (const incident of incidents().listAll()) all.push(incident)
      return all
    }
    const before = new Map((await every()).map((incident) => [incident.id, incident]))
    await archive.invoke({})
    const archived = (await every()).filter((incident) => incident.archived !== undefined)
    expect(archived.length).toBeGreaterThan(1)
    for (const incident of archived) {
      const was = before.get(incident.id)
      expect(was !== undefined && isClosed(was) && was.findings.length > 0, incident.id).toBe(true)
      expect(incident.findings).toEqual([])
      // Of its chains the table has the link alone, and of its timeline nothing.
      expect(await records().list(`INCIDENT#${incident.id}`)).toMatchObject([{ kind: 'seal', actor: 'countersign:archive' }])
      expect(await records().list(`ORDER#${incident.id}`)).toEqual([])
      expect(await records().list(`STEPS#${incident.id}`)).toEqual([])
      expect(await incidents().signals(incident.id)).toEqual([])
    }
    const released = archived.find(({ identity }) => identity.name === 'ci-deploy')
    const key = released?.archived?.key ?? ''
    const shown = await countersign('incidents', 'show', released?.id ?? '')
    for (const text of [key, 'legitimate by', 'step-undone', 'cloudtrail:StopLogging']) expect(shown).toContain(text)
    expect(await countersign('changes', 'verify')).toContain('intact')
    await seal.invoke({})
    expect(await countersign('changes', 'verify')).toContain('intact')

    // Nobody can put the object away, and what is put over it is not what is read.
    const [own, all] = [new S3Client(options(archive.keys)), new S3Client(options(admin))]
    const { VersionId } = await all.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key }))
    for (const client of [own, all])
      await expect(client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key, VersionId }))).rejects.toMatchObject({
        name: 'AccessDenied',
      })
    await all.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: 'a lie' }))
    expect(await countersign('changes', 'verify')).toContain('intact')
    await all.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key, VersionId, BypassGovernanceRetention: true }))
    const found = await countersign('changes', 'verify').catch(({ stdout }: { stdout: string }) => stdout)
    expect(found).toContain(`INCIDENT#${released?.id}: entry 1 is archived, and its object in the bucket is not the one that was stored`)

    // A call of the same identity opens the incident that follows.
    const again = await newKey(iam, 'ci-deploy')
    const late = ['CreateUser', 'DeleteTrail'].map((eventName, at) =>
      call('ci-deploy', again, {
        second: 41 + at,
        eventName,
        eventSource: at === 0 ? 'iam.amazonaws.com' : 'cloudtrail.amazonaws.com',
        requestParameters: { userName: 'support-ops-2' },
      }),
    )
    expect((await respond.invoke(await hotBatch(late))).answer).toEqual({ batchItemFailures: [] })
    const next = (await every()).filter(({ identity, id }) => identity.name === 'ci-deploy' && !before.has(id))
    expect(next.map(({ archived }) => archived)).toEqual([undefined])
  })

  it('gives back what it cannot read, and works on the rest of the batch', async () => {
    const ordinary = {
      source: 'aws.health',
      'detail-type': 'AWS Health Event',
      account: ACCOUNT,
      time: new Date(STARTED_AT).toISOString(),
      detail: { service: 'EC2', eventTypeCode: 'AWS_EC2_X' },
    }
    const { answer } = await respond.invoke(await hotBatch([{ nonsense: true }, ordinary]))
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] })
  })

  it('lets respond change nothing in IAM, whatever is asked of its role', async () => {
    // The Deny statements of the template, enforced by moto on a session of respond's own role.
    const own = new IAMClient(options(respond.keys))
    await expect(
      own.send(new PutUserPolicyCommand({ UserName: 'admin', PolicyName: 'x', PolicyDocument: ALLOW_ALL })),
    ).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(own.send(new CreateUserCommand({ UserName: 'x' }))).rejects.toMatchObject({ name: 'AccessDenied' })
  })
})
