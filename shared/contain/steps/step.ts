import { canonical } from '../../domain/change.ts'
import type { Iam, PutOutcome } from '../../ports/iam.ts'

/**
 * One thing in the account that containment sets, and release sets back, as one value.
 *
 * `read` gives the value as it stands, `null` where there is none. `contained` is the value wanted, given the one
 * before; `undefined` where there is nothing to contain. `write` sets any value that `read` can give. So a step's
 * inverse is `write` of what `read` gave, and a step done twice is a step done once.
 */
export interface Step {
  /** The kind that declares it: `access-key`. */
  readonly kind: string
  /**
   * Stable and unique within the incident: `access-key:user/AKIA…`, and `access-key:210987654321:user/AKIA…` in another account than that of the incident's
   * identity. It is the target of the record's entries.
   */
  readonly target: string
  readonly title: string
  /** The user or role that the step changes: what the policy's bounds are asked about. */
  readonly subject: Subject
  /** A step on a credential: where the credential is not there, it was deleted. */
  readonly isCredential: boolean
  /** The step that does the same another way, for when AWS has no room for this one. */
  readonly nextRung?: Step
  /** `iam`: that of the account of its subject. */
  read(iam: Iam): Promise<StepValue>
  contained(before: StepValue): StepValue | undefined
  /** True for a value that contains. What the record says was set is set again only where it is one: respond may write that record. */
  isContaining(value: StepValue): boolean
  write(iam: Iam, value: StepValue): Promise<WriteOutcome>
}

export interface Subject {
  readonly kind: 'iam-user' | 'role'
  readonly name: string
  /** Its account, where that is another one than that of the incident's identity. */
  readonly account?: string | undefined
}

export type StepValue = string | null

/** `gone`: what the step is about is no longer there. `quota`: AWS has no room; the next rung of the ladder is needed. */
export type WriteOutcome = 'written' | 'gone' | 'quota'

export function isSameValue(a: StepValue, b: StepValue): boolean {
  return a === b || (a !== null && b !== null && asJson(a) === asJson(b))
}

export function outcomeOf(put: PutOutcome): WriteOutcome {
  if (put === 'put') return 'written'
  return put === 'quota' ? 'quota' : 'gone'
}

/** Policies compare as JSON, all else as text. */
function asJson(value: string): string {
  try {
    return canonical(JSON.parse(value))
  } catch {
    // Not JSON, so it is compared as the text that it is.
    return value
  }
}
