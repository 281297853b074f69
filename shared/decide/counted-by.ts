import type { Folded } from '../detect/fold.ts'
import { type ExceptedFinding, withoutDisabled } from '../domain/excepted.ts'
import { evidenceAgainst, exceptedOf, type IdentityState } from '../domain/identity-state.ts'
import type { Policy } from '../domain/policy.ts'
import type { Signal } from '../domain/signal.ts'

/** A signal without the findings of detectors that the policy switches off: those of its own are told as excepted. */
export function countedBy(folded: Folded, { detectors }: Pick<Policy, 'detectors'>): Folded {
  const { counted: findings, off } = withoutDisabled(folded.findings, detectors)
  const { counted: evidence } = withoutDisabled(folded.evidence, detectors)
  return { ...folded, findings, evidence, ...(off.length === 0 ? {} : { excepted: [...(folded.excepted ?? []), ...off] }) }
}

/** What the policy did not count of the credential of a signal within a day: an incident shows it, though it opened later. */
export function exceptedBefore(
  state: IdentityState,
  { credential, time }: Pick<Signal, 'credential' | 'time'>,
  { detectors }: Pick<Policy, 'detectors'>,
): readonly ExceptedFinding[] {
  return [...exceptedOf(state, credential.id, time), ...withoutDisabled(evidenceAgainst(state, credential.id, time), detectors).off]
}
