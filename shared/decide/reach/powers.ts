/** What a right can break or give away. */
export type PowerCategory =
  | 'rights'
  | 'organisation'
  | 'credentials'
  | 'logging'
  | 'destruction'
  | 'exfiltration'
  | 'execution'
  | 'cost'
  | 'movement'

/** Rights by which a stolen credential does harm, with the points of reach that they give alone. */
export interface Power {
  readonly category: PowerCategory
  /** Of 100, where it is about all resources. */
  readonly points: number
  /** For people: goes on after "it". */
  readonly reason: string
  /** Any of these gives it. */
  readonly actions: readonly string[]
}

/** Gravest first. The points are set by people, in docs/reach.md; nothing is measured by them. */
export const POWERS: readonly Power[] = [
  {
    category: 'organisation',
    points: 90,
    reason: 'can change the organisation or its limits',
    actions: [
      'organizations:AttachPolicy',
      'organizations:CreateAccount',
      'organizations:DeletePolicy',
      'organizations:DetachPolicy',
      'organizations:LeaveOrganization',
      'organizations:MoveAccount',
      'organizations:RemoveAccountFromOrganization',
      'organizations:UpdatePolicy',
      'organizations:RegisterDelegatedAdministrator',
      'account:CloseAccount',
      'organizations:CloseAccount',
    ],
  },
  {
    category: 'rights',
    points: 85,
    reason: 'can make new credentials',
    actions: ['iam:CreateUser', 'iam:CreateRole', 'iam:CreateSAMLProvider', 'iam:CreateOpenIDConnectProvider'],
  },
  {
    category: 'logging',
    points: 75,
    reason: 'can switch off logging or detection',
    actions: [
      'cloudtrail:StopLogging',
      'cloudtrail:DeleteTrail',
      'cloudtrail:UpdateTrail',
      'cloudtrail:PutEventSelectors',
      'cloudtrail:DeleteEventDataStore',
      'guardduty:DeleteDetector',
      'guardduty:UpdateDetector',
      'guardduty:DisassociateFromAdministratorAccount',
      'config:StopConfigurationRecorder',
      'config:DeleteConfigurationRecorder',
      'securityhub:DisableSecurityHub',
      'access-analyzer:DeleteAnalyzer',
      'logs:DeleteLogGroup',
      'ec2:DeleteFlowLogs',
    ],
  },
  {
    category: 'destruction',
    points: 75,
    reason: 'can destroy keys or backups',
    actions: [
      'kms:ScheduleKeyDeletion',
      'kms:DisableKey',
      'backup:DeleteRecoveryPoint',
      'backup:DeleteBackupVault',
      'ec2:DeleteSnapshot',
      'rds:DeleteDBSnapshot',
      'rds:DeleteDBClusterSnapshot',
    ],
  },
  {
    category: 'exfiltration',
    points: 70,
    reason: 'can share data with others',
    actions: [
      's3:PutBucketPolicy',
      's3:PutBucketAcl',
      's3:PutObjectAcl',
      's3:PutReplicationConfiguration',
      's3:PutBucketPublicAccessBlock',
      's3:PutAccountPublicAccessBlock',
      'ec2:ModifySnapshotAttribute',
      'ec2:ModifyImageAttribute',
      'rds:ModifyDBSnapshotAttribute',
      'rds:ModifyDBClusterSnapshotAttribute',
      'kms:PutKeyPolicy',
      'kms:CreateGrant',
      'secretsmanager:PutResourcePolicy',
      'ecr:SetRepositoryPolicy',
      'ram:CreateResourceShare',
      'lambda:AddPermission',
    ],
  },
  {
    category: 'credentials',
    points: 65,
    reason: 'can read secrets',
    actions: [
      'secretsmanager:GetSecretValue',
      'secretsmanager:BatchGetSecretValue',
      'ssm:GetParameter',
      'ssm:GetParameters',
      'ssm:GetParametersByPath',
      'ec2:GetPasswordData',
      'rds:ModifyDBInstance',
      'redshift:GetClusterCredentials',
      'rds-db:connect',
      'cognito-identity:GetCredentialsForIdentity',
      'sso:GetRoleCredentials',
      'codeartifact:GetAuthorizationToken',
    ],
  },
  {
    category: 'destruction',
    points: 65,
    reason: 'can delete or overwrite stored data',
    actions: [
      's3:DeleteObject',
      's3:DeleteObjectVersion',
      's3:DeleteBucket',
      's3:PutObject',
      's3:PutLifecycleConfiguration',
      'dynamodb:DeleteTable',
      'dynamodb:DeleteItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:PartiQLDelete',
      'rds:DeleteDBInstance',
      'rds:DeleteDBCluster',
      'ec2:DeleteVolume',
      'elasticfilesystem:DeleteFileSystem',
      'redshift:DeleteCluster',
      'es:DeleteDomain',
      'es:DeleteElasticsearchDomain',
      'glacier:DeleteArchive',
    ],
  },
  {
    category: 'destruction',
    points: 60,
    reason: 'can destroy what runs',
    actions: [
      'ec2:TerminateInstances',
      'cloudformation:DeleteStack',
      'eks:DeleteCluster',
      'ecs:DeleteService',
      'lambda:DeleteFunction',
      'route53:ChangeResourceRecordSets',
      'route53domains:TransferDomain',
    ],
  },
  {
    category: 'cost',
    points: 60,
    reason: 'can start machines',
    actions: [
      'ec2:RunInstances',
      'ec2:RequestSpotInstances',
      'ec2:RequestSpotFleet',
      'ec2:CreateFleet',
      'ecs:RunTask',
      'ecs:CreateService',
      'sagemaker:CreateTrainingJob',
      'sagemaker:CreateNotebookInstance',
      'batch:SubmitJob',
      'lightsail:CreateInstances',
    ],
  },
  {
    category: 'execution',
    points: 60,
    reason: 'can change the code that runs, or the network that guards it',
    actions: [
      'lambda:UpdateFunctionCode',
      'lambda:UpdateFunctionConfiguration',
      'ecr:PutImage',
      'codecommit:GitPush',
      'ec2:AuthorizeSecurityGroupIngress',
      'ssm:SendCommand',
      'ssm:StartSession',
      'ecs:ExecuteCommand',
    ],
  },
  {
    category: 'cost',
    points: 50,
    reason: 'can call foundation models or send messages',
    actions: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream', 'ses:SendEmail', 'ses:SendRawEmail', 'sns:Publish'],
  },
  {
    category: 'exfiltration',
    points: 50,
    reason: 'can read stored data',
    actions: [
      's3:GetObject',
      'dynamodb:GetItem',
      'dynamodb:BatchGetItem',
      'dynamodb:PartiQLSelect',
      'dynamodb:Query',
      'dynamodb:Scan',
      'dynamodb:ExportTableToPointInTime',
      'rds-data:ExecuteStatement',
      'rds:StartExportTask',
      'redshift-data:ExecuteStatement',
      'athena:StartQueryExecution',
      'ebs:GetSnapshotBlock',
      'ec2:CreateSnapshot',
      'sqs:ReceiveMessage',
      'kinesis:GetRecords',
      'logs:GetLogEvents',
      'codecommit:GitPull',
      'ecr:BatchGetImage',
      'kms:Decrypt',
    ],
  },
  { category: 'movement', points: 45, reason: 'can assume roles', actions: ['sts:AssumeRole'] },
]
