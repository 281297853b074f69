import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { ruleSet } from '../../shared/detect/rules/rule-set.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { readInput } from '../../shared/sense/read-input.ts'
import { logBatches } from '../replay/log-batches.ts'
import { BatchEncoder } from './batch-codec.ts'
import type { ReaderTask } from './messages.ts'
import { Sender } from './sender.ts'

/** The thread of a replay that reads: files, the order of time, belief and normalisation. `read-in-thread.ts` starts it. */
async function read({ paths, span, trust, rules, temporary, inFlight, limits }: ReaderTask, port: MessagePort): Promise<void> {
  const ending = new AbortController()
  port.once('message', () => ending.abort())
  const sender = new Sender(port, inFlight)
  const encoder = new BatchEncoder()
  // The clock counts for no log: its trust says how late a record may be.
  const reading = { trust, rules: rules && ruleSet(rules), clock: { now: () => 0 }, log: silentLog }
  const options = { ...limits, ...sender.callbacks, temporary, signal: ending.signal }
  for await (const { records, inputs, originOf } of logBatches(paths, span, options)) {
    const all = inputs.map((input, at) => ({ normalised: readInput(input, reading), origin: originOf(at) ?? NOWHERE }))
    sender.send({ batch: encoder.encode(records, all) })
  }
  sender.send({ isEnd: true })
  port.close()
}

const NOWHERE = { file: '-', record: 0 }

await read(workerData as ReaderTask, parentPort as MessagePort)
