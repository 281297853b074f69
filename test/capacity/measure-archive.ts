import { dynamoArchiveTable } from '../../shared/aws/archive-table.ts'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { assessmentOf } from '../../shared/domain/assessment.ts'
import { DAY_MS } from '../../shared/domain/time.ts'
import { memoryIncidentArchive } from '../../shared/memory/incident-archive.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { memorySealVault } from '../../shared/memory/seal-vault.ts'
import { seal } from '../../shared/record/seal.ts'
import { archiveClosed } from '../../shared/review/archive.ts'
import { LATER, make } from '../archive-world.ts'
import { embeddedTable } from '../contract/embedded-table.ts'
import { AT, FINDING } from '../contract/samples.ts'
import { bytesOf, meterTable } from './metered-table.ts'

/** What archiving one incident took, and what it left. Bytes are those of its items in the table, and of its object. */
export interface ArchiveCost {
  readonly calls: number
  readonly items: number
  readonly tableBytes: number
  readonly leftBytes: number
  readonly objectBytes: number
  readonly writes: number
  readonly reads: number
}

/** Findings and entries of a released incident of the synthetic days. */
const [FINDINGS, ENTRIES, ORDERS] = [8, 8, 2]

/** Measures what it takes to archive an incident with so many calls in its timeline, one that was contained and released. */
export async function measureArchive(calls: number): Promise<ArchiveCost> {
  const embedded = await embeddedTable()
  try {
    const meter = meterTable(embedded.table)
    const { table } = embedded
    const stores = { incidents: dynamoIncidentStore(table), record: dynamoChangeRecord(table) }
    const findings = Array.from({ length: FINDINGS }, (_, at) => ({
      ...FINDING,
      detector: `${FINDING.detector}-${at}`,
      fact: `fact ${at}`,
    }))
    await make(
      {
        id: 'inc-0123456789ab',
        entries: ENTRIES,
        orders: ORDERS,
        step: 'undone',
        signals: calls,
        parts: { findings, assessment: assessmentOf(findings) },
      },
      stores,
    )
    const objects = new Map<string, string>()
    const vault = memorySealVault()
    await seal({ record: stores.record, vault, notifier: memoryNotifier(), clock: { now: () => AT }, log: silentLog })
    const archiving = dynamoArchiveTable(table)
    const before = await archiving.read('inc-0123456789ab')
    meter.start()
    // The scan is of the whole table and is not for one incident.
    await archiveClosed({
      ...stores,
      table: {
        ...archiving,
        closed: async () => ({ ids: ['inc-0123456789ab'], next: undefined }),
        place: async () => undefined,
        keepPlace: async () => {},
      },
      archive: memoryIncidentArchive(objects),
      vault,
      afterDays: LATER - AT > 90 * DAY_MS ? 90 : 7,
      clock: { now: () => LATER },
      log: silentLog,
    })
    const { writes, reads } = meter.read()
    const left = await archiving.read('inc-0123456789ab')
    const sum = (items: typeof before) => items.reduce((total, item) => total + bytesOf(item), 0)
    const objectBytes = [...objects.values()].reduce((total, text) => total + Buffer.byteLength(text), 0)
    return { calls, items: before.length, tableBytes: sum(before), leftBytes: sum(left), objectBytes, writes, reads }
  } finally {
    await embedded.close()
  }
}
