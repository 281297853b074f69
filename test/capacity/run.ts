import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEPLOYED, type Design } from '../load/design.ts'
import { quantile } from '../load/report.ts'
import { crowd, type Load, run } from '../load/scenarios.ts'
import { measureArchive } from './measure-archive.ts'
import { measureFlood } from './measure-flood.ts'
import { measureUnits } from './measure-units.ts'
import { capacityTables, type Measured } from './tables.ts'

/**
 * `npm run capacity`: what an event costs, by lane and by events a day. The simulated stack of `npm run load` says how many events come in one batch, and how long an invocation takes; the responder's own
 * code on an emulated table says what they take of it. Writes `measured.json`; `npm run docs` makes docs/capacity.md of it.
 */
const SEED = 1
/** Identities of the synthetic month, among which the events are shared. */
const IDENTITIES = 78
const DAY_SECONDS = 86_400

/** Events a day, and how many of them are simulated. AWS does not report exposures by the thousand: confirmed has the least alone. */
const DAYS = [
  { perDay: 1_000, simulated: 60 },
  { perDay: 100_000, simulated: 600 },
  { perDay: 10_000_000, simulated: 4_000 },
] as const

const loadOf = (lane: keyof Design['lanes'], { perDay, simulated }: (typeof DAYS)[number]): Load =>
  lane === 'confirmed'
    ? {
        events: [],
        exposures: Array.from({ length: simulated }, (_, at) => ({
          atMs: (1000 * DAY_SECONDS * at) / perDay,
          user: `user-${String(at).padStart(4, '0')}`,
        })),
      }
    : crowd(simulated, { users: IDENTITIES, perSecond: perDay / DAY_SECONDS, seed: SEED, lane })

const rows: Measured['rows'][number][] = []
const known = new Map<string, Awaited<ReturnType<typeof measureUnits>>>()
for (const lane of ['confirmed', 'hot', 'tokens', 'bulk'] as const)
  for (const day of lane === 'confirmed' ? DAYS.slice(0, 1) : DAYS) {
    const outcome = await run(loadOf(lane, day), DEPLOYED, SEED)
    const batch = day.simulated / outcome.invocations
    const size = Math.max(1, Math.round(batch))
    const measured = known.get(`${lane} ${size}`) ?? (await measureUnits(lane, size))
    known.set(`${lane} ${size}`, measured)
    const lags = outcome.messages.map(({ sentAt, decidedAt }) => (decidedAt ?? Number.POSITIVE_INFINITY) - sentAt)
    const row = {
      lane,
      perDay: day.perDay,
      batch,
      billedMs: outcome.billedMs / day.simulated,
      p99Ms: lags.length === 0 ? quantile(outcome.containments, 0.99) : quantile(lags, 0.99),
      ...measured.units,
      cpuMs: measured.cpuMs,
    }
    rows.push(row)
    process.stdout.write(`${JSON.stringify(row)}\n`)
  }
// Of the run with the exposures, because it has the most incidents.
const sizes = [...(known.get('confirmed 1')?.sizes ?? [])].map(([name, { count, bytes }]) => ({ name, count, bytes: bytes / count }))
const floods = [await measureFlood(100), await measureFlood(1_000), await measureFlood(20_000)]
const archives = [await measureArchive(4), await measureArchive(40), await measureArchive(20_000)]
const measured: Measured = { rows, sizes, floods, archives }
writeFileSync(join(import.meta.dirname, 'measured.json'), `${JSON.stringify(measured, null, 2)}\n`)
process.stdout.write(`\n${Object.values(capacityTables(measured)).join('\n')}`)
