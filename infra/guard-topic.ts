import { Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import { type Conditions, denyOthers, exceptBy } from './deny.ts'
import { deployingRole } from './own-roles.ts'

/** Who may say something to people by a topic: roles of functions, and alarms, by their ARNs. */
export interface TopicParties {
  readonly publishers: readonly string[]
  readonly alarms: readonly string[]
  /** The role of people, whose command line tells of what a seal found. */
  readonly operator: string | undefined
}

/** What SNS takes into the policy of a topic of what changes the topic; filters of a subscription, and its end, are not among them. */
const CHANGES = [
  'sns:AddPermission',
  'sns:DeleteTopic',
  'sns:PutDataProtectionPolicy',
  'sns:RemovePermission',
  'sns:SetTopicAttributes',
  'sns:Subscribe',
]

/**
 * Denies a topic to everybody who has no part in it, whatever rights they have in the account. People act on what a notice says, so who may publish
 * decides what they do; a topic that somebody else may change tells nobody.
 */
export function guardTopic(topic: Topic, { publishers, alarms, operator }: TopicParties): void {
  const resources = [topic.topicArn]
  const people = operator === undefined ? [] : [operator]
  // enforceSSL gives the topic a policy of its own, and then CloudWatch may publish alarms only where that policy allows it.
  if (alarms.length > 0)
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'ItsAlarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources,
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(topic).account }, ArnEquals: { 'aws:SourceArn': [...alarms] } },
      }),
    )
  const deny = (sid: string, actions: string[], conditions: Conditions) =>
    topic.addToResourcePolicy(denyOthers(sid, { actions, resources, conditions }))
  // Who calls by himself brings no source, and CloudWatch no principal: a condition that is negated is true for what is not there.
  const exceptAlarms = alarms.length > 0 ? { 'aws:SourceArn': [...alarms] } : {}
  deny('OnlyItsPublishers', ['sns:Publish'], { ArnNotEquals: { 'aws:PrincipalArn': [...publishers, ...people], ...exceptAlarms } })
  const deploying = deployingRole(Stack.of(topic))
  // Without such a role nobody could change the topic any more, so nobody is denied it.
  if (deploying === undefined) return
  deny('OnlyItsDeployment', CHANGES, exceptBy([deploying, ...people]))
}
