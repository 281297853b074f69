import type { Template } from 'aws-cdk-lib/assertions'

type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>

interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | string[]
  readonly Resource?: unknown
  readonly Condition?: Conditions
}

/** Who asks: a principal of the account by its ARN, or a service that acts for a resource. Resources of the stack are called `<logical id>.Arn`. */
export interface Asker {
  readonly principal?: string
  readonly source?: string
  /** The key of the object that is asked for, where statements of a bucket differ by it. */
  readonly object?: string
}

/** True where the policy of a queue, topic or bucket denies a call, whatever rights the caller has in the account. Knows the operators that these policies use. */
export function isDenied(template: Template, resource: string, action: string, { principal, source, object }: Asker): boolean {
  const values: Readonly<Record<string, string | undefined>> = {
    'aws:PrincipalArn': principal,
    'aws:SourceArn': source,
    'aws:SecureTransport': 'true',
  }
  return statementsOf(template, resource)
    .filter(
      ({ Effect, Action }) => Effect === 'Deny' && [Action].flat().some((one) => one === action || one === `${action.split(':')[0]}:*`),
    )
    .filter(({ Resource }) => object === undefined || isAboutObject(Resource, object))
    .some(({ Condition = {} }) =>
      Object.entries(Condition).every(([operator, keys]) =>
        Object.entries(keys).every(([key, wanted]) => holds(operator, [wanted].flat().map(textOf), values[key])),
      ),
    )
}

/** True where the resource of a statement, an ARN that ends in `/*` or in `/prefix/*`, is that of an object. */
function isAboutObject(resource: unknown, object: string): boolean {
  const prefix = JSON.stringify(resource).match(/"\/([^"*]*)\*"/)?.[1]
  return prefix !== undefined && object.startsWith(prefix)
}

function holds(operator: string, wanted: readonly string[], value: string | undefined): boolean {
  switch (operator) {
    case 'ArnNotEquals':
      return value === undefined || !wanted.includes(value)
    case 'Null':
      return wanted[0] === String(value === undefined)
    case 'Bool':
      return value !== undefined && wanted.includes(value)
    default:
      throw new Error(`this test does not know the operator ${operator}`)
  }
}

function statementsOf(template: Template, resource: string): Statement[] {
  const types = ['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy', 'AWS::S3::BucketPolicy']
  return types
    .flatMap((type) => Object.values(template.findResources(type)))
    .filter(({ Properties: { Queues = [], Topics = [], Bucket } }) =>
      [...Queues, ...Topics, Bucket].some((one?: { Ref: string }) => one?.Ref === resource),
    )
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
}

/** The logical id of a resource of the stack by its type and how its id begins. */
export function idOf(template: Template, type: string, prefix: string): string {
  const found = Object.keys(template.findResources(type)).find((id) => new RegExp(`^${prefix}[0-9A-F]{8}$`).test(id))
  if (found === undefined) throw new Error(`the template has no ${type} called ${prefix}`)
  return found
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  const { 'Fn::GetAtt': att, 'Fn::Sub': sub } = value as { 'Fn::GetAtt'?: string[]; 'Fn::Sub'?: string }
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation writes it so.
  return att?.join('.') ?? sub?.replace('${AWS::Partition}', 'aws') ?? JSON.stringify(value)
}
