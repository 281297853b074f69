import { serviceIn } from '../../domain/arn.ts'
import { type Signal, text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'
import { likelyOutsidersIn, outsiderWeight } from '../outsiders.ts'

export const functionOpened: Detector = {
  id: 'function-opened',
  title: 'Lambda function opened to another account or to everybody',
  weight: 0.58,
  group: 'persistence',
  attack: 'T1098',
  runbook: 'Remove the permission or the function URL, then check who called the function since.',
  readsRequest: 'rights',
  actions: ['lambda:AddPermission', 'lambda:CreateFunctionUrlConfig', 'lambda:UpdateFunctionUrlConfig'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    if (text(signal.request, 'authType') === 'NONE') return { reason: 'created a function URL without authentication' }
    const outsiders = likelyOutsidersIn(permissionOf(signal), signal)
    if (outsiders.length === 0) return undefined
    const reason = `allowed ${outsiders[0]?.name} to call a function`
    const weight = outsiderWeight(outsiders)
    return weight === undefined ? { reason } : { reason, weight }
  },
}

/** The permission that `AddPermission` adds, as the statement that Lambda makes of it. */
function permissionOf({ request }: Signal): object {
  const principal = text(request, 'principal')
  if (principal === undefined) return {}
  const isService = serviceIn(principal) !== undefined || /\.amazon\.com$/.test(principal)
  const conditions = {
    'aws:PrincipalOrgID': text(request, 'principalOrgID'),
    'aws:SourceAccount': text(request, 'sourceAccount'),
    'aws:SourceArn': text(request, 'sourceArn'),
  }
  const StringLike = Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined))
  const Principal = { [isService ? 'Service' : 'AWS']: principal }
  return { Statement: { Effect: 'Allow', Principal, Condition: { StringLike } } }
}
