import { Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'

/** The SNS topic for notices and alarms. */
export class NoticeTopic extends Construct {
  readonly topic: Topic

  constructor(scope: Construct, id: string, email: string | undefined) {
    super(scope, id)
    this.topic = new Topic(this, 'Topic', { displayName: 'Countersign', enforceSSL: true })
    // enforceSSL gives the topic a policy of its own, and then CloudWatch may publish alarms only where that policy allows it.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    )
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email))
  }
}
