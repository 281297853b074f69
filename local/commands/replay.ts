import type { Writable } from 'node:stream'
import type { PackedRules } from '../../shared/detect/rules/packed-rule.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { byPriority } from '../../shared/domain/priority.ts'
import type { Evaluation } from '../../shared/pipeline.ts'
import type { Backtest } from '../backtest.ts'
import type { Jobs } from '../reader/jobs.ts'
import { readInThread } from '../reader/read-in-thread.ts'
import { refusesCalls } from '../refused-by-steps.ts'
import { terminalWidth } from '../render/display-width.ts'
import { jsonText } from '../render/json-text.ts'
import type { Paint } from '../render/style.ts'
import { logBatches } from '../replay/log-batches.ts'
import { ReplayProgress } from '../replay/progress.ts'
import { renderReport } from '../replay/report-text.ts'
import { strongestFirst, summaryOf, type Totals } from '../replay/summary.ts'
import type { Replay } from '../replay-in-memory.ts'
import { writeOut } from '../write-out.ts'
import { InputTally } from './input-tally.ts'

export interface ReplayOptions {
  readonly paths: readonly string[]
  readonly jobs: Jobs
  readonly isJson: boolean
  /** Records outside are passed over. Epoch milliseconds; `until` is exclusive. */
  readonly since: number
  readonly until: number
  /** The rules of people, which the thread that reads compares records with. */
  readonly rules?: PackedRules | undefined
  /** The file of the policy that counts. */
  readonly policy: string
  /** True where the policies of the account are known from a file. */
  readonly hasAccount: boolean
  /** The HTML page to write. */
  readonly page?: string | undefined
  /** Ends the reading; what was read by then is evaluated and told. */
  readonly signal: AbortSignal
  readonly paint: Paint
  readonly out: Terminal
  readonly err: Terminal
  readonly now: () => number
}

/** A standard stream of a process. */
type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** `damaged`: some input could not be read, or held no record. `partial`: the reading was ended before. */
export type ReplayEnd = 'whole' | 'damaged' | 'partial'

/** Backtests the responder on log files, and tells what it found. */
export async function replay({ run, incidents, trust }: Replay, options: ReplayOptions): Promise<ReplayEnd> {
  const { isJson, signal, out, err, now } = options
  const startedAt = now()
  const totals: Totals = { records: 0, skipped: 0, first: Number.POSITIVE_INFINITY, last: 0 }
  const isWatched = err.isTTY === true && out.isTTY === true && !isJson
  const progress = new ReplayProgress(isWatched ? err : undefined, now)
  const write = (text: string) => {
    progress.clear()
    err.write(text)
  }
  const input = new InputTally({ write })
  const print = (value: unknown) => out.write(`${jsonText(value)}\n`)
  const { onProblem, onSkip, onRow, onLate } = input
  const reading = { onProblem, onSkip, onRow, onLate, onProgress: progress.show, signal }
  const { paths, jobs, rules, since, until } = options
  const span = { since, until }
  const batches = jobs === 2 ? readInThread(paths, span, { ...reading, trust, rules }) : logBatches(paths, span, reading)
  for await (const { records, inputs, originOf } of batches) {
    totals.records += records
    totals.skipped += records - inputs.length
    const { outcomes, failed, signals } = await run.run(inputs)
    for (const [at, reason] of failed) onProblem({ file: '-', ...originOf(at), reason })
    for (const { time } of signals) {
      if (time < totals.first) totals.first = time
      if (time > totals.last) totals.last = time
    }
    if (isJson) for (const outcome of outcomes) if (isTelling(outcome)) print(assessmentLine(outcome))
  }
  progress.clear()
  const isPartial = signal.aborted
  const found: Incident[] = []
  for await (const incident of incidents.listAll()) found.push(incident)
  found.sort((a, b) => byPriority(a, b) || a.openedAt - b.openedAt)
  if (isJson) for (const incident of found) print(incidentLine(incident, run))
  const { policy, hasAccount, paint } = options
  const summary = summaryOf(run, { totals, input, found, policy, ms: now() - startedAt, isPartial })
  const report = { summary, input, found: strongestFirst(found), hasAccount }
  if (isJson) print(summary)
  else out.write(`${await renderReport(report, run, { paint, width: terminalWidth(out), signalsOf: incidents.signals })}\n`)
  input.close(totals.records)
  if (options.page !== undefined) {
    const { replayPage } = await import('../replay/report-page.ts')
    await writeOut(options.page, await replayPage(report, run, incidents.signals))
  }
  if (isPartial) return 'partial'
  // Where nothing was evaluated, nothing is known of the log, however well it was read.
  return input.problems === 0 && totals.first !== Number.POSITIVE_INFINITY ? 'whole' : 'damaged'
}

function isTelling({ findings, assessment, excepted }: Evaluation): boolean {
  return findings.length > 0 || excepted !== undefined || assessment.risk >= 1
}

function incidentLine(incident: Incident, { refusals }: Backtest): object {
  const price = refusesCalls(incident) ? refusals.priceOf(incident.id) : {}
  return { type: 'incident', ...incident, refusedCalls: refusals.count(incident.id), ...price }
}

function assessmentLine({ signal, findings, assessment, decision, incidentId, excepted }: Evaluation): object {
  return {
    type: 'assessment',
    signalId: signal.id,
    time: new Date(signal.time).toISOString(),
    identity: signal.identity.id,
    credential: signal.credential.id,
    action: signal.action,
    outcome: signal.outcome,
    risk: assessment.risk,
    isConfirmed: assessment.isConfirmed,
    findings: findings.map(({ detector, reason }) => ({ detector, reason })),
    ...(excepted === undefined ? {} : { notCounted: excepted.map(({ detector, reason, exception }) => ({ detector, reason, exception })) }),
    contributions: assessment.contributions.map(({ finding, share }) => ({
      detector: finding.detector,
      share: Math.round(share * 10) / 10,
      signalId: finding.signalId,
    })),
    decision: decision?.action ?? null,
    would: decision?.would ?? null,
    incidentId: incidentId ?? null,
  }
}
