import { once } from 'node:events'
import { madeRecord, nearlyInOrder } from './made-records.ts'

/** Written at once; more of them would only wait in the pipe. */
const BLOCK_CHARACTERS = 256 * 1024

/** `node write-stream.ts COUNT IDENTITIES` writes so many made records, one a line, to standard output. */
const [count, identities] = process.argv.slice(2).map(Number) as [number, number]
let block = ''
for (const number of nearlyInOrder(count)) {
  block += `${madeRecord(number, identities)}\n`
  if (block.length < BLOCK_CHARACTERS) continue
  if (!process.stdout.write(block)) await once(process.stdout, 'drain')
  block = ''
}
process.stdout.write(block)
