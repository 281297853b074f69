import { bedrockModel } from '../shared/aws/bedrock-model.ts'
import { bedrockClient } from '../shared/aws/clients.ts'
import type { Model } from '../shared/ports/advisor.ts'

/**
 * A model on Bedrock, called with the AWS credentials of the person who runs the command. Throws the SDK's own error where there are none, or no region: a
 * model never throws, and its answers would only be missing.
 */
export async function modelFor(id: string, region: string | undefined): Promise<Model> {
  const client = bedrockClient(region === undefined ? {} : { region })
  await client.config.region()
  await client.config.credentials()
  return bedrockModel(client, { id })
}
