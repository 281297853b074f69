import { type ExceptionOf, exceptionsIn, fitsException } from '../detect/fits-exception.ts'
import { isAbout } from '../domain/created-principal.ts'
import type { SignalException } from '../domain/excepted.ts'
import { goesBy } from '../domain/identity-center.ts'
import { policyNames } from '../domain/name-history.ts'
import type { Policy } from '../domain/policy.ts'
import type { Signal } from '../domain/signal.ts'
import type { RespondPorts } from '../ports/respond.ts'
import { namesOf } from './bounds.ts'
import type { UnitOfWork } from './unit-of-work.ts'

interface Context {
  readonly unitOfWork: UnitOfWork
  readonly policy: Policy
  readonly ports: RespondPorts
}

/**
 * A signal with the exceptions of the policy that it fits; the same signal where it fits none, which costs nothing.
 *
 * An exception goes by what was true before the incident: of a user by every name that the policy goes by, and never for a credential or a user that a
 * suspect made, whatever it is called.
 */
export async function withExceptions(signal: Signal, context: Context): Promise<Signal> {
  const fits = exceptionsIn(context.policy.detectors).filter(({ exception }) => fitsException(signal, exception))
  if (fits.length === 0 || (await isMadeByOther(signal, context))) return signal
  const own = fits.some(({ exception }) => exception.identities !== undefined) ? await byOwnNames(fits, signal, context) : fits
  if (own.length === 0) return signal
  const exceptions = own.map(({ detector, exception: { reason, until } }): SignalException => ({ detector, reason, until }))
  return { ...signal, exceptions }
}

/** True where the identity or the credential of a signal was made in an incident, and a person has not called that legitimate. */
async function isMadeByOther({ identity, credential, parentIncidentId }: Signal, { unitOfWork }: Context): Promise<boolean> {
  const parent =
    parentIncidentId ??
    unitOfWork.parentIncidentOf(credential.id) ??
    unitOfWork.peekState(identity.id).windows.get(credential.id)?.parentIncidentId
  if (parent !== undefined) return true
  const last = await unitOfWork.lastIncident(identity.id)
  return last !== undefined && !isAbout(last.value, identity) && last.value.state !== 'released'
}

/** The exceptions that fit by each name that the policy goes by: whoever was renamed lately, by itself or by nobody knows whom, fits none by the new name alone. */
async function byOwnNames(fits: readonly ExceptionOf[], { identity, time }: Signal, context: Context): Promise<readonly ExceptionOf[]> {
  const names = (await namesOf(identity, context)) ?? []
  const { arn, earlier } = policyNames(names, identity.id, time)
  return fits.filter(
    ({ exception: { identities } }) =>
      identities === undefined || [arn, ...earlier].every((name) => identities.some((pattern) => goesBy(pattern, name))),
  )
}
