import { Mode } from '../../shared/domain/policy.ts'
import { ResponderError } from '../../shared/errors.ts'
import { breakGlass, endOverride } from '../../shared/review/override.ts'
import type { Target } from '../target.ts'

const clock = { now: () => Date.now() }

/** Puts one mode in the place of all for some minutes, and tells everybody. */
export async function startOverride(
  target: Target,
  mode: string,
  { minutes, reason }: { minutes: number; reason: string },
): Promise<string> {
  const known = Mode.safeParse(mode)
  if (!known.success) throw new ResponderError('usage', `a mode is one of ${Mode.options.join(', ')}; got "${mode}"`)
  const until = await breakGlass({ mode: known.data, minutes, by: target.caller, reason }, { ...target, clock })
  return `Mode ${known.data} stands for every tier in ${target.name} until ${until}. Functions see it within 30 seconds, contain at once.`
}

export async function stopOverride(target: Target, { reason }: { reason: string }): Promise<string> {
  await endOverride({ by: target.caller, reason }, { ...target, clock })
  return `The override has ended; the policy stands again in ${target.name}.`
}
