import { cloudFormationClient, cloudWatchClient, snsClient, stsClient } from '../shared/aws/clients.ts'
import { describeStack, type Stack } from '../shared/aws/stack.ts'
import { awsStackHealth } from '../shared/aws/stack-health.ts'
import type { StackHealth } from '../shared/ports/stack-health.ts'

/** What asks the services around a deployed stack how it does, with the AWS credentials of the person who runs the command. */
export async function openHealth(name: string, region: string | undefined): Promise<StackHealth> {
  const options = region === undefined ? {} : { region }
  const { topicArn, onCallTopicArn, failures } = await describeStack(cloudFormationClient(options), name)
  const clients = {
    cloudWatch: cloudWatchClient(options),
    sns: snsClient(options),
    sts: stsClient(options),
    clock: { now: () => Date.now() },
  }
  return awsStackHealth({ topicArn, onCallTopicArn, queues: queuesOf(failures) }, clients)
}

/** The queues that functions take messages from, by their names: each dead-letter queue says which it is of. */
function queuesOf(failures: Stack['failures']): Readonly<Record<string, string>> {
  return Object.fromEntries(failures.flatMap(({ name, destination }) => (destination.kind === 'queue' ? [[name, destination.arn]] : [])))
}
