import { distinctIn } from '../across-credentials.ts'
import type { Detector } from '../detector.ts'

/** LLM hijackers list the models, check their access and the invocation logging, and then try calls: three of these steps fire it. */
export const llmJacking: Detector = {
  id: 'llm-jacking',
  title: 'Bedrock models probed in the way of LLM hijackers',
  weight: 0.62,
  group: 'abuse',
  fact: 'model-probes',
  attack: 'T1496',
  runbook: 'Deny Bedrock to the identity, then check the model invocation logs and the Bedrock bill of the last days.',
  actions: [
    'bedrock:ListFoundationModels',
    'bedrock:GetFoundationModelAvailability',
    'bedrock:GetUseCaseForModelAccess',
    'bedrock:GetModelInvocationLoggingConfiguration',
    'bedrock:ListInferenceProfiles',
    'bedrock:ListFoundationModelAgreementOffers',
    'bedrock:CreateFoundationModelAgreement',
    'bedrock:PutUseCaseForModelAccess',
    'bedrock:PutFoundationModelEntitlement',
    'bedrock:InvokeModel',
    'bedrock:InvokeModelWithResponseStream',
    'bedrock:Converse',
    'bedrock:ConverseStream',
  ],
  matches(signal, context) {
    const probes = distinctIn(context, 'model-probe', { at: signal.time })
    if (probes < 3) return undefined
    const reason = `${probes} different Bedrock probes within 10 minutes, last ${signal.action}`
    // Hijackers come by keys that leaked. A session is a person who tries a model out as often as not.
    return signal.credential.kind === 'session' ? { reason, weight: 0.5 } : { reason }
  },
}
