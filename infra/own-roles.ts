import { CfnResource, DefaultStackSynthesizer, Fn, type Stack } from 'aws-cdk-lib'

/** The purposes in the names of the roles by which the CDK deploys stacks. */
const CDK_ROLES = ['deploy', 'cfn-exec', 'file-publishing', 'image-publishing', 'lookup'] as const

/** The ARNs of all roles that a stack has so far, and of the roles that `cdk bootstrap` created to deploy it. */
export function ownRoleArns(stack: Stack): string[] {
  const { account, partition, region } = stack
  const qualifier = stack.synthesizer.bootstrapQualifier ?? DefaultStackSynthesizer.DEFAULT_QUALIFIER
  const deploying = CDK_ROLES.map(
    (purpose) => `arn:${partition}:iam::${account}:role/cdk-${qualifier}-${purpose}-role-${account}-${region}`,
  )
  const own = stack.node
    .findAll()
    .flatMap((one) => (CfnResource.isCfnResource(one) && one.cfnResourceType === 'AWS::IAM::Role' ? [one.getAtt('Arn').toString()] : []))
  return [...own, ...deploying]
}

/** The role by which CloudFormation deploys the stack. Undefined where people deploy it with their own rights. */
export function deployingRole({ synthesizer }: Stack): string | undefined {
  return synthesizer instanceof DefaultStackSynthesizer ? Fn.sub(synthesizer.cloudFormationExecutionRoleArn) : undefined
}
