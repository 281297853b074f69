import { MINUTE_MS } from '../../shared/domain/time.ts'
import type { MemoryIam } from '../../shared/memory/iam.ts'
import type { Evaluation } from '../../shared/pipeline.ts'
import type { Backtest } from '../backtest.ts'
import { SWEEP_EVERY_MS } from '../embedded/sweep.ts'
import { progressBar } from '../render/progress.ts'
import { type Answered, answeredBy, keysOff } from './fate.ts'
import type { ArrivingReport } from './leak.ts'
import type { CloudTrailRecord } from './record.ts'
import { slicesOf } from './slices.ts'

/**
 * How long after a call its event arrives: minutes, on average five to a bucket and fewer to EventBridge, and nothing is guaranteed.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html
 */
export const DELIVERY_MS = 2 * MINUTE_MS

/** The clock of the story, and the sweep of its account. */
export interface Timed {
  readonly moveTo: (time: number) => void
  readonly sweep: () => Promise<void>
}

/**
 * Replays the history, with a sweep at the end of every slice: at least about twice a day of it. Each call is asked of what is in force when its slice begins. `answer` gives
 * the answers of people to what asked until then, before the sweep reminds anybody.
 */
export async function learn(
  run: Backtest,
  history: readonly object[],
  { moveTo, sweep, iam, answer }: Timed & { iam: MemoryIam; answer: () => Promise<void> },
): Promise<void> {
  const draw = progressBar(process.stdout, 'Replaying')
  // The account is as it is at the end, so a key that was rotated in the month is off in it already.
  const answered = answeredBy(iam, keysOff(iam))
  let done = 0
  for (const { records, end } of slicesOf(history as readonly CloudTrailRecord[])) {
    await run.run(records.flatMap((record) => answered.answer(record) ?? []))
    moveTo(end)
    await answer()
    await sweep()
    done += records.length
    draw(done, history.length)
  }
}

/** What the last day cost and brought. */
export interface Live extends Pick<Answered, 'refused' | 'unrecorded'> {
  /** Milliseconds of real work for each call. */
  readonly took: readonly number[]
  readonly outcomes: readonly Evaluation[]
}

/**
 * Processes the last day's calls one at a time, as from the hot queue, two minutes after each was made, with the sweep every five minutes, and what other parties
 * report as it arrives. Where the embedded IAM refuses a call at the time when it is made, it is replaced by the refusal that CloudTrail would show, or by nothing where
 * CloudTrail shows none.
 */
export async function replayLastDay(
  run: Backtest,
  records: readonly object[],
  { moveTo, sweep, iam, reports = [] }: Timed & { iam: MemoryIam; reports?: readonly ArrivingReport[] },
): Promise<Live> {
  const draw = progressBar(process.stdout, 'Watching ')
  const took: number[] = []
  const outcomes: Evaluation[] = []
  const { answer, refused, unrecorded } = answeredBy(iam)
  const undelivered: CloudTrailRecord[] = []
  const waiting = reports.toSorted((a, b) => a.arrivesAt - b.arrivesAt)
  let sweptAt = 0
  const nextInput = (): { input: object; deliveredAt: number } | undefined => {
    const [[record], [report]] = [undelivered, waiting]
    if (report !== undefined && (record === undefined || report.arrivesAt < timeIn(record) + DELIVERY_MS))
      return { input: report.event, deliveredAt: report.arrivesAt }
    return record === undefined ? undefined : { input: record, deliveredAt: timeIn(record) + DELIVERY_MS }
  }
  const deliverUntil = async (time: number) => {
    for (let next = nextInput(); next !== undefined && next.deliveredAt <= time; next = nextInput()) {
      const { input, deliveredAt } = next
      if (input === undelivered[0]) undelivered.shift()
      else waiting.shift()
      if (deliveredAt - sweptAt >= SWEEP_EVERY_MS) {
        moveTo(deliveredAt)
        await sweep()
        sweptAt = deliveredAt
      }
      const startedAt = performance.now()
      moveTo(deliveredAt)
      const result = await run.run([input])
      took.push(performance.now() - startedAt)
      outcomes.push(...result.outcomes)
    }
  }
  for (const [at, record] of (records as CloudTrailRecord[]).entries()) {
    // What arrives in the second of a call is acted on after it.
    await deliverUntil(timeIn(record) - 1)
    draw(at + 1, records.length)
    const recorded = answer(record)
    if (recorded !== undefined) undelivered.push(recorded)
  }
  await deliverUntil(Number.POSITIVE_INFINITY)
  return { took, outcomes, refused, unrecorded }
}

function timeIn({ eventTime }: CloudTrailRecord): number {
  return Date.parse(eventTime)
}
