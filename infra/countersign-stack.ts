import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { SlackSettings, StackConfig } from '../shared/config.ts'
import type { Policy } from '../shared/domain/policy.ts'
import { Alarms } from './alarms.ts'
import { ArchiveFunction } from './archive-function.ts'
import { ContainFunction } from './contain-function.ts'
import { StackDashboard } from './dashboard.ts'
import { refuseLargeEnvironments } from './environment-size.ts'
import { EventRules } from './event-rules.ts'
import { failureOutputs } from './failure-outputs.ts'
import { ForwardedBus, takesForwarded } from './forwarded-bus.ts'
import { guardQueues } from './guard-queues.ts'
import { guardTopic } from './guard-topic.ts'
import { HeartbeatRule } from './heartbeat-rule.ts'
import { guardRegion } from './iam-region.ts'
import { InventoryFunction } from './inventory-function.ts'
import { LearnFunction } from './learn-function.ts'
import { NoticeQueue } from './notice-queue.ts'
import { NoticeTopic } from './notice-topic.ts'
import { OnCallTopic } from './on-call-topic.ts'
import { deployingRole, ownRolesOf } from './own-roles.ts'
import { Queues } from './queues.ts'
import { RecordTable } from './record-table.ts'
import { addReportIntake } from './report-intake.ts'
import { type GeoFiles, RespondFunction } from './respond-function.ts'
import type { ResponderFunction } from './responder-function.ts'
import { ReviewFunction } from './review-function.ts'
import { RotateFunction } from './rotate-function.ts'
import type { RulesFile } from './rules-file.ts'
import { SealFunction } from './seal-function.ts'
import { SeedFunction } from './seed-function.ts'
import { SlackFunction } from './slack-function.ts'
import { SweepFunction } from './sweep-function.ts'

export interface CountersignProps extends StackProps {
  readonly config: StackConfig
  /** The policy of the first deploy; its protected ARNs become an explicit Deny for `contain`. */
  readonly policy: Policy
  /** The databases of countries and networks, which are added to respond's bundle. */
  readonly geoIp: GeoFiles
  /** The rules of people; absent where there are none. */
  readonly rules?: RulesFile | undefined
}

/** The responder in one account: rules → queues → respond → contain, one table, one topic. */
export class CountersignStack extends Stack {
  constructor(scope: Construct, id: string, { config, policy, geoIp, rules: rulesFile, ...props }: CountersignProps) {
    super(scope, id, props)
    guardRegion(this, { isAllowed: config.outsideIamRegion })
    const { table } = new RecordTable(this, 'Record')
    const { topic } = new NoticeTopic(this, 'Notices', config.notifyEmail)
    const onCall = config.onCall === undefined ? topic : new OnCallTopic(this, 'OnCall', config.onCall).topic
    const queues = new Queues(this, 'Queues')
    const { slack } = config
    const notices = slack === undefined && !config.securityHub ? undefined : new NoticeQueue(this, 'NoticeQueue')
    const told = { table, topic, notices: notices?.queue, config }
    const contain = new ContainFunction(this, 'Contain', { ...told, onCall, policy })
    const rotate = policy.rotation.users.length === 0 ? undefined : new RotateFunction(this, 'Rotate', { ...told, policy })
    const acting = [contain, ...(rotate === undefined ? [] : [rotate])]
    const respond = new RespondFunction(this, 'Respond', { ...told, queues, contain: contain.function, geoIp, rulesFile: rulesFile?.path })
    const invoked = { contain: contain.function, rotate: rotate?.function }
    const sweep = new SweepFunction(this, 'Sweep', { ...told, ...invoked, onCall, backfillQueue: queues.backfill })
    const learn = policy.learning.autoTighten ? new LearnFunction(this, 'Learn', { table, config }) : undefined
    const inventory = new InventoryFunction(this, 'Inventory', { table, config })
    const seed = new SeedFunction(this, 'Seed', { table, policy, config })
    const reviewers = notices === undefined ? undefined : this.reviewers({ ...told, ...invoked, notices, slack })
    const seal = new SealFunction(this, 'Seal', { ...told, onCall })
    const archive =
      config.archive === 'off'
        ? undefined
        : new ArchiveFunction(this, 'Archive', { table, bucket: seal.bucket, afterDays: config.archive.afterDays, config })
    seal.guard(archive?.responder)
    const optional = [learn, archive].filter((one) => one !== undefined)
    const intake = addReportIntake(this, { ...told, queues })
    const reporting = [intake?.webhook, intake?.fetchAlert].filter((one) => one !== undefined)
    const own = [
      ...[...acting, respond, sweep, seed, seal, inventory, ...optional],
      ...(reviewers?.functions ?? []),
      ...(intake?.functions ?? []),
    ]
    const functions = own.map(({ responder }) => responder)
    // A pattern of EventBridge has room for 2,048 characters. What archive calls is recorded only where data events are, and respond leaves it out.
    const ownSessionArns = functions.filter(({ entry }) => entry !== 'archive').map(({ sessionArn }) => sessionArn)
    const delivering = { queues, config, ownSessionArns, ruleActions: rulesFile?.actions ?? [] }
    const forwarded = takesForwarded(config) ? new ForwardedBus(this, 'Forwarded', config).bus : undefined
    const rules = new EventRules(this, 'Rules', delivering)
    const forwardedRules = forwarded === undefined ? undefined : new EventRules(this, 'ForwardedRules', { ...delivering, forwarded })
    const allRules = [rules, forwardedRules, intake?.bus].filter((one) => one !== undefined)
    const heartbeat = new HeartbeatRule(this, 'Heartbeat', { queue: queues.bulk, sessionArn: sweep.responder.sessionArn })
    const names = [
      seal.bucket.bucketName,
      ...(slack === undefined ? [] : [slack.secretName]),
      ...(reviewers?.names ?? []),
      ...(intake?.names ?? []),
    ]
    const roles = ownRolesOf(this)
    const deploying = deployingRole(this)
    respond.knowOwn({
      functions,
      names,
      roles: ownRolesOf(
        this,
        functions.map(({ role }) => role),
      ),
      deployingRoleArns: deploying === undefined ? [] : [deploying],
    })
    contain.knowOwnRoles(roles)
    inventory.knowOwnRoles(roles)
    guardQueues({
      queues,
      rules: allRules,
      heartbeat: heartbeat.arn,
      notices,
      contain,
      respond,
      sweep,
      rotate,
      seal,
      others: [learn, inventory, archive],
      review: reviewers?.review,
      webhook: intake?.webhook,
      fetchAlert: intake?.fetchAlert,
      config,
    })
    failureOutputs(this, {
      queues,
      notices,
      reverify: contain.reverify,
      reverifyFailures: contain.reverifyFailures,
      undelivered: { undelivered: rules.undelivered, forwarded: forwardedRules?.undelivered, reports: intake?.bus.undelivered },
      functions: { contain, sweep, review: reviewers?.review, rotate, seal, learn, inventory, archive, fetchAlert: intake?.fetchAlert },
    })
    const consumed = {
      Confirmed: queues.confirmed,
      Hot: queues.hot,
      Tokens: queues.tokens,
      Bulk: queues.bulk,
      Bootstrap: queues.bootstrap,
      Backfill: queues.backfill,
      Reverify: contain.reverify,
      ...(notices === undefined ? {} : { Notices: notices.queue }),
    }
    const alarms = new Alarms(this, 'Alarms', {
      topic,
      consumed,
      functions: Object.fromEntries(own.map(({ responder }) => [responder.entry, responder.function])),
      watched: ['respond', 'contain', 'sweep', 'slack', 'webhook', 'logs'],
      failures: [
        ...queues.deadLetters,
        contain.failures,
        contain.reverifyFailures,
        sweep.failures,
        ...allRules.map(({ undelivered }) => undelivered),
        seal.failures,
        inventory.failures,
        ...[rotate, ...optional, intake?.fetchAlert].flatMap((one) => one?.failures ?? []),
        ...(reviewers?.failures ?? []),
      ],
    })
    if (config.dashboard) new StackDashboard(this, 'Dashboard', { functions, queues: Object.values(consumed), table })
    // Where people are told by Slack, review publishes what did not get there; otherwise each function tells them itself.
    const telling = [contain, respond, sweep, seal, ...(rotate === undefined ? [] : [rotate]), ...reporting]
    const rolesOf = (functions: readonly { readonly responder: ResponderFunction }[]) =>
      functions.map(({ responder }) => responder.role.roleArn)
    const noticing = reviewers === undefined ? rolesOf(telling) : rolesOf([reviewers.review])
    const paging = rolesOf([contain, sweep, seal])
    const operator = config.operatorRoleArn
    const isShared = onCall === topic
    guardTopic(topic, { publishers: [...new Set([...noticing, ...(isShared ? paging : [])])], alarms: alarms.arns, operator })
    if (!isShared) guardTopic(onCall, { publishers: paging, alarms: [], operator })
    refuseLargeEnvironments(this)

    new CfnOutput(this, 'TableName', { value: table.tableName })
    new CfnOutput(this, 'ContainFunctionName', { value: contain.function.functionName })
    new CfnOutput(this, 'RespondFunctionName', { value: respond.function.functionName })
    if (rotate !== undefined) new CfnOutput(this, 'RotateFunctionName', { value: rotate.function.functionName })
    new CfnOutput(this, 'TopicArn', { value: topic.topicArn })
    new CfnOutput(this, 'OnCallTopicArn', { value: onCall.topicArn })
    new CfnOutput(this, 'SealBucketName', { value: seal.bucket.bucketName })
    if (forwarded !== undefined) new CfnOutput(this, 'ForwardedBusArn', { value: forwarded.eventBusArn })
    if (notices !== undefined) new CfnOutput(this, 'NoticeQueueUrl', { value: notices.queue.queueUrl })
  }

  /** The functions for Slack and for Security Hub. */
  private reviewers(about: {
    table: Table
    topic: Topic
    notices: NoticeQueue
    contain: LambdaFunction
    rotate: LambdaFunction | undefined
    config: StackConfig
    slack: SlackSettings | undefined
  }): {
    review: ReviewFunction
    functions: readonly { readonly responder: ResponderFunction }[]
    names: string[]
    failures: readonly Queue[]
  } {
    const { notices } = about
    const review = new ReviewFunction(this, 'Review', { ...about, notices: notices.queue })
    const { slack, config } = about
    const receivers = slack === undefined ? [] : [new SlackFunction(this, 'Slack', { config, slack, review: review.function })]
    return {
      review,
      functions: [review, ...receivers],
      names: receivers.map(({ apiId }) => apiId),
      failures: [notices.failures, review.failures],
    }
  }
}
