import { hash as digest } from 'node:crypto'
import * as z from 'zod'
import { orAbsent } from './stored.ts'

/** Before the first entry of a chain there is this. */
export const GENESIS = '0'.repeat(64)

/** The version that this release writes. Version 1 has other names for detectors, and for the members of a policy. Version 3 added assignments and comments. */
export const CHANGE_VERSION = 3

const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex')

export const ChangeKind = z.enum([
  'decision',
  'step-planned',
  'step-done',
  'step-failed',
  'step-reversed',
  'step-gone',
  'step-undone',
  'rotation-planned',
  'rotation-delivered',
  'rotation-deleted',
  'rotation-failed',
  'approval',
  'root-key-deleted',
  'state',
  'verdict',
  'endorsement',
  'extension',
  'assignment',
  'comment',
  'order',
  'notice',
  'policy',
  'seal',
])
export type ChangeKind = z.infer<typeof ChangeKind>

/**
 * One entry of the append-only record: who changed what, from what, to what, why.
 *
 * `subject` names the chain (`INCIDENT#…`, `ORDER#…`, `POLICY` or `SEAL`); `number` counts from 1 without gaps; `at` is ISO 8601 in UTC;
 * `hash` is SHA-256 over the canonical JSON of all else, `previous` included, so an edit, a gap or a reorder shows.
 */
export const Change = z
  .strictObject({
    /** The version of the words that it is written in; 0.1.0 wrote none. It is hashed with all else. */
    v: z.literal([2, CHANGE_VERSION]).exactOptional(),
    subject: z.string(),
    number: z.number().int().min(1),
    at: z.iso.datetime(),
    actor: z.string(),
    kind: ChangeKind,
    target: z.string(),
    from: orAbsent(z.unknown()),
    to: orAbsent(z.unknown()),
    why: z.string(),
    previous: Hash,
    hash: Hash,
  })
  .readonly()
export type Change = z.infer<typeof Change>

/** What a writer says of a change; the chain adds the number and the hashes. */
export type ChangeDraft = Pick<Change, 'at' | 'actor' | 'kind' | 'target' | 'from' | 'to' | 'why'>

/** Where a chain ends: what the next entry has to name. */
export const ChainHead = z.strictObject({ number: z.number().int().min(0), hash: Hash }).readonly()
export type ChainHead = z.infer<typeof ChainHead>

export const EMPTY_CHAIN: ChainHead = { number: 0, hash: GENESIS }

/** The next entry of a chain, of the version that this release writes where no other is wanted. */
export function chain(subject: string, head: ChainHead, draft: ChangeDraft, version: NonNullable<Change['v']> = CHANGE_VERSION): Change {
  const entry: Omit<Change, 'hash'> = { v: version, subject, number: head.number + 1, ...draft, previous: head.hash }
  return { ...entry, hash: hashOf(entry) }
}

/** The first entry of a chain that is not as it was written, or undefined where the chain is whole. */
export type ChainFault = {
  readonly subject: string
  readonly number: number
  readonly fault: 'edited' | 'missing' | 'unlinked' | 'cut-short'
}

/** Checks entries in stored order against the chain rule; `head` is where the owner says the chain ends, if it does. */
export function verifyChain(subject: string, entries: readonly Change[], head?: ChainHead): ChainFault | undefined {
  let previous = EMPTY_CHAIN
  for (const entry of entries) {
    const fault = linkFault(subject, previous, entry)
    if (fault !== undefined) return { subject, number: previous.number + 1, fault }
    previous = { number: entry.number, hash: entry.hash }
  }
  if (head !== undefined && head.number > previous.number) return { subject, number: previous.number + 1, fault: 'cut-short' }
  if (head !== undefined && head.number > 0 && entries[head.number - 1]?.hash !== head.hash)
    return { subject, number: head.number, fault: 'edited' }
  return undefined
}

/** Why an entry is not the next one of a chain that ends at `previous`; undefined where it is. */
export function linkFault(subject: string, previous: ChainHead, entry: Change): ChainFault['fault'] | undefined {
  if (entry.number !== previous.number + 1 || entry.subject !== subject) return 'missing'
  if (entry.previous !== previous.hash) return 'unlinked'
  const { hash, ...rest } = entry
  return hashOf(rest) === hash ? undefined : 'edited'
}

function hashOf(entry: Omit<Change, 'hash'>): string {
  return digest('sha256', canonical(entry))
}

/** JSON with sorted keys: one text for one value. Keys whose value is undefined do not count, as in storage. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`
}
