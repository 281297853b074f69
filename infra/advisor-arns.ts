import { Stack } from 'aws-cdk-lib'
import type { StackConfig } from '../shared/config.ts'
import type { ResponderFunction } from './responder-function.ts'

/** The environment variables that configure the model of a function. */
export function modelEnvironment({
  advisorModelId,
  advisorRegion,
  advisorEndpoint,
  advisorGuardrail,
}: StackConfig): Record<string, string> {
  return {
    ...(advisorModelId === undefined ? {} : { ADVISOR_MODEL_ID: advisorModelId }),
    ...(advisorRegion === undefined ? {} : { ADVISOR_REGION: advisorRegion }),
    ...(advisorEndpoint === undefined ? {} : { ADVISOR_ENDPOINT: advisorEndpoint }),
    ...(advisorGuardrail === undefined ? {} : { ADVISOR_GUARDRAIL: advisorGuardrail }),
  }
}

/** Allows a function to call the configured model and apply the configured guardrail. Returns the model's ARNs, none without a model. */
export function allowModel(responder: ResponderFunction, { advisorModelId, advisorRegion, advisorGuardrail }: StackConfig): string[] {
  if (advisorModelId === undefined) return []
  const { account, partition, region } = Stack.of(responder)
  const where = { account, partition, region: advisorRegion ?? region }
  const models = advisorArns(advisorModelId, where)
  responder.allow(['bedrock:InvokeModel'], models)
  if (advisorGuardrail !== undefined) responder.allow(['bedrock:ApplyGuardrail'], [guardrailArn(advisorGuardrail, where)])
  return models
}

/** The guardrail that `advisorGuardrail` names. */
function guardrailArn(guardrail: string, { account, partition, region }: { account: string; partition: string; region: string }): string {
  return `arn:${partition}:bedrock:${region}:${account}:guardrail/${guardrail.split(':')[0]}`
}

/**
 * The resources that a role needs to call a model: the model itself or, for an inference profile, the profile and the
 * foundation model in every region that it spans.
 *
 * @example advisorArns('us.anthropic.claude-haiku-4-5-20251001-v1:0', …) // profile in the stack's region, model in us-*
 */
export function advisorArns(
  modelId: string,
  { account, partition, region }: { account: string; partition: string; region: string },
): string[] {
  if (modelId.startsWith('arn:')) return [modelId]
  const [, geography, model] = modelId.match(/^(us|us-gov|eu|apac|au|ca|jp|global)\.(.+)$/) ?? []
  if (model === undefined) return [`arn:${partition}:bedrock:${region}::foundation-model/${modelId}`]
  const regions = geography === 'global' || geography === 'apac' || geography === 'jp' || geography === 'au' ? '*' : `${geography}-*`
  return [
    `arn:${partition}:bedrock:${region}:${account}:inference-profile/${modelId}`,
    `arn:${partition}:bedrock:${regions}::foundation-model/${model}`,
  ]
}
