import { DEFAULT_POLICY } from '../local/default-policy.ts'
import { readCases } from '../local/evaluate/labelled.ts'
import { ownerCosts } from '../local/evaluate/owners.ts'
import { geoDatabases } from '../local/geo-databases.ts'
import { readPolicyFile } from '../local/policy-file.ts'
import { geoIpFrom } from '../shared/geo/geo-ip.ts'

/**
 * Says what restrictions would cost owners: each user and role of a labelled file is restricted two days before its history ends, and its calls of those days are held
 * against the document.
 *
 *     npm run owners -- behaviour.ndjson.gz [more files]
 *
 * Prints one line for each owner with refused calls, and one for each source. Exit code 1 where in one of them more than 1 % of all calls, or more than 5 % of one
 * owner's, are refused. Where the last two days of a case are its extraordinary ones, the figure says what those cost.
 */
const MOST_OF_ALL = 0.01
const MOST_OF_ONE = 0.05

/** The most actions that a line names. */
const NAMED = 5

const policy = await readPolicyFile(DEFAULT_POLICY)
const geoIp = geoIpFrom(await geoDatabases())
const cases = await readCases(process.argv.slice(2), (problem) => process.stderr.write(`owners: ${problem}\n`))
const totals = new Map<string, Total>()
for (let one = cases.shift(); one !== undefined; one = cases.shift())
  for (const { source, isCovered, calls, refused, ...cost } of await ownerCosts(one, { policy, geoIp })) {
    const total = totals.get(source) ?? { owners: 0, covered: 0, calls: 0, refused: 0, worst: 0 }
    totals.set(source, {
      owners: total.owners + 1,
      covered: total.covered + (isCovered ? 1 : 0),
      calls: total.calls + calls,
      refused: total.refused + refused.length,
      worst: Math.max(total.worst, refused.length / Math.max(1, calls)),
    })
    const actions = [...new Set(refused)]
    const more = actions.length > NAMED ? `, and ${actions.length - NAMED} other actions` : ''
    if (actions.length > 0)
      process.stdout.write(
        `${source}  ${cost.case}  ${cost.identity}  ${refused.length} of ${calls}: ${actions.slice(0, NAMED).join(', ')}${more}\n`,
      )
  }
for (const [source, { owners, covered, calls, refused, worst }] of totals) {
  process.stdout.write(
    `${source}: ${refused} of ${calls} calls refused (${percent(refused / Math.max(1, calls))}), ${owners} owners, ${covered} of them with a covered habit; the worst ${percent(worst)}\n`,
  )
  if (refused > MOST_OF_ALL * calls || worst > MOST_OF_ONE) process.exitCode = 1
}
if (totals.size === 0) process.exitCode = 1

interface Total {
  readonly owners: number
  readonly covered: number
  readonly calls: number
  readonly refused: number
  readonly worst: number
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
