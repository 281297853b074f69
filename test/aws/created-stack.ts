import { type CloudFormationClient, CreateStackCommand, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import { GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { ACCOUNT, REGION, type Resources } from './stack-on-moto.ts'

/** What moto's CloudFormation makes of the template. It has no queue policies, and its functions and event source mappings need Docker. */
const MADE_BY_CLOUDFORMATION = new Set([
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Role',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
])

/** The stack as CloudFormation made it. */
export interface CreatedStack {
  /** Names and ARNs by logical id. */
  readonly physicalIds: ReadonlyMap<string, string>
  /** URLs of the queues on moto by logical id. */
  readonly queueUrls: ReadonlyMap<string, string>
  /** What stands in place of each reference of the template, such as `RecordTable.Arn`. */
  readonly values: ReadonlyMap<string, string>
}

/** Has moto's CloudFormation make the part of the template that it can make. What it did not make of that part is an error. */
export async function createStack(
  name: string,
  resources: Resources,
  { cloudFormation, sqs }: { cloudFormation: CloudFormationClient; sqs: SQSClient },
): Promise<CreatedStack> {
  const wanted = partOf(resources)
  const onMoto = (key: string, value: unknown) => {
    // moto cannot answer for a role that a template gives a policy, and asks for no rights of a rule.
    if (key === 'Policies') return undefined
    if (key === 'Targets') return (value as object[]).map(withWholeEvent)
    // moto hands a rule the bus itself in place of its name.
    return key === 'EventBusName' ? resources[(value as { Ref: string }).Ref]?.Properties.Name : value
  }
  const TemplateBody = JSON.stringify({ Resources: wanted }, onMoto)
  await cloudFormation.send(new CreateStackCommand({ StackName: name, TemplateBody, Capabilities: ['CAPABILITY_IAM'] }))
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand({ StackName: name }))
  const physicalIds = new Map(
    StackResources.map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => [LogicalResourceId, PhysicalResourceId]),
  )
  const missing = Object.keys(wanted).filter((id) => !physicalIds.has(id))
  if (missing.length > 0) throw new Error(`CloudFormation did not make ${missing.join(', ')}`)

  const queueUrls = new Map<string, string>()
  for (const [id, { Type }] of Object.entries(wanted)) {
    if (Type !== 'AWS::SQS::Queue') continue
    // The physical id is a URL of AWS; this one is of moto.
    const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: physicalIds.get(id)?.split('/').at(-1) }))
    queueUrls.set(id, QueueUrl)
  }
  return { physicalIds, queueUrls, values: valuesOf(resources, physicalIds, queueUrls) }
}

/** The resources that moto can make. A role that names a function, as that of the CDK's own trigger does, is left out. */
function partOf(resources: Resources): Resources {
  const kept = Object.entries(resources).filter(([, { Type }]) => MADE_BY_CLOUDFORMATION.has(Type))
  const ids = new Set(kept.map(([id]) => id))
  const refersOutside = (one: unknown) => referencesIn(one).some((id) => !id.startsWith('AWS::') && !ids.has(id))
  const outside = kept.filter(([, one]) => refersOutside(one))
  const lost = outside.filter(([, { Type }]) => Type !== 'AWS::IAM::Role').map(([id]) => id)
  if (lost.length > 0) throw new Error(`${lost.join(', ')} refer to resources that moto does not make`)
  const without = new Set(outside.map(([id]) => id))
  return Object.fromEntries(kept.filter(([id]) => !without.has(id)))
}

/** moto leaves the account out of what it delivers, unless a target asks for the whole event. EventBridge delivers it without being asked. */
const withWholeEvent = (target: object) => ({ ...target, InputTransformer: { InputTemplate: '<aws.events.event.json>' } })

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (typeof value !== 'object' || value === null) return []
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] }
  const own = [...(Ref === undefined ? [] : [Ref]), ...(attribute === undefined ? [] : [attribute[0]])]
  return [...own, ...Object.values(value).flatMap(referencesIn)]
}

function valuesOf(
  resources: Resources,
  physicalIds: ReadonlyMap<string, string>,
  queueUrls: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const values = new Map([['AWS::Partition', 'aws']])
  for (const [id, { Type, Properties }] of Object.entries(resources)) {
    // moto gives a bus no id; a template that names one refers to it by that name.
    const name = physicalIds.get(id) || String(Properties.FunctionName ?? Properties.Name ?? id)
    values.set(id, queueUrls.get(id) ?? name)
    const queueName = queueUrls.get(id)?.split('/').at(-1)
    const path = { 'AWS::SQS::Queue': `sqs:${REGION}:${ACCOUNT}:${queueName}`, ...pathsOf(name) }[Type]
    if (path !== undefined) values.set(`${id}.Arn`, `arn:aws:${path}`)
    if (queueName !== undefined) values.set(`${id}.QueueName`, queueName)
  }
  return values
}

const pathsOf = (name: string): Readonly<Record<string, string>> => ({
  'AWS::DynamoDB::Table': `dynamodb:${REGION}:${ACCOUNT}:table/${name}`,
  'AWS::Events::EventBus': `events:${REGION}:${ACCOUNT}:event-bus/${name}`,
  'AWS::IAM::Role': `iam::${ACCOUNT}:role/${name}`,
  'AWS::Lambda::Function': `lambda:${REGION}:${ACCOUNT}:function:${name}`,
  'AWS::Logs::LogGroup': `logs:${REGION}:${ACCOUNT}:log-group:${name}`,
})
