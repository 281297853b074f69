import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { archiveClosed } from '../../shared/review/archive.ts'
import { archiveWorld, type Made } from '../archive-world.ts'
import { FAULTS, faults } from '../crash/faults.ts'

const ids = ['inc-00000000000a', 'inc-00000000000b', 'inc-00000000000c', 'inc-00000000000d'] as const

const madeOne = fc.record({
  entries: fc.integer({ min: 1, max: 5 }),
  orders: fc.integer({ min: 0, max: 3 }),
  signals: fc.integer({ min: 0, max: 6 }),
  step: fc.constantFrom(undefined, 'undone', 'standing'),
  state: fc.constantFrom('released', 'confirmed', 'expired', 'asking', 'contained', 'rotating'),
})
const some = fc
  .array(madeOne, { minLength: 1, maxLength: ids.length })
  .map((all) =>
    all.map(
      ({ state, step, ...one }, at): Made => ({ id: ids[at] ?? ids[0], ...one, ...(step === undefined ? {} : { step }), parts: { state } }),
    ),
  )

/** All that people can read of an incident. */
async function pictureOf({ whole }: Awaited<ReturnType<typeof archiveWorld>>, id: string) {
  const { head: _, archived: __, ...incident } = (await whole.incidents.get(id))?.value ?? { head: undefined }
  const own = await whole.record.list(`INCIDENT#${id}`)
  return {
    incident,
    signals: await whole.incidents.signals(id),
    own: own.filter(({ actor }) => actor !== 'countersign:archive'),
    orders: await whole.record.list(`ORDER#${id}`),
    steps: await whole.record.list(`STEPS#${id}`),
  }
}
const picture = async (world: Awaited<ReturnType<typeof archiveWorld>>, made: readonly Made[]) =>
  Promise.all(made.map(({ id }) => pictureOf(world, id)))

const isClosedAndFree = ({ parts, step }: Made) => ['released', 'confirmed', 'expired'].includes(parts?.state ?? '') && step !== 'standing'

describe('any incidents', () => {
  it('that are archived leave the table, read as before, and verify; what is open or in place stays as it is', async () => {
    await fc.assert(
      fc.asyncProperty(some, async (made) => {
        const world = await archiveWorld(made)
        const before = await picture(world, made)
        const open = new Map(made.filter((one) => !isClosedAndFree(one)).map(({ id }) => [id, world.texts.incidents.get(id)]))
        const { archived, failed } = await archiveClosed(world.ports)
        expect({ archived, failed }).toEqual({ archived: made.filter(isClosedAndFree).length, failed: 0 })
        expect(await picture(world, made)).toEqual(before)
        for (const [id, stored] of open) expect(world.texts.incidents.get(id)).toEqual(stored)
        for (const { id } of made.filter(isClosedAndFree)) {
          expect([...(world.chains.get(`INCIDENT#${id}`)?.keys() ?? [])]).toHaveLength(1)
          expect(world.chains.has(`ORDER#${id}`) || world.chains.has(`STEPS#${id}`)).toBe(false)
          expect(world.texts.signals.get(id)?.size ?? 0).toBe(0)
        }
        expect((await world.audited()).faults).toEqual([])
        // The next seal covers the links, and finds nothing missing.
        expect(await world.sealAgain()).toMatchObject({ discrepancies: [], uncompared: 0 })
        expect((await world.audited()).faults).toEqual([])
        expect(await archiveClosed(world.ports)).toMatchObject({ archived: 0, failed: 0 })
      }),
      { numRuns: 60 },
    )
  })

  it('read as before and verify wherever a run broke off, and are archived by the next', async () => {
    await fc.assert(
      fc.asyncProperty(some, fc.nat(), fc.constantFrom(...FAULTS), fc.boolean(), async (made, place, kind, isSealedBetween) => {
        const counted = await archiveWorld(made)
        const before = await picture(counted, made)
        const counting = faults()
        counting.arm(0, 'throttled')
        await archiveClosed(around(counting, counted))
        const at = 1 + (place % counting.calls)
        const world = await archiveWorld(made)
        const fault = faults()
        fault.arm(at, kind)
        await archiveClosed(around(fault, world)).catch(() => undefined)
        fault.revive()
        const label = `${counting.names[at - 1]} ${kind}`
        expect(await picture(world, made), label).toEqual(before)
        expect((await world.audited()).faults, label).toEqual([])
        if (isSealedBetween) expect(await world.sealAgain(), label).toMatchObject({ discrepancies: [], uncompared: 0 })
        // A failure of one counts for one run: the next goes on from the page after it, and the one after that comes round.
        for (let more = 0; more < 3; more++) await archiveClosed(world.ports)
        expect(await picture(world, made), label).toEqual(before)
        expect((await world.audited()).faults, label).toEqual([])
        for (const { id } of made.filter(isClosedAndFree)) {
          expect(await world.keyOfArchive(id), label).toBeDefined()
          expect(world.chains.has(`ORDER#${id}`) || world.chains.has(`STEPS#${id}`), label).toBe(false)
        }
      }),
      { numRuns: 150 },
    )
  })
})

/** The ports of archive, whose calls count. */
function around(fault: ReturnType<typeof faults>, { ports }: Awaited<ReturnType<typeof archiveWorld>>) {
  return {
    ...ports,
    table: fault.around('table', ports.table),
    record: fault.around('record', ports.record),
    incidents: fault.around('incidents', ports.incidents),
    archive: fault.around('archive', ports.archive),
    vault: fault.around('vault', ports.vault),
  }
}
