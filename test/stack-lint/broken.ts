interface Resource {
  readonly Type: string
  DeletionPolicy?: unknown
  readonly Properties: Record<string, unknown>
}

interface Statement {
  Effect: string
  Action: unknown
  Principal?: unknown
  Resource?: unknown
  Condition?: unknown
}

const statementsOf = ({ Properties }: Resource) =>
  ((Properties.PolicyDocument ?? Properties.AssumeRolePolicyDocument) as { Statement: Statement[] }).Statement

/** A way to break a template: the type of resource, of which ids where not all have what is broken, and what is done to the first of them. */
interface Breakage {
  readonly type: string
  readonly ids?: RegExp
  readonly by: (resource: Resource) => void
}

const FED_QUEUE = { type: 'AWS::SQS::Queue', ids: /^QueuesHot[0-9A-F]{8}$/ }
const LATCHES = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets']
const CONTAIN_POLICY = { type: 'AWS::IAM::Policy', ids: /^ContainResponderRoleDefaultPolicy/ }
const set = (property: string, value: unknown) => (resource: Resource) => void Object.assign(resource.Properties, { [property]: value })
const unset = (property: string) => (resource: Resource) => void Reflect.deleteProperty(resource.Properties, property)
const put = (property: string, values: object) => (resource: Resource) =>
  void Object.assign(resource.Properties, { [property]: { ...(resource.Properties[property] as object), ...values } })
const add = (statement: Statement) => (resource: Resource) => void statementsOf(resource).push(statement)
const without = (action: string) => (resource: Resource) =>
  void Object.assign(resource.Properties, {
    PolicyDocument: { Statement: statementsOf(resource).filter((one) => one.Effect !== 'Deny' || ![one.Action].flat().includes(action)) },
  })
const withoutDenies = (resource: Resource) =>
  void Object.assign(resource.Properties, {
    PolicyDocument: { Statement: statementsOf(resource).filter(({ Effect }) => Effect === 'Allow') },
  })
const EVERYBODY = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }

/** Ways to break each rule of `own.guard`, by its name: one for each clause that could be left out of it unnoticed. */
export const BREAKAGES: Readonly<Record<string, readonly Breakage[]>> = {
  queue_is_encrypted_by_sqs: [
    { type: 'AWS::SQS::Queue', by: unset('SqsManagedSseEnabled') },
    { type: 'AWS::SQS::Queue', by: set('SqsManagedSseEnabled', false) },
  ],
  queue_has_dead_letters: [{ ...FED_QUEUE, by: put('RedrivePolicy', { maxReceiveCount: 1 }) }],
  queue_is_nobodys_dead_letter_queue: [
    { ...FED_QUEUE, by: unset('RedriveAllowPolicy') },
    { ...FED_QUEUE, by: put('RedriveAllowPolicy', { redrivePermission: 'allowAll' }) },
  ],
  dead_letters_are_kept: [
    { type: 'AWS::SQS::Queue', ids: /DeadLetters/, by: set('MessageRetentionPeriod', 3600) },
    { type: 'AWS::SQS::Queue', ids: /DeadLetters/, by: (one) => Object.assign(one, { DeletionPolicy: 'Delete' }) },
    // A queue that has lost its dead-letter queue counts as one, and is not kept so long.
    { ...FED_QUEUE, by: unset('RedrivePolicy') },
  ],
  table_is_kept: [
    { type: 'AWS::DynamoDB::Table', by: unset('DeletionProtectionEnabled') },
    { type: 'AWS::DynamoDB::Table', by: set('PointInTimeRecoverySpecification', { PointInTimeRecoveryEnabled: false }) },
    { type: 'AWS::DynamoDB::Table', by: (one) => Reflect.deleteProperty(one, 'DeletionPolicy') },
  ],
  table_expires_by_its_attribute: [{ type: 'AWS::DynamoDB::Table', by: put('TimeToLiveSpecification', { AttributeName: 'ttl' }) }],
  table_has_no_key_of_the_account: [{ type: 'AWS::DynamoDB::Table', by: put('SSESpecification', { KMSMasterKeyId: 'alias/theirs' }) }],
  bucket_keeps_what_was_sealed: [
    { type: 'AWS::S3::Bucket', by: unset('ObjectLockEnabled') },
    { type: 'AWS::S3::Bucket', by: put('ObjectLockConfiguration', { Rule: { DefaultRetention: { Days: 1, Mode: 'GOVERNANCE' } } }) },
    { type: 'AWS::S3::Bucket', by: set('VersioningConfiguration', { Status: 'Suspended' }) },
  ],
  bucket_is_private_and_encrypted: [
    ...LATCHES.map((latch) => ({ type: 'AWS::S3::Bucket', by: put('PublicAccessBlockConfiguration', { [latch]: false }) })),
    { type: 'AWS::S3::Bucket', by: unset('PublicAccessBlockConfiguration') },
    { type: 'AWS::S3::Bucket', by: unset('BucketEncryption') },
  ],
  log_group_is_kept_for_its_time: [
    { type: 'AWS::Logs::LogGroup', by: unset('RetentionInDays') },
    { type: 'AWS::Logs::LogGroup', by: set('RetentionInDays', 7) },
  ],
  resource_policy_asks_for_tls: [
    { type: 'AWS::SQS::QueuePolicy', ids: /DeadLetters/, by: withoutDenies },
    ...['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy', 'AWS::S3::BucketPolicy'].map((type) => ({
      type,
      by: (one: Resource) =>
        Object.assign(one.Properties, {
          PolicyDocument: {
            Statement: statementsOf(one).filter(({ Condition }) => !JSON.stringify(Condition ?? '').includes('SecureTransport')),
          },
        }),
    })),
  ],
  resource_policy_opens_to_nobody: [
    { type: 'AWS::SQS::QueuePolicy', by: add({ ...EVERYBODY, Principal: '*' }) },
    { type: 'AWS::SQS::QueuePolicy', by: add({ ...EVERYBODY, Principal: { AWS: '*' } }) },
    { type: 'AWS::SNS::TopicPolicy', by: add({ ...EVERYBODY, Action: 'sns:Publish', Principal: { AWS: '*' } }) },
  ],
  function_runs_as_decided: [
    { type: 'AWS::Lambda::Function', by: set('Runtime', 'nodejs18.x') },
    { type: 'AWS::Lambda::Function', by: set('VpcConfig', { SubnetIds: ['subnet-1'] }) },
    { type: 'AWS::Lambda::Function', by: unset('Timeout') },
  ],
  function_has_its_own_log_group: [{ type: 'AWS::Lambda::Function', ids: /^Contain/, by: unset('LoggingConfig') }],
  contain_and_review_keep_places: [
    { type: 'AWS::Lambda::Function', ids: /^Contain/, by: unset('ReservedConcurrentExecutions') },
    { type: 'AWS::Lambda::Function', ids: /^Review/, by: set('ReservedConcurrentExecutions', 0) },
  ],
  failed_run_is_kept: [{ type: 'AWS::Lambda::EventInvokeConfig', by: unset('DestinationConfig') }],
  mapping_is_bounded: [
    { type: 'AWS::Lambda::EventSourceMapping', by: unset('ScalingConfig') },
    { type: 'AWS::Lambda::EventSourceMapping', ids: /^Respond/, by: unset('FunctionResponseTypes') },
  ],
  permission_names_its_caller: [
    { type: 'AWS::Lambda::Permission', by: set('Principal', '*') },
    { type: 'AWS::Lambda::Permission', by: unset('SourceArn') },
  ],
  role_is_trusted_by_name: [
    { type: 'AWS::IAM::Role', by: add({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '*' } }) },
    { type: 'AWS::IAM::Role', by: add({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*' }) },
    {
      type: 'AWS::IAM::Role',
      by: add({ Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: 'cognito-identity.amazonaws.com' } }),
    },
  ],
  policy_allows_actions_by_name: [
    { type: 'AWS::IAM::Policy', by: add({ Effect: 'Allow', Action: '*', Resource: '*' }) },
    { type: 'AWS::IAM::Policy', by: add({ Effect: 'Allow', Action: ['sqs:SendMessage', 'iam:*'], Resource: '*' }) },
    { type: 'AWS::IAM::Policy', by: add({ Effect: 'Allow', Action: 'iam:Get*', Resource: '*' }) },
    { type: 'AWS::IAM::ManagedPolicy', by: add({ Effect: 'Allow', Action: 'iam:*', Resource: '*' }) },
    { type: 'AWS::IAM::Policy', by: add({ Effect: 'Allow', Action: 'iam:GetUser', NotResource: 'x' } as Statement) },
  ],
  contain_denies_what_it_must_never_do: [
    { ...CONTAIN_POLICY, by: without('iam:PassRole') },
    { ...CONTAIN_POLICY, by: without('iam:UpdateAssumeRolePolicy') },
    { ...CONTAIN_POLICY, by: withoutDenies },
  ],
  rule_keeps_what_it_could_not_deliver: [
    {
      type: 'AWS::Events::Rule',
      ids: /^Rules/,
      by: (one: Resource) =>
        Object.assign(one.Properties, {
          Targets: (one.Properties.Targets as object[]).map((target) => ({ ...target, DeadLetterConfig: undefined })),
        }),
    },
  ],
  stage_is_throttled: [
    { type: 'AWS::ApiGatewayV2::Stage', by: unset('DefaultRouteSettings') },
    { type: 'AWS::ApiGatewayV2::Stage', by: unset('AccessLogSettings') },
  ],
  alarm_reaches_people: [
    { type: 'AWS::CloudWatch::Alarm', by: unset('AlarmActions') },
    { type: 'AWS::CloudWatch::Alarm', by: set('AlarmActions', []) },
  ],
}

/** A template that breaks rules, each in one place: the id of the resource that does, by the name of the rule. */
export interface BrokenTemplate {
  readonly template: object
  readonly broken: ReadonlyMap<string, string>
}

/** The template, broken in each way. One of them breaks several rules, each once, because Guard takes seconds for a template. Throws where it has not what is to be broken. */
export function brokenTemplates(text: string): BrokenTemplate[] {
  const count = Math.max(...Object.values(BREAKAGES).map(({ length }) => length))
  return Array.from({ length: count }, (_, at) => {
    const template = JSON.parse(text) as { Resources: Record<string, Resource> }
    const broken = new Map<string, string>()
    for (const [rule, breakages] of Object.entries(BREAKAGES)) {
      const breakage = breakages[at]
      if (breakage === undefined) continue
      const { type, ids = /./, by } = breakage
      const [resource, found] = Object.entries(template.Resources).find(([id, { Type }]) => Type === type && ids.test(id)) ?? []
      if (resource === undefined || found === undefined) throw new Error(`the template has no ${type} ${ids} to break ${rule} with`)
      by(found)
      broken.set(rule, resource)
    }
    return { template, broken }
  })
}
