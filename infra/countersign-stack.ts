import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import type { Policy } from '../shared/domain/policy.ts'
import { Alarms } from './alarms.ts'
import { ContainFunction } from './contain-function.ts'
import { EventRules } from './event-rules.ts'
import { LearnFunction } from './learn-function.ts'
import { NoticeTopic } from './notice-topic.ts'
import { Queues } from './queues.ts'
import { RecordTable } from './record-table.ts'
import { type PlaceFiles, RespondFunction } from './respond-function.ts'
import { RotateFunction } from './rotate-function.ts'
import { SeedFunction } from './seed-function.ts'
import { WatchFunction } from './watch-function.ts'

export interface CountersignProps extends StackProps {
  readonly config: StackConfig
  /** The policy of the first deploy; its protected ARNs become an explicit Deny for `contain`. */
  readonly policy: Policy
  /** The databases of countries and networks, to lie beside respond's bundle. */
  readonly places: PlaceFiles
}

/** The responder in one account: rules → queues → respond → contain, one table, one topic. */
export class CountersignStack extends Stack {
  constructor(scope: Construct, id: string, { config, policy, places, ...props }: CountersignProps) {
    super(scope, id, props)
    const { table } = new RecordTable(this, 'Record')
    const { topic } = new NoticeTopic(this, 'Notices', config.notifyEmail)
    const queues = new Queues(this, 'Queues')
    const contain = new ContainFunction(this, 'Contain', { table, topic, policy, config })
    const rotate = policy.rotation.users.length === 0 ? undefined : new RotateFunction(this, 'Rotate', { table, topic, policy, config })
    const acting = [contain.roleArn, ...(rotate === undefined ? [] : [rotate.roleArn])]
    const respond = new RespondFunction(this, 'Respond', {
      table,
      topic,
      queues,
      contain: contain.function,
      ownRoleArns: acting,
      config,
      places,
    })
    const watch = new WatchFunction(this, 'Watch', {
      table,
      topic,
      traceQueue: queues.bootstrap,
      contain: contain.function,
      rotate: rotate?.function,
      config,
    })
    const learn = policy.learning.tightens ? new LearnFunction(this, 'Learn', { table, config }) : undefined
    const seed = new SeedFunction(this, 'Seed', { table, policy, config })
    const rules = new EventRules(this, 'Rules', {
      queues,
      config,
      ownRoleArns: [...acting, ...[respond, watch, seed].map(({ roleArn }) => roleArn)],
    })
    new Alarms(this, 'Alarms', {
      topic,
      queues,
      contain: contain.function,
      watch: watch.function,
      failures: [
        contain.failures,
        contain.watchFailures,
        watch.failures,
        rules.undelivered,
        ...[rotate, learn].flatMap((one) => one?.failures ?? []),
      ],
    })

    new CfnOutput(this, 'TableName', { value: table.tableName })
    new CfnOutput(this, 'ContainFunctionName', { value: contain.function.functionName })
    new CfnOutput(this, 'RespondFunctionName', { value: respond.function.functionName })
    if (rotate !== undefined) new CfnOutput(this, 'RotateFunctionName', { value: rotate.function.functionName })
    new CfnOutput(this, 'TopicArn', { value: topic.topicArn })
  }
}
