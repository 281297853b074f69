import { isTampering, SENSITIVE_ACTIONS } from '../../shared/detect/delivered-calls.ts'
import type { DeliveryOptions } from '../../shared/detect/delivery-rules.ts'
import { API_CALL, DATA_EVENT, type Facts, TRUSTED_ADVISOR } from './events.ts'

const OF_A_USER = ['IAMUser', 'FederatedUser', 'Root']

/** The rule that an event is for, said without any pattern; undefined where it is for none. */
export function ruleFor(facts: Facts, { includeRoleSessions, readOnlyEvents }: DeliveryOptions): string | undefined {
  const { detailType, service, operation, isRead, type, key, isOwn, isBearer, isCanary } = facts
  if (detailType === 'AWS Health Event') return operation.startsWith('AWS_RISK_') ? 'CredentialExposures' : undefined
  if (type === 'finding') {
    if (operation === 'other') return undefined
    return detailType === TRUSTED_ADVISOR ? 'CredentialExposures' : 'Findings'
  }
  if (detailType === DATA_EVENT) return operation === 'PutObjectAcl' ? 'ObjectWrites' : undefined
  if (/Sign/.test(detailType)) return 'SignIns'
  if (detailType !== API_CALL) return 'ServiceEvents'
  if (service === 'iam' && !isRead) return isOwn ? undefined : 'CredentialChanges'
  if (key === 'AKIA') {
    if (!isRead) return 'LongLivedKeyCalls'
    if (!readOnlyEvents) return isCanary ? 'CanaryReads' : undefined
    return service === 'sts' ? 'TokenCalls' : 'ReadOnlyCalls'
  }
  if (isBearer) return isOwn ? undefined : 'BearerTokenCalls'
  if (includeRoleSessions) return isOwn ? undefined : type === 'AWSService' ? byName(facts) : 'RoleSessionCalls'
  if (OF_A_USER.includes(type)) return 'UserSessionCalls'
  if (key === undefined) return type === 'AWSService' ? byName(facts) : 'KeylessCalls'
  return ofSession(facts)
}

/** A session of a role, or of another account. */
function ofSession(facts: Facts): string | undefined {
  if (facts.isRefused) return facts.isOwn ? undefined : 'RefusedCalls'
  if (facts.isGuest) return 'GuestCalls'
  return byName(facts) ?? (SENSITIVE_ACTIONS.has(actionOf(facts)) ? 'SensitiveCalls' : undefined)
}

/** A change by which the responder is disarmed is delivered even where its own session makes it. */
function byName({ service, operation, isRead, isBorrowing, isRefused }: Facts): string | undefined {
  if (isRead || isRefused) return undefined
  if (isTampering(serviceOf(service), operation)) return 'Tampering'
  return isBorrowing ? 'RolesBorrowed' : undefined
}

function actionOf({ service, operation }: Facts): string {
  return `${serviceOf(service)}:${operation.replace(/20\d{6}(v\d)?$/, '')}`
}

function serviceOf(label: string): string {
  return label === 'monitoring' ? 'cloudwatch' : label
}
