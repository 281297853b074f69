import { distinctIn } from '../across-credentials.ts'
import type { Detector } from '../detector.ts'
import { OBJECT_READS, unusualObjects } from '../unusual-objects.ts'

/** As many as `secrets-swept` wants of an identity that is known, and as many as are counted. */
const SEVERAL = 5
const MANY = 12

/**
 * What an identity reads by habit excuses no other objects of the same kind. One is what any task brings; several at once are what somebody takes who looks for
 * them. An identity whose work is ever new objects has that as a habit: its matches of earlier days count.
 */
export const objectsOutsideHabit: Detector = {
  id: 'objects-outside-habit',
  title: 'Objects read that the identity never used, beside those of its habit',
  weight: 0.2,
  group: 'abuse',
  attack: 'T1530',
  runbook: 'Ask the owner which task needs the objects that are named; if nobody knows of one, rotate the secrets among them.',
  sparesOwnWorks: true,
  actions: OBJECT_READS,
  matches(signal, context) {
    const [first] = unusualObjects(signal, context.baseline)
    if (first === undefined) return undefined
    const objects = distinctIn(context, 'unusual-object', { at: signal.time })
    const others = objects < 2 ? '' : `, and ${objects - 1} others within 10 minutes`
    return {
      reason: `first use of ${first.kind} ${first.prefix === first.name ? first.name : `${first.prefix}…`}${others}`,
      weight: objects >= MANY ? 0.6 : objects >= SEVERAL ? 0.5 : 0.2,
    }
  },
}
