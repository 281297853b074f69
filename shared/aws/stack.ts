import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts'
import { ResponderError } from '../errors.ts'

/** What the command line needs to know of a deployed stack. */
export interface Stack {
  readonly tableName: string
  readonly containFunctionName: string
  /** Undefined where keys are not made anew. */
  readonly rotateFunctionName: string | undefined
  readonly topicArn: string
  /** Where notices go that are told in Slack; undefined where the stack has no Slack. */
  readonly noticeQueueUrl: string | undefined
  /** Where the seals are; undefined in a stack of an earlier version. */
  readonly sealBucket: string | undefined
}

/** Finds a stack's parts by its outputs. */
export async function describeStack(client: CloudFormationClient, name: string): Promise<Stack> {
  const answer = await client.send(new DescribeStacksCommand({ StackName: name })).catch((cause: unknown) => {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown error'
    throw new ResponderError('stack.unknown', `cannot look at stack "${name}": ${reason}; check --stack, --region and your credentials`, {
      cause,
    })
  })
  const outputs = new Map(answer.Stacks?.[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))
  const output = (key: string) => {
    const value = outputs.get(key)
    if (value === undefined)
      throw new ResponderError('stack.unknown', `stack "${name}" has no output ${key}: is it a Countersign stack of this version?`)
    return value
  }
  return {
    tableName: output('TableName'),
    containFunctionName: output('ContainFunctionName'),
    rotateFunctionName: outputs.get('RotateFunctionName'),
    topicArn: output('TopicArn'),
    noticeQueueUrl: outputs.get('NoticeQueueUrl'),
    sealBucket: outputs.get('SealBucketName'),
  }
}

/** The ARN of whoever's credentials these are. */
export async function callerArn(client: STSClient): Promise<string> {
  return (await client.send(new GetCallerIdentityCommand({}))).Arn ?? 'unknown'
}
