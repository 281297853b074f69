import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { randomOf } from '../../local/synthetic/random.ts'
import { type Declaration, declarationsOf, holds, rangeOf } from './declarations.ts'
import { drawn, type Estimate, estimateOf, type Tally } from './estimate.ts'

/**
 * `npm run mutate`: mutation testing of what stryker.config.json names, all of it or, with `--mutate`, some files.
 *
 *     npm run mutate -- --sample 0.1 --seed 1 [--mutate FILES] [--concurrency 1]
 *
 * mutates a random share of the declarations at the top level of these files, and estimates the score of all. CONTRIBUTING.md says what that tells.
 */
const CONFIG = 'stryker.config.json'
const SAMPLE_CONFIG = '.stryker/sample.config.json'
const SAMPLE_REPORT = '.stryker/sample.json'

/** Which test runs which of all the mutants takes more than Node's usual heap. */
const HEAP = '--max-old-space-size=8192'

/** What is read of Stryker's configuration. */
interface Config {
  readonly mutate: readonly string[]
  readonly reporters: readonly string[]
  readonly thresholds: { readonly high: number; readonly low: number; readonly break: number }
}

/** One mutant of Stryker's report. Lines and columns count from 1. */
interface Mutant {
  readonly status: string
  readonly mutatorName: string
  readonly replacement?: string
  readonly location: { readonly start: { readonly line: number; readonly column: number } }
}

/** A mutant that is neither detected nor undetected does not count: it was ignored, or is no program. */
const DETECTED: ReadonlySet<string> = new Set(['Killed', 'Timeout'])
const UNDETECTED: ReadonlySet<string> = new Set(['Survived', 'NoCoverage'])

const { values } = parseArgs({
  options: { sample: { type: 'string' }, seed: { type: 'string' }, mutate: { type: 'string' }, concurrency: { type: 'string' } },
  strict: false,
})

if (values.sample === undefined) process.exitCode = stryker(process.argv.slice(2))
else if (!(Number(values.sample) > 0 && Number(values.sample) <= 1) || !/^\d{1,9}$/.test(String(values.seed)))
  fail(`needs --sample, a share above 0 and up to 1, and --seed, a whole number below 1000000000; got ${values.sample} and ${values.seed}`)
else sample({ share: Number(values.sample), seed: Number(values.seed) })

function sample({ share, seed }: { share: number; seed: number }): void {
  const config: Config = JSON.parse(readFileSync(CONFIG, 'utf8'))
  const patterns = typeof values.mutate === 'string' ? values.mutate.split(',') : config.mutate
  const files = globSync([...patterns]).sort()
  const all = files.flatMap((file) => declarationsOf(file, readFileSync(file, 'utf8')))
  if (all.length === 0) return fail(`there is nothing to mutate in ${patterns.join(', ')}`)
  const random = randomOf(seed)
  const chosen = drawn(all, ({ file }) => folderOf(file), { share, random })
  print(`seed ${seed}: ${chosen.length} of ${all.length} declarations in ${files.length} files`)
  mkdirSync(dirname(SAMPLE_CONFIG), { recursive: true })
  const ofSample = {
    mutate: chosen.map(rangeOf),
    incremental: false,
    reporters: ['progress-append-only', 'json'],
    jsonReporter: { fileName: SAMPLE_REPORT },
    // Stryker would hold the sample itself to the bar, and not what it estimates.
    thresholds: { ...config.thresholds, break: null },
  }
  writeFileSync(SAMPLE_CONFIG, JSON.stringify({ ...config, ...ofSample }))
  const code = stryker([SAMPLE_CONFIG, ...(values.concurrency === undefined ? [] : ['--concurrency', String(values.concurrency)])])
  if (code !== 0) process.exitCode = code
  else report(chosen, config, () => randomOf(seed))
}

function report(chosen: readonly Declaration[], { thresholds }: Config, random: () => ReturnType<typeof randomOf>): void {
  const { files }: { files: Record<string, { mutants: Mutant[] }> } = JSON.parse(readFileSync(SAMPLE_REPORT, 'utf8'))
  const mutantsOf = (one: Declaration) =>
    (files[one.file]?.mutants ?? []).filter(({ location: { start } }) => holds(one, { line: start.line, column: start.column - 1 }))
  const placed = chosen.reduce((sum, one) => sum + mutantsOf(one).length, 0)
  const count = Object.values(files).reduce((sum, { mutants }) => sum + mutants.length, 0)
  if (placed !== count) return fail(`of ${count} mutants in ${SAMPLE_REPORT}, ${placed} lie in a declaration that was drawn`)
  const tallies = chosen.map((one): Tally => {
    const mutants = mutantsOf(one)
    const detected = mutants.filter(({ status }) => DETECTED.has(status)).length
    const undetected = mutants.filter(({ status }) => UNDETECTED.has(status)).length
    return { folder: folderOf(one.file), detected, mutants: detected + undetected }
  })
  for (const one of chosen)
    for (const { status, mutatorName, replacement, location } of mutantsOf(one))
      if (UNDETECTED.has(status))
        print(`${one.file}:${location.start.line}:${location.start.column}  ${status} ${mutatorName}: ${brief(replacement ?? '')}`)
  const folders = Map.groupBy(tallies, ({ folder }) => folder)
  for (const [folder, some] of folders) print(lineOf(folder, estimateOf(some, random())))
  const whole = estimateOf(tallies, random())
  print(lineOf('all', whole))
  const isEnough = whole.score >= thresholds.break
  print(`${isEnough ? 'not below' : 'BELOW'} the bar of ${thresholds.break} %`)
  process.exitCode = isEnough ? 0 : 1
}

function lineOf(name: string, { score, low, high, mutants, declarations }: Estimate): string {
  const counts = `${mutants} mutants of ${declarations} declarations`
  return `${name.padEnd(16)} ${score.toFixed(1).padStart(5)} %  (95 %: ${low.toFixed(1)} to ${high.toFixed(1)})  ${counts}`
}

/** The two first folders of a path: `shared/contain/steps/step.ts` is of `shared/contain`. */
function folderOf(file: string): string {
  return file.split('/').slice(0, 2).join('/')
}

function brief(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > 100 ? `${line.slice(0, 99)}…` : line
}

function stryker(words: readonly string[]): number {
  const program = join('node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js')
  return spawnSync(process.execPath, [HEAP, program, 'run', ...words], { stdio: 'inherit' }).status ?? 1
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function fail(reason: string): void {
  process.stderr.write(`mutate: ${reason}\n`)
  process.exitCode = 2
}
