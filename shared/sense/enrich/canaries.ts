import { isCanary } from '../../domain/canary.ts'
import type { Policy } from '../../domain/policy.ts'
import type { Signal } from '../../domain/signal.ts'

/** A function that marks signals of users whom the policy declares canaries. It applies without a deploy. */
export function canaryMarker({ canaries }: Partial<Pick<Policy, 'canaries'>>): (signal: Signal) => Signal {
  if (canaries === undefined || canaries.users.length === 0) return (signal) => signal
  return (signal) => (isCanary({ canaries }, signal.identity) ? { ...signal, isCanary: true } : signal)
}
