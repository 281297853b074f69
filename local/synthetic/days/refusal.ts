import type { Caller } from '../record.ts'

/** Services that speak the query protocol, or XML: their code for a refusal is AccessDenied. */
const QUERY = new Set([
  'iam',
  'sts',
  's3',
  'rds',
  'sns',
  'cloudformation',
  'elasticloadbalancing',
  'autoscaling',
  'cloudwatch',
  'route53',
  'elasticache',
])

/** The error code and message by which a service refuses a call, for want of an allow (true) or by a service control policy. */
export function refusalOf({ userIdentity }: Caller, action: string, why: true | 'scp'): readonly [code: string, message: string] {
  const reason =
    why === 'scp' ? 'with an explicit deny in a service control policy' : `because no identity-based policy allows the ${action} action`
  const text = `User: ${String(userIdentity.arn)} is not authorized to perform: ${action} ${reason}`
  const service = action.slice(0, action.indexOf(':'))
  if (service === 'ec2') return ['Client.UnauthorizedOperation', `You are not authorized to perform this operation. ${text}`]
  return [QUERY.has(service) ? 'AccessDenied' : 'AccessDeniedException', text]
}
