import table from './grave-actions.json' with { type: 'json' }

/** Actions of one kind by which an intruder stays, hides or takes, or which cannot be taken back. */
export interface GraveGroup {
  readonly name: 'grants' | 'credentials' | 'logging' | 'sharing' | 'deletion' | 'secrets' | 'code'
  /** Why they are denied outside the habit, for people. */
  readonly reason: string
  /** True where owners do so in their ordinary work: denied only where the habit is known. */
  readonly needsHabit: boolean
  /** IAM patterns `service:Name` with one `*` at most, which match nothing that is harmless. */
  readonly patterns: readonly string[]
}

/**
 * The gravest first: where a policy has no room for all, the last are left out.
 *
 * None holds `iam:CreateServiceLinkedRole` and `kms:CreateGrant`, which AWS services call with the rights of whoever uses them, nor what CloudTrail shows
 * only as data events, such as `s3:DeleteObject`: whether it is habit cannot be known.
 */
export const GRAVE_GROUPS: readonly GraveGroup[] = [
  {
    name: 'grants',
    reason: 'changes who may do what',
    needsHabit: false,
    patterns: [
      'iam:Add*',
      'iam:Attach*',
      'iam:Put*',
      'iam:Delete*Policy',
      'iam:Delete*Boundary',
      'iam:Detach*',
      'iam:CreateP*',
      'iam:CreateR*',
      'iam:PassRole',
      'iam:SetDefault*',
      'iam:UpdateA*',
      'sso:Attach*',
      'sso:Create*',
      'sso:Put*',
      'eks:AssociateAccessPolicy',
      'eks:CreateAccessEntry',
      'organizations:Attach*',
      'organizations:Leave*',
    ],
  },
  {
    name: 'credentials',
    reason: 'makes credentials or users, or becomes another identity',
    needsHabit: false,
    patterns: [
      'iam:ChangePassword',
      'iam:CreateA*',
      'iam:CreateL*',
      'iam:CreateO*',
      'iam:CreateSA*',
      'iam:CreateServiceS*',
      'iam:CreateU*',
      'iam:DeactivateMFADevice',
      'iam:ResetS*',
      'iam:UpdateLoginProfile',
      'iam:UpdateSAML*',
      'iam:Upload*',
      'sts:Assume*',
      'sts:GetF*',
      'rolesanywhere:Create*',
    ],
  },
  {
    name: 'logging',
    reason: 'hides what is done',
    needsHabit: false,
    patterns: [
      'cloudtrail:Delete*',
      'cloudtrail:Put*',
      'cloudtrail:Stop*',
      'cloudtrail:Update*',
      'config:Delete*',
      'config:Stop*',
      'events:DeleteRule',
      'events:DisableRule',
      'events:RemoveTargets',
      'guardduty:CreateFilter',
      'guardduty:Delete*',
      'guardduty:Disassociate*',
      'guardduty:Update*',
      'securityhub:Disable*',
      'logs:DeleteLog*',
      'ec2:DeleteFlowLogs',
    ],
  },
  {
    name: 'sharing',
    reason: 'gives others access',
    needsHabit: false,
    patterns: [
      'ec2:ModifyImageAttribute',
      'ec2:ModifySnapshotAttribute',
      'kms:PutKeyPolicy',
      'lambda:Add*',
      'lambda:CreateFunctionUrlConfig',
      'ram:Associate*',
      'ram:CreateR*',
      'rds:ModifyDB*SnapshotAttribute',
      's3:PutBucketAcl',
      's3:PutBucketPolicy',
      's3:Put*PublicAccessBlock',
      'secretsmanager:PutResourcePolicy',
    ],
  },
  {
    name: 'deletion',
    reason: 'destroys what cannot be made anew',
    needsHabit: false,
    patterns: [
      'backup:Delete*',
      'dynamodb:DeleteBackup',
      'dynamodb:DeleteTable',
      'ec2:DeleteSnapshot',
      'ec2:DeleteVolume',
      'ec2:DeregisterImage',
      'ec2:TerminateInstances',
      'elasticfilesystem:DeleteF*',
      'kms:DeleteI*',
      'kms:DisableKey',
      'kms:Schedule*',
      'rds:DeleteDB*',
      's3:DeleteBucket',
      's3:PutLifecycle*',
      'secretsmanager:DeleteSecret',
    ],
  },
  {
    name: 'secrets',
    reason: 'reads secrets',
    needsHabit: true,
    patterns: ['ec2:GetPasswordData', 'secretsmanager:BatchGet*', 'secretsmanager:GetSecretValue', 'ssm:GetParameter*'],
  },
  {
    name: 'code',
    reason: 'starts machines or code, under roles that it did not use before',
    needsHabit: true,
    patterns: [
      'bedrock:Invoke*',
      'cloudformation:Create*',
      'cloudformation:Update*',
      'codebuild:Create*',
      'codebuild:Update*',
      'ec2:ModifyInstanceAttribute',
      'ec2:RequestSpot*',
      'ec2:RunInstances',
      'ecs:Create*',
      'ecs:Register*',
      'ecs:RunTask',
      'glue:CreateDevEndpoint',
      'glue:CreateJob',
      'lambda:CreateFunction',
      'lambda:UpdateFunction*',
      'sagemaker:CreateNotebook*',
      'ssm:SendCommand',
      'ssm:StartSession',
    ],
  },
]

/** The names of the actions that a pattern of `GRAVE_GROUPS` matches, as `service:Name`. */
export function graveActionsOf(pattern: string): readonly string[] {
  return ACTIONS.get(pattern) ?? []
}

const ACTIONS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(table.patterns).map(([pattern, names]) => {
    const service = pattern.slice(0, pattern.indexOf(':'))
    return [pattern, names.split(' ').map((name) => `${service}:${name}`)]
  }),
)

/** The actions of all groups, and of those that need a habit, as `service:Name`: the gravest first. */
export const GRAVE_ACTIONS: readonly string[] = actionsIn(GRAVE_GROUPS)
export const GRAVE_ACTIONS_OF_HABIT: readonly string[] = actionsIn(GRAVE_GROUPS.filter(({ needsHabit }) => needsHabit))

function actionsIn(groups: readonly GraveGroup[]): readonly string[] {
  return groups.flatMap(({ patterns }) => patterns.flatMap(graveActionsOf))
}
