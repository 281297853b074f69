import type { Signal } from '../../shared/domain/signal.ts'

type Scalar = string | number | boolean | undefined

/** True for an object whose members are all scalars. */
type IsFlat<T> = [T] extends [Record<never, unknown> | undefined]
  ? [NonNullable<T>[keyof NonNullable<T>]] extends [Scalar]
    ? true
    : false
  : false

/** How a member may travel, by its type. */
type Ways<T> = [T] extends [Scalar] ? 'head' | 'row' : 'fields' | (IsFlat<T> extends true ? 'shared' : never)

/**
 * How each member of a signal travels from one thread to the other. `head`: with all others that repeat from signal to signal, sent once for each
 * combination. `shared`: an object that repeats, sent once. `row`: with each signal. `fields`: with each signal that has one, as JSON.
 *
 * A member that is not listed here, or whose type does not fit its way, is an error of the types.
 */
export const MEMBERS = {
  id: 'row',
  kind: 'head',
  source: 'head',
  time: 'row',
  account: 'head',
  region: 'head',
  identity: 'shared',
  credential: 'shared',
  service: 'head',
  action: 'head',
  isReadOnly: 'head',
  outcome: 'head',
  errorCode: 'head',
  deniedBy: 'head',
  deniedOn: 'head',
  isAuthenticated: 'head',
  isWorkloadStated: 'head',
  origin: 'shared',
  created: 'fields',
  assumer: 'shared',
  parentIncidentId: 'head',
  isParentSuspect: 'head',
  isAgainstResponder: 'head',
  deployment: 'head',
  request: 'fields',
  response: 'fields',
  isRequestOmitted: 'head',
  isResponseOmitted: 'head',
  isRolePathUnknown: 'head',
  details: 'fields',
  exposure: 'head',
  report: 'fields',
  policyTags: 'fields',
  isCanary: 'head',
  organization: 'head',
  trustedClaims: 'fields',
  exceptions: 'fields',
  containedBy: 'head',
  refusedBy: 'head',
  reverses: 'head',
  rules: 'fields',
  isDataEvent: 'head',
} as const satisfies { readonly [K in keyof Required<Signal>]: Ways<Signal[K]> }

export type Member = keyof typeof MEMBERS
