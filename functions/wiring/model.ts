import { bedrockModel } from '../../shared/aws/bedrock-model.ts'
import { modelClient } from '../../shared/aws/model-client.ts'
import type { RespondConfig } from '../../shared/environment.ts'
import type { Model } from '../../shared/ports/advisor.ts'

/** The model that the environment configures, or undefined. */
export function modelIn({
  ADVISOR_MODEL_ID: id,
  ADVISOR_GUARDRAIL: guardrail,
  ADVISOR_REGION: region,
  ADVISOR_ENDPOINT: endpoint,
}: Pick<RespondConfig, 'ADVISOR_MODEL_ID' | 'ADVISOR_GUARDRAIL' | 'ADVISOR_REGION' | 'ADVISOR_ENDPOINT'>): Model | undefined {
  return id === undefined ? undefined : bedrockModel(modelClient({ region, endpoint }), { id, guardrail })
}
