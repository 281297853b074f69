/**
 * Actions of which CloudTrail records nothing, or only as data events that few accounts pay for: whether an identity uses them is not known. So a restriction never
 * denies them as new, and takes away of such services what manages them.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
 */
export const DATA_PLANE_ACTIONS: readonly string[] = [
  's3:*Object',
  's3:ListBucket',
  'dynamodb:*Item*',
  'dynamodb:Query',
  'dynamodb:Scan',
  'sqs:*Message*',
  'sns:Publish',
  'lambda:InvokeF*',
  'kinesis:*Record*',
  'kinesis:GetS*',
  'firehose:PutR*',
  'events:PutEvents',
  'logs:PutLogE*',
  'cloudwatch:PutMetricD*',
  'xray:PutT*',
  'ses:Send*',
  'execute-api:Inv*',
  'iot:Publish',
  'rds-db:connect',
  'rds-data:E*',
  'es:ESHttp*',
  'sagemaker:InvokeE*',
  'elasticfilesystem:Client*',
  'ssmmessages:*Channel',
  'ec2messages:*Message*',
]
