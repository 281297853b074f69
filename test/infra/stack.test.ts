import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Match, type Template } from 'aws-cdk-lib/assertions'
import { beforeAll, describe, expect, it } from 'vitest'
import { KEY_VERBS, SECRET_VERBS } from '../../infra/acting-statements.ts'
import { ROLE_RIGHTS, USER_RIGHTS, VERBS } from '../../infra/step-rights.ts'
import { readPolicyFile } from '../../local/policy-file.ts'
import { rulesOf } from '../../shared/detect/delivery-rules.ts'
import { MOST_RECEIVES } from '../../shared/ports/deliveries.ts'
import { LOOKUP_WORKERS } from '../../shared/ports/lookup.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { fixture } from '../fixtures/fixture.ts'
import { idOf, isDenied } from './queue-policy.ts'
import { templateOf } from './template-of.ts'

const GUARDED = ['arn:aws:iam::*:user/break-glass', '*:user/admins/*']

const ROTATION = {
  users: ['arn:aws:iam::*:user/ci-*'],
  secrets: [{ arns: ['*:user/ci-deploy'], secret: 'builds/deploy-key' }],
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string | string[]
  readonly Resource: unknown
  readonly Condition?: unknown
}

let template: Template
/** Of the stack with no settings and no rights that a policy gives. */
let plain: Template

beforeAll(() => {
  const policy = parsePolicy({ version: 2, protected: { arns: GUARDED, tags: {} }, rotation: ROTATION, learning: { autoTighten: true } })
  const settings = {
    advisorModelId: 'us.example.model-v1:0',
    advisorGuardrail: 'gr1:3',
    advisorEndpoint: 'https://models.example.com',
    includeRoleSessions: true,
    accounts: ['210987654321'],
  }
  template = templateOf({ settings, policy })
  plain = templateOf({ settings: {}, policy: parsePolicy({ version: 2 }) })
})

/** The statements of the policies of the role whose logical id starts so. */
/** The name of a rule by its logical id. */
function nameOf(id: string): string {
  return id.replace(/^(Forwarded)?Rules|[0-9A-F]{8}$/g, '')
}

function statementsOf(prefix: string): Statement[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'))
  return policies
    .filter(({ Properties }) => Properties.Roles.some((role: { Ref: string }) => role.Ref.startsWith(prefix)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
}

const actionsOf = (statements: readonly Statement[], effect: Statement['Effect']) =>
  statements.filter(({ Effect }) => Effect === effect).flatMap(({ Action }) => (Array.isArray(Action) ? Action : [Action]))

describe('respond', () => {
  it('may not change IAM: nothing allows it and everything that does is denied', () => {
    const statements = statementsOf('Respond')
    const iam = actionsOf(statements, 'Allow').filter((action) => action.startsWith('iam:'))
    expect(iam.sort()).toEqual(['iam:GetAccessKeyLastUsed', 'iam:GetInstanceProfile', 'iam:GetRole', 'iam:GetUser'])
    for (const verb of VERBS) {
      expect(
        actionsOf(statements, 'Deny').some((action) => action.endsWith('*') && verb.startsWith(action.slice(0, -1))),
        verb,
      ).toBe(true)
    }
  })

  it('allows no wildcard action', () => {
    for (const role of ['Respond', 'Contain', 'Rotate', 'Sweep', 'Learn', 'Seed', 'Seal', 'Inventory']) {
      expect(
        actionsOf(statementsOf(role), 'Allow').filter((action) => action.includes('*')),
        role,
      ).toEqual([])
    }
  })

  it('may call only the model that is configured', () => {
    const [bedrock] = statementsOf('Respond').filter(({ Action }) => Action === 'bedrock:InvokeModel')
    expect(JSON.stringify(bedrock?.Resource)).toContain('inference-profile/us.example.model-v1:0')
    expect(JSON.stringify(bedrock?.Resource)).toContain('bedrock:us-*::foundation-model/example.model-v1:0')
    const guardrail = statementsOf('Respond').find(({ Action }) => Action === 'bedrock:ApplyGuardrail')
    expect(JSON.stringify(guardrail?.Resource)).toMatch(/:bedrock:us-east-1:123456789012:guardrail\/gr1"/)
  })

  it('is told of a server in place of Bedrock, and no function that asks no model is', () => {
    const endpointsOf = (of: Template) =>
      Object.entries(of.findResources('AWS::Lambda::Function')).flatMap(([id, { Properties }]) => {
        const endpoint = Properties.Environment?.Variables?.ADVISOR_ENDPOINT
        return endpoint === undefined ? [] : [`${id.replace(/Function[0-9A-F]{8}$/, '')} ${endpoint}`]
      })
    expect(endpointsOf(template).sort()).toEqual(['RespondResponder https://models.example.com'])
    expect(endpointsOf(plain)).toEqual([])
  })

  it('reports which messages failed, so that one bad event does not hold up a batch', () => {
    const sources = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'))
    expect(sources).toHaveLength(7)
    // The watch queue hands contain one message at a time: its failure is the batch's.
    for (const { Properties } of sources.filter(({ Properties: { BatchSize } }) => BatchSize !== 1))
      expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures'])
  })
})

describe('contain', () => {
  it('may do to IAM what the steps do and nothing more: to users, to roles, and with its own deny policy', () => {
    const iam = statementsOf('Contain').filter(({ Effect, Action }) => Effect === 'Allow' && JSON.stringify(Action).includes('iam:'))
    expect(actionsOf(iam, 'Allow').sort()).toEqual([...VERBS, ...USER_RIGHTS.reads, ...ROLE_RIGHTS.reads, 'iam:GetAccountSummary'].sort())
    const on = (action: string) => iam.find(({ Action }) => Action.includes(action))
    for (const verb of [...USER_RIGHTS.writes, ...USER_RIGHTS.ownPolicyWrites, ...USER_RIGHTS.reads])
      expect(JSON.stringify(on(verb)?.Resource), verb).toMatch(/:iam::123456789012:user\/\*/)
    for (const verb of [...ROLE_RIGHTS.writes, ...ROLE_RIGHTS.reads])
      expect(JSON.stringify(on(verb)?.Resource), verb).toMatch(/:iam::123456789012:role\/\*/)
    expect(on('iam:AttachUserPolicy')?.Condition).toMatchObject({
      ArnEquals: { 'iam:PolicyARN': { Ref: expect.stringMatching(/^ContainQuarantine/) } },
    })
  })

  it('lets each function reach only its own items: respond, which reads what intruders write, cannot write the policy', () => {
    const keysOf = (role: string, action: string) =>
      statementsOf(role)
        .filter(({ Action }) => Action.includes(action))
        .flatMap(
          ({ Condition }) =>
            (Condition as { 'ForAllValues:StringLike': Record<string, string[]> })['ForAllValues:StringLike']['dynamodb:LeadingKeys'],
        )
    expect(keysOf('Respond', 'dynamodb:PutItem')).toEqual(['IDENTITY#*', 'INCIDENT#*', 'EXPOSURE#*', 'WORKLOAD#*'])
    expect(keysOf('Contain', 'dynamodb:PutItem')).toEqual(['INCIDENT#*', 'STEPS#*'])
    // What contain notes of itself proves something because nobody else may write it.
    for (const role of ['Respond', 'Review', 'Sweep', 'Rotate', 'Learn', 'Seal', 'Seed'])
      expect([role, keysOf(role, 'dynamodb:PutItem').filter((key = '*') => key.startsWith('STEPS') || key === '*')]).toEqual([role, []])
    expect(keysOf('Contain', 'dynamodb:UpdateItem')).toEqual(['BREAKER#*'])
    expect(keysOf('Seed', 'dynamodb:PutItem')).toEqual(['POLICY'])
  })

  it('lets the alarms reach the topic', () => {
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Allow', Action: 'sns:Publish', Principal: { Service: 'cloudwatch.amazonaws.com' } }),
        ]),
      },
    })
  })

  it('pages whoever is on call by a topic of its own, which nothing but the sweep, seal and contain may publish to; without one, by the notices’ topic', () => {
    const endpoint = 'https://pager.example.com/x'
    const settings = { onCall: { email: 'oncall@example.com', endpoint } }
    const paging = templateOf({ settings, policy: parsePolicy({ version: 2 }) })
    const [topic] = Object.keys(paging.findResources('AWS::SNS::Topic', { Properties: { DisplayName: 'Countersign on call' } }))
    for (const Protocol of ['email', 'https'])
      paging.hasResourceProperties('AWS::SNS::Subscription', { Protocol, TopicArn: { Ref: topic } })
    const publishers = Object.values(paging.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      JSON.stringify(Properties.PolicyDocument.Statement).includes(String(topic)),
    )
    const roles = publishers.flatMap(({ Properties }) => Properties.Roles as { Ref: string }[])
    expect(roles.map(({ Ref }) => Ref.match(/^[A-Z][a-z]+/)?.[0]).sort()).toEqual(['Contain', 'Seal', 'Sweep'])
    expect(paging.findOutputs('OnCallTopicArn').OnCallTopicArn?.Value).toEqual({ Ref: topic })
    expect(Object.keys(plain.findResources('AWS::SNS::Topic'))).toHaveLength(1)
    expect(plain.findOutputs('OnCallTopicArn').OnCallTopicArn?.Value).toEqual(plain.findOutputs('TopicArn').TopicArn?.Value)
  })

  it('has a policy to attach that denies everything', () => {
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: { Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] },
    })
  })

  it('is denied protected identities, itself, its deployer, service-linked roles, models and other roles', () => {
    const denials = statementsOf('Contain').filter(({ Effect }) => Effect === 'Deny')
    const guarded = denials.find(({ Action }) => Action.includes('iam:UpdateAccessKey'))
    expect(guarded?.Action).toEqual(VERBS)
    expect(JSON.stringify(guarded?.Resource)).toMatch(/:iam::123456789012:user\/break-glass".*:iam::123456789012:user\/admins\/\*"/)
    // Only the changes: a look that is denied must not keep an intruder's containment from being taken.
    const foreign = denials.flatMap(({ Action, Resource }) =>
      JSON.stringify(Action) === JSON.stringify(ROLE_RIGHTS.writes) ? [Resource].flat() : [],
    )
    const roles = Object.keys(template.findResources('AWS::IAM::Role'))
    expect(roles.length).toBeGreaterThan(5)
    for (const role of roles) expect(foreign).toContainEqual({ 'Fn::GetAtt': [role, 'Arn'] })
    expect(foreign).toContainEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Contain/), 'Arn'] })
    for (const role of ['aws-service-role/*', 'aws-reserved/*', 'cdk-hnb659fds-cfn-exec-role-123456789012-us-east-1'])
      expect(JSON.stringify(foreign), role).toContain(`:iam::123456789012:role/${role}`)
    expect(actionsOf(denials, 'Deny')).toEqual(expect.arrayContaining(['bedrock:*', 'sts:AssumeRole', 'iam:PassRole']))
  })

  it('is woken by its reverify queue, one message at a time, which takes half of the places that new containments have', () => {
    template.hasResourceProperties('AWS::Lambda::Function', { FunctionName: 'Countersign-contain', ReservedConcurrentExecutions: 10 })
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 5 },
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ContainReverify'), 'Arn'] },
    })
  })

  it('keeps what it could not do: two more tries, then a queue', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: Match.anyValue() },
    })
  })
})

const consumedQueues = () =>
  Object.values(template.findResources('AWS::SQS::Queue')).filter(({ Properties }) => Properties.RedrivePolicy !== undefined)

describe('rotate', () => {
  const statements = () => statementsOf('Rotate')

  it('reaches the users and secrets that the policy names, and may read no secret', () => {
    const keys = statements().find(({ Effect, Action }) => Effect === 'Allow' && Action.includes('iam:CreateAccessKey'))
    expect(keys?.Action).toEqual(KEY_VERBS)
    expect(JSON.stringify(keys?.Resource)).toMatch(/:iam::123456789012:user\/ci-\*/)
    expect(JSON.stringify(keys?.Resource)).not.toContain('user/*')
    const secrets = statements().find(({ Effect, Action }) => Effect === 'Allow' && Action.includes('secretsmanager:CreateSecret'))
    expect(secrets?.Action).toEqual(SECRET_VERBS)
    const tagging = statements().filter(({ Action }) => Action.includes('secretsmanager:TagResource'))
    expect(tagging.map(({ Condition }) => Condition)).toMatchObject([
      { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['countersign:user'] } },
    ])
    expect(JSON.stringify(secrets?.Resource)).toMatch(/secret:countersign\/\*".*secret:builds\/deploy-key-\?{6}"/)
    expect(actionsOf(statements(), 'Deny')).toEqual(
      expect.arrayContaining([...KEY_VERBS, 'secretsmanager:GetSecretValue', 'sts:AssumeRole']),
    )
  })

  it('may change no policy of anybody', () => {
    const verbs = actionsOf(statements(), 'Allow')
    expect(verbs.length).toBeGreaterThan(5)
    for (const verb of VERBS) expect(verbs).not.toContain(verb)
  })

  it('is not there where the policy names no users', () => {
    const all = JSON.stringify(plain.toJSON())
    expect(all).not.toContain('CreateAccessKey')
    expect(all).not.toContain('secretsmanager:')
  })
})

describe('learn', () => {
  it('reads incidents and writes the policy, and nothing else', () => {
    expect(
      actionsOf(statementsOf('LearnResponder'), 'Allow')
        .filter((action) => !/^(logs|xray|sqs):/.test(action))
        .sort(),
    ).toEqual(['dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:Scan'])
    const put = statementsOf('LearnResponder').find(({ Action }) => Action.includes('dynamodb:PutItem'))
    expect(put?.Condition).toMatchObject({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['POLICY'] } })
  })
})

describe('inventory', () => {
  it('asks IAM for policies and last-used data, changes nothing in IAM, and writes what follows from them and nothing else', () => {
    const statements = statementsOf('InventoryResponder')
    const about = (action: string) => statements.filter(({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes(action))
    expect(
      actionsOf(statements, 'Allow')
        .filter((action) => !/^(logs|xray|sqs):/.test(action))
        .sort(),
    ).toEqual(
      [
        ...['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:Scan'],
        ...['access-analyzer:ListAnalyzers', 'access-analyzer:ListFindings'],
        ...['iam:GenerateServiceLastAccessedDetails', 'iam:GetAccountAuthorizationDetails', 'iam:GetServiceLastAccessedDetails'],
      ].sort(),
    )
    const keysOf = (action: string) =>
      about(action).map(({ Condition = {} }) => (Condition as Record<string, unknown>)['ForAllValues:StringLike'])
    expect(keysOf('dynamodb:PutItem')).toEqual([{ 'dynamodb:LeadingKeys': ['LASTUSED#*', 'REACH#*'] }])
    expect(keysOf('dynamodb:Query')).toEqual([{ 'dynamodb:LeadingKeys': ['REACH#*'] }])
    expect(keysOf('dynamodb:GetItem')).toEqual([{ 'dynamodb:LeadingKeys': ['INCIDENT#*', 'LASTUSED#*'] }])
    expect(about('dynamodb:Scan')[0]?.Condition).toMatchObject({
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'triedAt'] },
    })
    for (const verb of VERBS)
      expect(actionsOf(statements, 'Deny').some((action) => action.endsWith('*') && verb.startsWith(action.slice(0, -1)))).toBe(true)
    template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'cron(41 2 * * ? *)' })
  })

  it.each(['LASTUSED', 'REACH'])('alone writes what respond reads of it: %s', (key) => {
    const writes = ['Respond', 'Contain', 'Rotate', 'Sweep', 'Learn', 'Seed', 'Seal', 'Inventory'].filter((role) =>
      statementsOf(`${role}Responder`).some(
        ({ Effect, Action, Condition }) =>
          Effect === 'Allow' && [Action].flat().includes('dynamodb:PutItem') && JSON.stringify(Condition).includes(key),
      ),
    )
    expect(writes).toEqual(['Inventory'])
    const reads = statementsOf('RespondResponder').filter(({ Condition }) => JSON.stringify(Condition ?? {}).includes(key))
    expect(reads.map(({ Action }) => Action)).toEqual(['dynamodb:GetItem'])
  })
})

describe('sweep', () => {
  it('runs every five minutes, reads the open incidents and changes nothing in IAM', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(5 minutes)' })
    const iam = actionsOf(statementsOf('Sweep'), 'Allow').filter((action) => action.startsWith('iam:'))
    expect(iam).toEqual(['iam:GetUser', 'iam:GetRole'])
    const index = statementsOf('Sweep').find(({ Resource }) => JSON.stringify(Resource).includes('/index/open-incidents'))
    expect(index?.Action).toBe('dynamodb:Query')
  })
})

interface Keyed {
  readonly 'ForAllValues:StringLike': { readonly 'dynamodb:LeadingKeys': readonly string[] }
}

describe('archive', () => {
  const statements = () => statementsOf('ArchiveResponder')
  const about = (action: string) => statements().filter(({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes(action))
  const keysFor = (action: string) =>
    about(action).flatMap(({ Condition }) => (Condition as Keyed)['ForAllValues:StringLike']['dynamodb:LeadingKeys'])

  it('writes no order, no step and no seal, and deletes no object: what it may is what moving an incident takes', () => {
    expect([...new Set(actionsOf(statements(), 'Allow'))].filter((action) => /^(dynamodb|s3|iam|lambda|sns):/.test(action)).sort()).toEqual(
      [
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:Scan',
        's3:GetObject',
        's3:GetObjectVersion',
        's3:ListBucketVersions',
        's3:PutObject',
      ],
    )
    expect(keysFor('dynamodb:PutItem')).toEqual(['INCIDENT#*', 'ARCHIVE'])
    expect(keysFor('dynamodb:DeleteItem')).toEqual(['INCIDENT#*', 'ORDER#*', 'STEPS#*'])
    expect(about('dynamodb:Scan')[0]?.Condition).toMatchObject({
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'open', 'archived'] },
    })
    expect(about('s3:PutObject').map(({ Resource }) => JSON.stringify(Resource).match(/"\/[^"]*"/)?.[0])).toEqual(['"/archive/*"'])
  })

  it('runs once a day after the seal that has to cover what it moves, and keeps what failed', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'cron(29 4 * * ? *)' })
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^ArchiveResponderFunction') },
      DestinationConfig: { OnFailure: Match.anyValue() },
    })
  })

  it('has an alarm where it fails in two runs in a row, and one where an incident is not as it was sealed', () => {
    for (const [MetricName, EvaluationPeriods] of [
      ['archive.failed', 2],
      ['archive.refused', 1],
    ] as const)
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        MetricName,
        Namespace: 'Countersign',
        Period: 86_400,
        EvaluationPeriods,
        Threshold: 0,
        AlarmActions: [{ Ref: Match.stringLikeRegexp('^NoticesTopic') }],
      })
  })

  it('is not there where closed incidents stay in the table, and keeps to the days that are set', () => {
    const off = templateOf({ settings: { archive: 'off' }, policy: parsePolicy({ version: 2 }) })
    expect(Object.keys(off.findResources('AWS::Lambda::Function')).filter((id) => id.startsWith('Archive'))).toEqual([])
    const late = templateOf({ settings: { archive: { afterDays: 400 } }, policy: parsePolicy({ version: 2 }) })
    late.hasResourceProperties('AWS::Lambda::Function', { Environment: { Variables: { ARCHIVE_AFTER_DAYS: '400' } } })
  })

  it('lets no object of the bucket expire, and keeps no part of an upload', () => {
    const [bucket] = Object.values(template.findResources('AWS::S3::Bucket'))
    expect(bucket?.Properties.LifecycleConfiguration.Rules).toEqual([
      { Id: 'NoPartsOfUploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
    ])
  })
})

describe('seal', () => {
  it('may see which chains there are, read where each ends, write its own, and put seals that it cannot delete', () => {
    const statements = statementsOf('SealResponder')
    const about = (action: string) => statements.filter(({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes(action))
    expect(
      actionsOf(statements, 'Allow')
        .filter((action) => /^(dynamodb|s3|iam|lambda):/.test(action))
        .sort(),
    ).toEqual(
      [
        ...['dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:Scan'],
        // What is archived is read to be compared.
        ...['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectVersion', 's3:ListBucketVersions', 's3:PutObject'],
      ].sort(),
    )
    expect(JSON.stringify(about('s3:GetObject')[0]?.Resource)).toContain('/archive/*')
    expect(about('dynamodb:Scan')[0]?.Condition).toMatchObject({ 'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk'] } })
    expect(about('dynamodb:PutItem')[0]?.Condition).toMatchObject({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['SEAL'] } })
    expect(JSON.stringify(about('s3:PutObject')[0]?.Resource)).toContain('/seals/*')
    // Every chain that something appends to, `baseline expect` among them: one that it may not read would make each seal fail.
    const readable = ['INCIDENT#*', 'ORDER#*', 'STEPS#*', 'IDENTITY#*', 'PATTERN#*', 'POLICY', 'REDRIVE', 'SEAL']
    expect(about('dynamodb:Query').map(({ Condition }) => Condition)).toMatchObject([
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': readable } },
    ])
  })

  it('has an alarm for each thing that it tells people', () => {
    for (const MetricName of ['seal.discrepancy', 'seal.uncompared', 'seal.conflict'])
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        MetricName,
        Namespace: 'Countersign',
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        AlarmActions: [{ Ref: Match.stringLikeRegexp('^NoticesTopic') }],
      })
  })

  it('has an alarm that stands where no seal was made for more than a day, also where nothing ran at all', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'seal.done',
      Namespace: 'Countersign',
      Statistic: 'Sum',
      Period: 3600,
      EvaluationPeriods: 26,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^NoticesTopic') }],
    })
  })

  it('keeps seals a year in a bucket that lets nobody delete or read them from outside', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        ObjectLockEnabled: true,
        ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } } },
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
    })
  })

  it('is woken once a day by a role that may do nothing else, and keeps what failed', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(17 3 * * ? *)',
      FlexibleTimeWindow: { Mode: 'OFF' },
    })
    expect(actionsOf(statementsOf('SealDailyScheduler'), 'Allow')).toEqual(['lambda:InvokeFunction'])
  })
})

describe('the stack', () => {
  it('has patterns that EventBridge takes: 2,048 characters each at most', () => {
    for (const [id, { Properties }] of Object.entries(template.findResources('AWS::Events::Rule')))
      expect(JSON.stringify(Properties.EventPattern).length, id).toBeLessThan(2048)
  })

  it('keeps the record: retained, protected, restorable', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      Properties: {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        BillingMode: 'PAY_PER_REQUEST',
      },
    })
  })

  it('has a dead-letter queue behind every queue, and an alarm on each', () => {
    expect(consumedQueues()).toHaveLength(7)
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'))
    expect(alarms.filter(({ Properties }) => Properties.MetricName === 'ApproximateNumberOfMessagesVisible')).toHaveLength(16)
  })

  it('gives a batch six times the time of its function before it is delivered again', () => {
    template.hasResourceProperties('AWS::Lambda::Function', { Description: Match.stringLikeRegexp('^Reads cloud events'), Timeout: 60 })
    for (const { Properties } of consumedQueues()) expect(Properties.VisibilityTimeout).toBe(360)
  })

  it('bounds how many batches of each lane are worked on at the same time, and has no batching window but for bulk', () => {
    const lanes = Object.values(template.findResources('AWS::Lambda::EventSourceMapping')).flatMap(({ Properties }) => {
      const [, lane] =
        /^Queues(Confirmed|Hot|Tokens|Bulk|Backfill|Bootstrap)[0-9A-F]{8}$/.exec(Properties.EventSourceArn['Fn::GetAtt'][0]) ?? []
      const { BatchSize, MaximumBatchingWindowInSeconds: window, ScalingConfig } = Properties
      return lane === undefined ? [] : [[lane, BatchSize, window, ScalingConfig?.MaximumConcurrency]]
    })
    expect(lanes.sort()).toEqual([
      ['Backfill', 1, undefined, 2],
      ['Bootstrap', 1, undefined, 2],
      ['Bulk', 200, 5, 10],
      ['Confirmed', 10, undefined, 5],
      ['Hot', 10, undefined, 5],
      ['Tokens', 10, undefined, 2],
    ])
  })

  it('puts confirmed exposures, and the calls of STS that a key can make without end, into queues of their own', () => {
    const targets = Object.entries(template.findResources('AWS::Events::Rule')).map(([id, { Properties }]) => [
      nameOf(id),
      Properties.Targets[0].Arn['Fn::GetAtt'][0].replace(/^Queues|[0-9A-F]{8}$/g, ''),
    ])
    const into = (queue: string) => targets.filter(([, target]) => target === queue).map(([rule]) => rule)
    expect([into('Confirmed'), into('Tokens')]).toEqual([
      // Of the default bus, and of that for forwarded events.
      ['CredentialExposures', 'CredentialExposures'],
      ['TokenCalls', 'TokenCalls'],
    ])
    expect(into('Hot')).toEqual(expect.arrayContaining(['CredentialChanges', 'SignIns']))
  })

  it('lets respond say when a message comes again on its own queues, and on no other', () => {
    const mine = statementsOf('Respond').filter(
      ({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes('sqs:ChangeMessageVisibility'),
    )
    const queues = mine
      .flatMap(({ Resource }) => [Resource].flat())
      .map((resource) => (resource as { 'Fn::GetAtt': string[] })['Fn::GetAtt'][0])
    expect(queues.map((id) => id?.replace(/^Queues|[0-9A-F]{8}$/g, '')).sort()).toEqual([
      'Backfill',
      'Bootstrap',
      'Bulk',
      'Confirmed',
      'Hot',
      'Tokens',
    ])
  })

  it('delivers a message so often before it is a dead letter that a conflict, which is tried again in the function as well, is none', () => {
    const ofRespond = consumedQueues().filter(({ Properties }) => Properties.RedrivePolicy.maxReceiveCount === MOST_RECEIVES)
    expect(ofRespond).toHaveLength(6)
  })

  it('keeps an event that EventBridge could not deliver', () => {
    // A heartbeat that is lost is one that did not come.
    const rules = Object.entries(template.findResources('AWS::Events::Rule')).filter(([id]) => !id.startsWith('Heartbeat'))
    const targets = rules.flatMap(([, { Properties }]) => Properties.Targets)
    // Of both buses.
    expect(targets).toHaveLength(38)
    for (const target of targets) {
      expect(target.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 7200, MaximumRetryAttempts: 185 })
      expect(target.DeadLetterConfig.Arn['Fn::GetAtt'][0]).toMatch(/^(Rules|ForwardedRulesForwarded)Undelivered/)
    }
  })

  it('says of every queue who may put messages into it, who may take them, and who may change it', () => {
    const queues = Object.keys(template.findResources('AWS::SQS::Queue'))
    expect(queues).toHaveLength(23)
    const policies = Object.values(template.findResources('AWS::SQS::QueuePolicy'))
    for (const id of queues) {
      const own = policies.filter(({ Properties }) => Properties.Queues.some(({ Ref }: { Ref: string }) => Ref === id))
      const statements = own.flatMap(({ Properties }) => Properties.PolicyDocument.Statement as (Statement & { Sid?: string })[])
      const denied = statements.filter(({ Effect }) => Effect === 'Deny').map(({ Sid }) => Sid)
      expect(denied, id).toEqual(expect.arrayContaining(['OnlyItsSenders', 'OnlyItsConsumer', 'OnlyItsDeployment']))
      // SQS takes ten conditions in a policy, 20 statements and 8,192 bytes.
      expect(statements.flatMap(({ Condition }) => Object.values(Condition ?? {}).flatMap(Object.keys)).length, id).toBeLessThanOrEqual(10)
      expect(JSON.stringify(statements).length, id).toBeLessThan(8192)
    }
  })

  it('lets EventBridge put events into a queue by its own rules alone, by no other rule of the account', () => {
    const allowed = Object.values(template.findResources('AWS::SQS::QueuePolicy'))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Effect }: Statement) => Effect === 'Allow')
    // Confirmed, hot, tokens, bulk, and what could not be delivered from either bus.
    expect(allowed).toHaveLength(6)
    for (const { Principal, Condition } of allowed) {
      expect(Principal).toEqual({ Service: 'events.amazonaws.com' })
      expect(JSON.stringify(Condition)).toMatch(/^\{"ArnLike":\{"aws:SourceArn":.*:events:us-east-1:123456789012:rule\/\*"\]\]\}\}\}$/)
    }
    for (const prefix of [
      'QueuesConfirmed',
      'QueuesHot',
      'QueuesTokens',
      'QueuesBulk',
      'RulesUndelivered',
      'ForwardedRulesForwardedUndelivered',
    ]) {
      const queue = idOf(template, 'AWS::SQS::Queue', prefix)
      const isIn = (source: string) => !isDenied(template, queue, 'sqs:SendMessage', { source })
      const own = Object.keys(template.findResources('AWS::Events::Rule')).filter((id) => isIn(`${id}.Arn`))
      expect(own.length, prefix).toBeGreaterThan(0)
      expect(isIn('arn:aws:events:us-east-1:123456789012:rule/theirs'), prefix).toBe(false)
    }
  })

  it('gives no role a right that holds outside of its own function, but for what Lambda itself does with it', () => {
    const byLambda =
      /^(logs:(CreateLogStream|PutLogEvents)|xray:Put\w+|sqs:(ReceiveMessage|ChangeMessageVisibility|GetQueueUrl|DeleteMessage|GetQueueAttributes))$/
    const policies = Object.values(template.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      Properties.Roles.some(({ Ref }: { Ref: string }) => Ref.includes('ResponderRole')),
    )
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
    const bound = statements.filter(
      ({ Effect, Condition }) => Effect === 'Allow' && JSON.stringify(Condition ?? {}).includes('lambda:SourceFunctionArn'),
    )
    const loose = statements.filter((one) => one.Effect === 'Allow' && !bound.includes(one))
    expect(bound.length).toBeGreaterThan(30)
    expect(actionsOf(bound, 'Allow')).toEqual(expect.arrayContaining(VERBS))
    // What a function failed at is put into its own dead-letter queue by Lambda.
    const others = loose.filter(
      ({ Action, Resource }) => ![Action].flat().every((one) => byLambda.test(one)) && !/Failures/.test(JSON.stringify(Resource)),
    )
    expect(others).toEqual([])
  })

  it("leaves the responder's own calls out of every rule but those of named calls, of callers without a key, and of services", () => {
    const own = [plain, template].map((one) => {
      const rules = Object.entries(one.findResources('AWS::Events::Rule')).filter(([, { Properties }]) =>
        Properties.EventPattern['detail-type'].includes('AWS API Call via CloudTrail'),
      )
      const leaves = rules.flatMap(([id, { Properties }]) => {
        const [absent, others] = Properties.EventPattern.detail.userIdentity?.arn ?? []
        const sessions = others?.['anything-but']
        if (!Array.isArray(sessions)) return []
        expect(absent).toEqual({ exists: false })
        const names = sessions.map((session: unknown) => JSON.stringify(session).match(/"\/(Countersign-[a-z]+)"/)?.[1])
        return [[nameOf(id), names] as const]
      })
      return { leaves: [...new Set(leaves.map(([name]) => name))].sort(), sessions: new Set(leaves.flatMap(([, names]) => names)) }
    })
    const always = ['BearerTokenCalls', 'CredentialChanges', 'LongLivedKeyCalls', 'ReadOnlyCalls', 'TokenCalls']
    expect(own[0]?.leaves).toEqual([...always, 'RefusedCalls', 'UserSessionCalls'].sort())
    expect(own[1]?.leaves).toEqual([...always, 'RoleSessionCalls'].sort())
    const functions = ['contain', 'rotate', 'respond', 'sweep', 'seed', 'seal', 'inventory', 'learn']
    expect([...(own[1]?.sessions ?? [])]).toEqual(functions.map((name) => `Countersign-${name}`))
  })

  it('has the rules that delivery is said to come by, and no other', () => {
    for (const [one, includeRoleSessions] of [
      [plain, false],
      [template, true],
    ] as const) {
      const names = Object.keys(one.findResources('AWS::Events::Rule')).map((id) => nameOf(id).replace(/\d+$/, ''))
      expect(new Set(names)).toEqual(new Set(['HeartbeatRule', ...rulesOf({ readOnlyEvents: true, includeRoleSessions })]))
    }
  })

  it('asks EventBridge for read-only events where a rule needs them, and nowhere else', () => {
    const rules = Object.entries(template.findResources('AWS::Events::Rule')).map(([id, { Properties }]) => [id, Properties.State] as const)
    const all = rules.filter(([, state]) => state === 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS').map(([id]) => nameOf(id))
    expect([...new Set(all)].sort()).toEqual([
      'BearerTokenCalls',
      'HeartbeatRule',
      'ReadOnlyCalls',
      'RoleSessionCalls',
      'ServiceEvents',
      'TokenCalls',
    ])
    expect(all).toHaveLength(11)
  })

  it('tells respond whose events it may believe: those of its own account, and of the others that are set', () => {
    const accountsOf = (one: Template) =>
      Object.entries(one.findResources('AWS::Lambda::Function')).find(([id]) => id.startsWith('RespondResponder'))?.[1].Properties
        .Environment.Variables.ACCOUNTS
    expect([accountsOf(plain), accountsOf(template)]).toEqual(['123456789012', '123456789012,210987654321'])
  })

  it('tells respond what is delivered beside the calls that every stack gets, as the rules have it', () => {
    const policy = parsePolicy({ version: 2 })
    const withoutReads = [false, true].map((includeRoleSessions) =>
      templateOf({ settings: { readOnlyEvents: false, includeRoleSessions }, policy }),
    )
    for (const [one, delivered] of [
      [plain, ['reads']],
      [template, ['reads', 'sessions']],
      [withoutReads[0] as Template, []],
      [withoutReads[1] as Template, ['sessions']],
    ] as const) {
      const [, respond] = Object.entries(one.findResources('AWS::Lambda::Function')).find(([id]) => id.startsWith('RespondResponder')) ?? []
      expect(respond?.Properties.Environment.Variables.DELIVERED).toBe(delivered.join(','))
      const rules = Object.keys(one.findResources('AWS::Events::Rule')).join()
      expect([rules.includes('ReadOnlyCalls') ? 'reads' : [], rules.includes('RoleSessionCalls') ? 'sessions' : []].flat()).toEqual(
        delivered,
      )
    }
  })

  it('has the look-ups of incidents in a queue of their own, and two workers for it and for the keys that are new', () => {
    const queueOf = (Properties: { Environment?: { Variables?: Record<string, { Ref: string }> } }) =>
      Properties.Environment?.Variables?.BACKFILL_QUEUE_URL?.Ref
    const queues = Object.values(template.findResources('AWS::Lambda::Function')).flatMap(({ Properties }) => queueOf(Properties) ?? [])
    // Those of respond, which requests a look-up when an incident opens, and of the sweep.
    expect([queues.length, new Set(queues).size]).toEqual([2, 1])
    const [queue = ''] = queues
    expect(queue).toMatch(/^QueuesBackfill/)
    const workers = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'))
      .map(({ Properties }) => Properties)
      .filter(({ EventSourceArn }) => /^Queues(Backfill|Bootstrap)/.test(EventSourceArn['Fn::GetAtt']?.[0]))
    const alone = [{ MaximumConcurrency: LOOKUP_WORKERS }, 1]
    expect(workers.map(({ ScalingConfig, BatchSize }) => [ScalingConfig, BatchSize])).toEqual([alone, alone])
    const lookers = Object.values(template.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      JSON.stringify(Properties.PolicyDocument).includes('cloudtrail:LookupEvents'),
    )
    expect(lookers.map(({ Properties }) => Properties.Roles[0].Ref)).toEqual([expect.stringMatching(/^RespondResponder/)])
  })

  it('runs Node 24 in bundles of at most 1.2 MB', async () => {
    for (const { Properties } of Object.values(template.findResources('AWS::Lambda::Function'))) {
      if (Properties.Environment?.Variables?.TABLE_NAME !== undefined) expect(Properties.Runtime).toBe('nodejs24.x')
    }
    const { folder } = await fixture('bundles')
    const { Resources } = JSON.parse(readFileSync(join(folder, 'Countersign.template.json'), 'utf8'))
    const bundles = Object.values<{ Properties: { Environment?: { Variables: object }; Code: { S3Key: string } } }>(Resources)
      .filter(({ Properties }) => 'POWERTOOLS_SERVICE_NAME' in (Properties.Environment?.Variables ?? {}))
      .map(({ Properties }) => join(folder, `asset.${Properties.Code.S3Key.replace('.zip', '')}`, 'index.js'))
    expect(bundles).toHaveLength(14)
    for (const bundle of bundles) expect(statSync(bundle).size).toBeLessThan(1_200_000)
  }, 180_000)

  it('only observes unless people say otherwise', async () => {
    expect((await readPolicyFile(join(import.meta.dirname, '..', '..', 'policy.yaml'))).mode).toBe('observe')
  })
})
