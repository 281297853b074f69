import { type AcceptedPattern, PATTERNS_SHAPE, withPatterns } from '../domain/accepted-pattern.ts'
import { type Change, chain, linkFault } from '../domain/change.ts'
import { readFields } from '../domain/stored.ts'
import { ResponderError, UnreadableItem } from '../errors.ts'
import type { ChangeRecord } from '../ports/stores.ts'
import { headOf } from './append.ts'

/** Attempts to append before other writers count as a conflict. */
const ATTEMPTS = 8

/**
 * The subject of the chain of what people accepted of an identity. A pattern keeps people from being asked. It therefore has a chain that `respond`, which
 * processes input of intruders, may read and not write.
 */
export function patternSubject(identityId: string): string {
  return `PATTERN#${identityId}`
}

/**
 * The patterns of an identity that were not revoked, oldest first; some may have expired. Reads one entry. Throws `UnreadableItem` where that is not as it was
 * written or cannot be read.
 */
export async function readPatterns(identityId: string, record: Pick<ChangeRecord, 'last'>): Promise<readonly AcceptedPattern[]> {
  return patternsIn(identityId, await record.last(patternSubject(identityId)))
}

function patternsIn(identityId: string, entry: Change | undefined): readonly AcceptedPattern[] {
  if (entry === undefined) return []
  const subject = patternSubject(identityId)
  if (linkFault(subject, { number: entry.number - 1, hash: entry.previous }, entry) !== undefined)
    throw new UnreadableItem(subject, 'the last entry is not as it was written')
  const { patterns } = readFields(PATTERNS_SHAPE, entry.to, subject)
  if (patterns.some((pattern) => pattern.identityId !== identityId)) throw new UnreadableItem(subject, 'patterns: of another identity')
  return patterns
}

/** Every identity's patterns that were not revoked. One that cannot be read goes to `onUnreadable`. Reads the whole table. */
export async function listPatterns(record: ChangeRecord, onUnreadable: (item: UnreadableItem) => void): Promise<AcceptedPattern[]> {
  const all: AcceptedPattern[] = []
  const prefix = patternSubject('')
  for await (const subject of record.subjects()) {
    if (!subject.startsWith(prefix)) continue
    try {
      all.push(...(await readPatterns(subject.slice(prefix.length), record)))
    } catch (cause) {
      if (!(cause instanceof UnreadableItem)) throw cause
      onUnreadable(cause)
    }
  }
  return all.sort((a, b) => (a.at < b.at ? 1 : -1))
}

/** Adds patterns of one identity. Returns those that were dropped for them. The same ones again change nothing. */
export async function addPatterns(
  more: readonly AcceptedPattern[],
  { at, by, why }: { readonly at: string; readonly by: string; readonly why: string },
  record: ChangeRecord,
): Promise<readonly AcceptedPattern[]> {
  const [first] = more
  if (first === undefined) return []
  let gone: readonly AcceptedPattern[] = []
  await change(first.identityId, record, (known) => {
    const { added, patterns, dropped } = withPatterns(known, more)
    gone = dropped
    const target = `patterns:${added.map(({ id }) => id).join(',')}`
    const from = dropped.length === 0 ? null : { dropped }
    return added.length === 0 ? undefined : { at, actor: by, target, why, from, patterns }
  })
  return gone
}

/** Revokes a pattern. Throws `pattern.unknown` where the identity has none of the id. */
export async function revokePattern(
  { identityId, id }: Pick<AcceptedPattern, 'identityId' | 'id'>,
  { at, by, why }: { readonly at: string; readonly by: string; readonly why: string },
  record: ChangeRecord,
): Promise<void> {
  await change(identityId, record, (known) => {
    const revoked = known.find((pattern) => pattern.id === id)
    if (revoked === undefined) throw unknownPattern(id)
    const patterns = known.filter((pattern) => pattern.id !== id)
    return { at, actor: by, target: `patterns:${id}`, why, from: { revoked }, patterns }
  })
}

export function unknownPattern(id: string): ResponderError {
  return new ResponderError('pattern.unknown', `there is no accepted pattern ${id}; \`countersign patterns\` lists them`)
}

interface PatternChange extends Pick<Change, 'at' | 'actor' | 'target' | 'why' | 'from'> {
  readonly patterns: readonly AcceptedPattern[]
}

async function change(
  identityId: string,
  record: ChangeRecord,
  next: (known: readonly AcceptedPattern[]) => PatternChange | undefined,
): Promise<void> {
  const subject = patternSubject(identityId)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const last = await record.last(subject)
    const draft = next(patternsIn(identityId, last))
    if (draft === undefined) return
    const { patterns, ...entry } = draft
    const to = { v: PATTERNS_SHAPE.version, patterns }
    if (await record.append(chain(subject, headOf(last), { ...entry, kind: 'verdict', to }))) return
  }
  throw new ResponderError('record.conflict', `${subject}: another writer was first in ${ATTEMPTS} appends in a row; try again`)
}
