import { distinctOf } from '../../domain/credential-window.ts'
import type { Detector } from '../detector.ts'

/** The order is always the same: which models are there, may I, is it logged, then calls that fail and calls that work. */
export const llmJacking: Detector = {
  id: 'llm-jacking',
  title: 'Foundation models looked over for abuse',
  weight: 0.62,
  group: 'abuse',
  attack: 'T1496',
  runbook: 'Deny Bedrock to the identity; look at model invocations and the bill of the last days.',
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
  matches(signal, { window }) {
    const probes = distinctOf(window, 'model-probe', signal.time)
    return probes < 3 ? undefined : { reason: `${probes} steps of a model hijack within 10 minutes, last ${signal.action}` }
  },
}
