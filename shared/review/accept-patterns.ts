import type { AcceptedPattern } from '../domain/accepted-pattern.ts'
import type { Change } from '../domain/change.ts'
import { counted } from '../domain/counted.ts'
import type { Incident } from '../domain/incident.ts'
import { listing } from '../domain/listing.ts'
import { patternsOf } from '../domain/patterns-of.ts'
import { isFields } from '../domain/stored.ts'
import type { Verdict } from '../domain/verdict.ts'
import { UnreadableEntry, UnreadableItem } from '../errors.ts'
import type { ChangeRecord } from '../ports/stores.ts'
import { addPatterns, readPatterns, revokePattern } from '../record/patterns.ts'
import { readPolicy } from '../record/policy-in-force.ts'

/**
 * Records what a verdict "legitimate" accepts from now on, and returns it in words. `entry` is the verdict's entry of the record; the same entry again adds
 * nothing. Only what the reviewer was shown counts: detectors that the entry names, and what was found before it.
 */
export async function acceptPatterns(incident: Incident, entry: Change, record: ChangeRecord): Promise<NonNullable<Verdict['accepted']>> {
  const { policy } = await readPolicy(record)
  const { at, actor: by, why } = entry
  const patterns = patternsOf(incident, { at, by, saw: shownIn(entry), days: policy.release.patternDays })
  const dropped = await added(patterns, { at, by, why }, record)
  if (dropped === undefined) return []
  return patterns.map((pattern, nth) => ({ id: pattern.id, until: pattern.until, says: inWords(pattern, nth === 0 ? dropped : []) }))
}

/** Revokes the patterns that the verdict on an incident accepted, where they are still there. */
export async function revokeAccepted(
  { identity, verdict }: Incident,
  why: Pick<Change, 'at' | 'why'> & { readonly by: string },
  record: ChangeRecord,
): Promise<void> {
  for (const { id } of verdict?.accepted ?? []) {
    const isKnown = (await readPatterns(identity.id, record)).some((pattern) => pattern.id === id)
    if (isKnown) await revokePattern({ identityId: identity.id, id }, why, record)
  }
}

/** What was dropped for new patterns; undefined where those that are stored cannot be read. That must not keep anybody from a release: it accepts nothing. */
async function added(...parts: Parameters<typeof addPatterns>): Promise<readonly AcceptedPattern[] | undefined> {
  try {
    return await addPatterns(...parts)
  } catch (cause) {
    if (cause instanceof UnreadableItem || cause instanceof UnreadableEntry) return undefined
    throw cause
  }
}

/** The detectors whose findings made the assessment that a verdict answers. */
function shownIn({ from }: Change): ReadonlySet<string> {
  const assessment = isFields(from) ? from.assessment : undefined
  const shares = isFields(assessment) ? assessment.shares : undefined
  return new Set(isFields(shares) ? Object.keys(shares) : [])
}

/** What a pattern accepts, in a sentence. Names of objects are text of callers and are only counted. */
export function inWords(
  { keys = [], sessions = [], places, tools, kinds }: AcceptedPattern,
  dropped: readonly AcceptedPattern[] = [],
): string {
  const objects = new Set(kinds.flatMap((kind) => kind.objects).filter((object) => object !== '')).size
  return [
    `${kinds.map(({ detector }) => detector).join(', ')} by ${tools.join(', ')} from ${places.join(', ')}`,
    ...(keys.length === 0 ? [] : [`with ${listing(keys, NAMED)}`]),
    ...(objects === 0 ? [] : [`on what is named by ${counted(objects, 'name or prefix', 'names or prefixes')}`]),
    // Jobs often give each session a name of its own: the next one is then none of these.
    ...(sessions.length === 0 ? [] : [`in sessions named ${listing(sessions, NAMED)} alone (one of another name is asked about)`]),
    ...dropped.map(({ id }) => `in place of the oldest, ${id}`),
  ].join(', ')
}

/** The most keys or session names that a sentence names. */
const NAMED = 3
