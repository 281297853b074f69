import { type CfnElement, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention } from 'aws-cdk-lib/aws-s3'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import { CHAIN_KEYS } from '../shared/record/compare-chain.ts'
import { acknowledgeWildcards } from './acknowledge-wildcards.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'
import { guardBucket } from './guard-bucket.ts'
import { allowNotices } from './notice-queue.ts'
import { ResponderFunction } from './responder-function.ts'
import { WakingSchedule } from './schedule.ts'

/** When the record is sealed, in UTC. */
const DAILY = 'cron(17 3 * * ? *)'

export interface SealFunctionProps {
  readonly table: Table
  readonly topic: Topic
  /** The topic that pages the person on call. */
  readonly onCall: Topic
  /** The queue of notices; without it, notices go to the topic. */
  readonly notices: Queue | undefined
  readonly config: StackConfig
}

/** Compares the record with its last seal once a day, tells people of what differs, and seals it into a bucket with Object Lock, whose objects cannot be deleted for `seals.retentionDays`. */
export class SealFunction extends Construct {
  readonly responder: ResponderFunction
  readonly failures: Queue
  readonly bucket: Bucket
  private readonly operator: string | undefined

  constructor(scope: Construct, id: string, { table, topic, onCall, notices, config }: SealFunctionProps) {
    super(scope, id)
    const stack = Stack.of(this)
    this.failures = deadLetterQueue(this, 'SealFailures', 'service')
    this.bucket = new Bucket(this, 'Seals', {
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention[config.seals.lock](Duration.days(config.seals.retentionDays)),
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        // Nothing is uploaded in parts: what is left of such an upload is no object, and would be paid for without being listed. No object expires.
        { id: 'NoPartsOfUploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    })
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'One object a day, and one for each archived incident, each checked by its hash: an access log would need a bucket with a log of its own.',
    })
    const responder = new ResponderFunction(this, 'Responder', {
      entry: 'seal',
      reservedConcurrency: config.reservedConcurrency.seal,
      description: 'Compares the record with its last seal, and seals it',
      environment: {
        TABLE_NAME: table.tableName,
        SEAL_BUCKET: this.bucket.bucketName,
        STACK_NAME: stack.stackName,
        NOTIFY_TOPIC_ARN: topic.topicArn,
        ON_CALL_TOPIC_ARN: onCall.topicArn,
      },
      logRetentionDays: config.logRetentionDays,
      // Two seals of 200,000 chains took 0.58 GB.
      memorySize: 1024,
      timeout: Duration.minutes(15),
    })
    responder.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: new SqsDestination(this.failures),
    })
    // dynamodb:LeadingKeys does not apply to a scan, so it is limited to the keys: which chains there are, not what is in them.
    responder.allow(['dynamodb:Scan'], [table.tableArn], {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk'] },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    })
    responder.allowItems(['dynamodb:Query'], table.tableArn, CHAIN_KEYS)
    responder.allowItems(['dynamodb:PutItem'], table.tableArn, ['SEAL'])
    responder.allow(['s3:PutObject', 's3:GetObjectVersion'], [this.bucket.arnForObjects('seals/*')])
    responder.allow(['s3:ListBucketVersions'], [this.bucket.bucketArn], { StringLike: { 's3:prefix': ['archive/*', 'seals/*'] } })
    // What is archived of a chain is compared as well.
    responder.allow(['s3:GetObject', 's3:GetObjectVersion'], [this.bucket.arnForObjects('archive/*')])
    allowNotices(responder, { topic, queue: notices })
    responder.allow(['sns:Publish'], [onCall.topicArn])
    new WakingSchedule(this, 'Daily', { expression: DAILY, woken: responder.function })
    acknowledgeWildcards(this, {
      'Resource::*': 'X-Ray takes no resource.',
      [`Resource::<${stack.getLogicalId(this.bucket.node.defaultChild as CfnElement)}.Arn>/seals/*`]:
        'Each seal is an object of its own; none can be deleted, and the first version of each is the one that counts.',
      [`Resource::<${stack.getLogicalId(this.bucket.node.defaultChild as CfnElement)}.Arn>/archive/*`]:
        'Reads of archived incidents: which ones there are is not known in advance.',
    })
    this.responder = responder
    this.operator = config.operatorRoleArn
  }

  /** Says who may write the bucket: this function its seals, and `archiver` what it archives, where there is one. */
  guard(archiver: ResponderFunction | undefined): void {
    guardBucket(this.bucket, { writer: this.responder.role.roleArn, archiver: archiver?.role.roleArn, operator: this.operator })
  }
}
