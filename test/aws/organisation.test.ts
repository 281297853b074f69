import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import {
  CreateUserCommand,
  GetAccountAuthorizationDetailsCommand,
  GetRoleCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListAccessKeysCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { SQSClient } from '@aws-sdk/client-sqs'
import { App } from 'aws-cdk-lib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ForwarderStack } from '../../infra/forwarder-stack.ts'
import { readHomeBus } from '../../infra/home-bus.ts'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamo } from '../../shared/aws/clients.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { json, type Loopback, loopback } from '../contract/loopback.ts'
import { HARM_ALONE } from '../embedded.ts'
import { allow, emptyAccounts, newKey } from './account.ts'
import { createStack } from './created-stack.ts'
import { deployStack } from './deployed-stack.ts'
import { makeMemberRoles, memberStack } from './member-roles.ts'
import { ACCOUNT, type Keys, REGION, type Resources, startStsFront } from './stack-on-moto.ts'

const MOTO = process.env.MOTO_URL ?? ''
const CLI = join(import.meta.dirname, '..', '..', 'local', 'countersign.ts')
const ELSEWHERE = 'eu-west-1'
/** It has the member stack. */
const MEMBER = '210987654321'
/** It is configured as a member, and the member stack was not deployed there. */
const BARE = '333322221111'
const USER = 'ci-deploy'

const folder = mkdtempSync(join(tmpdir(), 'countersign-organisation-'))
const options = (credentials: Keys, region = REGION) => ({ endpoint: MOTO, region, credentials })

/** An account with an intruder in it: the keys of its administrator, the stolen key, and the key that the intruder made. */
interface Account {
  readonly id: string
  readonly admin: Keys
  readonly iam: IAMClient
  readonly stolen: Keys
  readonly made: Keys
  /** IAM after what the intruder did and before anything was contained. */
  readonly before: string
}

let home: Keys
let accounts: { readonly member: Account; readonly bare: Account }
let stack: Awaited<ReturnType<typeof deployStack>>
let cloudTrail: Loopback
let sts: Awaited<ReturnType<typeof startStsFront>>
/** The account and region on whose bus each event was put, by the id of its record. */
const putAt = new Map<string, { readonly account: string; readonly region: string; readonly time: string }>()

beforeAll(async () => {
  const made = await emptyAccounts(MOTO, [MEMBER, BARE])
  home = made.home
  const [member, bare] = made.others.map((keys) => new IAMClient(options(keys)))
  if (member === undefined || bare === undefined) throw new Error('moto made no accounts')
  await makeMemberRoles(member, memberStack(folder, MEMBER))
  // moto's CloudTrail has no LookupEvents. The queue of look-ups is not delivered here.
  cloudTrail = await loopback(() => json({ Events: [] }))
  const byAccount = new Map([
    [MEMBER, member],
    [BARE, bare],
  ])
  sts = await startStsFront(MOTO, async (arn) => isRole(arn, byAccount))
  stack = await deployStack({
    moto: MOTO,
    admin: home,
    policy: { version: 3, mode: 'contain', evidence: HARM_ALONE, breaker: { maxUserFraction: 1 } },
    settings: {
      accounts: [MEMBER, BARE],
      memberAccounts: [MEMBER, BARE],
      slack: { secretName: 'countersign/slack', channel: 'C0123ABCD' },
    },
    endpoints: { AWS_ENDPOINT_URL_CLOUDTRAIL: cloudTrail.url, AWS_ENDPOINT_URL_STS: sts.url },
  })
  await stack.named('Countersign-seed').invoke({})
  const Outputs = Object.fromEntries(
    Object.entries(stack.outputs(/^(TableName|ContainFunctionName|RotateFunctionName|TopicArn)$/)).map(([key, Value]) => [key, { Value }]),
  )
  const TemplateBody = JSON.stringify({ Resources: { Marker: { Type: 'AWS::SNS::Topic', Properties: {} } }, Outputs })
  await new CloudFormationClient(options(home)).send(new CreateStackCommand({ StackName: 'Outputs', TemplateBody }))
  for (const admin of made.others) for (const region of [REGION, ELSEWHERE]) await forward(admin, region)
  const [first, second] = made.others as [Keys, Keys]
  accounts = { member: await intrude(MEMBER, first), bare: await intrude(BARE, second) }
}, 300_000)

afterAll(async () => {
  rmSync(folder, { recursive: true })
  sts.server.close()
  await Promise.all([stack.close(), cloudTrail.close()])
})

async function isRole(arn: string, byAccount: ReadonlyMap<string, IAMClient>): Promise<boolean> {
  const [, , , , account = '', resource = ''] = arn.split(':')
  const found = byAccount.get(account)?.send(new GetRoleCommand({ RoleName: resource.split('/').at(-1) }))
  return (found ?? Promise.resolve(undefined)).then(
    (answer) => answer !== undefined,
    (cause: Error) => {
      if (cause.name === 'NoSuchEntityException') return false
      throw cause
    },
  )
}

/** Deploys a forwarder in a region of an account. */
async function forward(admin: Keys, region: string): Promise<void> {
  const app = new App({ outdir: mkdtempSync(join(folder, 'forwarder-')) })
  const bus = `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/Countersign-forwarded`
  new ForwarderStack(app, 'Forwarder', { home: readHomeBus(bus), options: { readOnlyEvents: true, includeRoleSessions: false } })
  const { directory } = app.synth()
  const { Resources } = JSON.parse(readFileSync(join(directory, 'Forwarder.template.json'), 'utf8')) as { Resources: Resources }
  await createStack('Countersign-forwarder', Resources, {
    cloudFormation: new CloudFormationClient(options(admin, region)),
    sqs: new SQSClient(options(admin, region)),
  })
}

/** A user whose key is stolen, and what the intruder makes with it, by calls of moto's IAM. */
async function intrude(id: string, admin: Keys): Promise<Account> {
  const iam = new IAMClient(options(admin))
  await iam.send(new CreateUserCommand({ UserName: USER }))
  await iam.send(new PutUserPolicyCommand({ UserName: USER, PolicyName: 'work', PolicyDocument: allow('iam:*') }))
  const stolen = await newKey(iam, USER)
  const intruder = new IAMClient(options(stolen))
  await intruder.send(new CreateUserCommand({ UserName: 'support-ops' }))
  await intruder.send(new PutUserPolicyCommand({ UserName: 'support-ops', PolicyName: 'all', PolicyDocument: allow('*') }))
  const made = await newKey(intruder, 'support-ops')
  return { id, admin, iam, stolen, made, before: await iamOf(iam) }
}

/** Users, policies and keys of an account as its IAM answers them, but for when somebody was last there. */
async function iamOf(iam: IAMClient): Promise<string> {
  const { UserDetailList, Policies } = await iam.send(new GetAccountAuthorizationDetailsCommand({}))
  const keys = await Promise.all([USER, 'support-ops'].map(async (UserName) => statusOf(iam, UserName)))
  return JSON.stringify({ UserDetailList, Policies, keys })
}

const statusOf = async (iam: IAMClient, UserName: string) =>
  (await iam.send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata?.map(({ Status }) => Status)

/** A call with the stolen key of an account, by the record that CloudTrail writes of it. */
function recordOf({ id, stolen }: Account, region: string, [service, eventName]: readonly [string, string], parts: object) {
  return {
    eventVersion: '1.11',
    eventID: crypto.randomUUID(),
    eventTime: new Date(Math.floor(Date.now() / 1000) * 1000).toISOString().replace('.000Z', 'Z'),
    eventSource: `${service}.amazonaws.com`,
    eventName,
    eventType: 'AwsApiCall',
    awsRegion: region,
    sourceIPAddress: '198.51.100.7',
    userAgent: 'Boto3/1.28 md/Botocore#1.31',
    readOnly: false,
    managementEvent: true,
    recipientAccountId: id,
    userIdentity: {
      type: 'IAMUser',
      arn: `arn:aws:iam::${id}:user/${USER}`,
      accountId: id,
      userName: USER,
      accessKeyId: stolen.accessKeyId,
    },
    ...parts,
  }
}

/** What the intruder did in an account: in us-east-1, where AWS writes all calls of IAM, and in the other region. */
function attackOn(account: Account) {
  const about = { requestParameters: { userName: 'support-ops' } }
  const { accessKeyId } = account.made
  const at = (region: string, call: readonly [string, string], parts: object) => recordOf(account, region, call, parts)
  return {
    [REGION]: [
      at(REGION, ['iam', 'CreateUser'], about),
      at(REGION, ['iam', 'PutUserPolicy'], {
        requestParameters: { userName: 'support-ops', policyName: 'all', policyDocument: allow('*') },
      }),
      at(REGION, ['iam', 'CreateAccessKey'], {
        ...about,
        responseElements: { accessKey: { userName: 'support-ops', accessKeyId, status: 'Active' } },
      }),
    ],
    [ELSEWHERE]: [
      at(ELSEWHERE, ['sts', 'GetCallerIdentity'], { readOnly: true }),
      at(ELSEWHERE, ['cloudtrail', 'StopLogging'], { requestParameters: { name: 'all-regions' } }),
    ],
  }
}

/** Puts records on the default bus of a region of an account. AWS takes the sources of AWS of nobody, and moto does: so an event of AWS itself is played. */
async function put({ id, admin }: Account, region: string, records: readonly ReturnType<typeof recordOf>[]): Promise<void> {
  const Entries = records.map((record) => ({
    Source: `aws.${record.eventSource.split('.')[0]}`,
    DetailType: 'AWS API Call via CloudTrail',
    Time: new Date(record.eventTime),
    Detail: JSON.stringify(record),
  }))
  for (const { eventID, eventTime: time } of records) putAt.set(eventID, { account: id, region, time })
  const { FailedEntryCount } = await new EventBridgeClient(options(admin, region)).send(new PutEventsCommand({ Entries }))
  expect(FailedEntryCount).toBe(0)
}

/**
 * A forwarded event as AWS sends it. moto writes the account, region and time of the receiving bus into it; on AWS those of the sender stay
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html). They are taken from where the test put the event, never from what the record says of itself.
 */
function asSent(body: string): string {
  const event = JSON.parse(body) as { detail: { eventID: string } }
  const sender = putAt.get(event.detail.eventID)
  if (sender === undefined) throw new Error('the test did not put this event')
  return JSON.stringify({ ...event, ...sender })
}

const QUEUES = ['QueuesTokens', 'QueuesHot', 'QueuesBulk']

/** Has respond take all that is in the queues of events, and answers how many messages it took and how many it gave back. */
async function deliverAll(): Promise<{ messages: number; failed: number }> {
  const total = { messages: 0, failed: 0 }
  for (const queue of QUEUES)
    for (let one = await stack.deliver(queue, 0, asSent); one.messages > 0; one = await stack.deliver(queue, 0, asSent)) {
      total.messages += one.messages
      total.failed += one.failed
    }
  return total
}

async function incidents(): Promise<Incident[]> {
  const found: Incident[] = []
  for await (const one of dynamoIncidentStore({ client: dynamo(options(home)), name: stack.table }).listAll()) found.push(one)
  return found
}

/** The incident of the user of an account. Its chain has to be whole. */
async function incidentIn({ id }: Account) {
  const [incident, ...more] = (await incidents()).filter(({ identity }) => identity.account === id)
  if (incident === undefined || more.length > 0)
    throw new Error(`account ${id} has ${more.length + (incident === undefined ? 0 : 1)} incidents`)
  const chain = await dynamoChangeRecord({ client: dynamo(options(home)), name: stack.table }).list(`INCIDENT#${incident.id}`)
  expect(verifyChain(`INCIDENT#${incident.id}`, chain)).toBeUndefined()
  return { ...incident, chain }
}

/** The command line as a person of the security account calls it. */
async function countersign(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...words, '--stack', 'Outputs', '--region', REGION], {
    env: { PATH: process.env.PATH, ...stack.endpoints, AWS_ACCESS_KEY_ID: home.accessKeyId, AWS_SECRET_ACCESS_KEY: home.secretAccessKey },
  })
  return stdout
}

describe('an organisation on moto: two members, events of two regions, forwarders, and a role in one of the members', () => {
  it('does not believe an event as moto forwards it, which says that it is of the home account while its record is of another', async () => {
    const { member } = accounts
    const [record] = attackOn(member)[ELSEWHERE].slice(1)
    if (record === undefined) throw new Error('no record')
    await put(member, ELSEWHERE, [record])
    const { messages, failed, log } = await stack.deliver('QueuesBulk')
    expect({ messages, failed }).toEqual({ messages: 1, failed: 1 })
    expect(log).toContain('its record is of another account than the event itself')
    expect(await incidents()).toEqual([])
    expect(await iamOf(member.iam)).toBe(member.before)
  })

  it('contains in the member by its role what the events of both regions show, and changes nothing elsewhere', async () => {
    const { member, bare } = accounts
    const attack = attackOn(member)
    await put(member, ELSEWHERE, attack[ELSEWHERE])
    await put(member, REGION, attack[REGION])
    // One more is that of the test before, which came back.
    expect(await deliverAll()).toEqual({ messages: 6, failed: 0 })
    expect(new Set(await stack.settle())).toEqual(new Set(['Countersign-contain']))
    const { id, state, identity, findings } = await incidentIn(member)
    expect({ state, identity }).toMatchObject({ state: 'contained', identity: { id: `arn:aws:iam::${MEMBER}:user/${USER}` } })
    expect(new Set(findings.map(({ signalId }) => putAt.get(signalId)?.region))).toEqual(new Set([REGION, ELSEWHERE]))
    expect([await statusOf(member.iam, USER), await statusOf(member.iam, 'support-ops')]).toEqual([['Inactive'], ['Inactive']])
    for (const UserName of [USER, 'support-ops']) {
      const { PolicyDocument } = await member.iam.send(new GetUserPolicyCommand({ UserName, PolicyName: `CountersignQuarantine-${id}` }))
      expect(JSON.parse(decodeURIComponent(PolicyDocument ?? '')).Statement).toMatchObject([{ Effect: 'Deny', Action: '*', Resource: '*' }])
    }
    expect(new Set(sts.asked.filter((arn) => arn.includes('contain')))).toEqual(
      new Set([`arn:aws:iam::${MEMBER}:role/Countersign-member-contain`]),
    )
    expect(await iamOf(bare.iam)).toBe(bare.before)
    const { UserDetailList } = await new IAMClient(options(home)).send(new GetAccountAuthorizationDetailsCommand({}))
    expect(UserDetailList?.map(({ UserName }) => UserName)).toEqual(['admin'])
  })

  it('asks a person about the other member, whose role is not there, says so, and changes nothing', async () => {
    const { bare, member } = accounts
    const attack = attackOn(bare)
    await put(bare, ELSEWHERE, attack[ELSEWHERE])
    await put(bare, REGION, attack[REGION])
    expect(await deliverAll()).toEqual({ messages: 5, failed: 0 })
    await stack.settle()
    const { state, decision } = await incidentIn(bare)
    expect({ state, action: decision.action }).toEqual({ state: 'asking', action: 'ask' })
    expect(decision.why.join('\n')).toContain(`account ${BARE}`)
    expect(sts.asked).toContain(`arn:aws:iam::${BARE}:role/Countersign-member-read`)
    expect(await iamOf(bare.iam)).toBe(bare.before)
    expect((await incidentIn(member)).state).toBe('contained')
  })

  it('gives the member’s IAM back as it was when a person of the security account releases', async () => {
    const { member } = accounts
    const { id } = await incidentIn(member)
    await countersign('release', id, '--reason', 'it was a drill', '--yes')
    await stack.settle()
    expect((await incidentIn(member)).state).toBe('released')
    expect(await iamOf(member.iam)).toBe(member.before)
  })

  it('contains in the other member too, once its role is there and contain looks again', async () => {
    const { bare } = accounts
    const { id } = await incidentIn(bare)
    await makeMemberRoles(bare.iam, memberStack(folder, BARE))
    await stack.named('Countersign-contain').invoke({ incidentId: id })
    expect((await incidentIn(bare)).state).toBe('contained')
    expect([await statusOf(bare.iam, USER), await statusOf(bare.iam, 'support-ops')]).toEqual([['Inactive'], ['Inactive']])
  })
})
