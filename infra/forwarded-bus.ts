import { CfnResource, Stack } from 'aws-cdk-lib'
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events'
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import { busNameOf } from './home-bus.ts'

/** Whether a stack with these settings takes events of other regions or accounts. */
export function takesForwarded({ accounts, otherRegions }: StackConfig): boolean {
  return otherRegions || accounts.length > 0
}

/**
 * The event bus on which forwarders put events of other regions and accounts. Nobody else's events are on it, and the accounts that may put
 * events there may put none on the default bus.
 */
export class ForwardedBus extends Construct {
  readonly bus: IEventBus

  constructor(scope: Construct, id: string, { accounts, organizationId }: StackConfig) {
    super(scope, id)
    const { stackName, account } = Stack.of(this)
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: busNameOf(stackName),
      description: 'Events that forwarders of Countersign send from other regions and accounts',
    }) as IEventBus
    // Of the stack's own account, other regions: who may do so there still needs a right of its own.
    const named = [...new Set([account, ...accounts])]
    const statement = new PolicyStatement({
      sid: 'Accounts',
      principals: named.map((one) => new AccountPrincipal(one)),
      actions: ['events:PutEvents'],
      resources: [this.bus.eventBusArn],
      ...(organizationId === undefined ? {} : { conditions: { StringEquals: { 'aws:PrincipalOrgID': organizationId } } }),
    })
    new CfnResource(this, 'Accounts', {
      type: 'AWS::Events::EventBusPolicy',
      properties: { EventBusName: this.bus.eventBusName, StatementId: 'Accounts', Statement: statement.toStatementJson() },
    })
  }
}
