import { type Answers, answersOf, compare, SEVERAL } from './comparison.ts'
import { DEVIATIONS, type Deviation } from './deviations.ts'
import { anyResource, type Decision, ENGINES, type Engine, engine, installEngines, OURS } from './engines.ts'
import { anyResourceCases, generatedCases } from './generated-case.ts'

/**
 * `npm run test:policies`: what implementations of IAM's evaluation say of random policies: both of ours, and those of the Python packages moto, ministack and
 * iamprover. Fails where they differ and no deviation of `deviations.ts` is why, where an engine without its deviations does not answer as ours, and where
 * ours misses a right that iamprover's solver finds. `SEED` and `POLICIES` choose other policies. Needs Python 3 with venv, and PyPI for the first run.
 */
const SEED = Number(process.env.SEED ?? 1)
const POLICIES = Number(process.env.POLICIES ?? 10_000)
const REQUESTS_EACH = 8

/** The share of the policies that an engine is asked about: iamprover takes some 10 ms for one, the others less than 1. */
const SHARES: Readonly<Record<Engine, number>> = { moto: 1, ministack: 1, iamprover: 0.2 }

/** The policies that iamprover's solver is asked about. It takes some 100 ms for a question. */
const SOLVER_POLICIES = 100

/** The least share of the requests that are allowed, and of those that are denied: below it agreement says little. */
const LEAST_SHARE = 0.25

/** The most differences of a kind that are printed. */
const PRINTED = 2

const commands = installEngines()
const cases = [...generatedCases(SEED, POLICIES, REQUESTS_EACH)]
const plain = new Map(Object.entries(OURS).map(([name, ours]) => [name, ours(cases)]))
let faults = printOutcomes(plain.get('evaluatePolicy') ?? [])
const casesOf = (name: Engine) => cases.slice(0, Math.ceil(cases.length * SHARES[name]))
// They run at once, each in a process of its own.
const answers = ENGINES.map((name) => answersOf(casesOf(name), DEVIATIONS[name], engine(commands, name)))
const solved = solver()
for (const [at, name] of ENGINES.entries()) {
  const theirs = (await answers[at]) ?? new Map()
  for (const ourName of Object.keys(OURS) as (keyof typeof OURS)[]) faults += printComparison(ourName, name, theirs)
}
faults += await solved
if (faults > 0) process.exitCode = 1

/** Prints how often what is said. Returns 1 where an outcome is too seldom to be compared. */
function printOutcomes(said: Answers): number {
  const all = said.flat()
  const shareOf = (outcome: Decision) => all.filter((one) => one === outcome).length / all.length
  const shares = (['allowed', 'denied', 'possible'] as const).map((one) => `${(100 * shareOf(one)).toFixed(1)} % ${one}`)
  print(`${cases.length} policies of seed ${SEED}, ${all.length} requests: ${shares.join(', ')}`)
  return Math.min(shareOf('allowed'), shareOf('denied')) < LEAST_SHARE ? 1 : 0
}

/** Prints how one of ours and an engine compare. Returns the number of faults. */
function printComparison(ourName: keyof typeof OURS, name: Engine, theirs: Awaited<(typeof answers)[number]>): number {
  const [some, deviations] = [casesOf(name), DEVIATIONS[name]]
  const compared = compare(some, deviations, { ours: OURS[ourName], plain: (plain.get(ourName) ?? []).slice(0, some.length), theirs })
  const { asked, differences, explained, unexplained, unmodelled } = compared
  print(`\n${ourName} and ${name}: ${some.length} policies, ${asked} requests`)
  printCount(asked - differences.length, 'alike')
  for (const [why, count] of explained) printCount(count, why === SEVERAL ? why : `${why} (${documentOf(deviations, why)})`)
  printCount(unexplained.length, 'unexplained')
  printCount(unmodelled.length, 'differ still once all deviations are taken away')
  for (const one of [...unexplained.slice(0, PRINTED), ...unmodelled.slice(0, PRINTED)]) print(`  ${JSON.stringify(one)}`)
  return unexplained.length + unmodelled.length
}

/** Asks whether a right to any resource of a pattern exists, of policies without conditions. Returns how many rights ours misses. */
async function solver(): Promise<number> {
  const open = anyResourceCases(cases.slice(0, SOLVER_POLICIES))
  const [ours, theirs] = [anyResource(open).flat(), (await engine(commands, 'solver')(open)).flat()]
  const both = (isFound: boolean, their: Decision | undefined) =>
    ours.filter((one, at) => (one !== 'denied') === isFound && theirs[at] === their).length
  const missed = both(false, 'allowed')
  print(`\nrightOf and iamprover's solver, a right to any resource of a pattern: ${open.length} policies, ${ours.length} questions`)
  printCount(both(true, 'allowed'), 'both find one')
  printCount(both(false, 'denied'), 'both find none')
  printCount(both(true, 'denied'), 'ours alone finds one: it errs to the larger side')
  printCount(missed, 'the solver alone finds one')
  printCount(theirs.filter((one) => one === undefined).length, 'the solver gives up')
  return missed
}

function documentOf(deviations: readonly Deviation[], id: string): string {
  return deviations.find((one) => one.id === id)?.says.replace(/^.*\//, '') ?? ''
}

function printCount(count: number, what: string): void {
  print(`${String(count).padStart(8)}  ${what}`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
