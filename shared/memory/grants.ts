import { awsManagedPolicyIn } from '../domain/arn.ts'
import type { Grant } from '../domain/blast-radius.ts'
import type { AuthorizationDetails } from './authorization-details.ts'

type Inline = AuthorizationDetails['UserDetailList'][number]['UserPolicyList']
type Attached = AuthorizationDetails['UserDetailList'][number]['AttachedManagedPolicies']

/** Actions of AWS managed policies, by name, whose documents a snapshot may lack. */
const WELL_KNOWN: Readonly<Record<string, readonly string[]>> = {
  AdministratorAccess: ['*'],
  IAMFullAccess: ['iam:*'],
}

/** Collects the statements of inline and attached policies. A document that cannot be parsed grants nothing. */
export function grantsIn(account: AuthorizationDetails, inline: Inline, attached: Attached): Grant[] {
  const documents = [
    ...inline.map(({ PolicyDocument }) => PolicyDocument),
    ...attached.map(({ PolicyArn }) => documentOf(account, PolicyArn)),
  ]
  return documents.flatMap(statementsOf)
}

function documentOf(account: AuthorizationDetails, arn: string): unknown {
  const policy = account.Policies.find(({ Arn }) => Arn === arn)
  const document = policy?.PolicyVersionList.find(({ IsDefaultVersion }) => IsDefaultVersion)?.Document
  const actions = WELL_KNOWN[awsManagedPolicyIn(arn) ?? '']
  return document ?? (actions === undefined ? {} : { Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] })
}

function statementsOf(document: unknown): Grant[] {
  const parsed = typeof document === 'string' ? parse(document) : document
  if (typeof parsed !== 'object' || parsed === null || !('Statement' in parsed)) return []
  return listOf(parsed.Statement).flatMap((statement) => {
    if (typeof statement !== 'object' || statement === null) return []
    const { Effect, Action, NotAction, Resource, Condition } = statement as Record<string, unknown>
    if (Effect !== 'Allow' && Effect !== 'Deny') return []
    // `NotAction` counts as all actions in an Allow and as none in a Deny, so that grants are never underestimated.
    const actions = Effect === 'Allow' && NotAction !== undefined ? ['*'] : textsOf(Action)
    return [{ effect: Effect, actions, resources: textsOf(Resource), isConditional: Condition !== undefined }]
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('%') ? decodeURIComponent(text) : text)
  } catch {
    // IAM would reject such a document, so it grants nothing.
    return undefined
  }
}

function textsOf(value: unknown): string[] {
  return listOf(value).filter((item): item is string => typeof item === 'string')
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}
