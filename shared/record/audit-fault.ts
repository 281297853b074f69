import type { ChainFault } from '../domain/change.ts'
import type { ArchiveFault } from '../errors.ts'

/** The first entry of a chain that differs from what was written. */
export interface AuditFault {
  readonly subject: string
  readonly number: number
  /**
   * A fault within the chain, or one against the seal `seal`. `rewritten`: the entries from here on are consistent with each other but not with
   * the seal. `vanished`: the whole sealed chain is gone. `lost`: the object of a seal is missing from the vault or cannot be parsed. `newer`: a
   * newer release wrote the entry, and only that release can check it. `unended`: the incident that stores the chain's head cannot be read.
   * `archive-…`: the object that the entry links to, or that has the entry, is missing, changed, or that of another incident.
   */
  readonly fault: ChainFault['fault'] | 'rewritten' | 'vanished' | 'lost' | 'newer' | 'unended' | `archive-${ArchiveFault}`
  readonly seal?: number
}
