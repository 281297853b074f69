import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts'
import { ResponderError } from '../errors.ts'
import { type FailurePlace, failurePlaceOf } from './failure-queues.ts'

/** The outputs of a deployed stack that the command line needs. */
export interface Stack {
  readonly tableName: string
  readonly containFunctionName: string
  /** Undefined when keys are not rotated. */
  readonly rotateFunctionName: string | undefined
  readonly topicArn: string
  /** Topic of pages, which may be that of the notices; undefined in a stack of an earlier version. */
  readonly onCallTopicArn: string | undefined
  /** Queue of notices for Slack; undefined when the stack has no Slack. */
  readonly noticeQueueUrl: string | undefined
  /** Event bus for reports of exposed credentials; undefined in a stack of an earlier version. */
  readonly reportBusName: string | undefined
  /** Bucket of the seals; undefined in a stack of an earlier version. */
  readonly sealBucket: string | undefined
  /** The dead-letter queues, in the order of their names; none in a stack of an earlier version. */
  readonly failures: readonly FailurePlace[]
}

/** Reads the outputs of a stack. Throws `stack.unknown` when the stack cannot be read or lacks an output. */
export async function describeStack(client: CloudFormationClient, name: string): Promise<Stack> {
  const answer = await client.send(new DescribeStacksCommand({ StackName: name })).catch((cause: unknown) => {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown error'
    throw new ResponderError('stack.unknown', `cannot read stack "${name}": ${reason}; check --stack, --region and your credentials`, {
      cause,
    })
  })
  const outputs = new Map(answer.Stacks?.[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))
  const output = (key: string) => {
    const value = outputs.get(key)
    if (value === undefined)
      throw new ResponderError(
        'stack.unknown',
        `stack "${name}" has no output ${key}; check that it is a Countersign stack and deploy this version`,
      )
    return value
  }
  return {
    tableName: output('TableName'),
    containFunctionName: output('ContainFunctionName'),
    rotateFunctionName: outputs.get('RotateFunctionName'),
    topicArn: output('TopicArn'),
    onCallTopicArn: outputs.get('OnCallTopicArn'),
    noticeQueueUrl: outputs.get('NoticeQueueUrl'),
    reportBusName: outputs.get('ReportBusName'),
    sealBucket: outputs.get('SealBucketName'),
    failures: [...outputs].flatMap(([key = '', value = '']) => failurePlaceOf(key, value) ?? []).sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

/** The ARN of the caller's credentials. */
export async function callerArn(client: STSClient): Promise<string> {
  return (await client.send(new GetCallerIdentityCommand({}))).Arn ?? 'unknown'
}
