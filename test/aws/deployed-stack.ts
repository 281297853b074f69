import { join } from 'node:path'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { IAMClient } from '@aws-sdk/client-iam'
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { STSClient } from '@aws-sdk/client-sts'
import { httpApi } from '../functions/http-api.ts'
import { createStack } from './created-stack.ts'
import { type Delivery, deliverTo, type Mapping } from './event-source-mapping.ts'
import {
  ACCOUNT,
  type DeployedFunction,
  deployed,
  type Keys,
  REGION,
  type Resources,
  resolver,
  resourceOf,
  roleSession,
  startIamFront,
  startLambdaFront,
  synthesise,
} from './stack-on-moto.ts'

const STACK = 'Countersign'

/** The functions of the line, by the names of their constructs. A stack has those that its settings ask for. */
const FUNCTIONS = ['Respond', 'Contain', 'Review', 'Slack', 'Seed', 'Webhook']

/** The CDK ends each logical id with so many characters of a hash. */
const HASH_LENGTH = 8

/**
 * The synthesised stack on moto. CloudFormation makes table, topic, queues, rules and roles from the template; the functions run from their bundles
 * with their environment and a session of the rights of their role. Lambda itself is stood in for: `deliver` does what an event source mapping
 * does, `settle` runs what was invoked, `url` is the HTTP API.
 */
export async function deployStack(about: {
  moto: string
  admin: Keys
  policy: unknown
  settings: object
  /** Variables of the functions that name an endpoint of the test. */
  endpoints: Readonly<Record<string, string>>
}) {
  const { moto, admin } = about
  const options = (credentials: Keys) => ({ endpoint: moto, region: REGION, credentials })
  const [iamFront, lambdaFront] = await Promise.all([startIamFront(moto), startLambdaFront()])
  const { resources, assets, outputs } = await synthesise(about.policy, about.settings)
  const sqs = new SQSClient(options(admin))
  const cloudFormation = new CloudFormationClient(options(admin))
  const { physicalIds, queueUrls, values } = await createStack(STACK, resources, { cloudFormation, sqs })
  const endpoints = {
    AWS_ENDPOINT_URL: moto,
    AWS_ENDPOINT_URL_LAMBDA: lambdaFront.url,
    AWS_ENDPOINT_URL_IAM: iamFront.url,
    ...about.endpoints,
  }
  const clients = { iam: new IAMClient(options(admin)), sts: new STSClient(options(admin)), admin: `arn:aws:iam::${ACCOUNT}:user/admin` }
  const resolve = resolver(values)
  const functions = new Map<string, DeployedFunction>()
  for (const construct of FUNCTIONS) {
    if (!Object.keys(resources).some((id) => id.startsWith(`${construct}Responder`))) continue
    const { Code, Environment, FunctionName } = resources[resourceOf(resources, 'AWS::Lambda::Function', `${construct}Responder`)]
      ?.Properties as { Code: { S3Key: string }; Environment: { Variables: Record<string, unknown> }; FunctionName: string }
    const keys = await roleSession(`${construct}Session`, resolve(statementsOf(resources, construct)) as Record<string, unknown>[], clients)
    const environment = { ...(resolve(Environment.Variables) as Record<string, string>), ...endpoints }
    functions.set(FunctionName, deployed(join(assets, `asset.${Code.S3Key.replace('.zip', '')}`, 'index.js'), environment, keys))
  }
  const named = (name: string) => {
    const found = functions.get(name)
    if (found === undefined) throw new Error(`the function ${name} is not deployed here`)
    return found
  }
  const queueId = (name: string) => {
    const found = [...queueUrls.keys()].find((id) => id.slice(0, -HASH_LENGTH) === name)
    if (found === undefined) throw new Error(`the template has no queue ${name}`)
    return found
  }
  let settled = 0
  const api = await httpApi(async (event) => {
    const { rawPath } = event as { rawPath: string }
    return (await named(`${STACK}-${rawPath.startsWith('/reports/') ? 'webhook' : 'slack'}`).invoke(event)).answer
  })
  return {
    table: physicalIds.get(resourceOf(resources, 'AWS::DynamoDB::Table', 'Record')) ?? '',
    url: `${api.url}/slack/interactions`,
    /** Where a party sends its reports. */
    reportUrl: (party: string) => `${api.url}/reports/${party}`,
    /** Outputs of the stack whose names fit, by name: what the command line reads of it. */
    outputs: (fits: RegExp) =>
      Object.fromEntries(
        Object.entries(outputs)
          .filter(([key]) => fits.test(key))
          .map(([key, { Value }]) => [key, String(resolve(Value))]),
      ),
    /** Variables by which a process calls moto and what stands before it. */
    endpoints,
    /** What the functions invoked, in order: the name of the function and what it is given. */
    invoked: lambdaFront.invoked,
    named,
    urlOf: (queue: string) => queueUrls.get(queueId(queue)) ?? '',
    roleOf: (construct: string) => physicalIds.get(resourceOf(resources, 'AWS::IAM::Role', `${construct}ResponderRole`)) ?? '',
    /** How many messages each queue of the stack holds, by its name, without the empty ones. */
    async held(): Promise<Record<string, number>> {
      const counts = await Promise.all(
        [...queueUrls].map(async ([id, QueueUrl]) => [id.slice(0, -HASH_LENGTH), await messagesIn(QueueUrl, sqs)] as const),
      )
      return Object.fromEntries(counts.filter(([, count]) => count > 0))
    },
    /** Invokes respond with a batch that somebody invented: it names a queue of the stack, and its handles are of no message. Answers what failed. */
    async invent(queue: string, events: readonly unknown[]): Promise<readonly string[]> {
      const Records = events.map((event, at) => ({
        messageId: `invented-${at}`,
        receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
        body: JSON.stringify(event),
        attributes: {},
        messageAttributes: {},
        eventSource: 'aws:sqs',
        eventSourceARN: values.get(`${queueId(queue)}.Arn`) ?? '',
        awsRegion: REGION,
      }))
      const { answer } = await named(`${STACK}-respond`).invoke({ Records })
      return (answer as { batchItemFailures: { itemIdentifier: string }[] }).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
    },
    /** Takes a batch of a queue by the event source mapping that the template has for it. */
    deliver(queue: string, waitSeconds = 0, asSent?: (body: string) => string): Promise<Delivery> {
      const id = queueId(queue)
      const mapping = mappingOf(resources, id)
      const taker = named(values.get(mapping.FunctionName.Ref) ?? '')
      const own = { sqs: new SQSClient(options(taker.keys)), url: queueUrls.get(id) ?? '', arn: values.get(`${id}.Arn`) ?? '', asSent }
      return deliverTo(taker, mapping, own, waitSeconds)
    },
    /** Runs what was invoked and has not run, and what that invokes, in order; answers the names of the functions. */
    async settle(): Promise<string[]> {
      const from = settled
      for (; settled < lambdaFront.invoked.length; settled++) {
        const { name, payload } = lambdaFront.invoked[settled] as { name: string; payload: unknown }
        await named(name).invoke(payload)
      }
      return lambdaFront.invoked.slice(from).map(({ name }) => name)
    },
    async close(): Promise<void> {
      iamFront.server.close()
      lambdaFront.server.close()
      await api.close()
    },
  }
}

function mappingOf(resources: Resources, queueId: string): Mapping {
  const mappings = Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping')
  const found = mappings
    .map(({ Properties }) => Properties as unknown as Mapping)
    .find(({ EventSourceArn }) => EventSourceArn['Fn::GetAtt'][0] === queueId)
  if (found === undefined) throw new Error(`no event source mapping takes messages of ${queueId}`)
  return found
}

async function messagesIn(QueueUrl: string, sqs: SQSClient): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'] as const
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }))
  return names.reduce((sum, name) => sum + Number(Attributes[name]), 0)
}

/** What the policies of the template allow and deny the role of a function. */
function statementsOf(resources: Resources, construct: string): unknown[] {
  return Object.values(resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::IAM::Policy' && JSON.stringify(Properties.Roles).includes(`"${construct}Responder`)
      ? (Properties.PolicyDocument as { Statement: unknown[] }).Statement
      : [],
  )
}
