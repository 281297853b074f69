import { Duration } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler'
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import { acknowledgeWildcards } from './acknowledge-wildcards.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'
import { ResponderFunction } from './responder-function.ts'

export interface LearnFunctionProps {
  readonly table: Table
  readonly config: StackConfig
}

/** Tightens the policy by verdicts, every night. Only there where the deployed policy lets it. */
export class LearnFunction extends Construct {
  readonly roleArn: string
  /** Nights that the scheduler could not start. */
  readonly failures: Queue

  constructor(scope: Construct, id: string, { table, config }: LearnFunctionProps) {
    super(scope, id)
    const responder = new ResponderFunction(this, 'Responder', {
      entry: 'learn',
      description: 'Tightens the policy by verdicts, inside its own bounds',
      environment: { TABLE_NAME: table.tableName },
      logRetentionDays: config.logRetentionDays,
      memorySize: 512,
      timeout: Duration.minutes(5),
    })
    this.failures = deadLetterQueue(this, 'UnstartedNights')
    new Schedule(this, 'Nightly', {
      schedule: ScheduleExpression.cron({ hour: '3', minute: '17' }),
      target: new LambdaInvoke(responder.function, { deadLetterQueue: this.failures, retryAttempts: 2, maxEventAge: Duration.hours(6) }),
      description: 'Has learn look at the verdicts',
    })
    // Incidents that are closed are in no index, so the whole table is read; it is written in one place.
    responder.allow(['dynamodb:Scan'], [table.tableArn])
    responder.allowItems(['dynamodb:PutItem', 'dynamodb:Query'], table.tableArn, ['POLICY'])
    acknowledgeWildcards(this, { 'Resource::*': 'X-Ray takes no resource; there is no other wildcard.' })
    this.roleArn = responder.role.roleArn
  }
}
