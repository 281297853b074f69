import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription, UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'

/** The SNS topic that pages the person on call. It is separate so that not every notice pages somebody. */
export class OnCallTopic extends Construct {
  readonly topic: Topic

  constructor(scope: Construct, id: string, { email, endpoint }: NonNullable<StackConfig['onCall']>) {
    super(scope, id)
    this.topic = new Topic(this, 'Topic', { displayName: 'Countersign on call', enforceSSL: true })
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email))
    if (endpoint !== undefined) this.topic.addSubscription(new UrlSubscription(endpoint))
  }
}
