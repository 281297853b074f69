import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import * as z from 'zod'

/**
 * Compares what two releases print for the same input: `replay --json` (a line each) or `eval --json` (one object).
 *
 *     node eval/compare.ts BEFORE AFTER [--renamed eval/renamed-0.2.0.json]
 *
 * Numbers count as equal within 1e-9. Times that a run took are left out. The file of renamed words says which keys and texts of BEFORE
 * are called otherwise in AFTER, which members are for people or new, and lines are held together by the id of their signal or incident. Exit code 0 where nothing else differs, 1 where something does.
 */
const Renamed = z.strictObject({
  /** Names of members, before → after. */
  keys: z.record(z.string(), z.string()),
  /** Words in texts, before → after. */
  texts: z.record(z.string(), z.string()),
  /** Whole texts that became one of several, before → after. */
  oneOf: z.record(z.string(), z.array(z.string())),
  /** Members whose texts are sentences for people, which may read otherwise, and hashes of such texts. */
  prose: z.array(z.string()),
  /** Members that BEFORE does not have. */
  added: z.array(z.string()),
})
type Renamed = z.infer<typeof Renamed>

const TOLERANCE = 1e-9
const PRINTED = 40
const RUN_TIMES: ReadonlySet<string> = new Set(['seconds', 'milliseconds'])

const { positionals, values } = parseArgs({ allowPositionals: true, options: { renamed: { type: 'string' } } })
const [before, after] = positionals
if (before === undefined || after === undefined) {
  process.stderr.write('usage: node eval/compare.ts BEFORE AFTER [--renamed FILE]\n')
  process.exit(2)
}
const renamed: Renamed =
  values.renamed === undefined
    ? { keys: {}, texts: {}, oneOf: {}, prose: [], added: [] }
    : Renamed.parse(JSON.parse(readFileSync(values.renamed, 'utf8')))
const words = new RegExp(`(?<![\\w-])(${Object.keys(renamed.texts).join('|') || '$^'})(?![\\w-])`, 'g')
const left = byId((rename(readLines(before)) as unknown[]).map(ordered))
const right = byId(readLines(after).map(ordered))
const found = [...differences(left, right, '')]
for (const line of found.slice(0, PRINTED)) process.stdout.write(`${line}\n`)
if (found.length > PRINTED) process.stdout.write(`… ${found.length - PRINTED} more\n`)
process.stdout.write(`${found.length} differences\n`)
process.exit(found.length === 0 ? 0 : 1)

function readLines(path: string): unknown[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line))
}

/** The lines of a file by what they are about. Lines of the same are counted. */
function byId(lines: readonly unknown[]): Record<string, unknown> {
  const times = new Map<string, number>()
  return Object.fromEntries(
    lines.map((line) => {
      const { type, signalId, id } = line as Record<string, unknown>
      const name = [type, signalId ?? id].filter((part) => part !== undefined).join(' ')
      times.set(name, (times.get(name) ?? 0) + 1)
      return [`${name} ${times.get(name)}`, line]
    }),
  )
}

function rename(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(words, (word) => renamed.texts[word] ?? word)
  if (Array.isArray(value)) return value.map(rename)
  if (typeof value !== 'object' || value === null) return value
  const name = (key: string) => renamed.keys[key] ?? (rename(key) as string)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [name(key), rename(part)]))
}

/** What weighs the same stands in the order of its name, which may have changed: lists of findings are compared in the order of weight and name. */
function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (!Array.isArray(value)) return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, ordered(part)]))
  const parts = value.map(ordered)
  const nameOf = (part: unknown) => {
    const { detector, finding, share, weight } = part as {
      detector?: string
      finding?: { detector: string }
      share?: number
      weight?: number
    }
    const name = detector ?? finding?.detector
    return name === undefined ? undefined : `${(1000 - (share ?? weight ?? 0)).toFixed(6)} ${name}`
  }
  const isOfFindings = parts.length > 0 && parts.every((part) => typeof part === 'object' && part !== null && nameOf(part) !== undefined)
  return isOfFindings ? parts.toSorted((a, b) => ((nameOf(a) as string) < (nameOf(b) as string) ? -1 : 1)) : parts
}

function* differences(a: unknown, b: unknown, path: string): Generator<string> {
  if (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= TOLERANCE) return
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) yield `${path}: ${a.length} entries → ${b.length}`
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) {
    const isListed = typeof a === 'string' && typeof b === 'string' && renamed.oneOf[a]?.includes(b) === true
    if (a !== b && !isListed) yield `${path}: ${shown(a)} → ${shown(b)}`
    return
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
    yield* member((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], { key, path })
}

function* member(a: unknown, b: unknown, { key, path }: { key: string; path: string }): Generator<string> {
  if (RUN_TIMES.has(key) || (a === undefined && renamed.added.includes(key))) return
  // A text for people is still a text, and there are as many of them.
  if (renamed.prose.includes(key) && typeof a === typeof b && !Array.isArray(a)) return
  if (renamed.prose.includes(key) && Array.isArray(a) && Array.isArray(b) && a.length === b.length) return
  yield* differences(a, b, path === '' ? key : `${path}.${key}`)
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent'
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}
