import { type ArchivedItem, archiveKey, archiveText, linkDraft, linkOf, sha256Of, stubOf, subjectsOf } from '../domain/archive.ts'
import { chain } from '../domain/change.ts'
import { isClosed } from '../domain/incident.ts'
import { readSeal, type Seal } from '../domain/seal.ts'
import { DAY_MS, MINUTE_MS } from '../domain/time.ts'
import { errorName, ResponderError, UnreadableItem } from '../errors.ts'
import type { ArchivePorts } from '../ports/archive.ts'
import { headOf } from '../record/append.ts'
import { loadArchive } from '../record/archived.ts'
import { changedAt, endsOf, type KeptFor, keptFor, SUSPICIOUS, type WholeIncident, wholeIncident } from './archivable.ts'

/** For how long a run goes on. Lambda ends the function after 15 minutes; an incident that is begun takes seconds. */
const RUN_MS = 10 * MINUTE_MS

/** Incidents that are archived in one run at most, so that the first run on an old table does not write for hours; the next goes on from there. */
const RUN_LIMIT = 500

/** Items that are deleted at the same time. */
const AT_ONCE = 16

/** Incidents that cannot be archived in a row before the run ends: then it is not they that are at fault. */
const FAILURES_LIMIT = 5

/** What one run did. `kept`: how many closed incidents stay, by the reason. */
export interface ArchiveRun {
  readonly archived: number
  readonly failed: number
  readonly kept: Readonly<Partial<Record<KeptFor | 'changed', number>>>
}

/**
 * Moves closed incidents that nothing has touched for `afterDays` out of the table, from where the last run stopped.
 *
 * For each: all its items are put into one object of the seal bucket and read back; a link is appended to its chain; the incident is replaced by what stays of
 * it, if nobody has written it since; then the items are deleted, each only as it is in the object. That replacement decides: before it the table has
 * everything, after it the object has, and the next run deletes what is left. Throws `archive.failed` where nothing could be archived and something failed.
 */
export async function archiveClosed(ports: ArchivePorts): Promise<ArchiveRun> {
  const { table, clock, log } = ports
  const seal = await lastReadableSeal(ports)
  if (seal === undefined) log.info('archive.unsealed')
  const until = clock.now() + RUN_MS
  const kept: Partial<Record<KeptFor | 'changed', number>> = {}
  let [archived, failed, inARow] = [0, 0, 0]
  const isOver = () => clock.now() >= until || archived >= RUN_LIMIT || inARow >= FAILURES_LIMIT
  let place = seal === undefined ? undefined : await table.place()
  for (let isFirst = true; seal !== undefined && (isFirst || place !== undefined) && !isOver(); isFirst = false) {
    const page = await table.closed(place)
    for (const id of page.ids) {
      if (isOver()) break
      const outcome = await archiveIncident(id, seal, ports).catch((cause: unknown) => {
        log.warn('archive.failed', {
          incidentId: id,
          error: errorName(cause),
          reason: cause instanceof ResponderError ? cause.code : undefined,
        })
        return 'failed' as const
      })
      inARow = outcome === 'failed' ? inARow + 1 : 0
      if (outcome === 'archived') archived += 1
      else if (outcome === 'failed') failed += 1
      else kept[outcome] = (kept[outcome] ?? 0) + 1
    }
    // A page that was not finished is begun again: what was archived of it is not listed any more. What fails does not keep the others from their turn.
    if (isOver() && inARow < FAILURES_LIMIT) break
    place = page.next
    await table.keepPlace(place)
  }
  log.info('archive.done', { archived, failed, kept })
  if (archived === 0 && failed > 0)
    throw new ResponderError(
      'archive.failed',
      `none of ${failed} closed incidents could be archived; the log of the function archive says why`,
    )
  return { archived, failed, kept }
}

/** The last seal that can be read; undefined where there is none. */
async function lastReadableSeal({ vault }: ArchivePorts): Promise<Seal | undefined> {
  for (let number = await vault.last(); number > 0; number--) {
    const seal = readSeal((await vault.get(number)) ?? '')
    if (seal?.entry.number === number) return seal
  }
  return undefined
}

async function archiveIncident(id: string, seal: Seal, ports: ArchivePorts): Promise<'archived' | KeptFor | 'changed'> {
  const { table, incidents, log, clock, afterDays } = ports
  // Most are too young: one item says so of them.
  if (await isYoung(id, incidents, { now: clock.now(), afterDays })) return 'recent'
  const items = await table.read(id).catch((cause: unknown) => {
    if (cause instanceof UnreadableItem) return undefined
    throw cause
  })
  const whole = items === undefined ? undefined : wholeIncident(id, items)
  if (whole?.incident.archived !== undefined) return removeArchived(whole, ports)
  const reason = whole === undefined ? 'damaged' : keptFor(whole, { now: clock.now(), afterDays, seal })
  if (whole !== undefined && reason === undefined) return store(whole, seal, ports)
  if (reason !== undefined && SUSPICIOUS.has(reason)) log.warn('archive.refused', { incidentId: id, reason })
  return reason ?? 'damaged'
}

/** True where the incident alone shows that it was changed within `afterDays`. */
async function isYoung(
  id: string,
  incidents: ArchivePorts['incidents'],
  { now, afterDays }: { now: number; afterDays: number },
): Promise<boolean> {
  try {
    const incident = (await incidents.get(id))?.value
    return incident !== undefined && incident.archived === undefined && now - changedAt(incident) < afterDays * DAY_MS
  } catch (cause) {
    if (cause instanceof UnreadableItem) return false
    throw cause
  }
}

/** Puts an incident into the archive, and replaces it by what stays of it. */
async function store(whole: WholeIncident, seal: Seal, ports: ArchivePorts): Promise<'archived' | 'changed'> {
  const { archive, record, incidents, clock } = ports
  const { incident, version, chains } = whole
  const { id } = incident
  const [own] = subjectsOf(id)
  const changes = chains.get(own) ?? []
  // A run that broke off after its link, with the same items, has done all this: its link counts. Any other link is an entry like the others.
  const last = changes.at(-1)
  const known = last === undefined ? undefined : linkOf(last)
  const before = known === undefined ? whole : without(whole, own, changes.length)
  const begun = known === undefined ? undefined : textOf(before, seal)
  const isBegun = begun !== undefined && sha256Of(begun) === known?.sha256
  const { text, of } = isBegun ? { text: begun, of: before } : { text: textOf(whole, seal), of: whole }
  const sha256 = sha256Of(text)
  await archive.put(id, sha256, text)
  const stored = await loadArchive(id, sha256, archive)
  if (typeof stored === 'string') throw new ResponderError('archive.failed', `the archive of incident ${id} could not be read back`)
  const link = { archive: 1, sha256, items: of.items.length, chains: endsOf(of) } as const
  const entry = isBegun && last !== undefined ? last : chain(own, headOf(last), linkDraft(id, link, clock.now()))
  if (entry !== last && !(await record.append(entry))) return 'changed'
  const archived = { at: Date.parse(entry.at), key: archiveKey(id, sha256), sha256 }
  const stub = stubOf(incident, archived, { number: entry.number, hash: entry.hash })
  if (!(await incidents.save(stub, version))) return 'changed'
  return removeArchived({ ...whole, incident: stub, version: version + 1 }, ports)
}

function textOf(whole: WholeIncident, { entry }: Seal): string {
  return archiveText({ incidentId: whole.incident.id, chains: endsOf(whole), seal: headOf(entry), items: whole.items })
}

/** The incident without the last entry of a chain. */
function without(whole: WholeIncident, subject: string, length: number): WholeIncident {
  const chains = new Map([...whole.chains, [subject, (whole.chains.get(subject) ?? []).slice(0, -1)]])
  const isLast = ({ pk, sk }: ArchivedItem) => pk === subject && sk.startsWith('CHANGE#') && Number(sk.slice(7)) === length
  return { ...whole, chains, items: whole.items.filter((item) => !isLast(item)) }
}

/**
 * Deletes what the archive has of an incident from the table. Entries of a chain go from the first on, one after the other: what is left after a run that
 * broke off shows by its numbers that something is before it.
 */
async function removeArchived({ incident, version, items }: WholeIncident, ports: ArchivePorts): Promise<'archived' | 'changed'> {
  const { table, archive } = ports
  const { id, archived } = incident
  // Whoever can write the table can say so of an open incident: it stays as it is.
  if (archived === undefined || !isClosed(incident)) return 'changed'
  const content = await loadArchive(id, archived.sha256, archive)
  if (typeof content === 'string')
    throw new ResponderError(
      'archive.failed',
      `the archive of incident ${id} is ${content} in the bucket; nothing more of it is removed from the table`,
    )
  const there = new Set(items.map(({ pk, sk }) => `${pk}\n${sk}`))
  const left = content.items.filter(({ pk, sk }) => sk !== 'META' && there.has(`${pk}\n${sk}`))
  const isEntry = ({ sk }: ArchivedItem) => sk.startsWith('CHANGE#')
  const others = left.filter((item) => !isEntry(item))
  for (let at = 0; at < others.length; at += AT_ONCE) await Promise.all(others.slice(at, at + AT_ONCE).map(table.remove))
  for (const entry of left.filter(isEntry)) await table.remove(entry)
  return (await table.settle({ value: incident, version })) ? 'archived' : 'changed'
}
