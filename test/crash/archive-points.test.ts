import { describe, expect, it } from 'vitest'
import { DAY_MS } from '../../shared/domain/time.ts'
import { archiveClosed } from '../../shared/review/archive.ts'
import { archiveWorld, LATER, type Made } from '../archive-world.ts'
import { signalOf } from '../contract/samples.ts'
import { FAULTS, faults } from './faults.ts'

const MADE: readonly Made[] = [
  { id: 'inc-00000000000a', orders: 2, step: 'undone', signals: 3 },
  { id: 'inc-00000000000b', parts: { state: 'expired' } },
]
const [FIRST = ''] = MADE.map(({ id }) => id)

type World = Awaited<ReturnType<typeof archiveWorld>>

/** What people can read of every incident. */
async function picture({ whole }: World) {
  return Promise.all(
    MADE.map(async ({ id }) => {
      const { head: _, archived: __, ...incident } = (await whole.incidents.get(id))?.value ?? { head: undefined }
      const own = (await whole.record.list(`INCIDENT#${id}`)).filter(({ actor }) => actor !== 'countersign:archive')
      const beside = await Promise.all([`ORDER#${id}`, `STEPS#${id}`].map((subject) => whole.record.list(subject)))
      return { incident, own, beside, signals: await whole.incidents.signals(id) }
    }),
  )
}

/** A run in which one call fails; what happens between it and the next runs; and those. */
async function broken(at: number, kind: (typeof FAULTS)[number], between: (world: World) => Promise<unknown>) {
  const world = await archiveWorld(MADE)
  const fault = faults()
  fault.arm(at, kind)
  const parts = {
    table: world.ports.table,
    record: world.ports.record,
    incidents: world.ports.incidents,
    archive: world.ports.archive,
    vault: world.ports.vault,
  }
  const around = Object.fromEntries(Object.entries(parts).map(([name, port]) => [name, fault.around(name, port as object)]))
  await archiveClosed({ ...world.ports, ...around }).catch(() => undefined)
  fault.revive()
  const names = fault.names
  const after = { picture: await picture(world), faults: (await world.audited()).faults, left: leftIn(world) }
  await between(world)
  for (let more = 0; more < 3; more++) await archiveClosed(world.ports)
  return { world, names, after }
}

/** Whether the table has everything of the first incident, or says that the archive has. */
function leftIn({ texts, chains }: World): 'whole' | 'archived' | 'lost' {
  const { archived } = JSON.parse(texts.incidents.get(FIRST)?.text ?? '{}') as { archived?: unknown }
  if (archived !== undefined) return 'archived'
  const isWhole =
    texts.signals.get(FIRST)?.size === 3 && [chains.get(`ORDER#${FIRST}`)?.size, chains.get(`STEPS#${FIRST}`)?.size].join() === '2,2'
  return isWhole ? 'whole' : 'lost'
}

async function everyPoint(
  between: (world: World) => Promise<unknown>,
  check: (one: Awaited<ReturnType<typeof broken>>) => Promise<string[]>,
) {
  const counted = await broken(0, 'throttled', async () => {})
  const calls = counted.names.length
  expect(calls).toBeGreaterThan(25)
  const wrong: string[] = []
  for (let at = 1; at <= calls; at++)
    for (const kind of FAULTS) {
      const found = await check(await broken(at, kind, between))
      if (found.length > 0) wrong.push(`${at} ${counted.names[at - 1]} ${kind}: ${found.join('; ')}`)
    }
  console.log(`archive: ${calls * FAULTS.length} crash points, ${wrong.length} broken`)
  expect(wrong).toEqual([])
}

const unlike = (label: string, found: unknown, wanted: unknown) => (JSON.stringify(found) === JSON.stringify(wanted) ? [] : [label])

describe('a run of archive that stops at any call', () => {
  it('leaves each incident whole in the table, or whole in the archive; it reads as before, verifies, and is archived by the next runs', async () => {
    const before = await picture(await archiveWorld(MADE))
    await everyPoint(
      async () => {},
      async ({ world, after }) => [
        ...unlike('reads otherwise', after.picture, before),
        ...unlike('does not verify', after.faults, []),
        ...(after.left === 'lost' ? ['lost'] : []),
        ...unlike('reads otherwise in the end', await picture(world), before),
        ...unlike('does not verify in the end', (await world.audited()).faults, []),
        ...(leftIn(world) === 'archived' && !world.chains.has(`ORDER#${FIRST}`) && !world.chains.has(`STEPS#${FIRST}`)
          ? []
          : ['not archived']),
        ...unlike('seals a discrepancy', (await world.sealAgain()).discrepancies, []),
      ],
    )
  })

  it('loses no call that comes late between the runs, whichever of the two has the incident by then', async () => {
    const late = signalOf('late', LATER)
    await everyPoint(
      async ({ ports, whole, setNow }) => {
        await whole.incidents.addSignal(FIRST, late)
        // Where the incident was still whole, that call keeps it in the table for its time.
        setNow(LATER + 91 * DAY_MS)
        expect(ports.clock.now()).toBeGreaterThan(LATER)
      },
      async ({ world }) => [
        ...((await world.whole.incidents.signals(FIRST)).some(({ id }) => id === late.id) ? [] : ['lost']),
        ...unlike('does not verify', (await world.audited()).faults, []),
        ...(leftIn(world) === 'archived' ? [] : ['not archived']),
      ],
    )
  })
})
