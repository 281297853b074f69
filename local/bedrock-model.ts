import { bedrockModel } from '../shared/aws/bedrock-model.ts'
import { bedrockClient } from '../shared/aws/clients.ts'
import type { Model } from '../shared/ports/advisor.ts'

/** A Bedrock model, asked with the AWS credentials of whoever is at the keyboard. */
export function modelFor(id: string, region: string | undefined): Model {
  return bedrockModel(bedrockClient(region === undefined ? {} : { region }), { id })
}
