import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import { AccountPrincipal, Effect, ManagedPolicy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import {
  FUNCTIONS_OF,
  homeRoleName,
  type MemberRole,
  memberQuarantineArn,
  memberQuarantineName,
  memberRoleArn,
  memberRoleName,
} from '../shared/domain/member-roles.ts'
import { QUARANTINE_SID } from '../shared/domain/own-policy.ts'
import type { Policy } from '../shared/domain/policy.ts'
import { acknowledgeWildcards } from './acknowledge-wildcards.ts'
import {
  analyzersOf,
  containStatements,
  IAM_CHANGES,
  identitiesOf,
  ownRoleStatements,
  PART_OF_DENY,
  readStatements,
  rotatedIn,
  rotateStatements,
  type Statement,
  wildcardReasons,
} from './acting-statements.ts'

export interface MemberProps extends StackProps {
  /** The account of the responder, and the name of its stack. */
  readonly home: { readonly account: string; readonly stackName: string }
  readonly policy: Policy
}

/** The roles by which StackSets deploys in the account of a member; their names end in random characters. */
const STACK_SETS = 'stacksets-exec-*'

/**
 * What a responder in another account needs in this one: a role for each thing that it does here, each trusted by the very functions that do it and nobody else,
 * and the managed policy that denies everything. It has no assets, so its template is one for StackSets as well.
 */
export class MemberStack extends Stack {
  constructor(scope: Construct, id: string, { home, policy, ...props }: MemberProps) {
    super(scope, id, props)
    const { account, partition, region } = this
    const place = { account, partition, region }
    const quarantineArn = memberQuarantineArn(place, home.stackName)
    new ManagedPolicy(this, 'Quarantine', {
      managedPolicyName: memberQuarantineName(home.stackName),
      description: 'Denies everything. Countersign attaches it to a user who has no room for another inline policy',
      statements: [new PolicyStatement({ sid: QUARANTINE_SID, effect: Effect.DENY, actions: ['*'], resources: ['*'] })],
    })
    const isRotating = policy.rotation.users.length > 0
    const roles: MemberRole[] = isRotating ? ['contain', 'read', 'rotate'] : ['contain', 'read']
    const stackSets = `arn:${partition}:iam::${account}:role/${STACK_SETS}`
    const own = [...roles.map((role) => memberRoleArn(place, home.stackName, role)), stackSets]
    this.addRole('contain', home, [...containStatements(place, { policy, quarantineArn }), ...ownRoleStatements(own)])
    this.addRole('read', home, readStatements(place))
    if (isRotating) this.addRole('rotate', home, rotateStatements(place, policy))
    const { users, secrets } = isRotating ? rotatedIn(place, policy) : { users: [], secrets: [] }
    acknowledgeWildcards(this, {
      ...wildcardReasons(place, policy),
      'Resource::*':
        'iam:GetAccountSummary, iam:GetServiceLastAccessedDetails, iam:GetAccountAuthorizationDetails, access-analyzer:ListAnalyzers and cloudtrail:LookupEvents take no resource; the other statements on * are Denies.',
      [`Resource::${identitiesOf(place).profiles}`]: 'Reads of the role of an instance: which profile is not known in advance.',
      [`Resource::${analyzersOf(place)}`]: 'Which analyzers of IAM Access Analyzer an account has is not known in advance.',
      [`Resource::${stackSets}`]: PART_OF_DENY,
      ...Object.fromEntries(IAM_CHANGES.map((action) => [`Action::${action}`, PART_OF_DENY])),
      ...Object.fromEntries(users.map((arn) => [`Resource::${arn}`, 'The users that the policy names for rotation.'])),
      ...Object.fromEntries(secrets.map((arn) => [`Resource::${arn}`, 'Secrets Manager appends six characters to the names of secrets.'])),
    })
    new CfnOutput(this, 'HomeAccount', { value: home.account })
  }

  private addRole(role: MemberRole, { account: home, stackName }: MemberProps['home'], statements: readonly Statement[]): void {
    const trusted = FUNCTIONS_OF[role].map((entry) => `arn:${this.partition}:iam::${home}:role/${homeRoleName(stackName, entry)}`)
    // The account as principal, and the roles by their ARNs in a condition: a principal that is a role is stored by its unique id, and a role that was made anew
    // would not be trusted any more.
    const one = new Role(this, `${role[0]?.toUpperCase()}${role.slice(1)}`, {
      roleName: memberRoleName(stackName, role),
      description: `Countersign in account ${home}: ${role}`,
      assumedBy: new AccountPrincipal(home).withConditions({ ArnEquals: { 'aws:PrincipalArn': trusted } }),
      maxSessionDuration: Duration.hours(1),
    })
    for (const { effect, actions, resources, conditions } of statements)
      one.addToPolicy(
        new PolicyStatement({
          effect: effect === 'Allow' ? Effect.ALLOW : Effect.DENY,
          actions: [...actions],
          resources: [...resources],
          ...(conditions === undefined ? {} : { conditions }),
        }),
      )
  }
}
