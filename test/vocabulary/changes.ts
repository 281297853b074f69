import { readExceptions, readKnownCalls, readParameters } from './vocabulary.ts'

/** How operations begin that change nothing. */
export const READS =
  /^(Get|List|Describe|Head|Batch(Get|Describe)|Detect|Estimate|Export(?!Table)|Filter|Generate|Lookup|Preview|Query|Scan|Search|Select|Simulate|Test|Validate|Check|StartQuery|StopQuery|StartLiveTail|TransactGet)/

/** Operations that change something and are not among the calls by which the responder is tampered with, by the reason. */
export const NOT_OURS: readonly (readonly [reason: string, actions: readonly string[]])[] = [
  [
    'what is in a resource: a data event, which the rules do not get',
    [
      ...of(
        'dynamodb',
        'BatchExecuteStatement BatchWriteItem DeleteItem ExecuteStatement ExecuteTransaction PutItem TransactWriteItems UpdateItem',
      ),
      ...of('events', 'PutEvents PutPartnerEvents'),
      ...of('lambda', 'Invoke InvokeAsync InvokeWithResponseStream'),
      ...of('logs', 'PutLogEvents'),
      ...of('cloudwatch', 'PutMetricData'),
      ...of('sns', 'Publish PublishBatch'),
      ...of(
        'sqs',
        'ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage DeleteMessageBatch ReceiveMessage SendMessage SendMessageBatch',
      ),
      ...of(
        's3',
        'AbortMultipartUpload CompleteMultipartUpload CopyObject CreateMultipartUpload CreateSession DeleteObject DeleteObjectAnnotation',
      ),
      ...of('s3', 'DeleteObjectTagging DeleteObjects PutObject PutObjectAcl PutObjectAnnotation PutObjectLegalHold PutObjectRetention'),
      ...of('s3', 'PutObjectTagging RenameObject RestoreObject UpdateObjectEncryption UploadPart UploadPartCopy WriteGetObjectResponse'),
    ],
  ],
  [
    'makes something new, under a name of its own',
    [
      ...of('apigateway', 'CreateApi CreateDomainName CreateVpcLink ImportApi'),
      ...of('cloudformation', 'CreateStack CreateStackInstances CreateStackSet'),
      ...of('dynamodb', 'CreateTable ImportTable'),
      ...of('events', 'CreateApiDestination CreateArchive CreateConnection CreateEndpoint CreateEventBus CreatePartnerEventSource'),
      ...of('lambda', 'CreateCapacityProvider CreateCodeSigningConfig PublishLayerVersion'),
      ...of('logs', 'CreateDelivery CreateImportTask CreateLogGroup CreateLookupTable'),
      ...of('s3', 'CreateAccessGrant CreateAccessGrantsInstance CreateAccessPointForObjectLambda CreateBucket CreateStorageLensGroup'),
      ...of('scheduler', 'CreateScheduleGroup'),
      ...of('secretsmanager', 'CreateSecret'),
      ...of('sns', 'CreatePlatformApplication CreatePlatformEndpoint CreateSMSSandboxPhoneNumber CreateTopic'),
      ...of('sqs', 'CreateQueue'),
    ],
  ],
  [
    'adds beside our resources what takes nothing from them: a look at a log or a stack, or one more run of a function that ignores what it is handed',
    [
      ...of('cloudformation', 'CreateGeneratedTemplate UpdateGeneratedTemplate'),
      // Every function of an account makes a stream when it starts.
      ...of('logs', 'CreateLogAnomalyDetector CreateLogStream CreateScheduledQuery PutQueryDefinition UpdateScheduledQuery'),
      ...of('scheduler', 'CreateSchedule'),
    ],
  ],
  [
    'names by an id of its own something that was made by a call which names our resource',
    [
      ...of('apigateway', 'DeleteApiMapping DeleteRoutingRule'),
      ...of('cloudformation', 'ExecuteStackRefactor RecordHandlerProgress'),
      ...of('dynamodb', 'CancelBulkOperation'),
      ...of(
        'logs',
        'CancelExportTask DeleteLogAnomalyDetector DeleteQueryDefinition DeleteScheduledQuery UpdateAnomaly UpdateLogAnomalyDetector',
      ),
      ...of('s3', 'DeleteAccessGrant DeleteAccessGrantsLocation DeleteAccessPoint DeleteAccessPointPolicy DeleteAccessPointScope'),
      ...of('s3', 'DeleteJobTagging DeleteMultiRegionAccessPoint PutAccessPointPolicy PutAccessPointScope PutJobTagging'),
      ...of('s3', 'PutMultiRegionAccessPointPolicy SubmitMultiRegionAccessPointRoutes UpdateJobPriority UpdateJobStatus'),
      ...of('sqs', 'CancelMessageMoveTask'),
    ],
  ],
  [
    'is about a kind of resource that the stack has none of, or about the whole account',
    [
      ...of('apigateway', 'CreatePortal CreatePortalProduct CreateProductPage CreateProductRestEndpointPage DeleteDomainName DeletePortal'),
      ...of(
        'apigateway',
        'DeletePortalProduct DeletePortalProductSharingPolicy DeleteProductPage DeleteProductRestEndpointPage DeleteVpcLink',
      ),
      ...of('apigateway', 'DisablePortal PublishPortal PutPortalProductSharingPolicy UpdateDomainName UpdatePortal UpdatePortalProduct'),
      ...of('apigateway', 'UpdateProductPage UpdateProductRestEndpointPage UpdateVpcLink'),
      ...of(
        'cloudformation',
        'ActivateOrganizationsAccess ActivateType DeactivateOrganizationsAccess DeactivateType DeleteGeneratedTemplate',
      ),
      ...of('cloudformation', 'DeleteStackInstances DeleteStackSet DeregisterType PublishType RegisterPublisher RegisterType'),
      ...of(
        'cloudformation',
        'SetTypeConfiguration SetTypeDefaultVersion StartResourceScan StopStackSetOperation UpdateStackInstances UpdateStackSet',
      ),
      ...of(
        'cloudwatch',
        'AssociateDatasetKmsKey CreateResourceMetricsConfiguration DeleteAlarmMuteRule DeleteAnomalyDetector DeleteDashboards',
      ),
      ...of('cloudwatch', 'DeleteInsightRules DeleteMetricDataQueryDefinition DeleteMetricStream DeleteResourceMetricsConfiguration'),
      ...of(
        'cloudwatch',
        'DisableInsightRules DisassociateDatasetKmsKey EnableInsightRules PutAnomalyDetector PutDashboard PutInsightRule',
      ),
      ...of('cloudwatch', 'PutManagedInsightRules PutMetricDataQueryDefinition PutMetricStream StartMetricStreams StartOTelEnrichment'),
      ...of('cloudwatch', 'StopMetricStreams StopOTelEnrichment UpdateOTelEnrichment UpdateResourceMetricsConfiguration'),
      ...of('events', 'ActivateEventSource CancelReplay DeactivateEventSource DeauthorizeConnection DeleteApiDestination DeleteArchive'),
      ...of('events', 'DeleteConnection DeleteEndpoint DeletePartnerEventSource'),
      ...of('events', 'UpdateApiDestination UpdateArchive UpdateConnection UpdateEndpoint'),
      ...of(
        'lambda',
        'AddLayerVersionPermission CheckpointDurableExecution DeleteCapacityProvider DeleteCodeSigningConfig DeleteDurableExecution',
      ),
      ...of('lambda', 'DeleteLayerVersion PauseDurableExecution RemoveLayerVersionPermission ResumeDurableExecution'),
      ...of('lambda', 'SendDurableExecutionCallbackFailure SendDurableExecutionCallbackHeartbeat SendDurableExecutionCallbackSuccess'),
      ...of('lambda', 'StopDurableExecution UpdateCapacityProvider UpdateCodeSigningConfig'),
      ...of('logs', 'AssociateSourceToS3TableIntegration CancelImportTask DeleteAccountPolicy DeleteDelivery DeleteDeliveryDestination'),
      ...of('logs', 'DeleteDeliveryDestinationPolicy DeleteDeliverySource DeleteDestination DeleteIntegration DeleteLookupTable'),
      ...of('logs', 'DeleteSyslogConfiguration DisassociateSourceFromS3TableIntegration PutAccountPolicy PutDeliveryDestination'),
      ...of(
        'logs',
        'PutDeliveryDestinationPolicy PutDeliverySource PutDestination PutDestinationPolicy PutIntegration PutSyslogConfiguration',
      ),
      ...of('logs', 'UpdateDeliveryConfiguration UpdateLookupTable'),
      ...of('s3', 'AssociateAccessGrantsIdentityCenter DeleteAccessGrantsInstance DeleteAccessGrantsInstanceResourcePolicy'),
      ...of('s3', 'DeleteAccessPointForObjectLambda DeleteAccessPointPolicyForObjectLambda DeleteStorageLensConfiguration'),
      ...of('s3', 'DeleteStorageLensConfigurationTagging DeleteStorageLensGroup DissociateAccessGrantsIdentityCenter'),
      ...of('s3', 'PutAccessGrantsInstanceResourcePolicy PutAccessPointConfigurationForObjectLambda PutAccessPointPolicyForObjectLambda'),
      ...of('s3', 'PutStorageLensConfiguration PutStorageLensConfigurationTagging UpdateStorageLensGroup'),
      ...of('scheduler', 'DeleteScheduleGroup TagResource UntagResource'),
      ...of('sns', 'DeleteEndpoint DeletePlatformApplication DeleteSMSSandboxPhoneNumber OptInPhoneNumber SetEndpointAttributes'),
      ...of('sns', 'SetPlatformApplicationAttributes SetSMSAttributes VerifySMSSandboxPhoneNumber'),
    ],
  ],
  [
    'goes by another name in CloudTrail, which is listed',
    of(
      's3',
      'DeleteBucketLifecycleConfiguration DeletePublicAccessBlock PutBucketLifecycleConfiguration PutBucketNotificationConfiguration PutPublicAccessBlock',
    ),
  ],
  [
    'moves or renames resources of stacks by what the request of the listed call before it names',
    of('cloudformation', 'RemoveAlias SetAlias'),
  ],
]

const { operations: OPERATIONS } = readKnownCalls()
const { parameters: PARAMETERS } = readParameters()

/** The operations of a service, by the prefix of IAM's actions. */
export function operationsOf(service: string): string[] {
  return (OPERATIONS[service] ?? []).flatMap((line) => line.split(' '))
}

/** Paths of the request parameters of an action, such as `muteTargets.alarmNames`. */
export function parametersOf(action: string): string[] {
  const { events } = readExceptions()
  return [...(PARAMETERS[action] ?? []).flatMap((line) => line.split(' ')), ...(events[action]?.parameters ?? [])]
}

/** A request that has a value at a path and nothing else. */
export function requestWith([first = '', ...rest]: readonly string[], value: string): Readonly<Record<string, unknown>> {
  return { [first]: rest.length === 0 ? value : requestWith(rest, value) }
}

/** Why a change is not listed; undefined where no reason is known. */
export function reasonAgainst(action: string): string | undefined {
  return NOT_OURS.find(([, actions]) => actions.includes(action))?.[0]
}

function of(service: string, operations: string): string[] {
  return operations.split(' ').map((operation) => `${service}:${operation}`)
}
