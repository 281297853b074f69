import { Annotations, Aws, CfnRule, Fn, type Stack, Token } from 'aws-cdk-lib'
import { ResponderError } from '../shared/errors.ts'

/**
 * The region of each partition in which CloudTrail records the events of IAM: the one that IAM's global endpoint signs for.
 * @see https://repost.aws/knowledge-center/eventbridge-rule-triggers-iam-single-region
 * @see https://docs.aws.amazon.com/general/latest/gr/iam-service.html
 */
export const IAM_REGIONS = ['us-east-1', 'cn-north-1', 'us-gov-west-1'] as const

const LOST =
  'IAM, console sign-in and the global endpoint of STS record their events in us-east-1 alone (cn-north-1 in China, us-gov-west-1 in GovCloud), so elsewhere no change of IAM is seen'
const REMEDY =
  'deploy the stack there, and a forwarder in every other region (docs/operations.md, "Other regions and accounts"), or set outsideIamRegion in cdk.json to go without'

/**
 * Keeps a stack out of regions where it would not see changes of IAM. Throws `config.invalid` where the region is known; a template for any region
 * has a rule, by which CloudFormation refuses it. With `isAllowed` people are warned instead.
 */
export function guardRegion(stack: Stack, { isAllowed }: { readonly isAllowed: boolean }): void {
  const isKnown = !Token.isUnresolved(stack.region)
  const isThere = isKnown && (IAM_REGIONS as readonly string[]).includes(stack.region)
  if (isThere) return
  if (isAllowed) {
    Annotations.of(stack).addWarningV2(
      'countersign:outside-iam-region',
      `outsideIamRegion is set: ${LOST}, unless a forwarder there sends them`,
    )
    return
  }
  if (isKnown) throw new ResponderError('config.invalid', `the stack cannot be in ${stack.region}: ${LOST}; ${REMEDY}`)
  new CfnRule(stack, 'InTheRegionOfIam', {
    assertions: [{ assert: Fn.conditionContains([...IAM_REGIONS], Aws.REGION), assertDescription: `${LOST}; ${REMEDY}` }],
  })
}
