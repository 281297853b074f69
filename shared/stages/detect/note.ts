import { type CredentialWindow, touch } from '../../domain/credential-window.ts'
import { type Signal, text } from '../../domain/signal.ts'

/** Calls of the model hijack, as intruders make them one after the other. */
const MODEL_PROBES: ReadonlySet<string> = new Set([
  'ListFoundationModels',
  'GetFoundationModelAvailability',
  'GetUseCaseForModelAccess',
  'PutUseCaseForModelAccess',
  'PutFoundationModelEntitlement',
  'CreateFoundationModelAgreement',
  'ListFoundationModelAgreementOffers',
  'GetModelInvocationLoggingConfiguration',
  'ListInferenceProfiles',
])

/** Counts what detectors ask the number of: secrets, start-up scripts, model probes, failed sign-ins. */
export function note(window: CredentialWindow, signal: Signal): void {
  switch (signal.service) {
    case 'secretsmanager':
      return noteSecret(window, signal, text(signal.request, 'secretId'))
    case 'ssm':
      return noteParameters(window, signal)
    case 'ec2':
      if (signal.action === 'ec2:DescribeInstanceAttribute' && text(signal.request, 'attribute') === 'userData') {
        touch(window, 'user-data', { what: text(signal.request, 'instanceId') ?? signal.id, at: signal.time })
      }
      return
    case 'bedrock':
      return noteModelProbe(window, signal)
    case 'signin':
      if (signal.outcome === 'failed') touch(window, 'failed-sign-in', { what: signal.id, at: signal.time })
  }
}

function noteSecret(window: CredentialWindow, signal: Signal, secret: string | undefined): void {
  if (signal.action === 'secretsmanager:GetSecretValue') touch(window, 'secret', { what: secret ?? signal.id, at: signal.time })
}

function noteParameters(window: CredentialWindow, signal: Signal): void {
  if (!signal.action.startsWith('ssm:GetParameter') || signal.action.startsWith('ssm:GetParameterHistory')) return
  const { names } = signal.request
  // A call asks for ten parameters at most.
  const all = Array.isArray(names) ? names.slice(0, 10) : [text(signal.request, 'name') ?? text(signal.request, 'path') ?? signal.id]
  for (const name of all) if (typeof name === 'string') touch(window, 'secret', { what: name.slice(0, 512), at: signal.time })
}

/** A call that fails for its form is a probe as well: it tells whether the model would answer, and costs nothing. */
function noteModelProbe(window: CredentialWindow, signal: Signal): void {
  const operation = signal.action.slice('bedrock:'.length)
  const isFailedCall = /^(InvokeModel|Converse)/.test(operation) && signal.outcome !== 'success'
  if (MODEL_PROBES.has(operation) || isFailedCall) touch(window, 'model-probe', { what: operation, at: signal.time })
}
