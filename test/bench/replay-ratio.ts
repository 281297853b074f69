import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { readInTimeOrder } from '../../local/read/in-time-order.ts'
import { replayInMemory } from '../../local/replay-in-memory.ts'
import { ACCOUNT, type CloudTrailRecord } from '../../local/synthetic/record.ts'
import { syntheticHistory } from '../../local/synthetic-history.ts'
import { type Figures, median, rounded } from './measure.ts'

const ROUNDS = 5
const ACCOUNTS = 12

/** Replay of a synthetic history beside the bare floor on the same bytes, in turns, on one thread. */
export async function replayRatio(): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const file = join(folder, 'history.ndjson.gz')
  const policy = join(folder, 'policy.yaml')
  writeFileSync(policy, 'version: 2\nmode: contain\n')
  const lines = Array.from({ length: ACCOUNTS }, (_, seed) => linesOf(seed)).flat()
  lines.sort((a, b) => (a.time < b.time ? -1 : 1))
  writeFileSync(file, gzipSync(lines.map(({ line }) => line).join('\n')))

  const floors: number[] = []
  const replays: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    floors.push(timed(() => floor(file)))
    const { run } = await replayInMemory({ policy })
    const startedAt = performance.now()
    for await (const batch of readInTimeOrder([file], { onProblem: () => {} })) await run.run(batch)
    replays.push(performance.now() - startedAt)
    if (run.tally.signals < lines.length)
      throw new Error(`replay saw ${run.tally.signals} of ${lines.length} records: the figure would mean nothing`)
  }
  rmSync(folder, { recursive: true })
  const [floorMs, replayMs] = [median(floors), median(replays)]
  return {
    'replay.ratio': { value: rounded(floorMs / replayMs), unit: 'replay events/s ÷ floor events/s', target: '>= 0.5' },
    'replay.events': { value: Math.round(lines.length / (replayMs / 1000)), unit: 'events/s', target: null },
    'floor.events': {
      value: Math.round(lines.length / (floorMs / 1000)),
      unit: 'events/s',
      target: null,
      note: 'gunzip + split + JSON.parse',
    },
  }
}

/** An account of its own for every seed, and all of them in the order of time, as a log of an organisation is. */
function linesOf(seed: number): { time: string; line: string }[] {
  const { history, lastDay } = syntheticHistory({ seed, end: Date.UTC(2026, 0, 31), days: 31 })
  const account = String(111_122_220_000 + seed)
  return ([...history, ...lastDay] as CloudTrailRecord[]).map((record) => ({
    time: record.eventTime,
    line: JSON.stringify(record).replaceAll(ACCOUNT, account),
  }))
}

function timed(work: () => number): number {
  const startedAt = performance.now()
  if (work() === 0) throw new Error('the floor read nothing')
  return performance.now() - startedAt
}

/** The least that anybody who reads such a file has to do. */
function floor(file: string): number {
  let parsed = 0
  for (const line of gunzipSync(readFileSync(file)).toString('utf8').split('\n')) if (JSON.parse(line) !== null) parsed += 1
  return parsed
}
