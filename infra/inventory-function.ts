import { Duration, Stack } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import { acknowledgeWildcards } from './acknowledge-wildcards.ts'
import { ACCOUNT_READS, ANALYZER_READS, analyzersOf, IAM_CHANGES, READS } from './acting-statements.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'
import { listed } from './listed.ts'
import type { OwnRoles } from './own-roles.ts'
import { ResponderFunction } from './responder-function.ts'
import { WakingSchedule } from './schedule.ts'

/** When IAM is asked, in UTC. */
const NIGHTLY = 'cron(41 2 * * ? *)'

export interface InventoryFunctionProps {
  readonly table: Table
  readonly config: StackConfig
}

/** Reads every night what the users and roles could break by their policies, and asks IAM which services each known one used last when. It cannot change IAM. */
export class InventoryFunction extends Construct {
  readonly responder: ResponderFunction
  /** The dead-letter queue for runs that failed in three attempts. */
  readonly failures: Queue

  constructor(scope: Construct, id: string, { table, config }: InventoryFunctionProps) {
    super(scope, id)
    const { account, partition, region, stackName } = Stack.of(this)
    const responder = new ResponderFunction(this, 'Responder', {
      entry: 'inventory',
      description: 'Reads what identities could break, and which services they used last when',
      environment: { TABLE_NAME: table.tableName, ACCOUNT_ID: account, STACK_NAME: stackName },
      logRetentionDays: config.logRetentionDays,
      // 5,000 users and 5,000 roles with policies take some 400 MB (`npm run bench`), and what IAM answers of them as much again.
      memorySize: 2048,
      timeout: Duration.minutes(15),
      elsewhere: { accounts: config.memberAccounts, role: 'read' },
    })
    this.failures = deadLetterQueue(this, 'InventoryFailures', 'service')
    responder.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.hours(6),
      onFailure: new SqsDestination(this.failures),
    })
    new WakingSchedule(this, 'Nightly', { expression: NIGHTLY, woken: responder.function })
    // dynamodb:LeadingKeys does not apply to a scan, so it is limited to the keys, and to when each was asked about.
    responder.allow(['dynamodb:Scan'], [table.tableArn], {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'triedAt'] },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    })
    // Who is under suspicion is not asked about.
    responder.allowItems(['dynamodb:BatchGetItem'], table.tableArn, ['IDENTITY#*'])
    responder.allowItems(['dynamodb:GetItem'], table.tableArn, ['INCIDENT#*', 'LASTUSED#*'])
    responder.allowItems(['dynamodb:PutItem'], table.tableArn, ['LASTUSED#*', 'REACH#*'])
    responder.allowItems(['dynamodb:Query'], table.tableArn, ['REACH#*'])
    const identities = [`arn:${partition}:iam::${account}:user/*`, `arn:${partition}:iam::${account}:role/*`]
    responder.allow(READS.inventory.users, identities)
    responder.allow([...ACCOUNT_READS, ANALYZER_READS.all], ['*'])
    const analyzers = analyzersOf({ account, partition, region })
    responder.allow([ANALYZER_READS.each], [analyzers])
    responder.deny(IAM_CHANGES, ['*'])
    acknowledgeWildcards(this, {
      'Resource::*':
        'X-Ray and these reads of IAM take no resource: last-used data is answered only to who started the job, the policies of an account only as a whole, and the list of analyzers has none.',
      [`Resource::${analyzers}`]: 'Which analyzers of IAM Access Analyzer an account has is not known in advance.',
      ...Object.fromEntries(
        identities.map((arn) => [`Resource::${arn}`, 'Reads of last-used data: which identity is not known in advance.']),
      ),
      ...Object.fromEntries(IAM_CHANGES.map((action) => [`Action::${action}`, 'Part of a Deny: the wildcard removes rights.'])),
    })
    this.responder = responder
  }

  /** Tells it which roles are the responder's own. */
  knowOwnRoles({ prefix, names }: OwnRoles): void {
    this.responder.function.addEnvironment('OWN_ROLE_ARNS', listed(prefix, names))
  }
}
