import { giveKey, userOf } from '../../cast.ts'
import { iamId } from '../../random.ts'
import { ACCOUNT, longTimeOf } from '../../record.ts'
import { HOUR, MINUTE } from '../../story.ts'
import type { Account } from '../account.ts'
import { byKey, oldRole, PACES, signInAsRoot } from '../actors.ts'
import { times } from '../draw.ts'
import type { Kind, Plan } from '../kind.ts'
import { componentName, OUTSIDE_ACCOUNTS } from '../names.ts'
import { developer } from '../routines/developer.ts'
import { keyPipeline, oidcPipeline } from '../routines/pipelines.ts'
import { functionJob, services } from '../routines/workloads.ts'
import type { Step } from '../step.ts'
import { intruderAt, lookAround, stolen } from './intruder.ts'

/** Intrusions that leave a way back in. */
export const PERSISTENCE: readonly Kind[] = [
  { name: 'leaked-key-makes-user', label: 'malicious', technique: 'T1136.003', plan: leakedKey },
  { name: 'function-code-replaced', label: 'malicious', technique: 'T1648', plan: functionReplaced },
  { name: 'trust-opened-to-outside', label: 'malicious', technique: 'T1098', plan: trustOpened },
  { name: 'build-project-poisoned', label: 'malicious', technique: 'T1195.002', plan: buildPoisoned },
  { name: 'root-taken-over', label: 'malicious', technique: 'T1078.004', plan: rootTaken },
]

/** A key from a public repository, on a rented server: a wide look around, then a user of the intruder's own, which is used later. */
function leakedKey(account: Account): Plan {
  const { random } = account
  const pipeline = keyPipeline(account)
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 0, 18 * 60)
    const origin = intruderAt(account, 'rented', random.pick(['boto', 'cliOnLinux', 'goSdk']))
    const userName = random.pick(['aws-support', 'cloudwatch-agent', 'backup-svc', 'sysops'])
    const caller = stolen(pipeline.caller(time), origin)
    const looked = account.run(caller, time, lookAround(account, random.whole(8, 22), 0.55))
    const made = userOf(userName, looked, random)
    const accessKeyId = giveKey(made, looked, random)
    const end = account.run(caller, looked + random.whole(1, 10) * MINUTE, [
      [
        'iam:CreateUser',
        { userName },
        { response: { user: { userName, userId: made.id, arn: made.arn, createDate: longTimeOf(looked) } } },
      ],
      ['iam:AttachUserPolicy', { userName, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
      [
        'iam:CreateAccessKey',
        { userName },
        { response: { accessKey: { userName, accessKeyId, status: 'Active', createDate: longTimeOf(looked) } } },
      ],
    ])
    account.run(byKey(made, end + HOUR, origin), end + HOUR, lookAround(account, random.whole(4, 10), 0))
  }
  return { everyDay: [pipeline.everyDay, services(account)], lastDay }
}

/** A developer's session changes a function's code and adds a layer from another account, under a role that may do more than the developer. */
function functionReplaced(account: Account): Plan {
  const { random } = account
  const owner = developer(account)
  const functionName = componentName(random)
  const job = functionJob(account, {
    name: functionName,
    everyMinutes: 240,
    steps: () => [['ssm:GetParameter', { name: `/${functionName}/config`, withDecryption: true }]],
  })
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 0, 20 * 60)
    const caller = stolen(owner.open(time), intruderAt(account, random.pick(['exit', 'rented']), 'cliOnLinux', PACES.person))
    const layer = `arn:aws:lambda:${account.home}:${OUTSIDE_ACCOUNTS.stranger}:layer:telemetry:3`
    const end = account.run(caller, time, [
      ['sts:GetCallerIdentity'],
      ['lambda:ListFunctions'],
      ['lambda:GetFunction', { functionName }],
      ['iam:ListAttachedRolePolicies', { roleName: job.role.name }],
      ['lambda:UpdateFunctionCode', { functionName, publish: true }],
      ['lambda:UpdateFunctionConfiguration', { functionName, layers: [layer] }],
      [
        'lambda:AddPermission',
        { functionName, action: 'lambda:InvokeFunction', principal: OUTSIDE_ACCOUNTS.stranger, statementId: 'monitoring' },
      ],
    ])
    account.run(stolen(job.open(end), {}), end + 5 * MINUTE, [
      ['iam:ListRoles'],
      ['secretsmanager:ListSecrets'],
      ['iam:CreateAccessKey', { userName: 'automation' }, { refused: true }],
    ])
  }
  return { everyDay: [owner.everyDay, job.everyDay], lastDay }
}

/** An administrator's session lets another account assume roles, and adds a provider of identities. */
function trustOpened(account: Account): Plan {
  const { random } = account
  const admin = developer(account, 'Administrators')
  const role = oldRole(account, `${componentName(random)}-support`)
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 5 * 60, 21 * 60)
    const caller = stolen(admin.open(time), intruderAt(account, random.pick(['exit', 'farHome']), 'chrome', PACES.person))
    const trust = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { AWS: [`arn:aws:iam::${ACCOUNT}:root`, `arn:aws:iam::${OUTSIDE_ACCOUNTS.stranger}:root`] },
        },
      ],
    }
    account.run(caller, time, [
      ['iam:ListRoles', { maxItems: 100 }],
      ['iam:GetRole', { roleName: role.name }],
      ['iam:UpdateAssumeRolePolicy', { roleName: role.name, policyDocument: JSON.stringify(trust) }],
      ['iam:AttachRolePolicy', { roleName: role.name, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
      ['iam:ListOpenIDConnectProviders'],
      ['iam:CreateOpenIDConnectProvider', { url: 'https://idp.example.com', clientIDList: ['sts.amazonaws.com'] }],
    ])
  }
  return { everyDay: [admin.everyDay, services(account)], lastDay }
}

/** A session of a developer changes a build project's source and takes its role's rights by a build. */
function buildPoisoned(account: Account): Plan {
  const { random } = account
  const owner = developer(account)
  const pipeline = oidcPipeline(account)
  const name = `${componentName(random)}-build`
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 0, 22 * 60)
    const caller = stolen(owner.open(time), intruderAt(account, 'rented', 'cliOnLinux'))
    account.run(caller, time, [
      ['codebuild:ListProjects'],
      ['codebuild:BatchGetProjects', { names: [name] }],
      [
        'codebuild:UpdateProject',
        {
          name,
          source: { type: 'NO_SOURCE', buildspec: 'version: 0.2' },
          environment: {
            type: 'LINUX_CONTAINER',
            image: 'aws/codebuild/standard:7.0',
            computeType: 'BUILD_GENERAL1_SMALL',
            privilegedMode: true,
          },
        },
      ],
      ['codebuild:StartBuild', { projectName: name, buildspecOverride: 'version: 0.2' }],
      ...times(random.whole(3, 10), (): Step => ['codebuild:BatchGetBuilds', { ids: [`${name}:${random.whole(1, 99)}`] }]),
    ])
  }
  return { everyDay: [owner.everyDay, pipeline.everyDay], lastDay }
}

/** A stranger who has the mailbox of the account's owner signs in as root, makes a key and looks at what there is. */
function rootTaken(account: Account): Plan {
  const { random } = account
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 0, 22 * 60)
    const root = signInAsRoot(account, time, intruderAt(account, random.pick(['exit', 'farHome']), 'chrome', PACES.person))
    const accessKeyId = iamId(random, 'AKIA')
    account.run(root, time + MINUTE, [
      ['iam:GetAccountSummary'],
      ['iam:ListAccessKeys'],
      [
        'iam:CreateAccessKey',
        null,
        { response: { accessKey: { userName: 'root', accessKeyId, status: 'Active', createDate: longTimeOf(time) } } },
      ],
      ['iam:DeactivateMFADevice', { userName: 'root', serialNumber: `arn:aws:iam::${ACCOUNT}:mfa/root` }],
      [
        'account:PutAlternateContact',
        { alternateContactType: 'SECURITY', emailAddress: 'help@example.org', name: 'Help', phoneNumber: '+1 555 0100', title: 'Help' },
      ],
      ['ec2:DescribeRegions'],
      ...account.regions.map((region): Step => ['ec2:DescribeInstances', null, { region }]),
    ])
  }
  return { everyDay: [developer(account).everyDay, services(account)], lastDay }
}
