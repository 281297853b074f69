import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import {
  CreateUserCommand,
  GetAccountAuthorizationDetailsCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamo } from '../../shared/aws/clients.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import { incompleteLineage } from '../../shared/domain/lookup-lines.ts'
import { MOST_RECEIVES } from '../../shared/ports/deliveries.ts'
import { json, type Loopback, loopback } from '../contract/loopback.ts'
import { HARM_ALONE } from '../embedded.ts'
import { BOT_TOKEN, CHANNEL, type FakeSlack, fakeSlack, formOf, pressedButton, SIGNING_SECRET, signed } from '../slack.ts'
import { allow, emptyAccount, newKey } from './account.ts'
import { deployStack } from './deployed-stack.ts'
import { ACCOUNT, type Keys, REGION } from './stack-on-moto.ts'

const MOTO = process.env.MOTO_URL ?? ''
const SECRET = 'countersign/slack'

/** Spaced as a person wrote it, so that a document that is written anew would be seen. */
const WORK = '{ "Version":"2012-10-17",  "Statement": [ {"Resource":"*", "Action":["iam:*"],"Effect":"Allow"} ]}'

const options = (keys: Keys) => ({ endpoint: MOTO, region: REGION, credentials: keys })

let admin: Keys
let stolen: Keys
let made: Keys
let iam: IAMClient
let slack: FakeSlack
let cloudTrail: Loopback
let stack: Awaited<ReturnType<typeof deployStack>>
/** What the intruder did, as CloudTrail puts it on the bus. */
let attack: Event[]
/** IAM after what the intruder did and before anything was contained. */
let before: string

interface Event {
  readonly source: string
  readonly 'detail-type': string
  readonly account: string
  readonly region: string
  readonly time: string
  readonly detail: Readonly<Record<string, unknown>>
}

beforeAll(async () => {
  admin = await emptyAccount(MOTO)
  iam = new IAMClient(options(admin))
  ;[slack, cloudTrail] = await Promise.all([fakeSlack(), eventHistory()])
  await new SecretsManagerClient(options(admin)).send(
    new CreateSecretCommand({ Name: SECRET, SecretString: JSON.stringify({ signingSecret: SIGNING_SECRET, botToken: BOT_TOKEN }) }),
  )
  stack = await deployStack({
    moto: MOTO,
    admin,
    policy: {
      version: 2,
      mode: 'contain',
      evidence: HARM_ALONE,
      breaker: { maxUserFraction: 1 },
      slack: { approvers: [{ users: ['U0ALICE'] }] },
    },
    settings: { slack: { secretName: SECRET, channel: CHANNEL } },
    endpoints: { SLACK_API_URL: slack.wire.url, AWS_ENDPOINT_URL_CLOUDTRAIL: cloudTrail.url },
  })
  await stack.named('Countersign-seed').invoke({})

  await iam.send(new CreateUserCommand({ UserName: 'ci-deploy', Path: '/build/', Tags: [{ Key: 'owner', Value: 'build team' }] }))
  await iam.send(new PutUserPolicyCommand({ UserName: 'ci-deploy', PolicyName: 'work', PolicyDocument: WORK }))
  stolen = await newKey(iam, 'ci-deploy')
  const intruder = new IAMClient(options(stolen))
  await intruder.send(new CreateUserCommand({ UserName: 'support-ops' }))
  await intruder.send(new PutUserPolicyCommand({ UserName: 'support-ops', PolicyName: 'all', PolicyDocument: allow('*') }))
  made = await newKey(intruder, 'support-ops')
  const about = { requestParameters: { userName: 'support-ops' } }
  attack = [
    eventOf('sts', 'GetCallerIdentity', { readOnly: true }),
    eventOf('iam', 'CreateUser', about),
    eventOf('iam', 'PutUserPolicy', {
      requestParameters: { userName: 'support-ops', policyName: 'all', policyDocument: allow('*') },
    }),
    eventOf('iam', 'CreateAccessKey', {
      ...about,
      responseElements: { accessKey: { userName: 'support-ops', accessKeyId: made.accessKeyId, status: 'Active' } },
    }),
    eventOf('cloudtrail', 'StopLogging', { requestParameters: { name: 'all-regions' } }),
  ]
  before = await iamNow()
}, 180_000)

afterAll(async () => {
  await Promise.all([stack.close(), slack.wire.close(), cloudTrail.close()])
})

/** A call with the stolen key, by the record that CloudTrail writes of it. Whole seconds, as there. */
function eventOf(service: string, eventName: string, parts: Readonly<Record<string, unknown>>): Event {
  const time = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString().replace('.000Z', 'Z')
  const detail = {
    eventVersion: '1.11',
    eventID: crypto.randomUUID(),
    eventTime: time,
    eventSource: `${service}.amazonaws.com`,
    eventName,
    eventType: 'AwsApiCall',
    awsRegion: REGION,
    sourceIPAddress: '198.51.100.7',
    userAgent: 'Boto3/1.28 md/Botocore#1.31',
    readOnly: false,
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    userIdentity: {
      type: 'IAMUser',
      arn: `arn:aws:iam::${ACCOUNT}:user/build/ci-deploy`,
      accountId: ACCOUNT,
      userName: 'ci-deploy',
      accessKeyId: stolen.accessKeyId,
    },
    ...parts,
  }
  return { source: `aws.${service}`, 'detail-type': 'AWS API Call via CloudTrail', account: ACCOUNT, region: REGION, time, detail }
}

/** Puts events on the default bus. AWS refuses the sources of AWS here and moto takes them: so an event of AWS itself is played. */
async function put(events: readonly Event[]): Promise<void> {
  const Entries = events.map(({ source, 'detail-type': DetailType, time, detail }) => ({
    Source: source,
    DetailType,
    Time: new Date(time),
    Detail: JSON.stringify(detail),
  }))
  const { FailedEntryCount } = await new EventBridgeClient(options(admin)).send(new PutEventsCommand({ Entries }))
  expect(FailedEntryCount).toBe(0)
}

/** Answers LookupEvents, which moto does not have: it knows what the intruder did. Newest first, as CloudTrail answers. */
function eventHistory(): Promise<Loopback> {
  return loopback(({ body }) => {
    const [{ AttributeKey, AttributeValue }] = JSON.parse(body).LookupAttributes
    const records = attack
      .map(({ detail }) => detail as { eventID: string; userIdentity: { accessKeyId: string } })
      .filter(({ eventID, userIdentity }) => AttributeValue === (AttributeKey === 'EventId' ? eventID : userIdentity.accessKeyId))
    return json({ Events: records.reverse().map((record) => ({ EventId: record.eventID, CloudTrailEvent: JSON.stringify(record) })) })
  })
}

/** All of IAM as its API answers it: users, groups, roles and policies with the text of every document, and every access key. */
async function iamNow(): Promise<string> {
  const { $metadata: _, ...details } = await iam.send(new GetAccountAuthorizationDetailsCommand({}))
  const users = await Promise.all(
    (details.UserDetailList ?? []).map(async ({ UserName }) => {
      const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName }))
      const { PolicyNames = [] } = await iam.send(new ListUserPoliciesCommand({ UserName }))
      const documents = PolicyNames.map(
        async (PolicyName) => (await iam.send(new GetUserPolicyCommand({ UserName, PolicyName }))).PolicyDocument,
      )
      return { UserName, AccessKeyMetadata, PolicyNames, documents: await Promise.all(documents) }
    }),
  )
  // When a role was last used changes with each call of a function.
  return JSON.stringify({ details, users }, (key, value) => (key === 'RoleLastUsed' ? undefined : value), 1)
}

const mayListUsers = (keys: Keys) =>
  new IAMClient(options(keys)).send(new ListUsersCommand({})).then(
    () => true,
    (cause: Error) => {
      if (cause.name === 'AccessDenied') return false
      throw cause
    },
  )

const statusOf = async (UserName: string) =>
  (await iam.send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata?.map(({ Status }) => Status)

/** Everything in the table, by the first part of its key. */
async function kindsStored(): Promise<string[]> {
  const { Items = [] } = await dynamo(options(admin)).send(new ScanCommand({ TableName: stack.table, ProjectionExpression: 'pk' }))
  return [...new Set(Items.map(({ pk }) => String(pk).replace(/#.*/, '')))].sort()
}

/** A request of Slack, over HTTP to the bundle; answers the status. */
async function press(label: string, about: { user: string; secret?: string }): Promise<number> {
  const [message] = [...slack.messages.values()]
  const button = slack.button(message?.ts ?? '', label)
  if (message === undefined || button === undefined) throw new Error(`no button ${label}`)
  const secret = about.secret ?? SIGNING_SECRET
  const { body, headers } = signed(formOf(pressedButton(button, { user: about.user, ts: message.ts })), { at: Date.now(), secret })
  return (await fetch(stack.url, { method: 'POST', body: body as Uint8Array<ArrayBuffer>, headers })).status
}

const incident = async () => {
  const [entry] = stack.invoked.filter(({ name }) => name === 'Countersign-contain')
  const { incidentId } = entry?.payload as { incidentId: string }
  const table = { client: dynamo(options(admin)), name: stack.table }
  const chain = await dynamoChangeRecord(table).list(`INCIDENT#${incidentId}`)
  expect(verifyChain(`INCIDENT#${incidentId}`, chain)).toBeUndefined()
  const stored = await dynamoIncidentStore(table).get(incidentId)
  if (stored === undefined) throw new Error(`no incident ${incidentId}`)
  return { ...stored.value, chain }
}

describe('the whole line of the template on moto: bus, rules, queues, bundles, IAM, Slack', () => {
  it('gives a forged event, which has a source of its own, to no queue; put into a queue by hand, respond refuses it until it is a dead letter', async () => {
    const forged = attack.map((event) => ({ ...event, source: 'com.example.app' }))
    await put(forged)
    expect(await stack.held()).toEqual({})

    // The policy of the queue denies this to everybody on AWS. moto enforces no queue policy.
    const QueueUrl = stack.urlOf('QueuesHot')
    for (const event of forged)
      await new SQSClient(options(admin)).send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(event) }))
    for (let at = 0; at < MOST_RECEIVES; at++) {
      const { log, ...counts } = await stack.deliver('QueuesHot')
      expect(counts).toEqual({ messages: forged.length, failed: forged.length })
      expect(log.match(/"message":"respond\.unbelieved"/g)).toHaveLength(forged.length)
    }
    expect(await stack.deliver('QueuesHot')).toMatchObject({ messages: 0 })
    expect(await stack.held()).toEqual({ QueuesHotDeadLetters: forged.length })
    expect(stack.invoked).toEqual([])
    expect(await kindsStored()).toEqual(['POLICY'])
    expect(await iamNow()).toBe(before)
    expect([await mayListUsers(stolen), await mayListUsers(made)]).toEqual([true, true])
  })

  it('gives back the events of AWS themselves, where somebody invokes respond with a batch of them that no queue has handed out', async () => {
    expect(await stack.invent('QueuesHot', attack)).toEqual(attack.map((_, at) => `invented-${at}`))
    expect([stack.invoked, await kindsStored(), await iamNow()]).toEqual([[], ['POLICY'], before])
  })

  it('leaves out what contain does itself, by the session of its role and function', async () => {
    const [event] = attack.filter(({ detail }) => detail.eventName === 'PutUserPolicy')
    const session = (name: string) => ({
      ...(event as Event),
      detail: {
        ...event?.detail,
        userIdentity: { type: 'AssumedRole', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${stack.roleOf('Contain')}/${name}` },
      },
    })
    const held = await stack.held()
    await put([session('Countersign-contain')])
    expect(await stack.held()).toEqual(held)
  })

  it('gives each event of AWS to one queue, and respond has contain take the key and what it made out of use', async () => {
    await put(attack)
    expect(await stack.held()).toEqual({ QueuesTokens: 1, QueuesHot: 3, QueuesBulk: 1, QueuesHotDeadLetters: attack.length })
    expect(await stack.deliver('QueuesTokens')).toMatchObject({ messages: 1, failed: 0 })
    expect(await stack.deliver('QueuesHot')).toMatchObject({ messages: 3, failed: 0 })
    expect(await stack.deliver('QueuesBulk')).toMatchObject({ messages: 1, failed: 0 })
    expect(await iamNow()).toBe(before)
    expect(new Set(await stack.settle())).toEqual(new Set(['Countersign-contain']))

    // moto enforces the deny policy, and not the status of a key, which is read from its IAM.
    expect([await mayListUsers(stolen), await mayListUsers(made)]).toEqual([false, false])
    expect([await statusOf('ci-deploy'), await statusOf('support-ops')]).toEqual([['Inactive'], ['Inactive']])
    const { id, state } = await incident()
    for (const UserName of ['ci-deploy', 'support-ops']) {
      const { PolicyDocument } = await iam.send(new GetUserPolicyCommand({ UserName, PolicyName: `CountersignQuarantine-${id}` }))
      expect(JSON.parse(decodeURIComponent(PolicyDocument ?? '')).Statement).toMatchObject([{ Effect: 'Deny', Action: '*', Resource: '*' }])
    }
    expect(state).toBe('contained')
  })

  it('looks again by its queue after five seconds, and finds all in place', async () => {
    const { chain } = await incident()
    const contained = await iamNow()
    expect(await stack.deliver('ContainReverify', 7)).toMatchObject({ messages: 1, failed: 0 })
    expect((await incident()).chain).toEqual(chain)
    expect(await iamNow()).toBe(contained)
  })

  it('asks CloudTrail for the event that decided and for what the key issued, until nothing is left to ask', async () => {
    expect(incompleteLineage(await incident())).toHaveLength(1)
    const contained = await iamNow()
    for (let one = await stack.deliver('QueuesBackfill'); one.messages > 0; one = await stack.deliver('QueuesBackfill'))
      expect(one.failed).toBe(0)
    await stack.settle()
    const found = await incident()
    expect([found.lookups?.decidingEvent?.answer, incompleteLineage(found)]).toEqual(['known', []])
    expect([found.state, await iamNow()]).toEqual(['contained', contained])
  })

  it('tells people in Slack, takes no press that is not signed or not allowed, and gives IAM back as it was when Alice releases', async () => {
    while ((await stack.deliver('NoticeQueue')).messages > 0);
    expect([...slack.messages.values()][0]?.text).toContain('Contained ci-deploy')
    const contained = await iamNow()
    const count = stack.invoked.length
    expect(await press('Release', { user: 'U0ALICE', secret: 'somebody-elses-secret' })).toBe(401)
    expect(stack.invoked.length).toBe(count)
    expect(await press('Release', { user: 'U0STRANGER' })).toBe(200)
    expect(await stack.settle()).toEqual(['Countersign-review'])
    expect(slack.whispers.at(-1)).toMatchObject({ user: 'U0STRANGER', text: expect.stringContaining('Not done') })
    expect([(await incident()).state, await iamNow()]).toEqual(['contained', contained])

    expect(await press('Release', { user: 'U0ALICE' })).toBe(200)
    expect(await stack.settle()).toEqual(['Countersign-review', 'Countersign-contain'])
    expect(await incident()).toMatchObject({ state: 'released', verdict: { by: 'slack:U0ALICE', kind: 'legitimate' } })
    expect(await iamNow()).toBe(before)
    expect([await mayListUsers(stolen), await mayListUsers(made)]).toEqual([true, true])
  })
})
