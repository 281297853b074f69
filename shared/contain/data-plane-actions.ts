import { iamGlobs } from '../domain/glob.ts'
import type { Restriction } from '../domain/restriction.ts'

/**
 * Actions of which CloudTrail records nothing, or only as data events that few accounts pay for: whether an identity uses them is not known. So a restriction
 * denies them as new only where IAM's last-used data says that the service was never used, and else takes away of such services what manages them.
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

/**
 * The patterns of `DATA_PLANE_ACTIONS` that stay open although their service is no habit. Closed are those of services that were never used, but where an action
 * of the habit depends on one.
 */
export function openDataPlane({ services, actions, neverUsed = [] }: Restriction): readonly string[] {
  const closed = new Set(neverUsed.filter((service) => !actions.some((action) => isOf(service, action) && isDataPlane(action))))
  return DATA_PLANE_ACTIONS.filter((pattern) => ![...services, ...closed].some((service) => isOf(service, pattern)))
}

/** The services of which a policy that names `usable` leaves no data plane open, among `services`. */
export function closedDataPlanes<T extends string>(services: readonly T[], usable: readonly string[]): T[] {
  return services.filter(
    (service) =>
      !usable.includes(`${service}:*`) && !DATA_PLANE_ACTIONS.some((pattern) => isOf(service, pattern) && usable.includes(pattern)),
  )
}

export function isDataPlane(action: string): boolean {
  return DATA_PLANE_ACTIONS.some((pattern) => iamGlobs(pattern, action))
}

function isOf(service: string, action: string): boolean {
  return action.startsWith(`${service}:`)
}
