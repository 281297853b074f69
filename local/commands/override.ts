import { Mode } from '../../shared/domain/policy.ts'
import { printable } from '../../shared/domain/printable.ts'
import { ResponderError } from '../../shared/errors.ts'
import { breakGlass, endOverride, overrideToEnd } from '../../shared/review/override.ts'
import type { Target } from '../target.ts'

const clock = { now: () => Date.now() }

/** Replaces all modes by one for some minutes, and notifies people. */
export async function startOverride(
  target: Target,
  mode: string,
  { minutes, reason }: { minutes: number; reason: string },
): Promise<string> {
  const known = Mode.safeParse(mode)
  if (!known.success) throw new ResponderError('usage', `a mode is one of ${Mode.options.join(', ')}; got "${mode}"`)
  const until = await breakGlass({ mode: known.data, minutes, by: target.caller, reason }, { ...target, clock })
  return `Mode ${known.data} applies to every tier in ${target.name} until ${until}. contain uses it at once, the other functions within 30 seconds.`
}

/** What ending the override changes. Throws `usage` where none runs. */
export async function whatEndChanges({ record, name }: Target): Promise<string> {
  const { mode, until, by } = await overrideToEnd({ record, clock })
  return `The override to mode ${mode} in ${name}, until ${until} by ${printable(by, 120)}, ends now. The modes of the policy apply again, and people are notified.`
}

/** Ends an override before its time, and notifies people. */
export async function stopOverride(target: Target, { reason }: { reason: string }): Promise<string> {
  await endOverride({ by: target.caller, reason }, { ...target, clock })
  return `The override has ended; the modes of the policy apply again in ${target.name}.`
}
