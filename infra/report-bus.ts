import { CfnResource, Stack } from 'aws-cdk-lib'
import { EventBus, type IEventBus, Rule } from 'aws-cdk-lib/aws-events'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import { type ExposureGrade, REPORT_BUS_SOURCE, REPORT_DETAIL_TYPES } from '../shared/domain/exposure-report.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'
import { denyOthers, exceptBy } from './deny.ts'
import { RETRY_POLICY } from './pattern-rules.ts'
import type { ResponderFunction } from './responder-function.ts'

/** Whether a stack with these settings takes reports: of outside parties, of its log groups, or of the operators, who report what scanners found. */
export function takesReports({ reports, logExposures, operatorRoleArn }: StackConfig): boolean {
  return [reports, logExposures, operatorRoleArn].some((one) => one !== undefined)
}

/** The queues of respond that take reports. */
export interface ReportQueues {
  /** Takes what a party verified. */
  readonly confirmed: Queue
  /** Takes the rest, which anybody can write without end: it must not stand before what AWS confirms. */
  readonly bulk: Queue
}

/**
 * The event bus for what outside parties report, and the rules that put it into queues of respond. A report is believed, so who may put one on the bus decides
 * what is believed: nobody but the functions that proved whose it is, and the operators where a role of theirs is named, whatever rights others have in the account.
 */
export class ReportBus extends Construct {
  readonly bus: IEventBus
  /** The dead-letter queue for reports that EventBridge could not put into their queues. */
  readonly undelivered: Queue
  /** ARNs of the rules by the queue that they fill. */
  readonly arns: ReadonlyMap<Queue, readonly string[]>

  constructor(scope: Construct, id: string, { confirmed, bulk }: ReportQueues) {
    super(scope, id)
    const { stackName, account } = Stack.of(this)
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: `${stackName}-reports`,
      description: 'What outside parties report of exposed credentials, once a function has proved whose report it is',
    }) as IEventBus
    // The alarms are named for their queues.
    this.undelivered = deadLetterQueue(this, 'ReportsUndelivered', 'service')
    const ruleOf = (name: string, queue: Queue, grade: readonly unknown[]): string =>
      new Rule(this, name, {
        eventBus: this.bus,
        eventPattern: {
          source: [REPORT_BUS_SOURCE],
          account: [account],
          detailType: Object.values(REPORT_DETAIL_TYPES),
          detail: { grade },
        },
        targets: [
          { bind: () => ({ arn: queue.queueArn, deadLetterConfig: { arn: this.undelivered.queueArn }, retryPolicy: RETRY_POLICY }) },
        ],
      }).ruleArn
    const verified: ExposureGrade = 'verified'
    this.arns = new Map([
      [confirmed, [ruleOf('Rule', confirmed, [verified])]],
      // An alert of a workload has no grade.
      [bulk, [ruleOf('Unverified', bulk, [{ 'anything-but': [verified] }, { exists: false }])]],
    ])
  }

  /**
   * Lets these functions put events there, and denies it to everybody else but the operators. Those put messages into the queues anyway, and need a right of their own
   * for the bus.
   */
  allowOnly(functions: readonly ResponderFunction[], operator: string | undefined): void {
    const actions = ['events:PutEvents']
    const resources = [this.bus.eventBusArn]
    for (const one of functions) one.allow(actions, resources)
    const statement = denyOthers('OnlyItsFunctions', {
      actions,
      resources,
      conditions: exceptBy([...functions.map(({ role }) => role.roleArn), ...(operator === undefined ? [] : [operator])]),
    })
    new CfnResource(this, 'OnlyItsFunctions', {
      type: 'AWS::Events::EventBusPolicy',
      properties: { EventBusName: this.bus.eventBusName, StatementId: 'OnlyItsFunctions', Statement: statement.toStatementJson() },
    })
  }
}
