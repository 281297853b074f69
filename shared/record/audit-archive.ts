import { archiveKey, linkIn, subjectsOf } from '../domain/archive.ts'
import { type Change, canonical } from '../domain/change.ts'
import type { Incident } from '../domain/incident.ts'
import { type ArchiveFault, UnreadableEntry } from '../errors.ts'
import type { IncidentArchive } from '../ports/archive.ts'
import { archivedChain, loadArchive } from './archived.ts'
import type { AuditFault } from './audit-fault.ts'

/**
 * The fault of an archived incident: its object, what the link in its chain says of it, and what the incident says, have to be of one another. Undefined where all
 * is as it was archived, and for a chain that has no link. The object is looked at even where the table still has all of the chain.
 */
export async function archiveFault(
  subject: string,
  { changes, incident }: { readonly changes: readonly Change[]; readonly incident: Incident | 'unreadable' | undefined },
  archive: IncidentArchive | undefined,
): Promise<AuditFault | undefined> {
  const linked = linkIn(changes)
  const archived = incident === 'unreadable' ? undefined : incident?.archived
  const fault = (number: number, of: ArchiveFault): AuditFault => ({ subject, number, fault: `archive-${of}` })
  if (linked === undefined) return archived === undefined ? undefined : fault(changes.length, 'missing')
  const { entry, link } = linked
  const id = subject.slice(subject.indexOf('#') + 1)
  if (archived !== undefined && (archived.sha256 !== link.sha256 || archived.key !== archiveKey(id, link.sha256)))
    return fault(entry.number, 'swapped')
  if (archive === undefined) return undefined
  const content = await loadArchive(id, link.sha256, archive)
  if (typeof content === 'string') return fault(entry.number, content)
  const [own] = subjectsOf(id)
  if (own !== subject || canonical(content.chains) !== canonical(link.chains) || content.items.length !== link.items)
    return fault(entry.number, 'swapped')
  try {
    const before = archivedChain(content, subject)
    // Where the table has entries of its own, they are those of the object.
    const isSame = before.length === entry.number - 1 && before.every(({ hash }, at) => hash === changes[at]?.hash)
    return isSame ? undefined : fault(entry.number, 'swapped')
  } catch (cause) {
    if (cause instanceof UnreadableEntry) return fault(cause.number, 'changed')
    throw cause
  }
}
