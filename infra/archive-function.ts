import { type CfnElement, Duration, Stack } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import { acknowledgeWildcards } from './acknowledge-wildcards.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'
import { ResponderFunction } from './responder-function.ts'
import { WakingSchedule } from './schedule.ts'

/** When closed incidents are archived, in UTC: after the seal of the day, which has to cover them. */
const DAILY = 'cron(29 4 * * ? *)'

export interface ArchiveFunctionProps {
  readonly table: Table
  /** The bucket of the seals. */
  readonly bucket: Bucket
  readonly afterDays: number
  readonly config: StackConfig
}

/** Moves closed incidents out of the table into the bucket of the seals. It may write no seal, no order and no step, and it cannot delete an object. */
export class ArchiveFunction extends Construct {
  readonly responder: ResponderFunction
  /** The dead-letter queue for runs that failed in three attempts. */
  readonly failures: Queue

  constructor(scope: Construct, id: string, { table, bucket, afterDays, config }: ArchiveFunctionProps) {
    super(scope, id)
    const stack = Stack.of(this)
    const responder = new ResponderFunction(this, 'Responder', {
      entry: 'archive',
      reservedConcurrency: config.reservedConcurrency.archive,
      description: 'Moves closed incidents out of the table into the archive',
      environment: { TABLE_NAME: table.tableName, SEAL_BUCKET: bucket.bucketName, ARCHIVE_AFTER_DAYS: String(afterDays) },
      logRetentionDays: config.logRetentionDays,
      // A seal of 200,000 chains is read whole.
      memorySize: 1024,
      timeout: Duration.minutes(15),
    })
    this.failures = deadLetterQueue(this, 'ArchiveFailures', 'service')
    responder.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: new SqsDestination(this.failures),
    })
    // dynamodb:LeadingKeys does not apply to a scan, so it is limited to the keys, and to what says which incidents are closed and not yet archived.
    responder.allow(['dynamodb:Scan'], [table.tableArn], {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'open', 'archived'] },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    })
    responder.allowItems(['dynamodb:GetItem', 'dynamodb:PutItem'], table.tableArn, ['INCIDENT#*', 'ARCHIVE'])
    responder.allowItems(['dynamodb:DeleteItem', 'dynamodb:Query'], table.tableArn, ['INCIDENT#*', 'ORDER#*', 'STEPS#*'])
    responder.allow(['s3:PutObject', 's3:GetObject'], [bucket.arnForObjects('archive/*')])
    responder.allow(['s3:GetObjectVersion'], [bucket.arnForObjects('archive/*'), bucket.arnForObjects('seals/*')])
    responder.allow(['s3:ListBucketVersions'], [bucket.bucketArn], { StringLike: { 's3:prefix': ['archive/*', 'seals/*'] } })
    new WakingSchedule(this, 'Daily', { expression: DAILY, woken: responder.function })
    const objects = `Resource::<${stack.getLogicalId(bucket.node.defaultChild as CfnElement)}.Arn>`
    acknowledgeWildcards(this, {
      'Resource::*': 'X-Ray takes no resource.',
      [`${objects}/archive/*`]: 'Each archived incident is an object of its own, named by the hash of its content; none can be deleted.',
      [`${objects}/seals/*`]: 'Reads of seals: which one is the last is not known in advance.',
    })
    this.responder = responder
  }
}
