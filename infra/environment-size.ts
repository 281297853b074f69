import { CfnResource, type Stack } from 'aws-cdk-lib'
import { CfnFunction } from 'aws-cdk-lib/aws-lambda'
import { ResponderError } from '../shared/errors.ts'

/** What Lambda takes of environment variables in all, as JSON, in bytes. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const ENVIRONMENT_LIMIT = 4096

/** CloudFormation adds a hyphen and twelve characters to the name of the stack and the id of the resource, and shortens the whole. */
const RANDOM_LENGTH = 13
const NAME_LIMITS: Readonly<Record<string, number>> = { 'AWS::IAM::Role': 64, 'AWS::SQS::Queue': 80, 'AWS::Lambda::Function': 64 }

/** What stands before a name in an ARN or an address, in the regions with the longest names. */
const BEFORE_NAME = 'arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/'.length
const NAMED_BY_REF = new Set([
  'AWS::IAM::Role',
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::Lambda::Function',
  'AWS::ApiGatewayV2::Api',
])

const PSEUDO_LENGTHS: Readonly<Record<string, number>> = {
  'AWS::AccountId': '123456789012'.length,
  'AWS::Partition': 'aws-us-gov'.length,
  'AWS::Region': 'ap-southeast-1'.length,
  'AWS::URLSuffix': 'amazonaws.com.cn'.length,
}

/**
 * Refuses a stack of which a function's environment may take more than Lambda allows: CloudFormation would find that out in the middle of a deployment.
 * Names that CloudFormation makes count as long as they can be. Throws `config.invalid`.
 */
export function refuseLargeEnvironments(stack: Stack): void {
  for (const [name, bytes] of environmentSizes(stack))
    if (bytes > ENVIRONMENT_LIMIT)
      throw new ResponderError(
        'config.invalid',
        `the environment of the function ${name} may take ${bytes} bytes, and Lambda takes ${ENVIRONMENT_LIMIT}; name fewer accounts, or give the stack a shorter name than ${JSON.stringify(stack.stackName)}`,
      )
}

/** The most bytes that the environment of each function can take, by the id of the function. */
export function environmentSizes(stack: Stack): ReadonlyMap<string, number> {
  const resources = stack.node.findAll().filter((one) => CfnResource.isCfnResource(one))
  const types = new Map(resources.map((one) => [stack.resolve(one.logicalId) as string, one.cfnResourceType]))
  const functions = resources.filter((one) => one instanceof CfnFunction)
  return new Map(
    functions.map((one) => {
      const { variables = {} } = (stack.resolve(one.environment) ?? {}) as { variables?: Record<string, unknown> }
      // Each variable takes quotes, a colon and a comma beside its name and value, and all of them two braces.
      const bytes = Object.entries(variables).reduce((sum, [name, value]) => sum + name.length + lengthOf(value) + 6, 2)
      return [stack.resolve(one.logicalId) as string, bytes]
    }),
  )

  function lengthOf(value: unknown): number {
    if (typeof value === 'string') return value.length
    const { Ref: ref, ...intrinsic } = value as Record<string, unknown>
    if (typeof ref === 'string')
      return PSEUDO_LENGTHS[ref] ?? nameLengthOf(ref) + (NAMED_BY_REF.has(types.get(ref) ?? '') ? 0 : BEFORE_NAME)
    const [[kind, of] = []] = Object.entries(intrinsic)
    if (kind === 'Fn::Join') return joinedLengthOf(of as [string, unknown[]])
    if (kind === 'Fn::GetAtt') {
      const [id, attribute] = of as [string, string]
      return nameLengthOf(id) + (attribute === 'Arn' ? BEFORE_NAME : 0)
    }
    if (kind === 'Fn::Sub' && typeof of === 'string') return of.length
    throw new Error(`the length of ${JSON.stringify(value)} in an environment is not known`)
  }

  function joinedLengthOf([separator, parts]: [string, unknown[]]): number {
    return parts.reduce<number>((sum, part) => sum + lengthOf(part), separator.length * (parts.length - 1))
  }

  function nameLengthOf(id: string): number {
    return Math.min(`${stack.stackName}-${id}`.length + RANDOM_LENGTH, NAME_LIMITS[types.get(id) ?? ''] ?? Number.POSITIVE_INFINITY)
  }
}
