import { MINUTE } from '../../story.ts'
import type { Account } from '../account.ts'
import { keyUser, signIn, signInAsRoot } from '../actors.ts'
import type { Kind, Plan } from '../kind.ts'
import { addressAt, drawHome, drawSite } from '../places.ts'
import { developer } from '../routines/developer.ts'
import { fleet, services } from '../routines/workloads.ts'
import { agentOf } from '../tools.ts'

/** Days on which somebody uses rights that nobody uses otherwise. */
export const EMERGENCIES: readonly Kind[] = [
  { name: 'break-glass-used', label: 'benign', plan: breakGlass },
  { name: 'owner-signs-in-as-root', label: 'benign', plan: ownerSignsIn },
]

/** The way for emergencies: a user that nobody uses otherwise signs in with MFA and repairs a policy that locked people out. */
function breakGlass(account: Account): Plan {
  const { random } = account
  const user = keyUser(account, random.pick(['break-glass-1', 'emergency-access', 'fire-axe']))
  const engineer = developer(account)
  const origin = { address: addressAt(random, drawSite(random, drawHome(random))), agent: agentOf(random, 'firefox') }
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 16 * 60, 22 * 60)
    const roleName = `${engineer.things.service}-task`
    const page = signIn(account, user, { time, origin })
    account.run(page, time + MINUTE, [
      ['iam:GetRole', { roleName }],
      ['iam:ListRolePolicies', { roleName }],
      ['iam:GetRolePolicy', { roleName, policyName: 'access' }],
      [
        'iam:PutRolePolicy',
        {
          roleName,
          policyName: 'access',
          policyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*' }],
          }),
        },
      ],
      [
        'iam:UpdateAssumeRolePolicy',
        {
          roleName,
          policyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ecs-tasks.amazonaws.com' } }],
          }),
        },
      ],
      ['s3:DeleteBucketPolicy', { bucketName: 'example-locked', Host: 's3.amazonaws.com' }],
      ['ecs:UpdateService', { cluster: engineer.things.cluster, service: engineer.things.service, forceNewDeployment: true }],
    ])
  }
  return { everyDay: [engineer.everyDay, fleet(account).everyDay], lastDay }
}

/** The owner of the account signs in as root, for what only root may do, once in a long while. */
function ownerSignsIn(account: Account): Plan {
  const { random } = account
  const origin = { address: addressAt(random, drawSite(random, drawHome(random))), agent: agentOf(random, 'chrome') }
  const lastDay = (midnight: number) => {
    const time = account.minuteOf(midnight, 9 * 60, 18 * 60)
    account.run(signInAsRoot(account, time, origin), time + MINUTE, [
      ['account:GetAlternateContact', { alternateContactType: 'SECURITY' }],
      [
        'account:PutAlternateContact',
        {
          alternateContactType: 'SECURITY',
          emailAddress: 'security@example.com',
          name: 'Security',
          phoneNumber: '+49 555 0100',
          title: 'Team',
        },
      ],
      ['account:ListRegions'],
      ['account:EnableRegion', { regionName: 'eu-south-2' }],
      ['iam:GetAccountSummary'],
      ['iam:ListVirtualMFADevices'],
      ['ce:GetCostAndUsage', { granularity: 'MONTHLY', metrics: ['UnblendedCost'] }],
    ])
  }
  return { everyDay: [developer(account).everyDay, services(account)], lastDay }
}
