import { Stack } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler'
import { Construct } from 'constructs'

/** Invokes a function by a schedule such as `rate(5 minutes)` or `cron(17 3 * * ? *)`, in UTC, with a role that may do nothing else. */
export class WakingSchedule extends Construct {
  constructor(scope: Construct, id: string, { expression, woken }: { expression: string; woken: LambdaFunction }) {
    super(scope, id)
    const { account } = Stack.of(this)
    const role = new Role(this, 'Scheduler', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': account } } }),
    })
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [woken.functionArn] }))
    new CfnSchedule(this, 'Schedule', {
      scheduleExpression: expression,
      flexibleTimeWindow: { mode: 'OFF' },
      target: { arn: woken.functionArn, roleArn: role.roleArn },
    })
  }
}
