import { iamId } from '../../random.ts'
import { ACCOUNT, longTimeOf } from '../../record.ts'
import { DAY, HOUR, MINUTE } from '../../story.ts'
import type { Account } from '../account.ts'
import { oldRole, PACES } from '../actors.ts'
import { assume } from '../assume.ts'
import { times } from '../draw.ts'
import type { Kind, Plan } from '../kind.ts'
import { componentName } from '../names.ts'
import { anyAddress } from '../places.ts'
import { developer } from '../routines/developer.ts'
import { keyPipeline, oidcPipeline } from '../routines/pipelines.ts'
import { fleet, services } from '../routines/workloads.ts'
import type { Step } from '../step.ts'
import { intruderAt, lookAround, stolen } from './intruder.ts'

/** Intrusions that find their way, or get to more rights. */
export const ESCALATION: readonly Kind[] = [
  { name: 'chain-of-roles-to-administrator', label: 'malicious', technique: 'T1550.001', plan: chainOfRoles },
  { name: 'strangers-repository-assumes-role', label: 'malicious', technique: 'T1199', plan: strangersRepository },
  { name: 'console-by-federation-token', label: 'malicious', technique: 'T1550.001', plan: federationToken },
  { name: 'slow-enumeration', label: 'malicious', technique: 'T1580', days: 5, plan: slowEnumeration },
]

/** A pipeline's key assumes its own role, from there another, and ends as an administrator, who gives a user rights. */
function chainOfRoles(account: Account): Plan {
  const { random } = account
  const pipeline = keyPipeline(account)
  const roles = [
    oldRole(account, `${componentName(random)}-ops`),
    oldRole(account, 'platform-automation'),
    oldRole(account, 'OrganizationAdmin'),
  ]
  const lastDay = (midnight: number) => {
    let time = account.minuteOf(midnight, 0, 21 * 60)
    let caller = stolen(pipeline.caller(time), intruderAt(account, random.pick(['rented', 'exit']), 'boto'))
    time = account.run(caller, time, [
      ...lookAround(account, random.whole(2, 6), 0.4),
      ...times(
        random.whole(1, 5),
        (): Step => [
          'sts:AssumeRole',
          { roleArn: oldRole(account, componentName(random)).arn, roleSessionName: 'session' },
          { refused: true },
        ],
      ),
    ])
    for (const role of [pipeline.role, ...roles.slice(random.whole(0, 1))]) {
      caller = assume(account, caller, { role, sessionName: random.pick(['session', 'test', 'botocore-session-1']), time })
      time = account.run(caller, time + MINUTE, [['sts:GetCallerIdentity'], ['iam:ListAttachedRolePolicies', { roleName: role.name }]])
    }
    account.run(caller, time, [
      ['iam:ListUsers'],
      [
        'iam:PutUserPolicy',
        {
          userName: pipeline.user.name,
          policyName: 'inline',
          policyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }),
        },
      ],
      ['s3:ListBuckets'],
    ])
  }
  return { everyDay: [pipeline.everyDay, services(account)], lastDay }
}

/** The trust of a pipeline's role names no repository: a stranger's workflow assumes it, from the same provider's runners. */
function strangersRepository(account: Account): Plan {
  const { random } = account
  const pipeline = oidcPipeline(account)
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 0, 22 * 60)
    const repository = `${random.text(8, 'bcdfghjklmnp')}/${random.pick(['test', 'poc', 'demo-app'])}`
    const subject = pipeline.subjectOf(repository)
    const session = pipeline.open(time, { subject, address: anyAddress(random, 'hostedRunner'), label: 'malicious' })
    const looked = account.run(session, time + 20_000, lookAround(account, random.whole(3, 10), 0.4))
    account.run({ ...session, agent: intruderAt(account, 'hostedRunner', 'cliOnLinux').agent }, looked + MINUTE, [
      ['cloudformation:ListStacks'],
      ['cloudformation:DescribeStacks'],
      ['lambda:ListFunctions'],
      ...times(random.whole(2, 6), (): Step => ['lambda:GetFunction', { functionName: componentName(random) }]),
      ['iam:CreateAccessKey', { userName: 'ci' }, { refused: true }],
    ])
  }
  return { everyDay: [pipeline.everyDay, developer(account).everyDay], lastDay }
}

/** A user's key asks for a federation token, with which a browser opens the console; the session outlives the key. */
function federationToken(account: Account): Plan {
  const { random } = account
  const pipeline = keyPipeline(account)
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 0, 20 * 60)
    const name = random.pick(['console', 'guest', 'support'])
    const accessKeyId = iamId(random, 'ASIA')
    const arn = `arn:aws:sts::${ACCOUNT}:federated-user/${name}`
    const shell = stolen(pipeline.caller(time), intruderAt(account, 'rented', 'cliOnLinux'))
    const federatedUser = { federatedUserId: `${ACCOUNT}:${name}`, arn }
    const end = account.run(shell, time, [
      ['sts:GetCallerIdentity'],
      ['iam:ListAttachedUserPolicies', { userName: pipeline.user.name }],
      [
        'sts:GetFederationToken',
        { name, durationSeconds: 129_600, policyArns: [{ arn: 'arn:aws:iam::aws:policy/AdministratorAccess' }] },
        {
          response: { credentials: { accessKeyId, sessionToken: 'IQoJEXAMPLE', expiration: longTimeOf(time + 36 * HOUR) }, federatedUser },
        },
      ],
    ])
    const identity = { type: 'FederatedUser', principalId: `${ACCOUNT}:${name}`, arn, accountId: ACCOUNT, accessKeyId }
    const browser = {
      ...shell,
      ...intruderAt(account, 'exit', 'firefox', PACES.person),
      userIdentity: {
        ...identity,
        sessionContext: {
          sessionIssuer: {
            type: 'IAMUser',
            principalId: pipeline.user.id,
            arn: pipeline.user.arn,
            accountId: ACCOUNT,
            userName: pipeline.user.name,
          },
        },
      },
    }
    account.run({ ...browser, address: shell.address }, end, [
      ['signin:GetSigninToken'],
      ['signin:ConsoleLogin', null, { response: { ConsoleLogin: 'Success' } }],
    ])
    account.run(browser, end + 2 * MINUTE, [
      ['ec2:DescribeInstances'],
      ['s3:ListBuckets'],
      ['secretsmanager:ListSecrets'],
      ['ec2:DescribeSecurityGroups'],
      ['rds:DescribeDBInstances'],
      ['iam:ListUsers', null, { error: ['InvalidClientTokenId', 'The security token included in the request is invalid'] }],
    ])
  }
  return { everyDay: [pipeline.everyDay, services(account)], lastDay }
}

/** A few questions a day, for five days, each from another address, with the key of a service. */
function slowEnumeration(account: Account): Plan {
  const { random } = account
  const pipeline = keyPipeline(account)
  const lastDay = (midnight: number) => {
    for (let day = 4; day >= 0; day--)
      for (let sitting = random.whole(1, 3); sitting > 0; sitting--) {
        const time = account.minuteOf(midnight - day * DAY, 0, 23 * 60)
        const caller = stolen(pipeline.caller(time), intruderAt(account, random.pick(['rented', 'exit']), 'cliOnLinux', [60, 900]))
        account.run(caller, time, lookAround(account, random.whole(1, 4), 0.4).slice(day === 4 ? 0 : 1))
      }
  }
  return { everyDay: [pipeline.everyDay, fleet(account).everyDay], lastDay }
}
