import { emptyPorts } from '../../local/memory-ports.ts'
import { readInTimeOrder } from '../../local/read/in-time-order.ts'
import type { IdentityState } from '../../shared/domain/identity-state.ts'
import { pipeline } from '../../shared/pipeline.ts'
import { applyPolicy, parsePolicy } from '../../shared/record/policy-in-force.ts'

/**
 * Prints how many identity states the log of the first argument leaves, and how many bytes of heap one takes: what a copy of all of them adds to the heap.
 * Needs `--expose-gc`.
 */
const ports = emptyPorts({ geoIp: { locate: () => ({ country: undefined, network: undefined }) } })
await applyPolicy(ports.record, { policy: parsePolicy({ version: 3 }), by: 'bench', why: 'bench', at: new Date(0).toISOString() })
const run = pipeline(ports)
for await (const batch of readInTimeOrder([process.argv[2] ?? ''], { onProblem: () => {} })) await run(batch)

const states: IdentityState[] = []
for await (const id of ports.identities.ids()) {
  const { state } = (await ports.identities.load([id])).get(id) ?? {}
  if (state !== undefined) states.push(state.value)
}
const before = heapBytes()
const copies = states.map((state) => structuredClone(state))
const bytes = heapBytes() - before
process.stdout.write(`${JSON.stringify({ states: copies.length, bytesEach: Math.round(bytes / copies.length) })}\n`)

function heapBytes(): number {
  if (globalThis.gc === undefined) throw new Error('start it with --expose-gc')
  globalThis.gc()
  return process.memoryUsage().heapUsed
}
