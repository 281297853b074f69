/** Calls by the prefix of IAM's actions, several a line. */
const CALLS: Readonly<Record<string, string>> = {
  events: `
    DeleteEventBus DeleteRule DisableRule EnableRule PutPermission PutRule PutTargets RemovePermission RemoveTargets StartReplay TagResource
    UntagResource UpdateEventBus
  `,
  lambda: `
    AddPermission CreateAlias CreateEventSourceMapping CreateFunction CreateFunctionUrlConfig DeleteAlias DeleteEventSourceMapping
    DeleteFunction DeleteFunctionCodeSigningConfig DeleteFunctionConcurrency DeleteFunctionEventInvokeConfig DeleteFunctionUrlConfig
    DeleteProvisionedConcurrencyConfig DeleteResourcePolicy PublishVersion PutFunctionCodeSigningConfig PutFunctionConcurrency
    PutFunctionEventInvokeConfig PutFunctionRecursionConfig PutFunctionScalingConfig PutProvisionedConcurrencyConfig PutResourcePolicy
    PutRuntimeManagementConfig RemovePermission TagResource UntagResource UpdateAlias UpdateEventSourceMapping UpdateFunctionCode
    UpdateFunctionConfiguration UpdateFunctionEventInvokeConfig UpdateFunctionUrlConfig
  `,
  sqs: `
    AddPermission DeleteQueue PurgeQueue RemovePermission SetQueueAttributes StartMessageMoveTask TagQueue UntagQueue
  `,
  dynamodb: `
    CreateBackup CreateGlobalTable DeleteBackup DeleteResourcePolicy DeleteTable DisableKinesisStreamingDestination
    EnableKinesisStreamingDestination ExportTableToPointInTime PutResourcePolicy RestoreTableFromBackup RestoreTableToPointInTime
    StartBulkPutItems TagResource UntagResource UpdateContinuousBackups UpdateContributorInsights UpdateGlobalTable
    UpdateGlobalTableSettings UpdateKinesisStreamingDestination UpdateTable UpdateTableReplicaAutoScaling UpdateTimeToLive
  `,
  logs: `
    AssociateKmsKey CreateExportTask DeleteDataProtectionPolicy DeleteIndexPolicy DeleteLogGroup DeleteLogStream DeleteMetricFilter
    DeleteResourcePolicy DeleteRetentionPolicy DeleteSubscriptionFilter DeleteTransformer DisassociateKmsKey
    PutBearerTokenAuthentication PutDataProtectionPolicy PutIndexPolicy PutLogGroupDeletionProtection PutMetricFilter
    PutResourcePolicy PutRetentionPolicy PutStorageTierPolicy PutSubscriptionFilter PutTransformer TagLogGroup TagResource
    UntagLogGroup UntagResource
  `,
  sns: `
    AddPermission ConfirmSubscription DeleteTopic PutDataProtectionPolicy RemovePermission SetSubscriptionAttributes
    SetTopicAttributes Subscribe TagResource Unsubscribe UntagResource
  `,
  cloudwatch: `
    DeleteAlarms DisableAlarmActions EnableAlarmActions PutAlarmMuteRule PutCompositeAlarm PutLogAlarm PutMetricAlarm SetAlarmState
    TagResource UntagResource
  `,
  scheduler: `
    DeleteSchedule UpdateSchedule
  `,
  cloudformation: `
    CancelUpdateStack ContinueUpdateRollback CreateChangeSet CreateStackRefactor DeleteChangeSet DeleteStack ExecuteChangeSet
    ImportStacksToStackSet RollbackStack SetStackPolicy SignalResource UpdateStack UpdateTerminationProtection
  `,
  secretsmanager: `
    AssociateCrossAccountReplica CancelRotateSecret DeleteResourcePolicy DeleteSecret DisassociateCrossAccountReplica
    PutResourcePolicy PutSecretValue RemoveRegionsFromReplication ReplicateSecretToRegions RestoreSecret RotateSecret
    StopReplicationToReplica TagResource UntagResource UpdateSecret UpdateSecretVersionStage
  `,
  s3: `
    CreateAccessGrantsLocation CreateAccessPoint CreateBucketMetadataConfiguration CreateBucketMetadataTableConfiguration CreateJob
    CreateMultiRegionAccessPoint DeleteBucket DeleteBucketAnalyticsConfiguration DeleteBucketCors DeleteBucketEncryption
    DeleteBucketIntelligentTieringConfiguration DeleteBucketInventoryConfiguration DeleteBucketLifecycle
    DeleteBucketMetadataConfiguration DeleteBucketMetadataTableConfiguration DeleteBucketMetricsConfiguration
    DeleteBucketOwnershipControls DeleteBucketPolicy DeleteBucketPublicAccessBlock DeleteBucketReplication DeleteBucketTagging
    DeleteBucketWebsite PutBucketAbac PutBucketAccelerateConfiguration PutBucketAcl PutBucketAnalyticsConfiguration PutBucketCors
    PutBucketEncryption PutBucketIntelligentTieringConfiguration PutBucketInventoryConfiguration PutBucketLifecycle PutBucketLogging
    PutBucketMetricsConfiguration PutBucketNotification PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock
    PutBucketReplication PutBucketRequestPayment PutBucketTagging PutBucketVersioning PutBucketWebsite PutObjectLockConfiguration
    TagResource UntagResource UpdateAccessGrantsLocation UpdateBucketMetadataAnnotationTableConfiguration
    UpdateBucketMetadataInventoryTableConfiguration UpdateBucketMetadataJournalTableConfiguration
  `,
  apigateway: `
    CreateApiMapping CreateAuthorizer CreateDeployment CreateIntegration CreateIntegrationResponse CreateModel CreateRoute
    CreateRouteResponse CreateRoutingRule CreateStage DeleteAccessLogSettings DeleteApi DeleteAuthorizer DeleteCorsConfiguration
    DeleteDeployment DeleteIntegration DeleteIntegrationResponse DeleteModel DeleteRoute DeleteRouteRequestParameter
    DeleteRouteResponse DeleteRouteSettings DeleteStage PutRoutingRule ReimportApi ResetAuthorizersCache TagResource UntagResource
    UpdateApi UpdateApiMapping UpdateAuthorizer UpdateDeployment UpdateIntegration UpdateIntegrationResponse UpdateModel UpdateRoute
    UpdateRouteResponse UpdateStage
  `,
  // Of any trail: without one that logs, EventBridge delivers no API call at all. `logging-tampered` evaluates them.
  cloudtrail: 'DeleteTrail PutEventSelectors StopLogging UpdateTrail',
}

/**
 * Calls that can name a resource of the responder: by one of them an intruder could stop it from seeing, reporting or acting, or take its place. The
 * EventBridge rules that deliver such calls of role sessions are derived from this list, and nothing else is: what is delivered counts by what it
 * names. A test holds that no operation of these services is missing. Changes of IAM are delivered by a rule of their own, all of them.
 */
export const TAMPERING: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(CALLS).map(([service, lines]) => [service, lines.trim().split(/\s+/)]),
)

/** The `eventSource` of a service in CloudTrail. CloudWatch has its old name there. */
export function eventSourceOf(service: string): string {
  return `${service === 'cloudwatch' ? 'monitoring' : service}.amazonaws.com`
}
