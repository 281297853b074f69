import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { App } from 'aws-cdk-lib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CountersignStack } from '../../infra/countersign-stack.ts'
import { ForwarderStack } from '../../infra/forwarder-stack.ts'
import { readHomeBus } from '../../infra/home-bus.ts'
import { readStackConfig } from '../../shared/config.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { emptyAccount } from './account.ts'
import { createStack } from './created-stack.ts'
import { ACCOUNT, type Keys, REGION, type Resources } from './stack-on-moto.ts'

const MOTO = process.env.MOTO_URL ?? ''
const ELSEWHERE = 'eu-west-1'
const outdir = mkdtempSync(join(tmpdir(), 'countersign-forwarder-'))
afterAll(() => rmSync(outdir, { recursive: true }))

let admin: Keys
/** URLs of the queues of the home stack. */
let queues: { readonly hot: string; readonly bulk: string }

const options = (region: string) => ({ endpoint: MOTO, region, credentials: admin })

beforeAll(async () => {
  admin = await emptyAccount(MOTO)
  const { home, forwarder } = synthesised()
  const { queueUrls } = await createStack('Countersign', home, clientsIn(REGION))
  const urlOf = (name: string) => [...queueUrls].find(([id]) => new RegExp(`^${name}[0-9A-F]{8}$`).test(id))?.[1] ?? ''
  queues = { hot: urlOf('QueuesHot'), bulk: urlOf('QueuesBulk') }
  await createStack('Countersign-forwarder', forwarder, clientsIn(ELSEWHERE))
})

const clientsIn = (region: string) => ({ cloudFormation: new CloudFormationClient(options(region)), sqs: new SQSClient(options(region)) })

/** The templates of the home stack, whose functions are not bundled, and of the forwarder, for any region and account as they are deployed. */
function synthesised(): { home: Resources; forwarder: Resources } {
  const app = new App({ outdir, context: { 'aws:cdk:bundling-stacks': [] } })
  const geoFile = join(import.meta.dirname, '..', '..', 'package.json')
  new CountersignStack(app, 'Countersign', {
    config: readStackConfig({ otherRegions: true }),
    policy: parsePolicy({ version: 2 }),
    geoIp: { countries: geoFile, networks: geoFile },
  })
  const bus = `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/Countersign-forwarded`
  new ForwarderStack(app, 'Forwarder', { home: readHomeBus(bus), options: { readOnlyEvents: true, includeRoleSessions: false } })
  app.synth()
  const resourcesOf = (name: string) => JSON.parse(readFileSync(join(outdir, `${name}.template.json`), 'utf8')).Resources as Resources
  return { home: resourcesOf('Countersign'), forwarder: resourcesOf('Forwarder') }
}

const call = (id: string, source: string, detail: object) => ({
  Source: source,
  DetailType: 'AWS API Call via CloudTrail',
  Detail: JSON.stringify({
    eventID: id,
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateUser',
    readOnly: false,
    userIdentity: { type: 'IAMUser', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
    ...detail,
  }),
})

async function put(region: string, entries: ReturnType<typeof call>[]): Promise<void> {
  const { FailedEntryCount } = await new EventBridgeClient(options(region)).send(new PutEventsCommand({ Entries: entries }))
  expect(FailedEntryCount).toBe(0)
}

/** The ids of the events in a queue, which are taken from it. */
async function taken(QueueUrl: string): Promise<string[]> {
  const sqs = new SQSClient(options(REGION))
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))
  return Messages.map(({ Body = '' }) => (JSON.parse(Body) as { detail: { eventID: string } }).detail.eventID).sort()
}

describe('a forwarder on moto, which has buses in two regions', () => {
  it('sends what the home stack’s rules match to its queues, each event once and into the queue of its rule, and nothing else', async () => {
    const ec2 = { eventSource: 'ec2.amazonaws.com', eventName: 'RunInstances' }
    await put(ELSEWHERE, [
      call('changes-iam', 'aws.iam', {}),
      call('launches', 'aws.ec2', ec2),
      call('forged', 'com.example.app', {}),
      call('a-session-that-no-detector-looks-at', 'aws.ec2', {
        ...ec2,
        eventName: 'CreateTags',
        userIdentity: { type: 'AssumedRole', accessKeyId: 'ASIAIOSFODNN7EXAMPLE' },
      }),
    ])
    expect([await taken(queues.hot), await taken(queues.bulk)]).toEqual([['changes-iam'], ['launches']])
  })

  it('leaves events of the home region to the home stack’s own rules: once as well', async () => {
    await put(REGION, [call('at-home', 'aws.iam', {})])
    expect([await taken(queues.hot), await taken(queues.bulk)]).toEqual([['at-home'], []])
  })
})
