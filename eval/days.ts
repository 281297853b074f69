import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { createGzip } from 'node:zlib'
import { KINDS } from '../local/synthetic/days/kinds.ts'
import { type DayLine, synthesiseDays } from '../local/synthetic/days/synthesise-days.ts'

/**
 * Writes labelled days of synthetic accounts, as `eval` reads them:
 *
 *     npm run days -- --seed 1 --out days.ndjson.gz [--kinds models-abused,restore-drill]
 *
 * A file whose name ends in .gz is compressed. The same seed gives the same file. docs/evaluation.md says what is in it.
 */
const { values } = parseArgs({ options: { seed: { type: 'string' }, out: { type: 'string' }, kinds: { type: 'string' } } })
const names = values.kinds?.split(',') ?? KINDS.map(({ name }) => name)
const unknown = names.filter((name) => !KINDS.some((kind) => kind.name === name))

if (unknown.length > 0) fail(`there is no kind ${unknown.join(', ')}; there are ${KINDS.map(({ name }) => name).join(', ')}`)
else if (values.out === undefined || !/^\d{1,9}$/.test(values.seed ?? ''))
  fail(`needs --seed, a whole number below 1000000000, and --out, a file; got --seed ${values.seed} --out ${values.out}`)
else {
  const kinds = KINDS.filter(({ name }) => names.includes(name))
  await write(synthesiseDays(Number(values.seed), kinds), values.out)
}

function fail(reason: string): void {
  process.stderr.write(`days: ${reason}\n`)
  process.exitCode = 2
}

async function write(lines: Iterable<DayLine>, path: string): Promise<void> {
  const cases = new Map<string, Set<string>>()
  const records = new Map<string, number>()
  const texts = function* () {
    for (const line of lines) {
      cases.set(line.source, (cases.get(line.source) ?? new Set()).add(line.case))
      records.set(line.source, (records.get(line.source) ?? 0) + 1)
      yield `${JSON.stringify(line)}\n`
    }
  }
  const file = createWriteStream(path)
  if (path.endsWith('.gz')) await pipeline(texts, createGzip(), file)
  else await pipeline(texts, file)
  for (const [source, names] of cases) process.stdout.write(`${source}  ${names.size} cases  ${records.get(source)} records\n`)
}
