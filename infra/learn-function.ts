import { Duration } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import { acknowledgeWildcards } from './acknowledge-wildcards.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'
import { ResponderFunction } from './responder-function.ts'
import { WakingSchedule } from './schedule.ts'

/** When the verdicts are evaluated, in UTC. */
const NIGHTLY = 'cron(37 3 * * ? *)'

export interface LearnFunctionProps {
  readonly table: Table
  readonly config: StackConfig
}

/** Tightens the policy by people's verdicts every night. Deployed only where the policy sets `learning.autoTighten`. */
export class LearnFunction extends Construct {
  readonly responder: ResponderFunction
  /** The dead-letter queue for runs that failed in three attempts. */
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
    this.failures = deadLetterQueue(this, 'LearnFailures', 'service')
    responder.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: new SqsDestination(this.failures),
    })
    new WakingSchedule(this, 'Nightly', { expression: NIGHTLY, woken: responder.function })
    // Closed incidents are in no index, so the whole table is scanned. Only the policy's chain is written.
    responder.allow(['dynamodb:Scan'], [table.tableArn])
    responder.allowItems(['dynamodb:PutItem', 'dynamodb:Query'], table.tableArn, ['POLICY'])
    acknowledgeWildcards(this, { 'Resource::*': 'X-Ray takes no resource; there is no other wildcard.' })
    this.responder = responder
  }
}
