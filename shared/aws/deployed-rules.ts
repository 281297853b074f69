import { type CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation'
import { DescribeRuleCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { ResponderError } from '../errors.ts'

/** An EventBridge rule of a stack. `state` is EventBridge's, or `MISSING` where the stack has the rule and the bus has not. */
export interface DeployedRule {
  readonly logicalId: string
  readonly state: string
}

/**
 * The event rules of a deployed stack, each as it is on the bus now. Throws `stack.unknown` where the stack or a rule cannot be read: what could not be looked
 * at is never told as missing.
 */
export async function deployedRules(
  name: string,
  { cloudFormation, eventBridge }: { cloudFormation: CloudFormationClient; eventBridge: EventBridgeClient },
): Promise<DeployedRule[]> {
  try {
    const rules: DeployedRule[] = []
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client: cloudFormation }, { StackName: name }))
      for (const { ResourceType, LogicalResourceId = '', PhysicalResourceId = '' } of StackResourceSummaries)
        if (ResourceType === 'AWS::Events::Rule')
          rules.push({ logicalId: LogicalResourceId, state: await stateOf(PhysicalResourceId, eventBridge) })
    return rules
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown error'
    throw new ResponderError(
      'stack.unknown',
      `cannot read the event rules of stack "${name}": ${reason}; check --stack, --region and your credentials, which need cloudformation:ListStackResources and events:DescribeRule`,
      { cause },
    )
  }
}

async function stateOf(name: string, client: EventBridgeClient): Promise<string> {
  try {
    return (await client.send(new DescribeRuleCommand(ruleNamed(name)))).State ?? 'MISSING'
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'ResourceNotFoundException') return 'MISSING'
    throw cause
  }
}

/** What names a rule in calls of EventBridge, by its physical id in a stack: its name, or `bus|rule` where it is on a bus of its own. */
export function ruleNamed(physicalId: string): { readonly Name: string; readonly EventBusName?: string } {
  const [first = '', second] = physicalId.split('|')
  return second === undefined ? { Name: first } : { Name: second, EventBusName: first }
}
