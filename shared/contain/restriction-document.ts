import { canonical } from '../domain/change.ts'
import { Restriction } from '../domain/restriction.ts'

/**
 * What is denied even where no habit is known: grants of rights, new credentials, sharing with outsiders, an end of logging, and the deletion of
 * backups and keys. An owner who is restricted in error loses these and nothing else.
 */
const GRAVE_ACTIONS: readonly string[] = [
  'iam:Add*',
  'iam:Attach*',
  'iam:Create*',
  'iam:Delete*',
  'iam:Detach*',
  'iam:Put*',
  'iam:Remove*',
  'iam:Set*',
  'iam:Update*',
  'iam:Upload*',
  'backup:Delete*',
  'cloudtrail:Delete*',
  'cloudtrail:PutEventSelectors',
  'cloudtrail:StopLogging',
  'cloudtrail:UpdateTrail',
  'config:Delete*',
  'config:Stop*',
  'ec2:DeleteFlowLogs',
  'ec2:DeleteSnapshot',
  'ec2:ModifyImageAttribute',
  'ec2:ModifySnapshotAttribute',
  'guardduty:Delete*',
  'guardduty:Disassociate*',
  'guardduty:UpdateDetector',
  'kms:CreateGrant',
  'kms:DisableKey',
  'kms:PutKeyPolicy',
  'kms:ScheduleKeyDeletion',
  'lambda:AddPermission',
  'logs:Delete*',
  'organizations:LeaveOrganization',
  'rds:Delete*Snapshot',
  'rds:Modify*SnapshotAttribute',
  's3:DeleteBucketPolicy',
  's3:PutBucketPolicy',
  's3:PutBucketAcl',
  's3:PutObjectAcl',
  'secretsmanager:PutResourcePolicy',
  'sqs:AddPermission',
  'sns:AddPermission',
]

/**
 * The policy document of a restriction: a deny of the grave actions and, where the habit is known well, of every service that is not part of it. For a role
 * it denies the sessions that the restriction names, by `aws:userid`, which is `AROA…:session name`; without names it denies whoever has the policy.
 */
export function restrictionDocument({ sessions, services, isCovered }: Restriction): string {
  const Condition = { StringLike: { 'aws:userid': sessions.map((name) => `*:${name}`) } }
  const about = { Resource: '*', ...(sessions.length === 0 ? {} : { Condition }) }
  const grave = { Sid: 'CountersignRestrict', Effect: 'Deny', Action: GRAVE_ACTIONS, ...about }
  const unused = { Sid: 'CountersignRestrictServices', Effect: 'Deny', NotAction: services.map((service) => `${service}:*`), ...about }
  return JSON.stringify({ Version: '2012-10-17', Statement: isCovered && services.length > 0 ? [grave, unused] : [grave] })
}

/** The restriction of a document that `restrictionDocument` made, or undefined where it did not make it word for word: an intruder knows its name too. */
export function restrictionIn(document: string): Restriction | undefined {
  try {
    const [{ Condition }, unused] = JSON.parse(document).Statement
    const patterns: string[] = Condition?.StringLike?.['aws:userid'] ?? []
    const used: string[] = unused?.NotAction ?? []
    const found = Restriction.parse({
      services: used.map((pattern) => pattern.slice(0, -2)),
      actions: [],
      addresses: [],
      endpoints: [],
      sessions: patterns.map((pattern) => pattern.slice(2)),
      isCovered: unused !== undefined,
    })
    return canonical(JSON.parse(restrictionDocument(found))) === canonical(JSON.parse(document)) ? found : undefined
  } catch {
    // Not one of ours: whoever reads it has to make another.
    return undefined
  }
}
