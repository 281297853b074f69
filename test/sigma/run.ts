import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { parse, stringify } from 'yaml'
import { readInTimeOrder } from '../../local/read/in-time-order.ts'
import { readRulesFolder } from '../../local/rules/read-rules.ts'
import { type Random, randomOf } from '../../local/synthetic/random.ts'
import { syntheticHistory } from '../../local/synthetic-history.ts'
import { type CompiledRule, compileRule } from '../../shared/detect/rules/sigma/compile-rule.ts'
import { pythonEnvironment } from '../python-environment.ts'
import { compare } from './compare.ts'
import { generatedRecord, generatedRule } from './generated-rule.ts'
import { samplesOf } from './samples-of.ts'

/**
 * `npm run test:sigma -- [FOLDER…] [--records FILE]…`: rules of Sigma on the same records by ours and by an independent engine, which is pySigma with its backend
 * for SQLite, and SQLite. Generated rules always; of each folder 200 rules (`RULES`) that are drawn by a seed (`SEED`). Records are those of the files, or of a synthetic
 * account, and copies into which what each rule names was written. Fails where they differ and no deviation of `compare.ts` is why. Needs Python 3 with venv, and PyPI.
 */
const SEED = Number(process.env.SEED ?? 1)
const RULES = Number(process.env.RULES ?? 200)
const GENERATED = 1_000
const GENERATED_RECORDS = 1_000
const SAMPLES_EACH = 25
const RECORDS_LIMIT = 5_000
const PRINTED = 10

interface TriedRule {
  readonly yaml: string
  readonly rule: CompiledRule
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { records: { type: 'string', multiple: true } } })
const commands = pythonEnvironment(join(import.meta.dirname, '..', '..', '.venv-sigma'), join(import.meta.dirname, 'requirements.txt'))
let faults = await tryGenerated(randomOf(SEED))
const bases = positionals.length === 0 ? [] : await recordsOf(values.records ?? [])
for (const folder of positionals) faults += await tryFolder(folder, randomOf(SEED))
if (faults > 0) process.exitCode = 1

async function tryGenerated(random: Random): Promise<number> {
  const rules = Array.from({ length: GENERATED }, (_, at) => {
    const value = generatedRule(random, at)
    const rule = compileRule(`generated-${at}`, value)
    if (rule.kind === 'refused') throw new Error(`the generated rule ${JSON.stringify(value)} is refused: ${rule.why}`)
    return { yaml: stringify(value), rule }
  })
  const records = Array.from({ length: GENERATED_RECORDS }, () => JSON.parse(JSON.stringify(generatedRecord(random))) as object)
  return report(`${GENERATED} generated rules`, rules, records)
}

async function tryFolder(folder: string, random: Random): Promise<number> {
  const { loaded, refused } = readRulesFolder(folder)
  const drawn = loaded
    .map((one) => ({ one, order: random.next() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, RULES)
    .map(({ one: { file, rule } }) => ({ yaml: readFileSync(join(folder, file), 'utf8'), rule }))
  const samples = drawn.flatMap(({ yaml }) =>
    samplesOf((parse(yaml) as { detection: Record<string, unknown> }).detection, bases, random, SAMPLES_EACH),
  )
  const of = `${loaded.length} rules loaded and ${refused.length} refused of ${basename(folder)}`
  return report(`${drawn.length} rules drawn of the ${of}`, drawn, [...bases, ...samples])
}

/** Prints how both compare. Returns the number of differences that are not explained, and of rules that the other engine does not take. */
async function report(title: string, tried: readonly TriedRule[], records: readonly object[]): Promise<number> {
  const answers = await askEngine(tried, records)
  const refused = answers.flatMap((answer, at) => (typeof answer === 'string' ? [`${tried[at]?.rule.detector}: ${answer}`] : []))
  const asked = tried.flatMap(({ rule }, at) => (typeof answers[at] === 'string' ? [] : [rule]))
  const theirs = answers.flatMap((answer) => (typeof answer === 'string' ? [] : [new Set(answer)]))
  const { pairs, both, rulesThatMatch, explained, unexplained } = compare(asked, records, theirs)
  const differing = [...explained.values()].reduce((sum, one) => sum + one, unexplained.length)
  print(`\n${title}, seed ${SEED}, on ${records.length} records, by pySigma with SQLite and by ours`)
  count(pairs - differing, `of ${pairs} pairs of a rule and a record alike, ${both} of them a match`)
  count(rulesThatMatch, 'rules match some record')
  for (const [why, times] of explained) count(times, `explained: ${why}`)
  count(unexplained.length, 'unexplained')
  for (const one of unexplained.slice(0, PRINTED)) print(`  ${JSON.stringify(one)} ${JSON.stringify(records[one.record]).slice(0, 600)}`)
  count(refused.length, 'rules that the other engine does not take')
  for (const line of refused.slice(0, PRINTED)) print(`  ${line}`)
  return unexplained.length + refused.length
}

/** What the other engine says of each rule: the numbers of the records that match, or why it does not take it. */
async function askEngine(tried: readonly TriedRule[], records: readonly object[]): Promise<(readonly number[] | string)[]> {
  const child = spawn(join(commands, 'python'), [join(import.meta.dirname, 'engine.py')], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = [tried.map(({ yaml }) => yaml), ...records].map((one) => `${JSON.stringify(one)}\n`)
  const [printed, [status]] = await Promise.all([text(child.stdout), once(child, 'close'), pipeline(lines, child.stdin)])
  const answers = printed.trimEnd().split('\n')
  if (status !== 0 || answers.length !== tried.length)
    throw new Error(`the engine ended with exit code ${status} and answered ${answers.length} of ${tried.length} rules`)
  return answers.map((line) => JSON.parse(line) as readonly number[] | string)
}

/** Records of files, labelled or not, or those of a synthetic account. */
async function recordsOf(files: readonly string[]): Promise<object[]> {
  if (files.length === 0) {
    const { history, lastDay } = syntheticHistory({ seed: SEED, end: Date.UTC(2026, 0, 31), days: 30 })
    return [...history, ...lastDay].slice(-RECORDS_LIMIT)
  }
  const records: object[] = []
  for await (const batch of readInTimeOrder(files, { onProblem: () => {} })) {
    records.push(...batch)
    if (records.length >= RECORDS_LIMIT) break
  }
  return records.slice(0, RECORDS_LIMIT)
}

function count(number: number, what: string): void {
  print(`${String(number).padStart(9)}  ${what}`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
