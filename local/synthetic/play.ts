import type { MemoryIam } from '../../shared/memory/iam.ts'
import type { Evaluation } from '../../shared/pipeline.ts'
import type { Backtest } from '../backtest.ts'
import { SWEEP_EVERY_MS } from '../embedded/sweep.ts'
import { progressBar } from '../render/progress.ts'
import { type CloudTrailRecord, denied } from './record.ts'

/** Calls that are evaluated together: about half a day of the history. */
const BATCH = 100

/** The clock of the story, and the sweep of its account. */
export interface Timed {
  readonly moveTo: (time: number) => void
  readonly sweep: () => Promise<void>
}

/** Replays the history, with a sweep at the end of every batch: about twice a day of it. */
export async function learn(run: Backtest, history: readonly object[], { moveTo, sweep }: Timed): Promise<void> {
  const draw = progressBar(process.stdout, 'Replaying')
  for (let at = 0; at < history.length; at += BATCH) {
    const batch = history.slice(at, at + BATCH) as CloudTrailRecord[]
    await run.run(batch)
    moveTo(Date.parse(batch.at(-1)?.eventTime ?? ''))
    await sweep()
    draw(Math.min(at + BATCH, history.length), history.length)
  }
}

/** What the last day cost and brought. */
export interface Live {
  /** Milliseconds of real work for each call. */
  readonly took: readonly number[]
  readonly outcomes: readonly Evaluation[]
}

/**
 * Processes the last day's calls one at a time, as from the hot queue, with the sweep every five minutes of it. Where the embedded IAM refuses a
 * user by then, the call is replaced by the refusal that CloudTrail would show, because a containment would have stopped it.
 */
export async function replayLastDay(
  run: Backtest,
  records: readonly object[],
  { moveTo, sweep, iam }: Timed & { iam: MemoryIam },
): Promise<Live> {
  const draw = progressBar(process.stdout, 'Watching ')
  const took: number[] = []
  const outcomes: Evaluation[] = []
  /** Keys and sessions that a refused call would have issued: they do not exist, so their calls are left out. */
  const neverIssued = new Set<string>()
  let sweptAt = 0
  for (const [at, record] of (records as CloudTrailRecord[]).entries()) {
    const time = Date.parse(record.eventTime)
    if (time - sweptAt >= SWEEP_EVERY_MS) {
      moveTo(time)
      await sweep()
      sweptAt = time
    }
    const caller = callerOf(record)
    draw(at + 1, records.length)
    if (caller.accessKeyId !== undefined && neverIssued.has(caller.accessKeyId)) continue
    const isRefused = caller.type === 'IAMUser' && iam.isRefused(caller.userName ?? '', keyIn(caller))
    if (isRefused)
      for (const id of JSON.stringify(record.responseElements ?? null).match(/A(KIA|SIA)[A-Z0-9]{16}/g) ?? []) neverIssued.add(id)
    const startedAt = performance.now()
    moveTo(time)
    const result = await run.run([isRefused ? asRefused(record) : record])
    took.push(performance.now() - startedAt)
    outcomes.push(...result.outcomes)
  }
  return { took, outcomes }
}

interface Caller {
  readonly type?: string
  readonly arn?: string
  readonly userName?: string
  readonly accessKeyId?: string
}

function callerOf({ userIdentity }: CloudTrailRecord): Caller {
  return userIdentity as Caller
}

/** Long-lived keys have a status of their own; sessions are refused with their user. */
function keyIn({ accessKeyId }: Caller): string | undefined {
  return accessKeyId?.startsWith('AKIA') === true ? accessKeyId : undefined
}

function asRefused(record: CloudTrailRecord): object {
  const [errorCode, errorMessage] = denied(callerOf(record).arn, `${String(record.eventSource).split('.')[0]}:${record.eventName}`)
  return { ...record, errorCode, errorMessage, responseElements: null }
}
