import type { HubPlace } from '../record/export/asff.ts'

type Fields = Readonly<Record<string, unknown>>

/** A resource by the id that the template has for it. */
export interface StackResource {
  readonly type: string
  readonly physicalId: string
}

/**
 * A function that puts values in the place of a template's references: those by which the stack names its own resources. A reference that it does
 * not know becomes `{ unknown: … }`, which equals nothing that is deployed.
 */
export function resolver(resources: ReadonlyMap<string, StackResource>, place: HubPlace): (value: unknown) => unknown {
  const pseudo: Fields = { 'AWS::Partition': place.partition, 'AWS::Region': place.region, 'AWS::AccountId': place.account }
  const reference = (name: string): unknown => pseudo[name] ?? resources.get(name)?.physicalId ?? { unknown: name }
  const attribute = (name: string, key: string): unknown => {
    const resource = resources.get(name)
    return (key === 'Arn' && resource !== undefined ? arnOf(resource, place) : undefined) ?? { unknown: `${name}.${key}` }
  }
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve)
    if (typeof value !== 'object' || value === null) return value
    const { Ref, 'Fn::GetAtt': att, 'Fn::Join': join, 'Fn::Sub': sub } = value as Fields
    if (typeof Ref === 'string') return reference(Ref)
    if (Array.isArray(att)) return attribute(String(att[0]), String(att[1]))
    if (Array.isArray(join) && Array.isArray(join[1])) return join[1].map((part) => textOf(resolve(part))).join(String(join[0]))
    if (typeof sub === 'string') return sub.replace(/\$\{([\w:]+)\}/g, (_, name: string) => textOf(reference(name)))
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolve(part)]))
  }
  return resolve
}

/** The ARN of a resource whose physical id is no ARN. Undefined for a type that no reference of the stack needs. */
function arnOf({ type, physicalId }: StackResource, { partition, region, account }: HubPlace): string | undefined {
  const at = (service: string, rest: string) => `arn:${partition}:${service}:${region}:${account}:${rest}`
  switch (type) {
    case 'AWS::SQS::Queue':
      return at('sqs', physicalId.slice(physicalId.lastIndexOf('/') + 1))
    case 'AWS::Lambda::Function':
      return at('lambda', `function:${physicalId}`)
    case 'AWS::Events::Rule':
      // That of a rule on a bus of its own is `bus|rule`.
      return at('events', `rule/${physicalId.replace('|', '/')}`)
    case 'AWS::Events::EventBus':
      return at('events', `event-bus/${physicalId}`)
    case 'AWS::CloudWatch::Alarm':
      return at('cloudwatch', `alarm:${physicalId}`)
    case 'AWS::DynamoDB::Table':
      return at('dynamodb', `table/${physicalId}`)
    case 'AWS::Logs::LogGroup':
      return at('logs', `log-group:${physicalId}:*`)
    case 'AWS::IAM::Role':
      return `arn:${partition}:iam::${account}:role/${physicalId}`
    case 'AWS::S3::Bucket':
      return `arn:${partition}:s3:::${physicalId}`
    default:
      return undefined
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
