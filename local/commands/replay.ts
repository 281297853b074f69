import type { Writable } from 'node:stream'
import { ACTIONS, type Action } from '../../shared/domain/decision.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { timeOf } from '../../shared/domain/record-time.ts'
import type { Evaluation } from '../../shared/pipeline.ts'
import { printable } from '../../shared/record/notice.ts'
import type { Backtest } from '../backtest.ts'
import { readInTimeOrder } from '../read/in-time-order.ts'
import type { RecordOrigin } from '../read/read-file.ts'
import type { Price } from '../refusals.ts'
import { refusesCalls } from '../refused-by-steps.ts'
import { renderIncident } from '../render/incident.ts'
import { columns, duration, moment, type Paint } from '../render/style.ts'
import { InputTally } from './input-tally.ts'

export interface ReplayOptions {
  readonly paths: readonly string[]
  readonly isJson: boolean
  /** Records outside are passed over. Epoch milliseconds; `until` is exclusive. */
  readonly since: number
  readonly until: number
  /** The file of the policy that counts. */
  readonly policy: string
  readonly paint: Paint
  readonly out: Writable
  readonly err: Writable
  readonly now: () => number
}

interface Totals {
  records: number
  skipped: number
  first: number
  last: number
}

/** Backtests the responder on log files. Returns true where every input could be read, and held a record. */
export async function replay(run: Backtest, incidents: () => AsyncIterable<Incident>, options: ReplayOptions): Promise<boolean> {
  const startedAt = options.now()
  const totals: Totals = { records: 0, skipped: 0, first: Number.POSITIVE_INFINITY, last: 0 }
  const input = new InputTally(options.err)
  const print = (value: unknown) => options.out.write(`${JSON.stringify(value)}\n`)
  const origins = new WeakMap<object, RecordOrigin>()
  const { onProblem, onSkip, onRow, onLate } = input
  for await (const batch of readInTimeOrder(options.paths, { onProblem, onSkip, onRow, onLate, origins })) {
    const chosen = batch.filter((record) => isBetween(record, options))
    totals.records += batch.length
    totals.skipped += batch.length - chosen.length
    const { outcomes, failed, signals } = await run.run(chosen)
    for (const [at, reason] of failed) onProblem({ file: '-', ...origins.get(chosen[at] as object), reason })
    for (const { time } of signals) {
      if (time < totals.first) totals.first = time
      if (time > totals.last) totals.last = time
    }
    if (options.isJson) for (const outcome of outcomes) if (isTelling(outcome)) print(assessmentLine(outcome))
  }
  const found: Incident[] = []
  for await (const incident of incidents()) found.push(incident)
  found.sort((a, b) => b.priority - a.priority || a.openedAt - b.openedAt)
  if (options.isJson) for (const incident of found) print(incidentLine(incident, run))
  const summary = summaryOf(run, { totals, input, found, policy: options.policy, ms: options.now() - startedAt })
  if (options.isJson) print(summary)
  else options.out.write(`${renderReport(found, { summary, input }, run, options.paint)}\n`)
  input.close(totals.records)
  return input.problems === 0 && totals.records > 0
}

function isBetween(record: unknown, { since, until }: ReplayOptions): boolean {
  if (since === Number.NEGATIVE_INFINITY && until === Number.POSITIVE_INFINITY) return true
  const { eventTime, time } = (typeof record === 'object' && record !== null ? record : {}) as { eventTime?: unknown; time?: unknown }
  const at = timeOf(eventTime ?? time)
  // A record without a readable time is kept, so that it is counted as unreadable.
  return at === undefined || (at >= since && at < until)
}

function isTelling({ findings, assessment }: Evaluation): boolean {
  return findings.length > 0 || assessment.risk >= 1
}

function incidentLine(incident: Incident, { refusals }: Backtest): object {
  const price = refusesCalls(incident) ? refusals.priceOf(incident.id) : {}
  return { type: 'incident', ...incident, refusedCalls: refusals.count(incident.id), ...price }
}

function assessmentLine({ signal, findings, assessment, decision, incidentId }: Evaluation): object {
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

function summaryOf(
  run: Backtest,
  { totals, input, found, policy, ms }: { totals: Totals; input: InputTally; found: readonly Incident[]; policy: string; ms: number },
) {
  const none = () => Object.fromEntries(ACTIONS.map((action) => [action, 0])) as Record<Action, number>
  const [decisions, would] = [none(), none()]
  for (const { decision } of found) {
    decisions[decision.action] += 1
    would[decision.would] += 1
  }
  return {
    type: 'summary',
    policy,
    records: totals.records,
    outsideTime: totals.skipped,
    signals: run.tally.signals,
    ignored: run.tally.ignored,
    unreadable: input.problems,
    ...input.counts,
    from: totals.last === 0 ? null : new Date(totals.first).toISOString(),
    to: totals.last === 0 ? null : new Date(totals.last).toISOString(),
    incidents: found.length,
    decisions,
    would,
    refusedCalls: run.refusals.count(),
    ...run.refusals.priceOf(),
    seconds: Math.round(ms) / 1000,
  }
}

/** The most incidents that a report shows whole; the others are a line each. */
const WHOLE_INCIDENTS = 3

interface Summarised {
  readonly summary: ReturnType<typeof summaryOf>
  readonly input: InputTally
}

function renderReport(found: readonly Incident[], { summary, input }: Summarised, run: Backtest, paint: Paint): string {
  const whole = found.slice(0, WHOLE_INCIDENTS).map((incident) => `${renderIncident(incident, paint)}\n  ${refusalLine(incident, run)}\n`)
  const others = found
    .slice(WHOLE_INCIDENTS)
    .map(({ id, priority, decision, identity, assessment }) => [
      id,
      `priority ${priority}`,
      decision.action,
      printable(identity.name, 64),
      `risk ${assessment.risk}`,
    ])
  const span = summary.from === null ? '' : ` from ${moment(Date.parse(summary.from))} to ${moment(Date.parse(summary.to as string))} UTC`
  const allowed = Object.entries(summary.decisions).map(([action, count]) => `${count} ${action}`)
  const counts = Object.entries(summary.would).map(([action, count]) => `${count} ${action}`)
  const lines = [
    `${summary.records} records, ${summary.signals} signals${span}, in ${duration(summary.seconds * 1000)}`,
    `the policy that counted: ${summary.policy}`,
    `incidents: ${summary.incidents}; what the thresholds call for: ${counts.join(', ')}; what this policy lets happen: ${allowed.join(', ')}`,
    `calls that the steps of these incidents would have refused, under a policy that takes them: ${summary.refusedCalls}`,
    ...(found.some(refusesCalls) ? [priceLine(summary)] : []),
    ...(input.passedOver.length > 0 ? [`passed over, being no records of CloudTrail: ${input.passedOver.join(', ')}`] : []),
    ...(input.late > 0 ? [paint('yellow', `records evaluated out of their order: ${input.late}`)] : []),
    inputLine(summary, paint),
  ]
  return [
    ...whole,
    ...(others.length > 0 ? [columns(others), ''] : []),
    paint('bold', 'Summary'),
    ...lines.map((line) => `  ${line}`),
  ].join('\n')
}

function inputLine({ records, unreadable }: Summarised['summary'], paint: Paint): string {
  if (unreadable > 0) return paint('yellow', `places of the input that could not be read: ${unreadable}`)
  return records > 0 ? 'every input could be read' : paint('yellow', 'no CloudTrail record was read')
}

/** The calls that a restriction or containment would have refused, under this policy or under one whose mode allows it. */
function refusalLine(incident: Incident, run: Backtest): string {
  const { action, would } = incident.decision
  if (!refusesCalls(incident)) return 'the evidence calls for nothing that refuses calls'
  const count = run.refusals.count(incident.id)
  const calls = `${count} later ${count === 1 ? 'call' : 'calls'} of its credentials would have been refused; ${priceLine(run.refusals.priceOf(incident.id))}`
  const at = `${moment(incident.decidedBy.time)} UTC (${printable(incident.decidedBy.signalId, 60)})`
  const done = `${would}ed`
  return action === would
    ? `${done} at ${at}: ${calls}`
    : `not ${done}, by the line decision; where the policy and the account allow it, it would have been at ${at}: ${calls}`
}

function priceLine({ stopped, collateral }: Price): string {
  const from = `${stopped.refused} of ${stopped.calls} calls from addresses of the evidence stopped`
  return `${from}, ${collateral.refused} of ${collateral.calls} calls from other addresses within 24 hours refused with them`
}
