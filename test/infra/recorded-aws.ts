import { createHash } from 'node:crypto'
import {
  accessAnalyzerClient,
  cloudFormationClient,
  cloudTrailClient,
  cloudWatchClient,
  dynamo,
  dynamoDbClient,
  eventBridgeClient,
  iamClient,
  lambdaClient,
  s3Client,
  schedulerClient,
  secretsClient,
  snsClient,
  sqsClient,
} from '../../shared/aws/clients.ts'
import type { IamWire } from '../contract/iam-wire.ts'
import { json, type Loopback, loopback, optionsFor, type WireRequest } from '../contract/loopback.ts'

/** What a call of the SDK needs as a right, where the two have different names. */
const RIGHTS: ReadonlyMap<string, string> = new Map([
  ['access-analyzer:ListFindingsV2', 'access-analyzer:ListFindings'],
  ['dynamodb:Delete', 'dynamodb:DeleteItem'],
  ['dynamodb:Get', 'dynamodb:GetItem'],
  ['dynamodb:Put', 'dynamodb:PutItem'],
  ['dynamodb:Update', 'dynamodb:UpdateItem'],
  ['dynamodb:BatchGet', 'dynamodb:BatchGetItem'],
  ['lambda:Invoke', 'lambda:InvokeFunction'],
  ['s3:ListObjectVersions', 's3:ListBucketVersions'],
  ['sqs:SendMessageBatch', 'sqs:SendMessage'],
])

/** A version of an object that is asked for by its id needs a right of its own. */
function rightFor(call: string, command: object): string {
  const isVersion = call === 's3:GetObject' && (command as { input?: { VersionId?: string } }).input?.VersionId !== undefined
  return isVersion ? 's3:GetObjectVersion' : (RIGHTS.get(call) ?? call)
}

type Send = { send(command: object, ...rest: unknown[]): Promise<unknown> }

/** The SDK clients of one function, whose calls are noted as the rights that they need. */
export function recordedAws({ table, iam, others, s3 }: { table: string; iam: IamWire; others: Loopback; s3: Loopback }) {
  const used = new Set<string>()
  const noted = <T extends object>(service: string, client: T): T => {
    const target = client as T & Send
    const send = target.send.bind(target)
    target.send = (command, ...rest) => {
      const call = `${service}:${command.constructor.name.replace(/Command$/, '')}`
      used.add(rightFor(call, command))
      return send(command, ...rest)
    }
    return client
  }
  return {
    used: () => [...used].sort(),
    dynamo: noted('dynamodb', dynamo(optionsFor(table))),
    iam: noted('iam', iamClient(iam.options)),
    analyzer: noted('access-analyzer', accessAnalyzerClient(others.options)),
    lambda: noted('lambda', lambdaClient(others.options)),
    sns: noted('sns', snsClient(others.options)),
    sqs: noted('sqs', sqsClient(others.options)),
    s3: noted('s3', s3Client(s3.options)),
    secrets: noted('secretsmanager', secretsClient(others.options)),
    trail: noted('cloudtrail', cloudTrailClient(others.options)),
    cloudFormation: noted('cloudformation', cloudFormationClient(others.options)),
    events: noted('events', eventBridgeClient(others.options)),
    cloudWatch: noted('cloudwatch', cloudWatchClient(others.options)),
    scheduler: noted('scheduler', schedulerClient(others.options)),
    dynamoDb: noted('dynamodb', dynamoDbClient(optionsFor(table))),
  }
}

/** A stack with one resource of each type that the self-check reads; each is called for its type, but the table. */
const CHECKED = [
  'Events::Rule',
  'Lambda::EventSourceMapping',
  'Events::EventBus',
  'CloudWatch::Alarm',
  'Scheduler::Schedule',
  'Lambda::Function',
  'SQS::Queue',
  'SNS::Topic',
  'DynamoDB::Table',
]
const idIn = (type: string) => (type === 'DynamoDB::Table' ? 'record' : type.replace('::', ''))
const STACK = {
  ListStackResources: `<StackResourceSummaries>${CHECKED.map(
    (type) =>
      `<member><LogicalResourceId>${type.replace('::', '')}</LogicalResourceId><PhysicalResourceId>${idIn(type)}</PhysicalResourceId><ResourceType>AWS::${type}</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp></member>`,
  ).join('')}</StackResourceSummaries>`,
  ListSubscriptionsByTopic: `<Subscriptions><member><SubscriptionArn>arn:aws:sns:us-east-1:123456789012:t:1</SubscriptionArn><Protocol>email</Protocol><Endpoint>oncall@example.com</Endpoint></member></Subscriptions>`,
  GetTemplate: `<TemplateBody>${JSON.stringify({ Resources: Object.fromEntries(CHECKED.map((type) => [type.replace('::', ''), { Type: `AWS::${type}` }])) })}</TemplateBody>`,
}

/** Lambda, SNS, SQS, Secrets Manager and CloudTrail on loopback, each saying yes. `invoked` holds what Lambda was handed. */
export async function yes(): Promise<Loopback & { readonly invoked: { readonly name: string; readonly incidentId: string }[] }> {
  const invoked: { name: string; incidentId: string }[] = []
  const versions = new Set<string>()
  /** The first key cannot be put away: so there is one whose secret is lost. */
  let attempts = 0
  const wire = await loopback(({ path, headers, body }: WireRequest) => {
    const name = path.match(/\/functions\/([^/]+)\/invocations/)?.[1]
    if (name !== undefined) {
      invoked.push({ name, incidentId: JSON.parse(body).incidentId })
      return { status: 202 }
    }
    if (path.startsWith('/analyzer'))
      return json({ analyzers: [{ arn: 'arn:aws:access-analyzer:us-east-1:123456789012:analyzer/a', status: 'ACTIVE' }] })
    if (path.startsWith('/findingv2')) return json({ findings: [] })
    switch (String(headers['x-amz-target']).split('.').at(-1)) {
      case 'SendMessage':
        return json({ MessageId: '1', MD5OfMessageBody: md5(JSON.parse(body).MessageBody) })
      case 'SendMessageBatch': {
        const entries = JSON.parse(body).Entries as { Id: string; MessageBody: string }[]
        return json({
          Successful: entries.map(({ Id, MessageBody }) => ({ Id, MessageId: Id, MD5OfMessageBody: md5(MessageBody) })),
          Failed: [],
        })
      }
      case 'DescribeTrails':
        return json({ trailList: [{ TrailARN: `arn:aws:cloudtrail:us-east-1:123456789012:trail/all`, HomeRegion: 'us-east-1' }] })
      case 'GetTrailStatus':
      case 'GetEventSelectors':
        return json({})
      case 'LookupEvents':
        return json({ Events: [] })
      case 'CreateSecret':
        attempts += 1
        return json({ __type: 'InternalServiceError', message: 'created, and the answer is lost' }, 400)
      // The first key finds no secret yet, the next one does.
      case 'DescribeSecret':
        return attempts === 0
          ? json({ __type: 'ResourceNotFoundException', message: 'none' }, 400)
          : json({ Tags: [{ Key: 'countersign:user', Value: 'rotated' }] })
      case 'GetResourcePolicy':
        return json({})
      case 'PutSecretValue':
        versions.add(JSON.parse(body).ClientRequestToken)
        return json({ VersionId: 'v' })
      case 'ListSecretVersionIds':
        return json({ Versions: [...versions].map((VersionId) => ({ VersionId })) })
    }
    const query = new URLSearchParams(body).get('Action')
    if (query === 'ListStackResources' || query === 'GetTemplate' || query === 'ListSubscriptionsByTopic')
      return {
        headers: { 'content-type': 'text/xml' },
        body: `<${query}Response><${query}Result>${STACK[query]}</${query}Result></${query}Response>`,
      }
    const answer = '<PublishResult><MessageId>1</MessageId></PublishResult>'
    return { headers: { 'content-type': 'text/xml' }, body: `<PublishResponse>${answer}</PublishResponse>` }
  })
  return { ...wire, invoked }
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
