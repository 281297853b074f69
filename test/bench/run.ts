import { advisorLatency } from './advisor-latency.ts'
import { bundles } from './bundles.ts'
import { lineages } from './lineage.ts'
import { type Figures, isMet } from './measure.ts'
import { reach } from './reach.ts'
import { records } from './records.ts'
import { replayRatio } from './replay-ratio.ts'
import { roundTrips } from './round-trips.ts'
import { rules } from './rules.ts'
import { seals } from './seals.ts'
import { slopes } from './slopes.ts'

/** `npm run bench`: every figure is measured in this run. With `--json` one object: name → { value, unit, target }. */
const figures: Figures = {
  ...(await replayRatio()),
  ...(await slopes()),
  ...(await reach()),
  ...(await roundTrips()),
  ...(await lineages()),
  ...(await advisorLatency()),
  ...(await records()),
  ...(await rules()),
  ...(await seals()),
  ...(await bundles()),
}
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(figures)}\n`)
else {
  for (const [name, figure] of Object.entries(figures)) {
    const verdict = { true: 'met', false: 'MISSED', null: '' }[String(isMet(figure))]
    process.stdout.write(
      `${name.padEnd(22)} ${String(figure.value ?? '-').padStart(9)}  ${figure.unit}${figure.note === undefined ? '' : ` (${figure.note})`}${figure.target === null ? '' : `  target ${figure.target}: ${verdict}`}\n`,
    )
  }
}
process.exitCode = Object.values(figures).some((figure) => isMet(figure) === false) ? 1 : 0
