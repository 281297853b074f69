import type { PolicyHolder } from '../../domain/account-policies.ts'
import { parseArn } from '../../domain/arn.ts'
import type { ConditionContext } from './evaluate-condition.ts'

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
  for (const [key, value] of Object.entries(tags)) context.set(`aws:principaltag/${key.toLowerCase()}`, value)
  return context
}

/** The context of a call that passes a role to a service. */
export function passingTo(service: string, context: ConditionContext): ConditionContext {
  return new Map([...context, ['iam:passedtoservice', service]])
}
