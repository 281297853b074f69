import { bedrockModel } from '../shared/aws/bedrock-model.ts'
import { bedrockClient } from '../shared/aws/clients.ts'
import type { Model } from '../shared/ports/advisor.ts'

/** A model on Bedrock, called with the AWS credentials of the person who runs the command. */
export function modelFor(id: string, region: string | undefined): Model {
  return bedrockModel(bedrockClient(region === undefined ? {} : { region }), { id })
}
