import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { Archived } from './archived.ts'
import { ChainHead, type Change, type ChangeDraft, canonical } from './change.ts'
import type { Incident } from './incident.ts'
import { SealedHead } from './seal.ts'

/** Who writes the link of an archived incident into its chain. */
export const ARCHIVE_ACTOR = 'countersign:archive'

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex')

/** An item of the table as it is stored: its keys, and attributes that are texts and numbers. */
export const ArchivedItem = z
  .looseObject({ pk: z.string(), sk: z.string() })
  .catchall(z.union([z.string(), z.number()]))
  .readonly()
export type ArchivedItem = z.infer<typeof ArchivedItem>

/** What an archive says of itself: whose it is, where each of its chains ends, how many items follow, and the seal that covers the chains. */
const Header = z
  .strictObject({
    archive: z.literal(1),
    incidentId: z.string(),
    chains: z.array(SealedHead).readonly(),
    items: z.number().int().min(1),
    seal: ChainHead,
  })
  .readonly()

/** An archived incident: every item of it that the table had, as stored, in the order of their keys. */
export interface ArchiveContent {
  readonly incidentId: string
  readonly chains: readonly SealedHead[]
  readonly seal: ChainHead
  readonly items: readonly ArchivedItem[]
}

/** What the link in the chain of an archived incident says: the SHA-256 of the object, and the ends of the chains that are in it. */
export const ArchiveLink = z
  .strictObject({ archive: z.literal(1), sha256: Sha256, items: z.number().int().min(1), chains: z.array(SealedHead).readonly() })
  .readonly()
export type ArchiveLink = z.infer<typeof ArchiveLink>

/** The object as lines of JSON: what it says of itself, then the items. One text for one content. */
export function archiveText({ incidentId, chains, seal, items }: ArchiveContent): string {
  const header = { archive: 1, incidentId, chains: sortedBy(chains, ({ subject }) => subject), items: items.length, seal }
  return [header, ...sortedBy(items, keyOf)].map((line) => `${canonical(line)}\n`).join('')
}

/**
 * The archive in a text. `damaged`: the text is none, or not as `archiveText` writes it. `swapped`: it is that of another incident, or has items of one.
 */
export function readArchive(text: string, incidentId: string): ArchiveContent | 'damaged' | 'swapped' {
  const lines = parsedLines(text)
  const header = Header.safeParse(lines?.[0]).data
  const items = z.array(ArchivedItem).safeParse(lines?.slice(1)).data
  if (header === undefined || items === undefined || header.items !== items.length) return 'damaged'
  const own = new Set(subjectsOf(incidentId))
  if (header.incidentId !== incidentId || items.some(({ pk }) => !own.has(pk))) return 'swapped'
  const content = { incidentId, chains: header.chains, seal: header.seal, items }
  return archiveText(content) === text ? content : 'damaged'
}

/** The chains of an incident, its own first. The items of the incident stand under the same keys. */
export function subjectsOf(incidentId: string): readonly [own: string, orders: string, steps: string] {
  return [`INCIDENT#${incidentId}`, `ORDER#${incidentId}`, `STEPS#${incidentId}`]
}

/** The incident that a chain is of; undefined for a chain that is of none. */
export function incidentOfChain(subject: string): string | undefined {
  return subject.match(/^(?:INCIDENT|ORDER|STEPS)#(.+)$/s)?.[1]
}

/** The name of the object in the bucket. It has the hash of the content, so that nothing else can have been meant. */
export function archiveKey(incidentId: string, sha256: string): string {
  return `archive/${incidentId}/${sha256}.ndjson`
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The entry by which an incident's chain goes on after what is archived of it. */
export function linkDraft(incidentId: string, link: ArchiveLink, at: number): ChangeDraft {
  return {
    at: new Date(at).toISOString(),
    actor: ARCHIVE_ACTOR,
    kind: 'seal',
    target: archiveKey(incidentId, link.sha256),
    from: null,
    to: link,
    why: 'the closed incident is archived',
  }
}

/** The last link in a chain of an incident, with its entry; undefined where nothing of it is archived. */
export function linkIn(changes: readonly Change[]): { readonly entry: Change; readonly link: ArchiveLink } | undefined {
  for (const entry of [...changes].reverse()) {
    const link = linkOf(entry)
    if (link !== undefined) return { entry, link }
  }
  return undefined
}

/** What an entry says where it is the link of an archived incident. */
export function linkOf({ kind, actor, to }: Change): ArchiveLink | undefined {
  return kind === 'seal' && actor === ARCHIVE_ACTOR ? ArchiveLink.safeParse(to).data : undefined
}

/**
 * What stays of an archived incident in the table: who, when, what was decided and answered, what it led to, and where the rest is. Correlation, verdicts and
 * learning go by these; findings, contributions and reasons are read by people, who get them from the archive.
 */
export function stubOf(incident: Incident, archived: Archived, head: ChainHead): Incident {
  const { restriction: _, assessment, decision, blastRadius, ...kept } = incident
  const { opinion } = assessment
  const shortOpinion = opinion?.kind === 'answered' ? { ...opinion, reasons: [], techniques: [], narrative: '', nextSteps: [] } : opinion
  return {
    ...kept,
    findings: [],
    assessment: { ...assessment, contributions: [], opinion: shortOpinion },
    decision: { ...decision, why: [] },
    blastRadius: { ...blastRadius, reasons: [] },
    lookups: undefined,
    head,
    archived,
  }
}

function parsedLines(text: string): unknown[] | undefined {
  if (!text.endsWith('\n')) return undefined
  try {
    return text
      .slice(0, -1)
      .split('\n')
      .map((line) => JSON.parse(line))
  } catch {
    // Not lines of JSON: the caller names it.
    return undefined
  }
}

export const keyOf = ({ pk, sk }: ArchivedItem): string => `${pk}\n${sk}`

function sortedBy<T>(list: readonly T[], key: (one: T) => string): T[] {
  return [...list].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}
