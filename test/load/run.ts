import { BEFORE, DEPLOYED, type Design } from './design.ts'
import { header, line, type Row, rowOf } from './report.ts'
import { beside, burst, crowd, type Load, rampage, runOften, withExposures } from './scenarios.ts'

/**
 * `npm run load`: the function respond under load, by its own code, with the queues, the workers and the table simulated in virtual time. `--seed N` draws other
 * latencies and loads; `--quick` leaves the largest load out. Ends with 1 where a floor is missed.
 */
const seed = Number(process.argv[process.argv.indexOf('--seed') + 1] ?? 1) || 1
const isQuick = process.argv.includes('--quick')

/** What is played: a load, and how often, where a single time says little. */
const LOADS: Readonly<Record<string, { readonly load: Load; readonly times?: number }>> = {
  '100 STS calls by one key': { load: burst(100), times: 20 },
  '1,000 STS calls by one key': { load: burst(1000), times: 10 },
  '1,000 CreateUser by one key, 20 a second': { load: rampage(1000, 20), times: 3 },
  '1,000 CreateUser by one key at once': { load: rampage(1000, 1000), times: 3 },
  'exposures of 200 other keys alone': { load: withExposures(burst(1), 200, 250) },
  'the same beside 20,000 STS calls by one key': { load: withExposures(burst(20_000), 200, 250) },
  '20,000 STS calls, 100 CreateUser by same key': { load: beside(burst(20_000), rampage(100, 4)) },
  '20,000 STS calls, 100 CreateUser by another': { load: beside(burst(20_000), rampage(100, 4, 'other')) },
  ...(isQuick ? {} : { '100,000 calls by 1,000 identities': { load: crowd(100_000, { users: 1000, perSecond: 2000, seed }) } }),
}

const rows = new Map<string, Row>()
for (const design of [BEFORE, DEPLOYED]) {
  process.stdout.write(`\n${design.name}, seed ${seed}\n${header()}\n`)
  for (const [name, { load, times = 1 }] of Object.entries(LOADS)) {
    const row = rowOf(await runOften(load, design, { seed, times }))
    rows.set(`${design.name} ${name}`, row)
    process.stdout.write(`${line(name, row)}\n`)
  }
}

const of = (name: string, design: Design = DEPLOYED) => rows.get(`${design.name} ${name}`)
const deployed = Object.keys(LOADS).flatMap((name) => of(name) ?? [])
const alone = of('exposures of 200 other keys alone')?.contain ?? Number.NaN
const flooded = of('the same beside 20,000 STS calls by one key')?.contain ?? Number.NaN
const ofOne = of('1,000 STS calls by one key')
const ofMany = of('100,000 calls by 1,000 identities')

/**
 * What the deployed design has to reach; undefined where the load was left out. The bulk lane gathers events for up to 5 s, so of 1,000 identities late is what takes longer than
 * 5 s from the first call of the function on.
 */
const floors: readonly (readonly [string, boolean | undefined])[] = [
  ['no event is lost', deployed.every(({ lost }) => lost === 0)],
  ['of 1,000 calls by one key at most 0.1 % are decided later than 5 s after they were sent', ofOne && ofOne.lateOfSent <= 0.001],
  [
    'of 100,000 calls by 1,000 identities at most 0.1 % are decided later than 5 s after they were handed out',
    ofMany && ofMany.lateOfHanded <= 0.001,
  ],
  ['of the writes of 1,000 calls by one key at most 5 % are wasted', ofOne && ofOne.wastedShare <= 0.05],
  ['of the writes of 100,000 calls by 1,000 identities at most 5 % are wasted', ofMany && ofMany.wastedShare <= 0.05],
  ['beside a flood, the containment of another key takes at most 1.5 times as long (99th percentile)', flooded <= 1.5 * alone],
]
process.stdout.write('\n')
for (const [floor, isMet] of floors) process.stdout.write(`${isMet === undefined ? 'not run' : isMet ? 'met    ' : 'MISSED '}  ${floor}\n`)
process.exitCode = floors.some(([, isMet]) => isMet === false) ? 1 : 0
