import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pythonEnvironment } from '../python-environment.ts'
import { writeLongHistory } from './long-history.ts'
import { type Figures, rounded } from './measure.ts'
import { inTurns, type Measured, nodeProcess, type ProcessCost } from './process-cost.ts'

const ROUNDS = 5
const RECORDS = 300_000
const MB = 1024 * 1024

const HERE = import.meta.dirname
const ROOT = join(HERE, '..', '..')
const CLI = join(ROOT, 'dist', 'countersign.js')
const VENV = join(ROOT, 'node_modules', '.cache', 'countersign', 'duckdb')

/** The command line as it is packed, on a synthetic log of an organisation: beside the bare floor and beside DuckDB, each a process of its own, in turns. */
export async function replayRatio(): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  try {
    const [file, one, policy] = ['history.ndjson.gz', 'one.ndjson.gz', 'policy.yaml'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    writeFileSync(policy, 'version: 3\nmode: contain\n')
    await writeLongHistory(file, RECORDS)
    await writeLongHistory(one, 1)
    built()
    return { ...ofMany(file, policy), ...ofOne(one, policy) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Figures of the long log. */
function ofMany(file: string, policy: string): Figures {
  const words = ['replay', file, '--json', '--policy', policy]
  const hasJobs = printedBy([CLI, 'replay', '--help']).includes('--jobs')
  const replay = (jobs: number) => nodeProcess([CLI, ...words, ...(hasJobs ? ['--jobs', String(jobs)] : [])], { check: sawAll })
  const counted = duckdb(file)
  const processes: Record<string, Measured> = {
    floor: nodeProcess([join(HERE, 'floor.ts'), file], { check: (stdout) => readAll(Number(stdout)) }),
    replay: replay(1),
    ...(hasJobs ? { jobs2: replay(2) } : {}),
    ...(typeof counted === 'string' ? {} : { duckdb: counted }),
  }
  const costs = inTurns(processes, ROUNDS)
  const { floor, replay: single } = costs as { floor: ProcessCost; replay: ProcessCost }
  const missing = (note: string) => ({ value: null, unit: 'not measured', target: null, note })
  const perCpuSecond = (cost: ProcessCost, note: string) => ({
    value: Math.round(RECORDS / cost.cpuSeconds),
    unit: 'records per CPU second of the whole process',
    target: null,
    note,
  })
  const ratio = (cost: ProcessCost) => rounded(floor.wallSeconds / cost.wallSeconds, 3)
  const { jobs2, duckdb: databases } = costs
  return {
    'replay.ratio': {
      value: ratio(single),
      unit: 'replay records/s ÷ floor records/s, one thread',
      target: '>= 0.33',
      note: `by CPU time ${rounded(floor.cpuSeconds / single.cpuSeconds, 3)}`,
    },
    'replay.jobs2':
      jobs2 === undefined
        ? missing('replay has no option --jobs')
        : { value: ratio(jobs2), unit: 'replay records/s ÷ floor records/s, two threads', target: '>= 0.5' },
    'replay.cpu': perCpuSecond(single, 'replay FILE --json, one thread'),
    'replay.cpu.jobs2': jobs2 === undefined ? missing('replay has no option --jobs') : perCpuSecond(jobs2, 'replay FILE --json --jobs 2'),
    'floor.cpu': perCpuSecond(floor, 'gunzip + split + JSON.parse'),
    'duckdb.cpu':
      databases === undefined
        ? missing(`no DuckDB here: ${String(counted)}`)
        : perCpuSecond(databases, 'twelve counts of what a responder counts'),
    ...memoryOf(single, file),
  }
}

function memoryOf({ peakBytes }: ProcessCost, file: string): Figures {
  const { states, bytesEach } = JSON.parse(printedBy(['--expose-gc', join(HERE, 'state-size.ts'), file])) as {
    states: number
    bytesEach: number
  }
  return {
    'replay.state': { value: bytesEach, unit: 'bytes of heap per identity state', target: null, note: `${states} identities` },
    'replay.memory': {
      value: Math.round((peakBytes - states * bytesEach) / MB),
      unit: `MB beside the states; ${Math.round(peakBytes / MB)} MB at the most`,
      target: '<= 450',
    },
  }
}

/** What the commands cost where there is next to nothing to do. */
function ofOne(file: string, policy: string): Figures {
  const { start, check } = inTurns(
    {
      start: nodeProcess([CLI, 'replay', file, '--json', '--policy', policy]),
      check: nodeProcess([CLI, 'policy', 'check', policy]),
    },
    ROUNDS,
  )
  return {
    'replay.start': { value: rounded(start.cpuSeconds), unit: 'CPU seconds of a replay of one record', target: '<= 0.4' },
    'policy.check': { value: rounded(check.cpuSeconds), unit: 'CPU seconds of policy check', target: '<= 0.3' },
  }
}

/** The process of DuckDB, or why there is none. */
function duckdb(file: string): Measured | string {
  try {
    const python = join(pythonEnvironment(VENV, join(HERE, 'requirements.txt')), 'python')
    return { command: python, words: [join(HERE, 'duckdb-counts.py'), file], check: (stdout) => readAll(Number(stdout)) }
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause)
  }
}

function built(): void {
  printedBy([join(ROOT, 'build', 'build.ts')])
}

function printedBy(words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`node ${words.join(' ')} failed with exit code ${status}: ${stderr}`)
  return stdout
}

function sawAll(stdout: string): void {
  const { records, unreadable } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { records: number; unreadable: number }
  readAll(records - unreadable)
}

function readAll(records: number): void {
  if (records !== RECORDS) throw new Error(`${records} of ${RECORDS} records were read: the figure would mean nothing`)
}
