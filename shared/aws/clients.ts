import { AccessAnalyzerClient } from '@aws-sdk/client-accessanalyzer'
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { IAMClient } from '@aws-sdk/client-iam'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { SchedulerClient } from '@aws-sdk/client-scheduler'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SecurityHubClient } from '@aws-sdk/client-securityhub'
import { SNSClient } from '@aws-sdk/client-sns'
import { SQSClient } from '@aws-sdk/client-sqs'
import { STSClient } from '@aws-sdk/client-sts'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { SessionCredentials } from './assumed-role.ts'
import type { SdkRequestHandler } from './request-handler.ts'

/** Options of every client. By default the SDK reads region, credentials and `AWS_ENDPOINT_URL` from the environment. */
export interface ClientOptions {
  readonly region?: string
  /** Profile of the AWS configuration files, instead of the default one. */
  readonly profile?: string
  readonly endpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | (() => Promise<SessionCredentials>)
}

/** Options of a client of the table. `requestHandler` makes its calls, for a table that is not on the network. */
export interface TableClientOptions extends ClientOptions {
  readonly requestHandler?: SdkRequestHandler
}

/** Without `throwOnRequestTimeout` the SDK only logs a warning. `socketTimeout` ends an answer that stalls. */
const timeouts = (ms: number) => ({ connectionTimeout: 2_000, requestTimeout: ms, socketTimeout: ms, throwOnRequestTimeout: true })

/** Three attempts with backoff. After that the caller asks a person or is invoked again. */
const SHARED = { maxAttempts: 3, requestHandler: timeouts(5_000) }

/** A DynamoDB document client. It leaves out undefined members, which DynamoDB cannot store. */
export function dynamo(options: TableClientOptions = {}): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({ ...SHARED, ...options }), { marshallOptions: { removeUndefinedValues: true } })
}

// One client per service, all with the shared limits.
export const accessAnalyzerClient = (options: ClientOptions = {}) => new AccessAnalyzerClient({ ...SHARED, ...options })
export const iamClient = (options: ClientOptions = {}) => new IAMClient({ ...SHARED, ...options })
export const lambdaClient = (options: ClientOptions = {}) => new LambdaClient({ ...SHARED, ...options })
export const eventBridgeClient = (options: ClientOptions = {}) => new EventBridgeClient({ ...SHARED, ...options })
export const cloudWatchClient = (options: ClientOptions = {}) => new CloudWatchClient({ ...SHARED, ...options })
export const schedulerClient = (options: ClientOptions = {}) => new SchedulerClient({ ...SHARED, ...options })
export const dynamoDbClient = (options: ClientOptions = {}) => new DynamoDBClient({ ...SHARED, ...options })
export const snsClient = (options: ClientOptions = {}) => new SNSClient({ ...SHARED, ...options })
export const sqsClient = (options: ClientOptions = {}) => new SQSClient({ ...SHARED, ...options })
export const cloudTrailClient = (options: ClientOptions = {}) => new CloudTrailClient({ ...SHARED, ...options })
export const cloudFormationClient = (options: ClientOptions = {}) => new CloudFormationClient({ ...SHARED, ...options })
export const s3Client = (options: ClientOptions = {}) => new S3Client({ ...SHARED, ...options })
export const securityHubClient = (options: ClientOptions = {}) => new SecurityHubClient({ ...SHARED, ...options })
export const secretsClient = (options: ClientOptions = {}) => new SecretsManagerClient({ ...SHARED, ...options })
export const stsClient = (options: ClientOptions = {}) => new STSClient({ ...SHARED, ...options })

/** A Lambda client for callers that must answer within three seconds: two attempts of one second each. */
export const shortTimeoutLambdaClient = (options: ClientOptions = {}) =>
  new LambdaClient({ maxAttempts: 2, requestHandler: { ...timeouts(1_000), connectionTimeout: 1_000 }, ...options })

/**
 * A Bedrock client without retries, because the advisor has a deadline and a retry of its own.
 *
 * By default this client alone uses HTTP/2, which local AWS emulators do not support. It therefore uses the HTTP/1.1 handler of another client;
 * Bedrock supports both.
 */
export function bedrockClient(options: ClientOptions & { readonly authSchemePreference?: string[] } = {}): BedrockRuntimeClient {
  const { requestHandler } = new LambdaClient({ requestHandler: timeouts(25_000) }).config
  return new BedrockRuntimeClient({ ...options, maxAttempts: 1, requestHandler })
}
