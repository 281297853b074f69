import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { IAMClient } from '@aws-sdk/client-iam'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SecurityHubClient } from '@aws-sdk/client-securityhub'
import { SNSClient } from '@aws-sdk/client-sns'
import { SQSClient } from '@aws-sdk/client-sqs'
import { STSClient } from '@aws-sdk/client-sts'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

/** What all clients share. Region, credentials and `AWS_ENDPOINT_URL` come from the environment, as the SDK reads them. */
export interface ClientOptions {
  readonly region?: string
  /** A profile of the AWS configuration files, in the place of the default one. */
  readonly profile?: string
  readonly endpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** Without `throwOnRequestTimeout` the SDK only warns. The socket's own limit ends an answer that stops half-way. */
const timeouts = (ms: number) => ({ connectionTimeout: 2_000, requestTimeout: ms, socketTimeout: ms, throwOnRequestTimeout: true })

/** Three attempts: the first, and two with backoff; a caller that gets no answer then asks a person or is called again. */
const SHARED = { maxAttempts: 3, requestHandler: timeouts(5_000) }

/** A document client. Undefined members are left out, so that what is read is what was written. */
export function dynamo(options: ClientOptions = {}): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({ ...SHARED, ...options }), { marshallOptions: { removeUndefinedValues: true } })
}

export const iamClient = (options: ClientOptions = {}) => new IAMClient({ ...SHARED, ...options })
export const lambdaClient = (options: ClientOptions = {}) => new LambdaClient({ ...SHARED, ...options })
export const snsClient = (options: ClientOptions = {}) => new SNSClient({ ...SHARED, ...options })
export const sqsClient = (options: ClientOptions = {}) => new SQSClient({ ...SHARED, ...options })
export const cloudTrailClient = (options: ClientOptions = {}) => new CloudTrailClient({ ...SHARED, ...options })
export const cloudFormationClient = (options: ClientOptions = {}) => new CloudFormationClient({ ...SHARED, ...options })
export const s3Client = (options: ClientOptions = {}) => new S3Client({ ...SHARED, ...options })
export const securityHubClient = (options: ClientOptions = {}) => new SecurityHubClient({ ...SHARED, ...options })
export const secretsClient = (options: ClientOptions = {}) => new SecretsManagerClient({ ...SHARED, ...options })
export const stsClient = (options: ClientOptions = {}) => new STSClient({ ...SHARED, ...options })

/** For whom somebody waits: two attempts that end within three seconds together. */
export const shortTimeoutLambdaClient = (options: ClientOptions = {}) =>
  new LambdaClient({ maxAttempts: 2, requestHandler: { ...timeouts(1_000), connectionTimeout: 1_000 }, ...options })

/**
 * The advisor has its own deadline, so the client neither retries nor cuts off by itself before it. The SDK gives this one
 * client HTTP/2, which stand-ins for AWS do not speak; the handler of another client speaks HTTP/1.1, as Bedrock does too.
 */
export function bedrockClient(options: ClientOptions = {}): BedrockRuntimeClient {
  const { requestHandler } = new LambdaClient({ requestHandler: timeouts(25_000) }).config
  return new BedrockRuntimeClient({ ...options, maxAttempts: 1, requestHandler })
}
