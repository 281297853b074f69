import type { Change } from './change.ts'
import { counted } from './counted.ts'
import { stateText } from './dismissal.ts'
import type { Incident } from './incident.ts'
import { standingSteps } from './progress.ts'

/** The states in which nothing is being done to a credential. */
const LEFT_ALONE: ReadonlySet<Incident['state']> = new Set(['watching', 'asking'])

/**
 * Why an incident cannot be dismissed, as the rest of "it is …" or "it was …"; undefined where it can: it waits for a verdict, and nothing was done to
 * its credential. Without `changes`, its chain, by what the incident alone says: a list is not to read as many chains.
 */
export function whyNotDismissable(
  { state, containedAt, restrictedAt, verdict }: Pick<Incident, 'state' | 'containedAt' | 'restrictedAt' | 'verdict'>,
  changes?: readonly Change[],
): string | undefined {
  if (state === 'released' || state === 'confirmed' || state === 'expired') {
    const word = stateText({ state, containedAt, restrictedAt }, changes)
    return verdict === undefined ? `it is ${word} already` : `it is ${word} already, by ${verdict.by}`
  }
  if (state === 'releasing' || state === 'rotating') return `it is ${state}: somebody gave a verdict already`
  if (!LEFT_ALONE.has(state))
    return `it is ${state}: a dismissal is for incidents of which nothing was contained or restricted; release it by itself`
  const steps = changes === undefined ? 0 : standingSteps(changes).length
  if (steps > 0) return `${counted(steps, 'step is', 'steps are')} in place, which a release takes back; release it by itself`
  if (containedAt !== undefined || restrictedAt !== undefined)
    return `it was ${containedAt === undefined ? 'restricted' : 'contained'} before; release it by itself`
  return undefined
}
