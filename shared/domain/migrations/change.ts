import * as z from 'zod'
import { UnreadableEntry, UnreadableItem } from '../../errors.ts'
import { Assignee } from '../assignment.ts'
import { CHANGE_VERSION, Change, type ChangeKind } from '../change.ts'
import { CommentText } from '../comment.ts'
import { checkVersion, isFields, issueOf, orAbsent, parsed, Time } from '../stored.ts'

/** A value of a step: what `write` of the step is given when it is undone. */
const StepValue = z.object({ from: orAbsent(z.string().nullable()), to: orAbsent(z.string().nullable()) })

/** What an entry of these kinds says, as far as something acts on it. Entries are linked by their hashes, so these hold for every version. */
const VALUES: Partial<Record<ChangeKind, z.ZodType>> = {
  'step-planned': StepValue,
  'step-done': StepValue,
  'step-failed': StepValue,
  'step-reversed': StepValue,
  'step-gone': StepValue,
  'step-undone': StepValue,
  'rotation-planned': z.object({ from: z.array(z.string()), to: z.looseObject({ secret: z.string() }) }),
  'rotation-delivered': z.object({ to: z.looseObject({ accessKeyId: z.string(), secret: z.string() }) }),
  extension: z.object({ to: z.looseObject({ until: Time }) }),
  assignment: z.object({ to: Assignee.nullable() }),
  comment: z.object({ to: CommentText }),
}

/**
 * Levels of objects and lists in an entry. The deepest that a release writes, a policy, has 6. Without a bound, whoever can write the table could end every run
 * that reads it: what hashes an entry calls itself for each level.
 */
const MAX_LEVELS = 64

/**
 * The entry in a stored text, as it was written: it is hashed, so it is never migrated, and whoever reads `from` and `to` takes the words of
 * every version. Throws `UnreadableEntry` where it is none.
 */
export function readChange(text: unknown, subject: string, number: number): Change {
  try {
    const entry = parsed(text, subject)
    checkChange(entry, subject)
    return entry
  } catch (cause) {
    if (!(cause instanceof UnreadableItem)) throw cause
    throw new UnreadableEntry(subject, number, { issue: cause.issue, isNewer: cause.isNewer })
  }
}

/** The entries that readers give, up to the first that cannot be read. */
export function readUpTo(readers: readonly (() => Change)[], hasMore: boolean) {
  const changes: Change[] = []
  try {
    for (const read of readers) changes.push(read())
  } catch (cause) {
    if (!(cause instanceof UnreadableEntry)) throw cause
    return { changes, hasMore: false, unreadable: cause }
  }
  return { changes, hasMore }
}

/** Throws `UnreadableItem` where something is no entry. */
export function checkChange(entry: unknown, key: string): asserts entry is Change {
  if (!isFields(entry)) throw new UnreadableItem(key, 'not an object')
  checkVersion(entry.v ?? 1, CHANGE_VERSION, key)
  if (!isWithin(MAX_LEVELS, entry)) throw new UnreadableItem(key, `more than ${MAX_LEVELS} levels deep`)
  const read = Change.safeParse(entry)
  const said = read.success ? VALUES[read.data.kind]?.safeParse(entry) : read
  if (said?.success === false) throw new UnreadableItem(key, issueOf(said.error))
}

function isWithin(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((member) => isWithin(levels - 1, member))
}
