import { bedrockModel } from '../../shared/aws/bedrock-model.ts'
import { bedrockClient } from '../../shared/aws/clients.ts'
import type { RespondConfig } from '../../shared/environment.ts'
import type { Model } from '../../shared/ports/advisor.ts'

/** The model that the environment configures, or undefined. */
export function modelIn({
  ADVISOR_MODEL_ID: id,
  ADVISOR_GUARDRAIL: guardrail,
  ADVISOR_REGION: region,
}: Pick<RespondConfig, 'ADVISOR_MODEL_ID' | 'ADVISOR_GUARDRAIL' | 'ADVISOR_REGION'>): Model | undefined {
  return id === undefined ? undefined : bedrockModel(bedrockClient(region === undefined ? {} : { region }), { id, guardrail })
}
