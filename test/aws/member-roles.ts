import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { CreateRoleCommand, type IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { MemberStack } from '../../infra/member-stack.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { ACCOUNT, REGION, type Resources, resolver } from './stack-on-moto.ts'

/** The resources of the member stack in an account, for a responder in `ACCOUNT`. `folder`: for what the CDK writes. */
export function memberStack(folder: string, account: string): Resources {
  const stack = new MemberStack(new App({ outdir: mkdtempSync(join(folder, 'member-')) }), 'CountersignMember', {
    home: { account: ACCOUNT, stackName: 'Countersign' },
    policy: parsePolicy({ version: 3 }),
    env: { account, region: REGION },
  })
  return Template.fromStack(stack).toJSON().Resources as Resources
}

interface Statement {
  readonly Effect: string
  readonly Action: unknown
  readonly Condition?: unknown
}

/**
 * Makes the roles of the member stack under their names, with the Allows of the template that have no condition. moto asks for most actions on the resource "*", and knows
 * neither the conditions of a policy nor who is trusted.
 */
export async function makeMemberRoles(iam: IAMClient, resources: Resources): Promise<void> {
  const ids = Object.keys(resources)
  const resolve = resolver(new Map([['AWS::Partition', 'aws'], ...ids.map((id) => [id, id] as const)]))
  const all = Object.entries(resolve(resources) as Resources)
  for (const [id, { Properties }] of all.filter(([, { Type }]) => Type === 'AWS::IAM::Role')) {
    const RoleName = String(Properties.RoleName)
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(Properties.AssumeRolePolicyDocument) }))
    const policies = all.filter(([, one]) => one.Type === 'AWS::IAM::Policy' && JSON.stringify(one.Properties.Roles).includes(`"${id}"`))
    const statements = policies.flatMap(([, one]) => (one.Properties.PolicyDocument as { Statement: Statement[] }).Statement)
    const Statement = statements
      .filter(({ Effect, Condition }) => Effect === 'Allow' && Condition === undefined)
      .map(({ Effect, Action }) => ({ Effect, Action, Resource: '*' }))
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'rights', PolicyDocument }))
  }
}
