import type { Random } from './random.ts'

export const ACCOUNT = '123456789012'

/** The region of the account's workloads. */
export const HOME_REGION = 'eu-central-1'

/** Global services, whose CloudTrail records are in us-east-1. */
const GLOBAL_SERVICES = new Set(['iam', 'signin', 'organizations'])

export interface CloudTrailRecord {
  readonly eventTime: string
  readonly eventID: string
  readonly [field: string]: unknown
}

/** The caller of an API call: identity, address and user agent. */
export interface Caller {
  readonly userIdentity: Readonly<Record<string, unknown>>
  readonly address: string
  readonly agent: string
}

/** One API call: `service` is the start of its endpoint, `time` epoch milliseconds. */
export interface Call {
  readonly time: number
  readonly service: string
  readonly name: string
  readonly region?: string
  readonly request?: Readonly<Record<string, unknown>>
  readonly response?: Readonly<Record<string, unknown>>
  readonly error?: readonly [code: string, message: string]
  readonly resources?: readonly Readonly<Record<string, unknown>>[]
  readonly more?: Readonly<Record<string, unknown>>
}

const READS = /^(Get|List|Describe|Head|Lookup|AssumeRole|InvokeModel|Decrypt|GenerateDataKey)/

/** The record that CloudTrail would write for a call, with the fields in CloudTrail's order. */
export function recordOf(caller: Caller, call: Call, random: Random): CloudTrailRecord {
  const { service, name, more } = call
  const isHuman = name === 'ConsoleLogin'
  const host = `${service}.amazonaws.com`
  const isFromService = !/^\d/.test(caller.address)
  return {
    eventVersion: '1.11',
    userIdentity: caller.userIdentity,
    eventTime: timeOf(call.time),
    eventSource: host,
    eventName: name,
    awsRegion: call.region ?? (GLOBAL_SERVICES.has(service) ? 'us-east-1' : HOME_REGION),
    sourceIPAddress: caller.address,
    userAgent: caller.agent,
    ...(call.error ? { errorCode: call.error[0], errorMessage: call.error[1] } : {}),
    requestParameters: call.request ?? null,
    responseElements: call.error ? null : (call.response ?? null),
    ...(isHuman ? {} : { requestID: random.uuid() }),
    eventID: random.uuid(),
    readOnly: READS.test(name),
    ...(call.resources ? { resources: call.resources } : {}),
    eventType: isHuman ? 'AwsConsoleSignIn' : 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
    ...(isFromService
      ? {}
      : { tlsDetails: { tlsVersion: 'TLSv1.3', cipherSuite: 'TLS_AES_128_GCM_SHA256', clientProvidedHostHeader: host } }),
    ...more,
  }
}

/** The error code and message of a call that IAM refuses. */
export function denied(arn: unknown, action: string): readonly [string, string] {
  return [
    'AccessDenied',
    `User: ${arn} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
  ]
}

/** The same of a call that a policy denies. */
export function explicitlyDenied(arn: unknown, action: string): readonly [string, string] {
  return ['AccessDenied', `User: ${arn} is not authorized to perform: ${action} with an explicit deny in an identity-based policy`]
}

/** A time as CloudTrail writes it: whole seconds. */
export function timeOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}

/** Made once: making one took a third of the time that a history takes. */
const LONG_TIME = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' })

/** The time as IAM and STS write it inside `responseElements`: `Jan 2, 2026, 3:04:05 PM`. */
export function longTimeOf(time: number): string {
  return LONG_TIME.format(time).replaceAll('\u202f', ' ')
}
