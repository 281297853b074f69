import { awsManagedPolicyIn } from '../domain/arn.ts'
import type { Grant } from '../domain/blast-radius.ts'
import { isConditional, statementsOf } from '../domain/iam-policy.ts'
import type { AuthorizationDetails } from './authorization-details.ts'

type Inline = AuthorizationDetails['UserDetailList'][number]['UserPolicyList']
type Attached = AuthorizationDetails['UserDetailList'][number]['AttachedManagedPolicies']

/** Actions of AWS managed policies, by name, whose documents a snapshot may lack. */
const WELL_KNOWN: Readonly<Record<string, readonly string[]>> = {
  AdministratorAccess: ['*'],
  IAMFullAccess: ['iam:*'],
}

/** Collects the statements of inline and attached policies. A document that cannot be parsed grants nothing: IAM refuses it. */
export function grantsIn(account: AuthorizationDetails, inline: Inline, attached: Attached): Grant[] {
  const documents = [
    ...inline.map(({ PolicyDocument }) => PolicyDocument),
    ...attached.map(({ PolicyArn }) => documentOf(account, PolicyArn)),
  ]
  return documents.flatMap(grantsOf)
}

function documentOf(account: AuthorizationDetails, arn: string): unknown {
  const policy = account.Policies.find(({ Arn }) => Arn === arn)
  const document = policy?.PolicyVersionList.find(({ IsDefaultVersion }) => IsDefaultVersion)?.Document
  const actions = WELL_KNOWN[awsManagedPolicyIn(arn) ?? '']
  return document ?? (actions === undefined ? {} : { Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] })
}

function grantsOf(document: unknown): Grant[] {
  return statementsOf(document).map(({ effect, actions, resources, notActions, notResources, ...rest }) => ({
    effect,
    actions,
    resources,
    ...(notActions === undefined ? {} : { notActions }),
    ...(notResources === undefined ? {} : { notResources }),
    isConditional: isConditional(rest),
  }))
}
