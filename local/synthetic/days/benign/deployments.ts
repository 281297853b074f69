import { MINUTE, SECOND } from '../../story.ts'
import type { Account } from '../account.ts'
import { byKey, keyUser, oldRole, onInstance, PACES, throughService } from '../actors.ts'
import { assume } from '../assume.ts'
import { times } from '../draw.ts'
import { isEvery, type Kind, type Plan } from '../kind.ts'
import { componentName, resourceId, systemNames } from '../names.ts'
import { addressAt, anyAddress, drawSite } from '../places.ts'
import { developer } from '../routines/developer.ts'
import { deployStack, keyPipeline, oidcPipeline } from '../routines/pipelines.ts'
import { services } from '../routines/workloads.ts'
import type { Step } from '../step.ts'
import { agentOf } from '../tools.ts'

/** Days on which something is deployed or built. */
export const DEPLOYMENTS: readonly Kind[] = [
  { name: 'first-deployment-by-oidc', label: 'benign', plan: firstDeployment },
  { name: 'stack-update-by-role', label: 'benign', plan: stackUpdate },
  { name: 'playbook-provisions-servers', label: 'benign', plan: playbook },
  { name: 'functions-deployed-daily', label: 'benign', plan: functionsDeployed },
  { name: 'image-built-and-shared', label: 'benign', plan: imageBuilt },
]

/** A new repository's pipeline runs for the first time, in an account where other pipelines run. */
function firstDeployment(account: Account): Plan {
  const other = oidcPipeline(account)
  const fresh = oidcPipeline(account)
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 8 * 60, 16 * 60)
    const session = fresh.open(time)
    const stackName = componentName(account.random)
    const table = { tableName: `${stackName}-items`, billingMode: 'PAY_PER_REQUEST' }
    const start = account.run(session, time + 10 * SECOND, [
      ['sts:GetCallerIdentity'],
      ['s3:CreateBucket', { bucketName: `${stackName}-artifacts-example`, Host: `s3.${account.home}.amazonaws.com` }],
      ['s3:PutBucketVersioning', { bucketName: `${stackName}-artifacts-example`, VersioningConfiguration: { Status: 'Enabled' } }],
      ['s3:PutBucketEncryption', { bucketName: `${stackName}-artifacts-example` }],
      ['cloudformation:DescribeStacks', { stackName }, { error: ['ValidationException', `Stack with id ${stackName} does not exist`] }],
    ])
    deployStack(account, session, { stackName, time: start })
    account.run(throughService(session, 'cloudformation'), start + 30 * SECOND, [
      [
        'iam:CreateRole',
        { roleName: `${stackName}-function`, path: '/' },
        { response: { role: { roleName: `${stackName}-function`, arn: `arn:aws:iam::123456789012:role/${stackName}-function` } } },
      ],
      [
        'iam:AttachRolePolicy',
        { roleName: `${stackName}-function`, policyArn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole' },
      ],
      ['dynamodb:CreateTable', table],
      ['dynamodb:DescribeTable', { tableName: table.tableName }],
      ['lambda:CreateFunction', { functionName: stackName, runtime: 'nodejs22.x', handler: 'index.handler' }],
      ['logs:CreateLogGroup', { logGroupName: `/aws/lambda/${stackName}` }],
      ['logs:PutRetentionPolicy', { logGroupName: `/aws/lambda/${stackName}`, retentionInDays: 30 }],
      ['events:PutRule', { name: `${stackName}-hourly`, scheduleExpression: 'rate(1 hour)', state: 'ENABLED' }],
      [
        'lambda:AddPermission',
        { functionName: stackName, action: 'lambda:InvokeFunction', principal: 'events.amazonaws.com', statementId: 'hourly' },
      ],
    ])
  }
  return { everyDay: [other.everyDay, developer(account).everyDay, services(account)], lastDay }
}

/** A user's key assumes the deployment role and updates a stack with a network and a database in it; one attempt rolls back. */
function stackUpdate(account: Account): Plan {
  const pipeline = keyPipeline(account)
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 9 * 60, 15 * 60)
    const [stackName = ''] = systemNames(account.random, 1)
    const role = { role: pipeline.role, sessionName: `stack-${account.random.whole(100, 999)}` }
    const first = assume(account, pipeline.caller(time), { ...role, time })
    const failedAt = deployStack(account, first, { stackName, time: time + 5 * SECOND })
    account.run(throughService(first, 'cloudformation'), failedAt, [
      [
        'ec2:ModifySecurityGroupRules',
        { groupId: resourceId(account.random, 'sg') },
        { error: ['Client.InvalidParameterValue', 'Invalid id'] },
      ],
      ['rds:ModifyDBInstance', { dBInstanceIdentifier: `${stackName}-db`, dBInstanceClass: 'db.r7g.large', applyImmediately: false }],
      ['rds:DescribeDBInstances', { dBInstanceIdentifier: `${stackName}-db` }],
    ])
    const later = failedAt + account.random.whole(8, 40) * MINUTE
    const second = assume(account, pipeline.caller(later), { ...role, time: later })
    const end = deployStack(account, second, { stackName, time: later + 5 * SECOND })
    account.run(throughService(second, 'cloudformation'), end, [
      [
        'ec2:AuthorizeSecurityGroupIngress',
        {
          groupId: resourceId(account.random, 'sg'),
          ipPermissions: {
            items: [{ ipProtocol: 'tcp', fromPort: 5432, toPort: 5432, ipRanges: { items: [{ cidrIp: '10.20.0.0/16' }] } }],
          },
        },
      ],
      ['rds:ModifyDBInstance', { dBInstanceIdentifier: `${stackName}-db`, dBInstanceClass: 'db.r7g.large', applyImmediately: true }],
      ...times(account.random.whole(4, 12), (): Step => ['rds:DescribeDBInstances', { dBInstanceIdentifier: `${stackName}-db` }]),
    ])
  }
  return { everyDay: [pipeline.everyDay, services(account)], lastDay }
}

/** A playbook builds servers with a user's key, from the operations host. It gathers facts every night, and asks before each change. */
function playbook(account: Account): Plan {
  const { random } = account
  const user = keyUser(account, random.pick(['playbooks', 'provisioner', 'ops-automation']))
  const origin = { address: addressAt(random, drawSite(random, 'germanHome')), agent: agentOf(random, 'ansible'), pace: PACES.script }
  const facts: Step[] = [
    ['ec2:DescribeInstances'],
    ['ec2:DescribeVpcs'],
    ['ec2:DescribeSubnets'],
    ['ec2:DescribeSecurityGroups'],
    ['ec2:DescribeImages'],
    ['route53:ListHostedZones'],
  ]
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 8 * 60, 15 * 60)
    const vpcId = resourceId(random, 'vpc')
    const groupId = resourceId(random, 'sg')
    const server = (): Step[] => {
      const instanceId = resourceId(random, 'i')
      const instancesSet = { items: [{ imageId: resourceId(random, 'ami'), minCount: 1, maxCount: 1 }] }
      return [
        ['ec2:DescribeInstances'],
        [
          'ec2:RunInstances',
          { instancesSet, instanceType: random.pick(['t3.medium', 'm7i.large']), subnetId: resourceId(random, 'subnet') },
          { response: { instancesSet: { items: [{ instanceId }] } } },
        ],
        ...times(random.whole(2, 6), (): Step => ['ec2:DescribeInstances']),
        ['ec2:AllocateAddress', { domain: 'vpc' }],
        ['ec2:AssociateAddress', { instanceId, allocationId: resourceId(random, 'eipalloc') }],
        ['route53:ChangeResourceRecordSets', { hostedZoneId: 'Z0EXAMPLE' }],
      ]
    }
    const caller = byKey(user, time, origin)
    const end = account.run(caller, time, [
      ...facts,
      ['ec2:CreateVpc', { cidrBlock: '10.44.0.0/16', instanceTenancy: 'default' }, { response: { vpc: { vpcId } } }],
      ['ec2:CreateSubnet', { vpcId, cidrBlock: '10.44.1.0/24' }],
      ['ec2:CreateInternetGateway'],
      ['ec2:CreateSecurityGroup', { groupName: 'servers', groupDescription: 'servers', vpcId }, { response: { groupId } }],
      [
        'ec2:AuthorizeSecurityGroupIngress',
        {
          groupId,
          ipPermissions: { items: [{ ipProtocol: 'tcp', fromPort: 443, toPort: 443, ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } }] },
        },
      ],
      ['ec2:CreateKeyPair', { keyName: `servers-${random.whole(10, 99)}`, keyType: 'ed25519' }],
      ...times(random.whole(2, 7), server).flat(),
    ])
    account.run(caller, end + MINUTE, [
      ['elasticloadbalancing:CreateTargetGroup', { name: 'servers', port: 443, protocol: 'HTTPS', vpcId }],
      [
        'elasticloadbalancing:RegisterTargets',
        { targetGroupArn: 'arn:aws:elasticloadbalancing:example:123456789012:targetgroup/servers/1' },
      ],
    ])
  }
  const nightly = (midnight: number) => {
    const time = account.minuteOf(midnight, 2 * 60, 3 * 60)
    account.run(byKey(user, time, origin), time, facts)
  }
  return { everyDay: [nightly, services(account)], lastDay }
}

/** A developer's key deploys functions every working day; on the last day there are many more of them. */
function functionsDeployed(account: Account): Plan {
  const { random } = account
  const user = keyUser(account, `deploy-${componentName(random)}`)
  const agent = agentOf(random, 'serverless')
  const functions = times(random.whole(4, 12), () => componentName(random))
  const deploy = (midnight: number, names: readonly string[]) => {
    const time = account.minuteOf(midnight, 8 * 60, 17 * 60)
    const caller = byKey(user, time, { address: anyAddress(random, 'otherRunner'), agent, pace: PACES.program })
    account.run(caller, time, [
      ['sts:GetCallerIdentity'],
      ['s3:ListBuckets'],
      ...names.flatMap((functionName): Step[] => [
        ['lambda:GetFunction', { functionName }],
        ['lambda:UpdateFunctionCode', { functionName, s3Bucket: 'example-packages', s3Key: `${functionName}.zip`, publish: true }],
        ['lambda:GetFunctionConfiguration', { functionName }],
        ['lambda:UpdateFunctionConfiguration', { functionName, memorySize: 512 }],
        ['lambda:PublishVersion', { functionName }],
        ['lambda:UpdateAlias', { functionName, name: 'live', functionVersion: String(random.whole(10, 400)) }],
      ]),
    ])
  }
  const everyDay = (midnight: number) => {
    if (random.chance(0.8)) deploy(midnight, functions.slice(0, random.whole(1, 2)))
  }
  return { everyDay: [everyDay], lastDay: (midnight) => deploy(midnight, functions) }
}

/** A build host makes a machine image, tests it, copies it to other regions and shares it with the firm's own accounts. */
function imageBuilt(account: Account): Plan {
  const { random } = account
  const role = oldRole(account, 'image-builder')
  const host = resourceId(random, 'i')
  const address = addressAt(random, drawSite(random, 'cloud'))
  const agent = agentOf(random, 'packer')
  const build = (midnight: number, own: readonly string[]) => {
    const time = account.minuteOf(midnight, 60, 5 * 60)
    const caller = onInstance(account, { role, id: host, startedAt: time - 30 * MINUTE }, { address, agent, pace: PACES.script })
    const imageId = resourceId(random, 'ami')
    const instanceId = resourceId(random, 'i')
    const instancesSet = { items: [{ instanceId }] }
    account.run(caller, time, [
      ['ec2:DescribeImages'],
      ['ec2:CreateKeyPair', { keyName: `packer_${random.text(8, '0123456789abcdef')}` }],
      ['ec2:CreateSecurityGroup', { groupName: 'packer', groupDescription: 'Temporary group for Packer' }],
      [
        'ec2:RunInstances',
        { instancesSet: { items: [{ imageId: resourceId(random, 'ami'), minCount: 1, maxCount: 1 }] }, instanceType: 'c7i.large' },
        { response: { instancesSet } },
      ],
      ...times(random.whole(5, 12), (): Step => ['ec2:DescribeInstances']),
      ['ec2:StopInstances', { force: false }],
      ['ec2:CreateImage', { instanceId, name: `base-${random.whole(100, 999)}` }, { response: { imageId } }],
      ...times(random.whole(5, 15), (): Step => ['ec2:DescribeImages']),
      ['ec2:TerminateInstances', { instancesSet }],
      ['ec2:DeleteSecurityGroup', { groupId: resourceId(random, 'sg') }],
      ['ec2:DeleteKeyPair', { keyName: 'packer' }],
      ...own.map((userId): Step => ['ec2:ModifyImageAttribute', { imageId, launchPermission: { add: { items: [{ userId }] } } }]),
    ])
  }
  const weekly = (midnight: number) => {
    if (isEvery(account, 7, midnight)) build(midnight, ['111122223333'])
  }
  return { everyDay: [weekly, services(account)], lastDay: (midnight) => build(midnight, ['111122223333', '444455556666']) }
}
