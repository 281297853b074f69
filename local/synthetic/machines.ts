import { AGENTS, addressIn, serviceCaller, sessionIdentity, userIdentity } from './cast.ts'
import { iamId } from './random.ts'
import { ACCOUNT, type Caller, denied, HOME_REGION } from './record.ts'
import { busyness, HOUR, MINUTE, SECOND, type Story, tellAll } from './story.ts'

/** Writes the calls of one day of the account's CI and workloads. `day` is its midnight (UTC), epoch ms. */
export function machinesDay(story: Story, day: number): void {
  builds(story, day)
  for (const hour of deployHours(story, day)) deploy(story, day + hour * HOUR + story.random.whole(0, 2400) * SECOND)
  release(story, day)
  for (let hour = 0; hour < 24; hour++) pipelineRun(story, day + hour * HOUR)
  instance(story, day)
  services(story, day)
}

function ciCaller(story: Story, name: string, time: number, agent: string): Caller {
  return { userIdentity: userIdentity(story.user(name), time), address: addressIn('ci', story.random), agent }
}

function builds(story: Story, day: number): void {
  const count = Math.round(7 * busyness(day)) + story.random.whole(0, 1)
  for (let index = 0; index < count; index++) {
    const time = day + story.random.whole(7 * 60, 18 * 60) * MINUTE
    const caller = ciCaller(story, 'ci-build', time, AGENTS.boto)
    const end = tellAll(story, caller, time, [
      ['ecr', 'GetAuthorizationToken'],
      ['ecr', 'DescribeRepositories', { repositoryNames: ['web'] }],
      ['codeartifact', 'GetAuthorizationToken', { domain: 'example' }],
    ])
    if (story.random.chance(0.1)) {
      const error = denied(caller.userIdentity.arn, 'ecr:DescribeImageScanFindings')
      story.tell(caller, {
        time: end + 4 * SECOND,
        service: 'ecr',
        name: 'DescribeImageScanFindings',
        request: { repositoryName: 'web' },
        error,
      })
    } else if (story.random.chance(0.5))
      story.tell(caller, { time: end + 20 * SECOND, service: 'ecr', name: 'PutImage', request: { repositoryName: 'web' } })
  }
}

function deployHours(story: Story, day: number): number[] {
  return busyness(day) === 1 ? [9, 11, 14, 16].filter(() => story.random.chance(0.85)) : story.random.chance(0.4) ? [11] : []
}

/** One deployment: with its key, ci-deploy calls GetCallerIdentity, assumes the deploy role and updates a stack. */
export function deploy(story: Story, time: number): void {
  const { random } = story
  const caller = ciCaller(story, 'ci-deploy', time, AGENTS.cli)
  const ready = tellAll(story, caller, time, [
    ['sts', 'GetCallerIdentity'],
    ['ssm', 'GetParameter', { name: '/deploy/target', withDecryption: false }],
  ])
  const session = story.assume(caller, {
    role: story.role('deploy'),
    sessionName: `deploy-${random.whole(10_000, 99_999)}`,
    time: ready + 3 * SECOND,
  })
  const stack = { stackName: random.pick(['web', 'api']) }
  const end = tellAll(story, session, ready + 5 * SECOND, [
    ['cloudformation', 'DescribeStacks', stack],
    ['cloudformation', 'CreateChangeSet', { ...stack, changeSetName: 'ci' }],
    ['cloudformation', 'DescribeChangeSet', { ...stack, changeSetName: 'ci' }],
    ['cloudformation', 'ExecuteChangeSet', { ...stack, changeSetName: 'ci' }],
    ['cloudformation', 'DescribeStackEvents', stack],
    ['cloudformation', 'DescribeStacks', stack],
  ])
  const byService = { ...session, userIdentity: { ...session.userIdentity, invokedBy: 'cloudformation.amazonaws.com' } }
  const inner: Caller = { ...byService, address: 'cloudformation.amazonaws.com', agent: 'cloudformation.amazonaws.com' }
  tellAll(story, inner, end - 20 * SECOND, [
    ['lambda', 'UpdateFunctionCode20150331v2', { functionName: `${stack.stackName}-handler` }],
    ['lambda', 'GetFunction20150331v2', { functionName: `${stack.stackName}-handler` }],
  ])
}

function release(story: Story, day: number): void {
  if (!story.random.chance(0.6 * busyness(day))) return
  const time = day + story.random.whole(13 * 60, 15 * 60) * MINUTE
  const caller = ciCaller(story, 'ci-release', time, AGENTS.terraform)
  tellAll(story, caller, time, [
    ['sts', 'GetCallerIdentity'],
    ['ec2', 'DescribeVpcs'],
    ['ec2', 'DescribeSubnets'],
    ['ec2', 'DescribeSecurityGroups'],
    ['iam', 'GetRole', { roleName: 'deploy' }],
    ['iam', 'ListAttachedRolePolicies', { roleName: 'deploy' }],
    ['route53', 'ListResourceRecordSets', { hostedZoneId: 'Z0EXAMPLE' }],
    ['route53', 'ChangeResourceRecordSets', { hostedZoneId: 'Z0EXAMPLE' }],
  ])
}

/** One hourly run of the pipeline: Glue assumes its role, and the role reads and queries its tables. */
function pipelineRun(story: Story, hour: number): void {
  const { random } = story
  const time = hour + random.whole(2, 6) * MINUTE + random.whole(0, 59) * SECOND
  const session = story.assume(serviceCaller('glue'), {
    role: story.role('data-pipeline'),
    sessionName: 'GlueJobRunnerSession',
    time,
    address: addressIn('workload', random),
    agent: AGENTS.pipeline,
  })
  const end = tellAll(story, session, time + 20 * SECOND, [
    ['glue', 'GetTable', { databaseName: 'events', name: random.pick(['clicks', 'orders']) }],
    ['athena', 'StartQueryExecution', { workGroup: 'primary', queryString: '***' }],
  ])
  if (random.chance(0.3))
    story.tell(session, { time: end + MINUTE, service: 's3', name: 'GetBucketLocation', request: { bucketName: 'example-data' } })
  const decrypt = { ...session, userIdentity: { ...session.userIdentity, invokedBy: 's3.amazonaws.com' }, address: 's3.amazonaws.com' }
  if (random.chance(0.3)) {
    const key = `arn:aws:kms:${HOME_REGION}:${ACCOUNT}:key/11111111-2222-4333-8444-555555555555`
    const resources = [{ accountId: ACCOUNT, type: 'AWS::KMS::Key', ARN: key }]
    story.tell(
      { ...decrypt, agent: 's3.amazonaws.com' },
      { time: end + MINUTE, service: 'kms', name: 'Decrypt', request: { encryptionAlgorithm: 'SYMMETRIC_DEFAULT' }, resources },
    )
  }
}

/** A web server whose SSM agent polls; its session is renewed every six hours. */
function instance(story: Story, day: number): void {
  for (let hour = 1; hour < 24; hour += 6) {
    const time = day + hour * HOUR + story.random.whole(0, 50) * MINUTE
    const session = { name: 'i-0123456789abcdef0', accessKeyId: iamId(story.random, 'ASIA'), startedAt: time - 10 * MINUTE }
    const caller = { userIdentity: sessionIdentity(story.role('web-instance'), session), address: '3.64.100.17', agent: AGENTS.ssmAgent }
    tellAll(story, caller, time, [
      ['ssm', 'UpdateInstanceInformation', { instanceId: session.name, agentVersion: '3.3.1345.0' }],
      ['ssm', 'ListInstanceAssociations', { instanceId: session.name }],
    ])
  }
}

function services(story: Story, day: number): void {
  for (let index = 0; index < 3; index++) {
    const time = day + story.random.whole(0, 24 * 60 - 1) * MINUTE
    const request = {
      keySpec: 'AES_256',
      encryptionContext: { 'aws:cloudtrail:arn': `arn:aws:cloudtrail:${HOME_REGION}:${ACCOUNT}:trail/main` },
    }
    story.tell(serviceCaller('cloudtrail'), { time, service: 'kms', name: 'GenerateDataKey', request })
  }
}
