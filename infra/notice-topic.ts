import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'

/** The SNS topic for notices and alarms. */
export class NoticeTopic extends Construct {
  readonly topic: Topic

  constructor(scope: Construct, id: string, email: string | undefined) {
    super(scope, id)
    this.topic = new Topic(this, 'Topic', { displayName: 'Countersign', enforceSSL: true })
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email))
  }
}
