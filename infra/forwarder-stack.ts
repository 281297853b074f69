import {
  Aws,
  BootstraplessSynthesizer,
  CfnCondition,
  CfnParameter,
  CfnRule,
  Fn,
  type IStackSynthesizer,
  Stack,
  type StackProps,
  Token,
} from 'aws-cdk-lib'
import { Alarm, type CfnAlarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { DeliveryOptions } from '../shared/detect/delivery-rules.ts'
import { ResponderError } from '../shared/errors.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'
import { patternsOf } from './event-patterns.ts'
import { allowRules } from './guard-queue.ts'
import type { HomeBus } from './home-bus.ts'
import { addPatternRules, RETRY_POLICY } from './pattern-rules.ts'

export interface ForwarderProps extends StackProps {
  readonly home: HomeBus
  /** Those of the home stack, whose rules match what is sent. */
  readonly options: DeliveryOptions
  /** Calls that rules of people name, whose events the home stack takes. */
  readonly ruleActions?: readonly string[]
}

/**
 * Sends events of the default bus of one region of one account to the event bus of the home stack: what the home stack's rules match there, and nothing
 * else. It has no assets and names no account or region of its own, so that one template serves everywhere, in a StackSet too.
 */
export class ForwarderStack extends Stack {
  constructor(scope: Construct, id: string, { home, options, ruleActions = [], ...props }: ForwarderProps) {
    super(scope, id, {
      ...props,
      // The name has the home stack's in it, by which the responder knows whose rules are changed.
      stackName: `${home.stackName}-forwarder`,
      synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
      // CloudFormation takes 51,200 bytes in a request: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
      suppressTemplateIndentation: true,
      analyticsReporting: false,
    })
    refuseHome(this, home)
    const role = new Role(this, 'Role', {
      description: `Puts events on the event bus of ${home.stackName}, and nothing else`,
      assumedBy: new ServicePrincipal('events.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': this.account } } }),
      // In the role itself, so that no rule is there before it may put events.
      inlinePolicies: {
        OneBus: new PolicyDocument({ statements: [new PolicyStatement({ actions: ['events:PutEvents'], resources: [home.arn] })] }),
      },
    })
    const undelivered = deadLetterQueue(this, 'Undelivered', 'service')
    allowRules(undelivered)
    addPatternRules(this, {
      // The home stack leaves its own sessions out: their names are not known here.
      patterns: patternsOf({
        ownSessionArns: [],
        stackName: home.stackName,
        account: this.account,
        includeRoleSessions: options.includeRoleSessions,
        ruleActions,
      }),
      options,
      targetOf: () => ({ arn: home.arn, role, deadLetterConfig: { arn: undelivered.queueArn }, retryPolicy: RETRY_POLICY }),
    })
    alarmOf(this, undelivered)
  }
}

const NO_TOPIC = 'none'

/** Alarms when an event could not be forwarded, on a topic of that region where one is named. */
function alarmOf(stack: Stack, undelivered: Queue): void {
  const topic = new CfnParameter(stack, 'AlarmTopicArn', {
    description: 'SNS topic of this region that is told of events that could not be forwarded',
    default: NO_TOPIC,
    allowedPattern: `${NO_TOPIC}|arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:.+`,
    constraintDescription: `must be the ARN of an SNS topic, or ${NO_TOPIC}`,
  })
  const isNamed = new CfnCondition(stack, 'HasAlarmTopic', {
    expression: Fn.conditionNot(Fn.conditionEquals(topic.valueAsString, NO_TOPIC)),
  })
  const alarm = new Alarm(stack, 'UndeliveredWaiting', {
    alarmDescription:
      'Events could not be forwarded and wait in a dead-letter queue: the responder did not see them. See docs/operations.md, "Other regions and accounts".',
    metric: undelivered.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
    threshold: 0,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  })
  const actions = Fn.conditionIf(isNamed.logicalId, [topic.valueAsString], Aws.NO_VALUE)
  ;(alarm.node.defaultChild as CfnAlarm).addPropertyOverride('AlarmActions', actions)
}

/**
 * Keeps a forwarder out of the region of the account that it sends to, where the home stack's own rules deliver. Throws `config.invalid` where both are
 * known; CloudFormation refuses the template otherwise.
 */
function refuseHome(stack: Stack, home: HomeBus): void {
  const says = `a forwarder to ${home.arn} cannot be in ${home.region} of account ${home.account}: the rules of the stack ${home.stackName} deliver its events there`
  const isKnown = !Token.isUnresolved(stack.region) && !Token.isUnresolved(stack.account)
  if (isKnown && stack.region === home.region && stack.account === home.account)
    throw new ResponderError('config.invalid', `${says}; deploy it in another region or account`)
  const isHome = Fn.conditionAnd(Fn.conditionEquals(Aws.ACCOUNT_ID, home.account), Fn.conditionEquals(Aws.REGION, home.region))
  new CfnRule(stack, 'NotAtHome', { assertions: [{ assert: Fn.conditionNot(isHome), assertDescription: says }] })
}
