import table from './iam-actions.json' with { type: 'json' }

/**
 * The IAM actions that decide on a call, as `service:Name`; the call is CloudTrail's, as `service:Operation` of a signal. One as a rule, of the call's own
 * name. Empty where AWS has no such service in IAM, or the name is none. Names are not held against a list of all actions.
 */
export function iamActionsOf(call: string): readonly string[] {
  const at = call.indexOf(':')
  const service = iamServiceOf(call.slice(0, at))
  const operation = call.slice(at + 1).replace(VERSION, '')
  if (service === undefined || !/^[A-Za-z][A-Za-z0-9]{1,63}$/.test(operation)) return []
  if (service === 'apigateway') return apiGatewayAction(operation)
  const others = OTHER_NAMES.get(`${service}:${operation}`)
  return others ?? [`${service}:${operation}`]
}

/** The service prefix of IAM actions for a service as CloudTrail names it, or undefined where IAM knows none. */
export function iamServiceOf(service: string): string | undefined {
  const prefix = PREFIXES.get(service) ?? service
  return SERVICES.has(prefix) ? prefix : undefined
}

/** Actions that IAM checks besides an action, of which CloudTrail shows nothing, such as `iam:PassRole` for `lambda:CreateFunction`. */
export function dependentActionsOf(action: string): readonly string[] {
  return DEPENDENTS.get(action) ?? []
}

/** Some services append the version of their API to the name of the event: `ListFunctions20150331`, `UpdateFunctionCode20150331v2`. */
const VERSION = /_?20\d{2}_?\d{2}_?\d{2}(v\d)?$/

const SERVICES: ReadonlySet<string> = new Set(table.services.split(' '))

/** Services of which the name in CloudTrail's `eventSource` is not the prefix of their actions. */
const PREFIXES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    monitoring: 'cloudwatch',
    email: 'ses',
    tagging: 'tag',
    pinpoint: 'mobiletargeting',
    appstream2: 'appstream',
    cloudhsmv2: 'cloudhsm',
    opensearch: 'es',
    'bedrock-agent': 'bedrock',
    'bedrock-agent-runtime': 'bedrock',
    'bedrock-runtime': 'bedrock',
    'bedrock-agentcore-control': 'bedrock-agentcore',
    'streams.dynamodb': 'dynamodb',
    'api.ecr': 'ecr',
    'api.sagemaker': 'sagemaker',
    'runtime.sagemaker': 'sagemaker',
    'models.lex': 'lex',
    'models-v2-lex': 'lex',
    'runtime.lex': 'lex',
    'runtime-v2-lex': 'lex',
    'metering.marketplace': 'aws-marketplace',
    'catalog.marketplace': 'aws-marketplace',
    's3-control': 's3',
    'query.timestream': 'timestream',
    'ingest.timestream': 'timestream',
    'memory-db': 'memorydb',
    'portal.sso': 'sso',
    cloudcontrolapi: 'cloudformation',
  }),
)

const BUCKET_SETTINGS: readonly (readonly [event: string, action: string])[] = [
  ['Accelerate', 'AccelerateConfiguration'],
  ['AccelerateConfiguration', 'AccelerateConfiguration'],
  ['Analytics', 'AnalyticsConfiguration'],
  ['AnalyticsConfiguration', 'AnalyticsConfiguration'],
  ['Cors', 'BucketCORS'],
  ['Encryption', 'EncryptionConfiguration'],
  ['IntelligentTieringConfiguration', 'IntelligentTieringConfiguration'],
  ['InventoryConfiguration', 'InventoryConfiguration'],
  ['Lifecycle', 'LifecycleConfiguration'],
  ['LifecycleConfiguration', 'LifecycleConfiguration'],
  ['MetricsConfiguration', 'MetricsConfiguration'],
  ['NotificationConfiguration', 'BucketNotification'],
  ['Replication', 'ReplicationConfiguration'],
  ['ReplicationConfiguration', 'ReplicationConfiguration'],
]

/**
 * Calls of which the action has another name. S3's stand in https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html: deleting a
 * setting of a bucket needs the right to put it.
 */
const OTHER_NAMES: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...BUCKET_SETTINGS.flatMap(([event, action]): [string, string[]][] => [
    [`s3:GetBucket${event}`, [`s3:Get${action}`]],
    [`s3:ListBucket${event}s`, [`s3:Get${action}`]],
    [`s3:PutBucket${event}`, [`s3:Put${action}`]],
    [`s3:DeleteBucket${event}`, [`s3:Put${action}`]],
  ]),
  ...Object.entries({
    's3:ListObjects': ['s3:ListBucket'],
    's3:ListObjectsV2': ['s3:ListBucket'],
    's3:HeadBucket': ['s3:ListBucket'],
    's3:ListObjectVersions': ['s3:ListBucketVersions'],
    's3:ListBuckets': ['s3:ListAllMyBuckets'],
    's3:ListDirectoryBuckets': ['s3:ListAllMyBuckets'],
    's3:ListMultipartUploads': ['s3:ListBucketMultipartUploads'],
    's3:ListParts': ['s3:ListMultipartUploadParts'],
    's3:HeadObject': ['s3:GetObject'],
    's3:SelectObjectContent': ['s3:GetObject'],
    's3:CopyObject': ['s3:GetObject', 's3:PutObject'],
    's3:UploadPart': ['s3:PutObject'],
    's3:UploadPartCopy': ['s3:GetObject', 's3:PutObject'],
    's3:CreateMultipartUpload': ['s3:PutObject'],
    's3:CompleteMultipartUpload': ['s3:PutObject'],
    's3:PostObject': ['s3:PutObject'],
    's3:DeleteObjects': ['s3:DeleteObject'],
    's3:DeleteBucketTagging': ['s3:PutBucketTagging'],
    's3:DeleteBucketCors': ['s3:PutBucketCORS'],
    's3:DeleteBucketOwnershipControls': ['s3:PutBucketOwnershipControls'],
    's3:GetObjectLockConfiguration': ['s3:GetBucketObjectLockConfiguration'],
    's3:PutObjectLockConfiguration': ['s3:PutBucketObjectLockConfiguration'],
    's3:GetPublicAccessBlock': ['s3:GetBucketPublicAccessBlock'],
    's3:PutPublicAccessBlock': ['s3:PutBucketPublicAccessBlock'],
    's3:DeletePublicAccessBlock': ['s3:PutBucketPublicAccessBlock'],
    's3:DeleteBucketPublicAccessBlock': ['s3:PutBucketPublicAccessBlock'],
    's3:DeleteAccountPublicAccessBlock': ['s3:PutAccountPublicAccessBlock'],
    'lambda:Invoke': ['lambda:InvokeFunction'],
    'lambda:InvokeWithResponseStream': ['lambda:InvokeFunction'],
    'lambda:GetLayerVersionByArn': ['lambda:GetLayerVersion'],
    'bedrock:Converse': ['bedrock:InvokeModel'],
    'bedrock:ConverseStream': ['bedrock:InvokeModelWithResponseStream'],
    'bedrock:StartAsyncInvoke': ['bedrock:InvokeModel'],
    'kms:ReEncrypt': ['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
    'sns:PublishBatch': ['sns:Publish'],
    'sqs:SendMessageBatch': ['sqs:SendMessage'],
    'sqs:DeleteMessageBatch': ['sqs:DeleteMessage'],
    'sqs:ChangeMessageVisibilityBatch': ['sqs:ChangeMessageVisibility'],
    'dynamodb:ExecuteStatement': ['dynamodb:PartiQLSelect'],
    'dynamodb:TransactGetItems': ['dynamodb:GetItem'],
    'dynamodb:TransactWriteItems': ['dynamodb:PutItem'],
    'cloudfront:CreateDistributionWithTags': ['cloudfront:CreateDistribution', 'cloudfront:TagResource'],
  }),
])

/** API Gateway's actions are the methods of its REST interface. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html */
function apiGatewayAction(operation: string): readonly string[] {
  if (/^[A-Z]+$/.test(operation)) return [`apigateway:${operation}`]
  const method = /^(?:Get|Export|List)/.test(operation)
    ? 'GET'
    : /^(?:Delete|Untag|Flush|Remove|Reset)/.test(operation)
      ? 'DELETE'
      : /^Update/.test(operation)
        ? 'PATCH'
        : /^(?:Put|Tag|Reimport)/.test(operation)
          ? 'PUT'
          : 'POST'
  return [`apigateway:${method}`]
}

const DEPENDENTS: ReadonlyMap<string, readonly string[]> = dependentsByCall()

function dependentsByCall(): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const [dependent, calls] of Object.entries(table.dependents))
    for (const [service, names] of calls.split(' ').map((one) => one.split(':')))
      for (const name of names?.split(',') ?? []) {
        const call = `${service}:${name}`
        found.set(call, [...(found.get(call) ?? []), dependent])
      }
  return found
}
