import { Duration, Stack } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import { LOOKUP_WORKERS } from '../shared/ports/lookup.ts'
import { acknowledgeWildcards } from './acknowledge-wildcards.ts'
import { IAM_CHANGES, identitiesOf, PROFILE_READ, READS } from './acting-statements.ts'
import { allowModel, modelEnvironment } from './advisor-arns.ts'
import { LANES } from './lanes.ts'
import { listed } from './listed.ts'
import { allowNotices } from './notice-queue.ts'
import type { OwnRoles } from './own-roles.ts'
import { type Queues, RESPOND_TIMEOUT } from './queues.ts'
import { ResponderFunction } from './responder-function.ts'

/** Paths of the files with countries and networks. */
export interface GeoFiles {
  readonly countries: string
  readonly networks: string
}

export interface RespondFunctionProps {
  readonly table: Table
  readonly topic: Topic
  /** The queue of notices; without it, notices go to the topic. */
  readonly notices?: Queue | undefined
  readonly queues: Queues
  readonly contain: LambdaFunction
  readonly config: StackConfig
  readonly geoIp: GeoFiles
  /** The path of the file with the rules of people; undefined where there are none. */
  readonly rulesFile?: string | undefined
}

/** The function that reads events and evaluates them. It cannot change IAM. */
export class RespondFunction extends Construct {
  readonly function: LambdaFunction
  readonly responder: ResponderFunction

  constructor(scope: Construct, id: string, { table, topic, notices, queues, contain, config, geoIp, rulesFile }: RespondFunctionProps) {
    super(scope, id)
    const { account, partition, region } = Stack.of(this)
    const queueArns = `arn:${partition}:sqs:${region}:${account}:`
    const responder = new ResponderFunction(this, 'Responder', {
      entry: 'respond',
      reservedConcurrency: config.reservedConcurrency.respond,
      description: 'Reads cloud events, evaluates them, invokes contain',
      environment: {
        TABLE_NAME: table.tableName,
        ACCOUNT_ID: account,
        CONTAIN_FUNCTION_NAME: contain.functionName,
        NOTIFY_TOPIC_ARN: topic.topicArn,
        STACK_NAME: Stack.of(this).stackName,
        // Members are named by MEMBER_ACCOUNTS, and believed as well.
        ACCOUNTS: [account, ...config.accounts.filter((one) => !config.memberAccounts.includes(one))].join(','),
        EVENT_QUEUE_ARNS: listed(queueArns, namesOf(queues.ofEvents)),
        TASK_QUEUE_ARNS: listed(queueArns, namesOf([queues.bootstrap, queues.backfill])),
        BACKFILL_QUEUE_URL: queues.backfill.queueUrl,
        ...(rulesFile === undefined ? {} : { RULES: 'on' }),
        ...(config.dashboard ? { DASHBOARD: 'on' } : {}),
        DELIVERED: deliveredBeside(config).join(','),
        ...(config.bootstrapBaselines ? { BOOTSTRAP_QUEUE_URL: queues.bootstrap.queueUrl } : {}),
        ...modelEnvironment(config),
      },
      logRetentionDays: config.logRetentionDays,
      memorySize: 1024,
      timeout: RESPOND_TIMEOUT,
      elsewhere: { accounts: config.memberAccounts, role: 'read' },
      files: {
        'country.mmdb': geoIp.countries,
        'networks.bin': geoIp.networks,
        ...(rulesFile === undefined ? {} : { 'rules.json': rulesFile }),
      },
    })
    const { function: respond } = responder
    for (const lane of ['confirmed', 'hot', 'tokens', 'bulk'] as const) {
      const { batchSize, maxConcurrency, ...more } = LANES[lane]
      const window = 'windowSeconds' in more ? { maxBatchingWindow: Duration.seconds(more.windowSeconds) } : {}
      respond.addEventSource(new SqsEventSource(queues[lane], { batchSize, maxConcurrency, ...window, reportBatchItemFailures: true }))
    }
    // Two workers each, the least that Lambda takes; their pauses (shared/ports/lookup.ts) keep all four within the two requests a second of LookupEvents.
    for (const queue of [queues.bootstrap, queues.backfill])
      respond.addEventSource(new SqsEventSource(queue, { batchSize: 1, maxConcurrency: LOOKUP_WORKERS, reportBatchItemFailures: true }))

    // It reads text of intruders, so it may not write the policy that contain follows.
    responder.allowItems(['dynamodb:BatchGetItem', 'dynamodb:PutItem'], table.tableArn, ['IDENTITY#*'])
    responder.allowItems(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], table.tableArn, ['INCIDENT#*'])
    responder.allowItems(['dynamodb:PutItem', 'dynamodb:Query'], table.tableArn, ['EXPOSURE#*', 'WORKLOAD#*'])
    responder.allowItems(['dynamodb:UpdateItem'], table.tableArn, ['BUDGET#*'])
    // What IAM said of identities is read, and written by `inventory` alone.
    responder.allowItems(['dynamodb:GetItem'], table.tableArn, ['LASTUSED#*', 'REACH#*'])
    // What people accepted keeps them from being asked: it is read, and written by `review` alone.
    responder.allowItems(['dynamodb:Query'], table.tableArn, ['POLICY', 'PATTERN#*'])
    responder.allow(['lambda:InvokeFunction'], [contain.functionArn])
    allowNotices(responder, { topic, queue: notices })
    responder.allow(['sqs:SendMessage'], [queues.bootstrap.queueArn, queues.backfill.queueArn])
    // Reads of the owner of an exposed key, and of the tags that tiers of the policy may name.
    const { users, roles, profiles } = identitiesOf({ account, partition })
    responder.allow(READS.respond.users, [users])
    responder.allow(READS.respond.roles, [roles])
    responder.allow([PROFILE_READ], [profiles])
    // For events of an incident that were not delivered, and for the past calls of new keys.
    responder.allow(['cloudtrail:LookupEvents'], ['*'])
    const models = allowModel(responder, config)
    responder.deny(IAM_CHANGES, ['*'])
    acknowledgeWildcards(this, {
      'Resource::*': 'X-Ray (PutTraceSegments, PutTelemetryRecords) and cloudtrail:LookupEvents take no resource.',
      [`Resource::${users}`]: 'Reads of tags and of key owners: which user is not known in advance.',
      [`Resource::${roles}`]: 'Reads of tags: which role is not known in advance.',
      [`Resource::${profiles}`]: 'Reads of the role of an instance: which profile is not known in advance.',
      ...Object.fromEntries(models.map((arn) => [`Resource::${arn}`, 'A cross-region inference profile spans regions.'])),
      ...Object.fromEntries(IAM_CHANGES.map((action) => [`Action::${action}`, 'Part of a Deny: the wildcard removes rights.'])),
    })
    this.function = respond
    this.responder = responder
  }

  /** Tells it which calls are the responder's own, and what belongs to the responder although the name of its stack does not stand in it. */
  knowOwn({ functions, names, roles, deployingRoleArns }: OwnOfStack): void {
    // Their roles and their sessions are named after these: a list of ARNs has each name twice, and Lambda takes 4 KB in all.
    this.function.addEnvironment('OWN_FUNCTIONS', functions.map(({ entry, role }) => `${entry}=${role.roleName}`).join(','))
    this.function.addEnvironment('OWN_NAMES', names.join(','))
    this.function.addEnvironment('OWN_ROLE_ARNS', listed(roles.prefix, roles.names))
    this.function.addEnvironment('DEPLOYING_ROLE_ARNS', deployingRoleArns.join(','))
  }
}

/** What is the responder's own. */
export interface OwnOfStack {
  readonly functions: readonly ResponderFunction[]
  readonly names: readonly string[]
  /** Its roles but those of the functions. */
  readonly roles: OwnRoles
  readonly deployingRoleArns: readonly string[]
}

function namesOf(queues: readonly Queue[]): string[] {
  return queues.map(({ queueName }) => queueName)
}

/** What the event rules deliver beside the calls that every stack gets. */
function deliveredBeside({ readOnlyEvents, includeRoleSessions }: RespondFunctionProps['config']): string[] {
  return [...(readOnlyEvents ? ['reads'] : []), ...(includeRoleSessions ? ['sessions'] : [])]
}
