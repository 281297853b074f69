import { DATA_DESTRUCTION } from '../domain/call-rate.ts'
import type { CountedKind } from '../domain/credential-window.ts'
import { items, jsonOf, texts } from '../domain/parameters.ts'
import { type Signal, text } from '../domain/signal.ts'

/** Calls that show whether an account may send mail or text messages, and how many. */
export const MAIL_PROBES: ReadonlySet<string> = new Set([
  'ses:GetSendQuota',
  'ses:GetAccount',
  'ses:GetAccountSendingEnabled',
  'ses:ListIdentities',
  'ses:ListEmailIdentities',
  'ses:GetSendStatistics',
  'ses:UpdateAccountSendingEnabled',
  'ses:VerifyEmailIdentity',
  'ses:VerifyDomainIdentity',
  'ses:CreateEmailIdentity',
  'ses:PutAccountDetails',
  'sns:GetSMSAttributes',
  'sns:GetSMSSandboxAccountStatus',
  'sns:SetSMSAttributes',
  'sns:ListOriginationNumbers',
  'sms-voice:DescribeAccountAttributes',
  'sms-voice:DescribeAccountLimits',
  'sms-voice:DescribeSpendLimits',
  'sms-voice:DescribePhoneNumbers',
  'sms-voice:DescribeSenderIds',
])

/** Operations of Bedrock that LLM hijackers call one after the other before they use a model. */
export const MODEL_PROBES: ReadonlySet<string> = new Set([
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

/** Calls that destroy a resource for good, or until it is restored from a backup. */
export const DESTRUCTION: ReadonlySet<string> = new Set([
  'ec2:TerminateInstances',
  'ec2:DeleteSnapshot',
  'ec2:DeleteVolume',
  'ec2:DeregisterImage',
  'rds:DeleteDBInstance',
  'rds:DeleteDBCluster',
  'rds:DeleteDBSnapshot',
  'rds:DeleteDBClusterSnapshot',
  'redshift:DeleteCluster',
  'elasticache:DeleteReplicationGroup',
  'elasticache:DeleteCacheCluster',
  'cognito-idp:DeleteUserPool',
  'bedrock:DeleteKnowledgeBase',
  's3:DeleteBucket',
  'dynamodb:DeleteTable',
  'lambda:DeleteFunction',
  'elasticfilesystem:DeleteFileSystem',
  'ecr:DeleteRepository',
  'secretsmanager:DeleteSecret',
  'kms:ScheduleKeyDeletion',
  'eks:DeleteCluster',
  'route53:DeleteHostedZone',
  'cloudformation:DeleteStack',
])

/** Calls that launch instances. */
export const LAUNCHES: ReadonlySet<string> = new Set([
  'ec2:RunInstances',
  'ec2:RequestSpotInstances',
  'ec2:RequestSpotFleet',
  'ec2:CreateFleet',
  'autoscaling:CreateAutoScalingGroup',
  'lightsail:CreateInstances',
])

/** Counts one item of a kind; the same item again counts once. */
export type Count = (kind: CountedKind, what: string) => void

/** Counts what detectors need the number of, such as secrets read, roles refused and regions of launches. */
export function countActivity(signal: Signal, count: Count): void {
  if (DESTRUCTION.has(signal.action) && signal.outcome === 'success') countDestroyed(count, signal)
  if (DATA_DESTRUCTION.has(signal.action) && signal.outcome === 'success')
    count('data-destroyed', `${signal.action} ${what(signal, signal.request)}`)
  if (LAUNCHES.has(signal.action)) count('launch-region', signal.region)
  switch (signal.service) {
    case 'sts':
      if (signal.action === 'sts:AssumeRole' && signal.outcome !== 'success' && signal.refusedBy === undefined)
        count('refused-role', text(signal.request, 'roleArn') ?? unnamed(signal))
      return
    case 'lambda':
      if (signal.action === 'lambda:GetFunction' || signal.action === 'lambda:GetFunctionConfiguration')
        count('function-settings', text(signal.request, 'functionName') ?? unnamed(signal))
      return
    case 'ses':
    case 'sns':
    case 'sms-voice':
      if (MAIL_PROBES.has(signal.action)) count('mail-probe', `${signal.action} ${signal.region}`)
      return
    case 'secretsmanager':
      return countSecret(count, signal, text(signal.request, 'secretId') ?? unnamed(signal))
    case 'ssm':
      return countParameters(count, signal)
    case 'ec2':
      if (
        signal.action === 'ec2:DescribeInstanceAttribute' &&
        (signal.isRequestOmitted === true || text(signal.request, 'attribute') === 'userData')
      ) {
        count('user-data', text(signal.request, 'instanceId') ?? unnamed(signal))
      }
      return
    case 'bedrock':
      return countModelProbe(count, signal)
    case 'signin':
      if (signal.outcome === 'failed') count('failed-sign-in', signal.id)
  }
}

/** Calls that write the value of a secret. */
const SECRET_WRITES: ReadonlySet<string> = new Set(['secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecret', 'ssm:PutParameter'])

/** The secret whose value a call wrote, or undefined: a job that rotates secrets reads each of them and writes it. */
export function writtenSecret({ action, outcome, request }: Signal): string | undefined {
  if (!SECRET_WRITES.has(action) || outcome !== 'success') return undefined
  return text(request, 'secretId') ?? text(request, 'name')
}

/**
 * What stands for an object that the parameters do not name. CloudTrail leaves those of a refused call out: the error may name the resource, else retries of one call are one object. Of
 * a call that succeeded each is another, because what cannot be read is not taken for harmless.
 */
function unnamed({ action, outcome, id, deniedOn }: Signal): string {
  return outcome === 'success' ? id : (deniedOn ?? `refused ${action}`)
}

/** What a call is about, as text. Where the parameters are left out, each call is about another resource. */
function what({ id, isRequestOmitted }: Signal, parameters: unknown): string {
  return isRequestOmitted === true ? id : jsonOf(parameters).slice(0, 512)
}

/** Counts the resources that a call destroyed. A call for many instances counts each of them. */
function countDestroyed(count: Count, signal: Signal): void {
  const { action, request } = signal
  const instances = items(request, 'instancesSet', 'items').slice(0, 12)
  for (const resource of instances.length > 0 ? instances : [request]) count('destroyed', `${action} ${what(signal, resource)}`)
}

function countSecret(count: Count, signal: Signal, secret: string): void {
  if (signal.action === 'secretsmanager:GetSecretValue') count('secret', secret)
}

function countParameters(count: Count, signal: Signal): void {
  if (!signal.action.startsWith('ssm:GetParameter') || signal.action.startsWith('ssm:GetParameterHistory')) return
  // GetParameters takes at most ten names.
  const names = texts(signal.request, 'names').slice(0, 10)
  const all = names.length > 0 ? names : [text(signal.request, 'name') ?? text(signal.request, 'path') ?? unnamed(signal)]
  for (const name of all) count('secret', name)
}

/** A failed model call counts as a probe too: a malformed request shows at no cost whether the model may be called. */
function countModelProbe(count: Count, signal: Signal): void {
  const operation = signal.action.slice('bedrock:'.length)
  const isFailedModelCall = /^(InvokeModel|Converse)/.test(operation) && signal.outcome !== 'success'
  if (MODEL_PROBES.has(operation) || isFailedModelCall) count('model-probe', operation)
}
