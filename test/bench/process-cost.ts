import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { median } from './measure.ts'

const REPORT = join(import.meta.dirname, 'report-cost.cjs')

/** The most that a measured process may print, in bytes. */
const MOST_OUTPUT = 512 * 1024 * 1024

/** What a run of a process cost. CPU time is that of all its threads, in their own code and in the system's. */
export interface ProcessCost {
  readonly cpuSeconds: number
  readonly wallSeconds: number
  /** The most memory that it held. */
  readonly peakBytes: number
}

/** A process to measure. Each says itself what it cost, as `{ cpuSeconds, peakBytes }` on file descriptor 3. */
export interface Measured {
  readonly command: string
  readonly words: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Throws where what was printed shows that the process did not do its work. */
  readonly check?: (stdout: string) => void
}

/** A process of this Node with these words. */
export function nodeProcess(words: readonly string[], more: Pick<Measured, 'env' | 'check'> = {}): Measured {
  return { command: process.execPath, words: ['--require', REPORT, ...words], ...more }
}

/** The costs of processes that are run one after another, and so in every round: what slows the machine down slows all of them. */
export function inTurns<Name extends string>(processes: Readonly<Record<Name, Measured>>, rounds: number): Record<Name, ProcessCost> {
  const names = Object.keys(processes) as Name[]
  const costs = Object.fromEntries(names.map((name) => [name, [] as ProcessCost[]])) as Record<Name, ProcessCost[]>
  for (let round = 0; round < rounds; round++) for (const name of names) costs[name].push(costOf(processes[name]))
  return Object.fromEntries(names.map((name) => [name, medianOf(costs[name])])) as Record<Name, ProcessCost>
}

function costOf({ command, words, env, check }: Measured): ProcessCost {
  const startedAt = performance.now()
  const { status, error, stdout, stderr, output } = spawnSync(command, words, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: MOST_OUTPUT,
    ...(env === undefined ? {} : { env: { ...env, PATH: process.env.PATH ?? '' } }),
  })
  const wallSeconds = (performance.now() - startedAt) / 1000
  if (status !== 0)
    throw new Error(`${command} ${words.join(' ')} failed with exit code ${status}: ${error?.message ?? stderr.slice(0, 2000)}`)
  check?.(stdout)
  return { ...(JSON.parse(output[3] ?? '') as { cpuSeconds: number; peakBytes: number }), wallSeconds }
}

function medianOf(costs: readonly ProcessCost[]): ProcessCost {
  const of = (name: keyof ProcessCost) => median(costs.map((cost) => cost[name]))
  return { cpuSeconds: of('cpuSeconds'), wallSeconds: of('wallSeconds'), peakBytes: of('peakBytes') }
}
