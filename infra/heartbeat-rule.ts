import { Duration } from 'aws-cdk-lib'
import { type CfnRule, Rule } from 'aws-cdk-lib/aws-events'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { HEARTBEAT, WITH_READ_ONLY } from '../shared/detect/delivery-rules.ts'

/**
 * Delivers a call that the sweep makes every five minutes, by the way of every event: trail, bus, queue, respond. respond counts it and leaves it out, as all calls
 * of the responder's own. So an account in which nobody calls anything is told from one whose events do not arrive.
 */
export class HeartbeatRule extends Construct {
  readonly arn: string

  constructor(scope: Construct, id: string, { queue, sessionArn }: { queue: Queue; sessionArn: string }) {
    super(scope, id)
    const rule = new Rule(this, 'Rule', {
      eventPattern: {
        source: [HEARTBEAT.source],
        detailType: ['AWS API Call via CloudTrail'],
        detail: { eventName: [HEARTBEAT.eventName], userIdentity: { arn: [sessionArn] } },
      },
      // The next one comes in five minutes, and one that is lost counts as one that did not come.
      targets: [
        {
          bind: () => ({
            arn: queue.queueArn,
            retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: Duration.minutes(5).toSeconds() },
          }),
        },
      ],
    })
    const made = rule.node.defaultChild as CfnRule
    made.state = WITH_READ_ONLY
    this.arn = rule.ruleArn
  }
}
