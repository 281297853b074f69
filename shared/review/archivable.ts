import { type ArchiveContent, type ArchivedItem, linkOf, subjectsOf } from '../domain/archive.ts'
import { type ChainHead, type Change, EMPTY_CHAIN, verifyChain } from '../domain/change.ts'
import { type Incident, type IncidentSignal, isClosed } from '../domain/incident.ts'
import { readChange } from '../domain/migrations/change.ts'
import { readIncident, readSignal } from '../domain/migrations/incident.ts'
import { standingSteps } from '../domain/progress.ts'
import type { Seal } from '../domain/seal.ts'
import { DAY_MS } from '../domain/time.ts'
import { UnreadableEntry, UnreadableItem } from '../errors.ts'

/** An incident as the table has it, parsed, with its items as they are stored. */
export interface WholeIncident {
  readonly incident: Incident
  readonly version: number
  readonly signals: readonly IncidentSignal[]
  /** By subject; a chain without entries is not in it. */
  readonly chains: ReadonlyMap<string, readonly Change[]>
  readonly items: readonly ArchivedItem[]
}

/**
 * Why an incident stays in the table. `open`, `recent`, `in-place` (a step of its containment or restriction stands), `suppressing`, `put-off`, `owes-notice` and
 * `unsealed` (no seal covers all of it yet) end by themselves. `damaged`: something of it cannot be read, or its chains are not whole. `differs`: its chains
 * are not as they were sealed.
 */
export type KeptFor = 'open' | 'recent' | 'in-place' | 'suppressing' | 'put-off' | 'owes-notice' | 'unsealed' | 'damaged' | 'differs'

/** What people have to look at: the incident is not as it was written. */
export const SUSPICIOUS: ReadonlySet<KeptFor> = new Set(['damaged', 'differs'])

/** Parses the items of an incident. Undefined where one cannot be read, or there is no incident among them. */
export function wholeIncident(incidentId: string, items: readonly ArchivedItem[]): WholeIncident | undefined {
  try {
    const meta = items.find(({ sk }) => sk === 'META')
    if (meta === undefined) return undefined
    const chains = new Map<string, Change[]>()
    const signals: IncidentSignal[] = []
    for (const item of items) {
      const { pk, sk } = item
      if (sk.startsWith('CHANGE#')) chains.set(pk, [...(chains.get(pk) ?? []), readChange(item.change, pk, Number(sk.slice(7)))])
      if (sk.startsWith('SIGNAL#')) signals.push(readSignal(item.signal, `${pk} ${sk}`))
    }
    const { version } = meta
    if (typeof version !== 'number') return undefined
    return { incident: readIncident(meta.incident, `INCIDENT#${incidentId}`), version, signals, chains, items }
  } catch (cause) {
    if (cause instanceof UnreadableItem || cause instanceof UnreadableEntry) return undefined
    throw cause
  }
}

/** Why an incident is not archived now; undefined where it may be. */
export function keptFor(
  whole: WholeIncident,
  { now, afterDays, seal }: { readonly now: number; readonly afterDays: number; readonly seal: Seal },
): KeptFor | undefined {
  const { incident, chains } = whole
  if (!isClosed(incident)) return 'open'
  if (incident.owedNotice !== undefined) return 'owes-notice'
  if (now - lastTouched(whole) < afterDays * DAY_MS) return 'recent'
  if (incident.suppression !== undefined && incident.suppression.until > now) return 'suppressing'
  if (incident.extendedUntil !== undefined && incident.extendedUntil > now) return 'put-off'
  if ([...chains.values()].some((changes) => standingSteps(changes).length > 0)) return 'in-place'
  const [own] = subjectsOf(incident.id)
  const isWhole = [...chains].every(
    ([subject, changes]) => verifyChain(subject, changes, subject === own ? incident.head : undefined) === undefined,
  )
  if (!isWhole || !chains.has(own)) return 'damaged'
  return sealedAs(whole, seal)
}

/** The ends of an incident's chains, as an archive and its link name them. */
export function endsOf({ chains }: Pick<WholeIncident, 'chains'>): ArchiveContent['chains'] {
  return [...chains].map(([subject, changes]) => ({ subject, ...endOf(changes) }))
}

export function endOf(changes: readonly Change[] | undefined): ChainHead {
  const last = changes?.at(-1)
  return last === undefined ? EMPTY_CHAIN : { number: last.number, hash: last.hash }
}

/**
 * Whether the last seal covers every entry of every chain. A link that an interrupted run left is not asked for: it is the responder's own, and a seal that
 * comes later covers it.
 */
function sealedAs({ incident, chains }: WholeIncident, seal: Seal): 'unsealed' | 'differs' | undefined {
  const subjects = subjectsOf(incident.id)
  if (seal.discrepancies.some(({ subject }) => subjects.includes(subject))) return 'differs'
  const heads = new Map(seal.heads.map((head) => [head.subject, head]))
  // What was sealed of a chain that is not there any more is missing, not done with.
  if (subjects.some((subject) => heads.has(subject) && !chains.has(subject))) return 'differs'
  for (const [subject, changes] of chains) {
    const head = heads.get(subject)
    const sealed = head === undefined ? undefined : changes[head.number - 1]
    if (head !== undefined && sealed?.hash !== head.hash) return 'differs'
    if (changes.slice(head?.number ?? 0).some((change) => linkOf(change) === undefined)) return 'unsealed'
  }
  return undefined
}

/** When an incident was last changed, as far as it says so itself (epoch ms). */
export function changedAt({ updatedAt, verdict }: Incident): number {
  return Math.max(updatedAt, verdict === undefined ? 0 : Date.parse(verdict.at))
}

/** When something was last written of an incident, or happened in it (epoch ms). */
function lastTouched({ incident, signals, chains }: WholeIncident): number {
  const written = [...chains.values()].flat().filter((change) => linkOf(change) === undefined)
  return Math.max(changedAt(incident), ...written.map(({ at }) => Date.parse(at)), ...signals.map(({ time }) => time))
}
