import { isBinding } from '../domain/binding-detectors.ts'
import type { ExceptedFinding } from '../domain/excepted.ts'
import type { Finding } from '../domain/finding.ts'
import { type IdentityState, keepExcepted } from '../domain/identity-state.ts'
import type { Signal } from '../domain/signal.ts'

/** The findings of a signal, apart: those that count, and those that an exception of the policy is of. */
export interface Split {
  readonly findings: readonly Finding[]
  /** Absent where there are none, so that it may be spread. */
  readonly excepted?: readonly ExceptedFinding[]
}

/** Takes the findings of a signal apart by the exceptions that it fits. What is confirmed, or binds, counts all the same. */
export function splitExcepted({ exceptions }: Pick<Signal, 'exceptions'>, found: readonly Finding[]): Split {
  if (exceptions === undefined || found.length === 0) return { findings: found }
  const findings: Finding[] = []
  const excepted: ExceptedFinding[] = []
  for (const finding of found) {
    const fits = exceptions.find(({ detector }) => detector === finding.detector)
    if (fits === undefined || finding.isConfirmed || isBinding(finding.detector)) findings.push(finding)
    else excepted.push({ ...finding, exception: { reason: fits.reason, ...(fits.until === undefined ? {} : { until: fits.until }) } })
  }
  return excepted.length === 0 ? { findings } : { findings, excepted }
}

/** The same, and keeps what does not count in a draft of the identity's state, for an incident that opens later. */
export function splitInto(draft: IdentityState, signal: Signal, found: readonly Finding[]): Split {
  const split = splitExcepted(signal, found)
  if (split.excepted !== undefined) keepExcepted(draft, split.excepted)
  return split
}
