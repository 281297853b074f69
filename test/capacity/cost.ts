import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { alarmCounts } from '../generated-docs.ts'
import { billTable } from './bill.ts'

/** `npm run cost -- EVENTS…`: what a stack costs a month with so many delivered events a day (docs/deploy.md). */
const given = process.argv.slice(2).map(Number)
if (given.length === 0 || !given.every((events) => Number.isInteger(events) && events > 0)) {
  process.stderr.write(
    `give how many events a day are delivered, each a whole number from 1 on, as in \`npm run cost -- 250000\`; got ${process.argv.length > 2 ? JSON.stringify(process.argv.slice(2).join(' ')) : 'no number'}\n`,
  )
  process.exitCode = 2
} else {
  const measured = JSON.parse(readFileSync(join(import.meta.dirname, 'measured.json'), 'utf8'))
  process.stdout.write(billTable(measured, alarmCounts(), given))
}
