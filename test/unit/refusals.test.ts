import { describe, expect, it } from 'vitest'
import { triesPermissions } from '../../shared/domain/credential-window.ts'
import { REFUSED_CREDENTIALS } from '../../shared/domain/refusal.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { normalise } from '../../shared/sense/normalise.ts'

function signalOf(errorCode: string): Signal {
  const userIdentity = { type: 'IAMUser', userName: 'anna', accountId: '123456789012', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }
  const record = { eventTime: '2026-01-01T00:00:00Z', eventName: 'GetBucketAcl', eventSource: 's3.amazonaws.com', userIdentity, errorCode }
  const normalised = normalise(record)
  if (normalised.kind !== 'signals') throw new Error(normalised.reason)
  return normalised.signals[0] as Signal
}

/** Words by which services refuse for lack of permission, from their API references. */
const RIGHTS = [
  'AccessDenied',
  'AccessDeniedException',
  'AccessDeniedFault',
  'AccessDeniedForDependencyException',
  'KMSAccessDeniedException',
  'KMSAccessDenied',
  'VpceAccessDenied',
  'UnauthorizedOperation',
  'Client.UnauthorizedOperation',
  'UnauthorizedException',
  'UnauthorizedAccess',
  'NotAuthorized',
  'NotAuthorizedException',
  'AuthorizationError',
  'AuthorizationErrorException',
  'Forbidden',
  'ForbiddenException',
  'InsufficientPrivilegesException',
  'InsufficientPermissionsException',
  'AllAccessDisabled',
  '401',
  '403',
]

/** Words of calls that failed for another reason. */
const OTHERS = [
  'NoSuchEntityException',
  'ValidationError',
  'ThrottlingException',
  'Client.DryRunOperation',
  'Client.OperationNotPermitted',
  'OptInRequired',
  'AuthorizationNotFound',
  'InvalidAuthorizationMessageException',
  'EntityAlreadyExists',
  'InternalFailure',
  '404',
  '4031',
]

describe('the word by which a call is refused', () => {
  it.each(RIGHTS)('%s: the caller is known, and may not do it', (word) => {
    const signal = signalOf(word)
    expect(signal).toMatchObject({ outcome: 'denied', isAuthenticated: true, credential: { id: 'AKIAIOSFODNN7EXAMPLE' } })
    expect(triesPermissions(signal)).toBe(true)
  })

  it.each(REFUSED_CREDENTIALS.flatMap((word) => [word, `${word}Exception`, `Client.${word}`]))(
    '%s: the caller did not authenticate, so it is an attempt and no act',
    (word) => {
      expect(signalOf(word)).toMatchObject({
        outcome: 'denied',
        isAuthenticated: false,
        created: undefined,
        credential: { id: 'attempt:AKIAIOSFODNN7EXAMPLE', kind: 'none' },
      })
    },
  )

  it.each(OTHERS)('%s: the call failed otherwise', (word) => {
    expect(signalOf(word)).toMatchObject({ outcome: 'failed', isAuthenticated: true })
  })

  it.each(['ExpiredToken', 'ExpiredTokenException', 'Client.RequestExpired', 'RequestTimeTooSkewed', 'TokenRefreshRequired'])(
    '%s tells nobody what they may do: the session of a job expires while it works',
    (word) => {
      expect(triesPermissions(signalOf(word))).toBe(false)
    },
  )
})
