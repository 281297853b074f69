import { runningOverride } from '../../shared/domain/bounds.ts'
import type { Override } from '../../shared/domain/policy.ts'
import { printable } from '../../shared/domain/printable.ts'
import { ResponderError } from '../../shared/errors.ts'
import { type PolicyInForce, readPolicy } from '../../shared/record/policy-in-force.ts'
import { commandOn } from '../command-name.ts'
import type { Target } from '../target.ts'

/** The policy in force; undefined where none is stored yet. */
export async function storedPolicy({ record }: Pick<Target, 'record'>): Promise<PolicyInForce | undefined> {
  try {
    return await readPolicy(record)
  } catch (cause) {
    if (cause instanceof ResponderError && cause.code === 'policy.missing') return undefined
    throw cause
  }
}

/** The override that is in force now, as one line; empty where none is. A policy that cannot be read hides nothing: that is said instead. */
export async function overrideLines(target: Target): Promise<string[]> {
  try {
    const current = await storedPolicy(target)
    const running = current === undefined ? undefined : runningOverride(current.policy, Date.now())
    return running === undefined ? [] : [overrideText(running, target)]
  } catch (cause) {
    if (!(cause instanceof ResponderError)) throw cause
    return [`Whether an override runs is not known, because the policy cannot be read [${cause.code}].`]
  }
}

/** Which override runs, until when, by whom and why, `what` that means, and the command that ends it. */
export function overrideText(
  { mode, until, by, reason }: Override,
  target: Pick<Target, 'options'>,
  what = 'It replaces every other mode',
): string {
  const who = `by ${printable(by, 120)}: ${printable(reason, 120)}`
  return `An override to mode ${mode} runs until ${until} (${who}). ${what}; end it with ${commandOn(target, 'override end', '--reason "…"')}`
}
