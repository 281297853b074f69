import { Duration, Stack } from 'aws-cdk-lib'
import type { IEventBus } from 'aws-cdk-lib/aws-events'
import { CfnPermission } from 'aws-cdk-lib/aws-lambda'
import { CfnSubscriptionFilter } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { LogExposures, StackConfig } from '../shared/config.ts'
import { CREDENTIAL_LINES, isOwnLogGroup } from '../shared/domain/log-groups.ts'
import { ResponderError } from '../shared/errors.ts'
import { acknowledgeWildcards } from './acknowledge-wildcards.ts'
import { ResponderFunction } from './responder-function.ts'

export interface LogsFunctionProps {
  /** The stack's own bus for reports. */
  readonly bus: IEventBus
  readonly config: StackConfig
  readonly logExposures: LogExposures
}

/**
 * Reads the lines of log groups that may name a credential, and puts on the bus which they name. What fails is tried twice more by Lambda, and then an alarm stands:
 * there is no dead-letter queue, because the lines may hold secrets, and they stay in their log group anyway.
 */
export class LogsFunction extends Construct {
  readonly responder: ResponderFunction

  constructor(scope: Construct, id: string, { bus, config, logExposures }: LogsFunctionProps) {
    super(scope, id)
    const { account, partition, region, stackName } = Stack.of(this)
    const responder = new ResponderFunction(this, 'Responder', {
      entry: 'logs',
      description: 'Finds ids of credentials in log lines and reports them',
      environment: { REPORT_BUS_NAME: bus.eventBusName, STACK_NAME: stackName },
      logRetentionDays: config.logRetentionDays,
      reservedConcurrency: config.reservedConcurrency.logs,
      memorySize: 512,
      timeout: Duration.minutes(1),
    })
    responder.function.configureAsyncInvoke({ retryAttempts: 2, maxEventAge: Duration.hours(6) })
    for (const [at, logGroupName] of logExposures.logGroups.entries()) {
      if (isOwnLogGroup(logGroupName, stackName))
        throw new ResponderError(
          'config.invalid',
          `logExposures.logGroups must name no log group of the stack itself, because each line that it writes would invoke it again; got ${JSON.stringify(logGroupName)}`,
        )
      const permission = new CfnPermission(this, `Permission${at}`, {
        action: 'lambda:InvokeFunction',
        functionName: responder.function.functionName,
        principal: 'logs.amazonaws.com',
        sourceAccount: account,
        sourceArn: `arn:${partition}:logs:${region}:${account}:log-group:${logGroupName}:*`,
      })
      // The ids are numbers, since two names may differ in signs alone. CloudWatch tries the function before it takes the filter.
      new CfnSubscriptionFilter(this, `Filter${at}`, {
        logGroupName,
        filterPattern: CREDENTIAL_LINES,
        destinationArn: responder.function.functionArn,
      }).addResourceDependency(permission)
    }
    acknowledgeWildcards(this, { 'Resource::*': 'X-Ray takes no resource; there is no other wildcard.' })
    this.responder = responder
  }
}
