import { DISTINCT_LIMIT, triesPermissions } from '../../domain/credential-window.ts'
import { weightOf } from '../../domain/frequency.ts'
import type { Detector } from '../detector.ts'

/** LLM hijackers check which models they may call before they sell the access. */
const PROBES = [
  'bedrock:ListFoundationModels',
  'bedrock:GetFoundationModelAvailability',
  'bedrock:GetUseCaseForModelAccess',
  'bedrock:PutUseCaseForModelAccess',
  'bedrock:PutFoundationModelEntitlement',
  'bedrock:CreateFoundationModelAgreement',
  'bedrock:GetModelInvocationLoggingConfiguration',
  'bedrock:ListInferenceProfiles',
  'bedrock:InvokeModel',
  'bedrock:InvokeModelWithResponseStream',
  'bedrock:Converse',
  'bedrock:ConverseStream',
]

export const bedrockProbing: Detector = {
  id: 'bedrock-probing',
  title: 'Bedrock models probed or called for the first time',
  weight: 0.45,
  group: 'abuse',
  fact: 'model-probes',
  attack: 'T1496',
  runbook: 'Check the Bedrock bill and the model invocation logs; where nobody uses Bedrock, deny it by SCP.',
  actions: PROBES,
  matches(signal, { baseline, window }) {
    if (weightOf(baseline.features.service, 'bedrock', signal.time) > 0) return undefined
    const isRefused = signal.errorCode === 'ValidationException' || triesPermissions(signal)
    return {
      ...(window.discovered.ids.length >= DISTINCT_LIMIT ? { fact: 'enumeration' } : {}),
      reason: `${signal.action}${isRefused ? ` answered ${signal.errorCode}` : ''}, never used Bedrock before`,
      weight: isRefused ? 0.55 : 0.45,
    }
  },
}
