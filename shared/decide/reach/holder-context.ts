import type { PolicyHolder } from '../../domain/account-policies.ts'
import { formatArn, parseArn } from '../../domain/arn.ts'
import type { Statement } from '../../domain/iam-policy.ts'
import type { ConditionContext } from './evaluate-condition.ts'
import { PASSED_TO, serviceInPartition } from './passed-service.ts'
import type { ReadPolicy } from './read-policies.ts'
import { takesSessionTags } from './trust.ts'

/**
 * What is known of the condition keys of any call of an identity. Where it calls from, when and how it signed in is not known, so it is not here.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function contextOfHolder({ id, kind, name, principalId, tags }: PolicyHolder): Map<string, string | null> {
  const context = new Map<string, string | null>([
    ['aws:principalarn', id],
    ['aws:principalaccount', parseArn(id)?.account ?? null],
    ['aws:principaltype', kind === 'role' ? 'AssumedRole' : 'User'],
    ['aws:principalisawsservice', 'false'],
    ['aws:username', kind === 'role' ? null : name],
  ])
  if (kind === 'iam-user' && principalId !== undefined) context.set('aws:userid', principalId)
  for (const [key, value] of Object.entries(tags)) context.set(`${TAG}${key.toLowerCase()}`, value)
  return context
}

const TAG = 'aws:principaltag/'

/** What a federated session of a user has in place of the user's, or not at all. */
const OF_FEDERATED: ReadonlySet<string> = new Set(['aws:principalarn', 'aws:principaltype', 'aws:userid', 'aws:username'])

/**
 * What is known of the calls of an identity: as it is, and, where it may call as something that differs, without what differs then. `may`: whether it may do something to a
 * resource.
 *
 * A user who may call `sts:GetFederationToken` may call as a federated session, which has another name. The tags of a role are not those of its sessions where its trust policy
 * takes session tags. Whoever may tag itself has the tags that it wants.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
 */
export function contextsOfHolder(holder: PolicyHolder, may: (action: string, resource: string) => boolean): readonly ConditionContext[] {
  const context = contextOfHolder(holder)
  const isRole = holder.kind === 'role'
  const isFederated = !isRole && may('sts:GetFederationToken', federatedSessionsOf(holder.id))
  const tagging = isRole ? ['iam:TagRole', 'iam:UntagRole'] : ['iam:TagUser', 'iam:UntagUser']
  const hasTags = Object.keys(holder.tags).length > 0
  const isTagged = hasTags && (isFederated || (isRole && takesSessionTags(holder)) || tagging.some((action) => may(action, holder.id)))
  if (!isFederated && !isTagged) return [context]
  const differs = (key: string) => (isTagged && key.startsWith(TAG)) || (isFederated && OF_FEDERATED.has(key))
  return [context, new Map([...context].filter(([key]) => !differs(key)))]
}

/** What a statement asks of who calls, by the names of the keys that differ, and any variable. */
const OF_CALLER = new RegExp(`${[...OF_FEDERATED].join('|')}|${TAG}`, 'i')

/** Whether a statement may say something else of whoever calls as something else: a managed policy is looked at once for all who have it. */
const ASKING = new WeakMap<Statement, boolean>()

/** True where a policy may say something else of an identity that calls as something else. */
export function asksWhoCalls({ statements = [] }: Pick<ReadPolicy, 'statements'>): boolean {
  return statements.some(({ statement }) => {
    const { condition, resources, notResources, hasVariables } = statement
    const known = ASKING.get(statement)
    if (known !== undefined) return known
    const isAsking =
      (condition !== undefined && OF_CALLER.test(JSON.stringify(condition))) ||
      (hasVariables && JSON.stringify([condition ?? '', resources, notResources ?? []]).includes('${'))
    ASKING.set(statement, isAsking)
    return isAsking
  })
}

/** The pattern of the ARNs of the federated sessions of an account. */
function federatedSessionsOf(id: string): string {
  const { partition, account } = parseArn(id) ?? { partition: '*', account: '*' }
  return formatArn({ partition, service: 'sts', region: '', account, resource: 'federated-user/*' })
}

/** The context of a call that passes a role to a service, in a partition. */
export function passingTo(service: string, partition: string | undefined, context: ConditionContext): ConditionContext {
  return new Map([...context, [PASSED_TO, serviceInPartition(service, partition)]])
}
