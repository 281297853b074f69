import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

// The least that anybody who reads such a file has to do: gunzip, split, JSON.parse. Prints how many records it read.
let parsed = 0
for (const line of gunzipSync(readFileSync(process.argv[2] ?? ''))
  .toString('utf8')
  .split('\n'))
  if (JSON.parse(line) !== null) parsed += 1
process.stdout.write(`${parsed}\n`)
