import { eventSourceOf, TAMPERING } from '../sense/enrich/tampering-calls.ts'
import { CATALOGUE } from './catalogue.ts'
import type { Detector } from './detector.ts'

/**
 * Calls that workloads make all day, most of them in the sessions of their roles. Of those they are delivered with `includeRoleSessions` only, because
 * each delivered event costs; of keys and of sessions of users they are delivered as all calls are.
 */
export const WORKLOAD_CALLS: ReadonlySet<string> = new Set([
  'bedrock:Converse',
  'bedrock:ConverseStream',
  'bedrock:InvokeModel',
  'bedrock:InvokeModelWithResponseStream',
  'kms:Decrypt',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:Sign',
  'secretsmanager:BatchGetSecretValue',
  'secretsmanager:GetSecretValue',
  'ssm:GetParameter',
  'ssm:GetParameters',
  'ssm:GetParametersByPath',
])

/**
 * Calls that CloudTrail records as data events, so only where a trail asks for them.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
 */
export const DATA_CALLS: ReadonlySet<string> = new Set([
  'lambda:Invoke',
  's3:CopyObject',
  's3:GetObject',
  's3:ListObjects',
  's3:PutObject',
  's3:PutObjectAcl',
])

/** Calls that a detector needs, by their names: its actions, or those that it declares for delivery. */
export function namedCallsOf({ actions, delivery }: Detector): readonly string[] {
  return typeof delivery === 'object' ? delivery : (actions ?? [])
}

/** Whether an operation only reads, by its name. CloudTrail says it of each event; here it has to be known before there is one. */
export function isReadCall(action: string): boolean {
  return WORKLOAD_CALLS.has(action) || /:(Get|List|Describe|BatchGet|Lookup|Head|Assume)/.test(action)
}

/** Names of CloudTrail's `eventSource` of a service. SES has two, and the service of tags has another one than its actions. */
function eventSourcesOf(service: string): readonly string[] {
  if (service === 'tag') return ['tagging.amazonaws.com']
  return service === 'ses' ? ['email.amazonaws.com', 'ses.amazonaws.com'] : [eventSourceOf(service)]
}

/** Calls of one service that an event pattern names. With `isPrefix` they are the beginnings of the names that CloudTrail writes. */
export interface NamedCalls {
  readonly eventSources: readonly string[]
  readonly operations: readonly string[]
  readonly isPrefix: boolean
}

/**
 * The calls that some detector names, of sessions of roles: those of `SENSITIVE_ACTIONS`, and of what rules name, by service.
 */
export function sensitiveCalls(ofRules: readonly string[] = []): NamedCalls[] {
  const byService = new Map<string, string[]>()
  for (const action of [...new Set([...SENSITIVE_ACTIONS, ...ofRules.filter(isSensitive)])].sort()) {
    const [service = '', operation = ''] = action.split(':')
    byService.set(service, [...(byService.get(service) ?? []), operation])
  }
  return [...byService].map(([service, operations]) => ({
    eventSources: eventSourcesOf(service),
    // Lambda writes the date of its API behind its names. The shorter of two names that begin alike matches the longer too.
    operations:
      service === 'lambda' ? operations.filter((one) => !operations.some((other) => other !== one && one.startsWith(other))) : operations,
    isPrefix: service === 'lambda',
  }))
}

/**
 * The calls that the rule for sensitive calls delivers: all that some detector names, but for those that another rule delivers (changes of IAM, sign-ins,
 * changes by which the responder can be changed), data events, and what workloads do all day.
 */
export const SENSITIVE_ACTIONS: ReadonlySet<string> = new Set(CATALOGUE.flatMap(namedCallsOf).filter(isSensitive))

/** True for a call that the rule for sensitive calls delivers where somebody names it. */
function isSensitive(action: string): boolean {
  return !isDeliveredOtherwise(action) && !WORKLOAD_CALLS.has(action) && !DATA_CALLS.has(action)
}

function isDeliveredOtherwise(action: string): boolean {
  const [service = '', operation = ''] = action.split(':')
  if (service === 'signin') return true
  if (service === 'iam') return !isReadCall(action)
  return isTampering(service, operation)
}

/** True for a call by which the responder can be changed. */
export function isTampering(service: string, operation: string): boolean {
  const listed = TAMPERING[service] ?? []
  return service === 'lambda' ? listed.some((name) => operation.startsWith(name)) : listed.includes(operation)
}
