import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { callsIn } from '../../shared/domain/timeline.ts'
import { embeddedTable } from '../contract/embedded-table.ts'
import { AT, signalOf } from '../contract/samples.ts'
import { meterTable } from './metered-table.ts'

/** What a flood took of the table: `calls` like calls under one incident. */
export interface Flood {
  readonly calls: number
  readonly items: number
  readonly writes: number
  readonly reads: number
  /** About how many calls the timeline says that there were. */
  readonly estimate: number
}

/** Measures what a timeline takes of so many refused calls by one key, ten a second. */
export async function measureFlood(calls: number): Promise<Flood> {
  const embedded = await embeddedTable()
  try {
    const meter = meterTable(embedded.table)
    const store = dynamoIncidentStore(embedded.table)
    meter.start()
    for (let at = 0; at < calls; at++) await store.addSignal('inc-flooded', { ...signalOf(`e${at}`, AT + at * 100), outcome: 'denied' })
    const { writes, reads } = meter.read()
    const kept = await store.signals('inc-flooded')
    return { calls, items: kept.length, writes, reads, estimate: callsIn(kept) }
  } finally {
    await embedded.close()
  }
}
