import { isRefusedBy as isRefusedByDocument } from '../../shared/decide/reach/refused-by.ts'
import { NEVER_REFUSED } from '../../shared/domain/never-refused.ts'
import { MINUTE_MS } from '../../shared/domain/time.ts'
import type { MemoryIam } from '../../shared/memory/iam.ts'
import type { Evaluation } from '../../shared/pipeline.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import type { Backtest } from '../backtest.ts'
import { SWEEP_EVERY_MS } from '../embedded/sweep.ts'
import { progressBar } from '../render/progress.ts'
import type { ArrivingReport } from './leak.ts'
import { type CloudTrailRecord, explicitlyDenied } from './record.ts'

/**
 * How long after a call its event arrives: minutes, on average five to a bucket and fewer to EventBridge, and nothing is guaranteed.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html
 */
export const DELIVERY_MS = 2 * MINUTE_MS

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
  /** The ids of the records of calls that the embedded IAM refused. */
  readonly refused: ReadonlySet<string>
  /** Those of them of which CloudTrail shows nothing: by a key that is switched off, and by what a refused call would have issued. */
  readonly unrecorded: ReadonlySet<string>
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
  /** Keys and sessions that a refused call would have issued: they do not exist, so their calls are left out. */
  const neverIssued = new Set<string>()
  const refused = new Set<string>()
  const unrecorded = new Set<string>()
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
    await deliverUntil(timeIn(record))
    draw(at + 1, records.length)
    const { accessKeyId } = callerOf(record)
    const fate = accessKeyId !== undefined && neverIssued.has(accessKeyId) ? 'unrecorded' : fateOf(iam, record)
    if (fate === 'made') {
      undelivered.push(record)
      continue
    }
    refused.add(record.eventID)
    for (const id of JSON.stringify(record.responseElements ?? null).match(/A(KIA|SIA)[A-Z0-9]{16}/g) ?? []) neverIssued.add(id)
    if (fate === 'refused') undelivered.push(asRefused(record))
    else unrecorded.add(record.eventID)
  }
  await deliverUntil(Number.POSITIVE_INFINITY)
  return { took, outcomes, refused, unrecorded }
}

function timeIn({ eventTime }: CloudTrailRecord): number {
  return Date.parse(eventTime)
}

/**
 * What becomes of a call. One with a key that is not active is not authenticated, and leaves no record; one that a policy denies does. What the other policies refuse is
 * written in the story.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
 */
function fateOf(iam: MemoryIam, record: CloudTrailRecord): 'made' | 'refused' | 'unrecorded' {
  const caller = callerOf(record)
  const key = caller.type === 'IAMUser' ? keyIn(caller) : undefined
  if (key !== undefined && !iam.isActive(caller.userName ?? '', key)) return 'unrecorded'
  const normalised = normalise(record)
  const [call] = normalised.kind === 'signals' ? normalised.signals : []
  if (call === undefined || NEVER_REFUSED.has(call.action)) return 'made'
  const isDenied = caller.type === 'IAMUser' && iam.isRefused(caller.userName ?? '')
  return isDenied || iam.inlinePoliciesOf(call.identity).some((document) => isRefusedByDocument(document, call)) ? 'refused' : 'made'
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

function asRefused(record: CloudTrailRecord): CloudTrailRecord {
  const [errorCode, errorMessage] = explicitlyDenied(
    callerOf(record).arn,
    `${String(record.eventSource).split('.')[0]}:${record.eventName}`,
  )
  return { ...record, errorCode, errorMessage, responseElements: null }
}
