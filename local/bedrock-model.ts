import { bedrockModel } from '../shared/aws/bedrock-model.ts'
import { type ModelAddress, modelClient } from '../shared/aws/model-client.ts'
import { ModelEndpoint } from '../shared/config.ts'
import { ResponderError } from '../shared/errors.ts'
import type { Model } from '../shared/ports/advisor.ts'

/**
 * A model on Bedrock, called with the AWS credentials of the person who runs the command, or one of another server that speaks Converse. Throws `usage` where
 * that server's address is not one to send evidence to, and the SDK's own error where there are no credentials, or no region: a model never throws, and its
 * answers would only be missing.
 */
export async function modelFor(id: string, address: ModelAddress): Promise<Model> {
  const fault = address.endpoint === undefined ? undefined : ModelEndpoint.safeParse(address.endpoint).error?.issues[0]?.message
  if (fault !== undefined) throw new ResponderError('usage', `--endpoint ${fault}, got "${withoutUser(address.endpoint ?? '')}"`)
  const client = modelClient(address)
  await client.config.region()
  await client.config.credentials()
  return bedrockModel(client, { id })
}

/** An address without what stands before an @: that may be a password. */
function withoutUser(address: string): string {
  return address.replace(/[^/]*@/g, '…@')
}
