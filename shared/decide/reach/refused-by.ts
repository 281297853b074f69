import { formatArn, placeOf } from '../../domain/arn.ts'
import { iamActionsOf } from '../../domain/iam-actions.ts'
import { roleArnOf } from '../../domain/identity-center.ts'
import { NEVER_REFUSED } from '../../domain/never-refused.ts'
import { type Signal, text } from '../../domain/signal.ts'
import type { ConditionContext } from './evaluate-condition.ts'
import { evaluatePolicy } from './evaluate-policy.ts'

/**
 * True where a policy that denies, attached to the identity of a call, would have refused it. False where that depends on what CloudTrail does not show, and
 * for a call of a service that IAM does not know. `known`: condition keys of the call that its signal does not say.
 */
export function isRefusedBy(document: unknown, signal: Signal, known: ConditionContext = NOTHING): boolean {
  if (signal.kind !== 'api-call' || NEVER_REFUSED.has(signal.action)) return false
  const context = new Map([...contextOf(signal), ...known])
  const resource = resourceOf(signal)
  return iamActionsOf(signal.action).some(
    (action) => evaluatePolicy({ identity: [ALLOW_ALL, { name: 'denial', document }] }, { action, resource, context }).outcome === 'denied',
  )
}

const NOTHING: ConditionContext = new Map()

/** Allows what no document denies, so that only denials decide. */
const ALLOW_ALL = { name: 'everything', document: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } }

/**
 * What CloudTrail shows of the condition keys of a call. A key that the call may have without CloudTrail showing it is left out, and so is not known.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function contextOf({ identity, credential, origin, region, time }: Signal): ConditionContext {
  const context = new Map<string, string | null>([
    ['aws:currenttime', new Date(time).toISOString()],
    ['aws:epochtime', String(Math.floor(time / 1000))],
    ['aws:requestedregion', region],
    ['aws:viaawsservice', String(isByService(origin))],
    ['aws:principalaccount', identity.account],
  ])
  for (const [key, value] of placeOfCall(origin)) context.set(key, value)
  const roleArn = roleArnOf(identity)
  if (roleArn !== undefined) {
    // The unique id is `AROA…`; where it is not known, the name of the session still tells sessions apart.
    if (credential.sessionName !== undefined) context.set('aws:userid', `${identity.principalId ?? 'AROA'}:${credential.sessionName}`)
    context.set('aws:username', null)
  }
  if (identity.kind === 'iam-user') {
    if (identity.principalId !== undefined) context.set('aws:userid', identity.principalId)
    context.set('aws:username', identity.name)
  }
  if (identity.kind === 'iam-user') context.set('aws:principalarn', identity.id)
  if (roleArn !== undefined) context.set('aws:principalarn', roleArn)
  if (credential.kind === 'access-key') context.set('aws:tokenissuetime', null)
  return context
}

function isByService({ addressKind, via }: Signal['origin']): boolean {
  return addressKind === 'aws-service' || via !== undefined
}

/** A call through a VPC endpoint has its own keys in place of `aws:SourceIp`. Of what a service calls, the keys are not known. */
function placeOfCall(origin: Signal['origin']): readonly (readonly [string, string | null])[] {
  if (isByService(origin)) return []
  const { address, addressKind, vpcEndpointId } = origin
  if (vpcEndpointId !== undefined)
    return [
      ['aws:sourceip', null],
      ['aws:sourcevpce', vpcEndpointId],
      ['aws:vpcsourceip', address],
    ]
  // A private address without an endpoint: an endpoint that CloudTrail did not name.
  if (addressKind !== 'public') return []
  return [
    ['aws:sourceip', address],
    ['aws:sourcevpce', null],
    ['aws:sourcevpc', null],
    ['aws:vpcsourceip', null],
  ]
}

/** The user, role or group that a call of IAM is about, whatever its path; undefined for other calls. */
function resourceOf({ identity, region, request, service }: Signal): string | undefined {
  if (service !== 'iam') return undefined
  for (const kind of ['user', 'role', 'group']) {
    const name = text(request, `${kind}Name`)
    if (name !== undefined) return formatArn({ ...placeOf(identity, region), service: 'iam', region: '', resource: `${kind}/${name}` })
  }
  return undefined
}
