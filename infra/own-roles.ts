import { CfnResource, DefaultStackSynthesizer, Fn, type Stack } from 'aws-cdk-lib'
import type { IRole } from 'aws-cdk-lib/aws-iam'

/** The purposes in the names of the roles by which the CDK deploys stacks. */
const CDK_ROLES = ['deploy', 'cfn-exec', 'file-publishing', 'image-publishing', 'lookup'] as const

/** The roles that a stack has so far, and those that `cdk bootstrap` created to deploy it. None of them has a path. */
export interface OwnRoles {
  readonly arns: readonly string[]
  /** What the ARNs of all of them begin with. */
  readonly prefix: string
  readonly names: readonly string[]
}

/** The roles that a stack has so far but those of `without`, and those that `cdk bootstrap` created to deploy it. */
export function ownRolesOf(stack: Stack, without: readonly IRole[] = []): OwnRoles {
  const { account, partition, region } = stack
  const qualifier = stack.synthesizer.bootstrapQualifier ?? DefaultStackSynthesizer.DEFAULT_QUALIFIER
  const prefix = `arn:${partition}:iam::${account}:role/`
  const deploying = CDK_ROLES.map((purpose) => `cdk-${qualifier}-${purpose}-role-${account}-${region}`)
  const own = stack.node
    .findAll()
    .flatMap((one) => (CfnResource.isCfnResource(one) && one.cfnResourceType === 'AWS::IAM::Role' ? [one] : []))
    .filter((one) => !without.some(({ node }) => node.defaultChild === one))
  return {
    arns: [...own.map((role) => role.getAtt('Arn').toString()), ...deploying.map((name) => `${prefix}${name}`)],
    prefix,
    names: [...own.map(({ ref }) => ref), ...deploying],
  }
}

/** The role by which CloudFormation deploys the stack. Undefined where people deploy it with their own rights. */
export function deployingRole({ synthesizer }: Stack): string | undefined {
  return synthesizer instanceof DefaultStackSynthesizer ? Fn.sub(synthesizer.cloudFormationExecutionRoleArn) : undefined
}
