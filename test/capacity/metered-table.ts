import { classOf } from '../../shared/aws/item-lives.ts'
import type { Table } from '../../shared/aws/table.ts'

/** What the calls of a table took: their number, and the units that it answered with. */
export interface TableMeter {
  calls: number
  writes: number
  reads: number
}

/** The part of an input and of an answer of DynamoDB that is read here. */
interface Seen {
  readonly Item?: Readonly<Record<string, unknown>>
  readonly ConsumedCapacity?: { readonly CapacityUnits?: number } | readonly { readonly CapacityUnits?: number }[]
}

/**
 * Has every call of a table's client say what it took, and adds that up from `start` on. An item of the sparse index is written there a second time, which the emulator does not count. A write
 * whose condition fails is one unit at least.
 */
export function meterTable({ client }: Table) {
  let meter: TableMeter = { calls: 0, writes: 0, reads: 0 }
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const input = args.input as Seen
      const isWrite = /^(Put|Update|Delete)/.test(String(context.commandName))
      meter.calls++
      try {
        const answer = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } as never })
        const { ConsumedCapacity = [] } = answer.output as Seen
        const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
        meter[isWrite ? 'writes' : 'reads'] += isWrite && input.Item?.open !== undefined ? 2 * units : units
        return answer
      } catch (cause) {
        meter[isWrite ? 'writes' : 'reads'] += 1
        throw cause
      }
    },
    { step: 'initialize', name: 'meterTable' },
  )
  return {
    start() {
      meter = { calls: 0, writes: 0, reads: 0 }
    },
    read: (): TableMeter => meter,
  }
}

/** The bytes of stored items by class, as DynamoDB counts them: names and values. */
export function sizesOf(items: readonly Readonly<Record<string, unknown>>[]): Map<string, { count: number; bytes: number }> {
  const sizes = new Map<string, { count: number; bytes: number }>()
  for (const item of items) {
    const found = classOf({ pk: String(item.pk), sk: String(item.sk) })
    if (found === undefined) throw new Error(`${item.pk} ${item.sk} is in no class of shared/aws/item-lives.ts`)
    const name = `${found.pk} ${found.sk[0]}`
    const known = sizes.get(name) ?? { count: 0, bytes: 0 }
    sizes.set(name, { count: known.count + 1, bytes: known.bytes + bytesOf(item) })
  }
  return sizes
}

/** The bytes of an item as DynamoDB counts them. */
export function bytesOf(item: Readonly<Record<string, unknown>>): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + name.length + (value instanceof Uint8Array ? value.length : Buffer.byteLength(String(value))),
    0,
  )
}
