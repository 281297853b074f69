import { ACTIONS, type Action, isStronger } from '../../shared/domain/action.ts'
import { counted } from '../../shared/domain/counted.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { printable } from '../../shared/domain/printable.ts'
import { byPriority } from '../../shared/domain/priority.ts'
import { partyOf, type ReportingSource } from '../../shared/domain/report.ts'
import type { Backtest } from '../backtest.ts'
import type { InputTally } from '../commands/input-tally.ts'
import type { Price } from '../refusals.ts'
import { refusesCalls } from '../refused-by-steps.ts'
import { duration, moment, type Paint } from '../render/style.ts'

/** What was read until now. Times are epoch milliseconds. */
export interface Totals {
  records: number
  skipped: number
  first: number
  last: number
}

/** What a summary is made of. */
interface Replayed {
  readonly totals: Totals
  readonly input: InputTally
  readonly found: readonly Incident[]
  readonly policy: string
  readonly ms: number
  readonly isPartial: boolean
}

/** The figures of a replay, as `--json` prints them. */
export function summaryOf(run: Backtest, { totals, input, found, policy, ms, isPartial }: Replayed) {
  const none = () => Object.fromEntries(ACTIONS.map((action) => [action, 0])) as Record<Action, number>
  const [decisions, would] = [none(), none()]
  for (const { decision } of found) {
    decisions[decision.action] += 1
    would[decision.would] += 1
  }
  return {
    type: 'summary',
    ...(isPartial ? { partial: true } : {}),
    policy,
    records: totals.records,
    outsideTime: totals.skipped,
    signals: run.tally.signals,
    ...countsOf(run.tally.reports),
    ignored: run.tally.ignored,
    ...(run.tally.excepted.size === 0 ? {} : { notCounted: Object.fromEntries(run.tally.excepted) }),
    ...(Object.keys(run.observed.ignored).length > 0 ? { ignoredBecause: run.observed.ignored } : {}),
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

/** Of each party how many signals it reported, and of how many findings these are. */
function countsOf(told: Backtest['tally']['reports']): { reports?: Counts; reportedFindings?: Counts } {
  if (told.size === 0) return {}
  const all = [...told]
  return {
    reports: Object.fromEntries(all.map(([party, { signals }]) => [party, signals])),
    reportedFindings: Object.fromEntries(all.map(([party, { ids }]) => [party, ids.size])),
  }
}

type Counts = Readonly<Partial<Record<ReportingSource, number>>>

export type Summary = ReturnType<typeof summaryOf>

/** What people read of a replay. */
export interface Report {
  readonly summary: Summary
  readonly input: InputTally
  /** Strongest first. */
  readonly found: readonly Incident[]
  /** True where the policies of the account are known from a file. */
  readonly hasAccount: boolean
}

/** The incidents by what the evidence calls for, strongest first, then by priority. */
export function strongestFirst(found: readonly Incident[]): Incident[] {
  const weaker = (a: Incident, b: Incident) => Number(isStronger(b.decision.would, a.decision.would))
  return found.toSorted((a, b) => weaker(a, b) - weaker(b, a) || byPriority(a, b) || a.openedAt - b.openedAt)
}

/** The summary in sentences. */
export function summaryLines({ summary, input, found, hasAccount }: Report, paint: Paint): string[] {
  const span = summary.from === null ? '' : ` from ${moment(Date.parse(summary.from))} to ${moment(Date.parse(summary.to as string))} UTC`
  const allowed = Object.entries(summary.decisions).map(([action, count]) => `${count} ${action}`)
  const counts = Object.entries(summary.would).map(([action, count]) => `${count} ${action}`)
  return [
    ...(summary.partial === true ? [paint('yellow', 'partial: the reading was interrupted, and what came after it is not in here')] : []),
    `${counted(summary.records, 'record')}, ${counted(summary.signals, 'signal')}${span}, in ${duration(summary.seconds * 1000)}`,
    ...reportLines(summary),
    ...(summary.outsideTime > 0 ? [outsideLine(summary, paint)] : []),
    `the policy that counted: ${summary.policy}`,
    ...Object.entries(summary.notCounted ?? {}).map(
      ([what, count]) => `seen, and not counted by this policy: ${counted(count, 'finding')} of ${printable(what, 500)}`,
    ),
    `incidents: ${summary.incidents}; what the thresholds call for: ${counts.join(', ')}; what this policy lets happen: ${allowed.join(', ')}`,
    `calls that the steps of these incidents would have refused, under a policy that takes them: ${summary.refusedCalls}`,
    ...(found.some(refusesCalls) ? [priceLine(summary)] : []),
    ...(input.passedOver.length > 0
      ? [`passed over, being neither records of CloudTrail nor reports of a known source: ${input.passedOver.join(', ')}`]
      : []),
    ...(input.late > 0 ? [paint('yellow', `records evaluated out of their order: ${input.late}`)] : []),
    ...unknownPolicies(found, hasAccount),
    inputLine(summary, paint),
  ]
}

/** What other parties reported, by party, and what was read and says nothing of a credential, by the reason. */
function reportLines({ reports = {}, reportedFindings = {}, ignoredBecause = {} }: Summary): string[] {
  const said = (Object.keys(reports) as ReportingSource[]).map((source) => {
    const [signals, findings] = [reports[source] ?? 0, reportedFindings[source] ?? 0]
    const reported = `${partyOf(source)} ${counted(findings, 'report')}`
    return signals === findings ? reported : `${reported} (${counted(signals, 'signal')}, one for each identity that a report names)`
  })
  const ignored = Object.entries(ignoredBecause).map(([reason, count]) => `${reason}: ${count}`)
  return [
    ...(said.length === 0 ? [] : [`other parties reported: ${said.join(', ')}`]),
    ...(ignored.length === 0 ? [] : [`read, and no signal: ${ignored.join(', ')}`]),
  ]
}

function outsideLine({ records, outsideTime }: Summary, paint: Paint): string {
  if (outsideTime === records) return paint('yellow', 'nothing was evaluated: of what was read, no record lies between --since and --until')
  return `not evaluated, because --since or --until leaves them out: ${counted(outsideTime, 'record')}`
}

/** The kinds of identities whose policies `--account` can tell. */
const IN_ACCOUNT: ReadonlySet<string> = new Set(['iam-user', 'role', 'identity-center'])

function unknownPolicies(found: readonly Incident[], hasAccount: boolean): string[] {
  const unknown = found.filter(({ blastRadius, identity }) => blastRadius.basis !== 'policies' && IN_ACCOUNT.has(identity.kind))
  if (unknown.length === 0) return []
  const of = `policies not known of ${unknown.length} of ${counted(found.length, 'incident')}, so their blast radius is 50, or more by what was called`
  const next = hasAccount
    ? 'the file of --account does not have those identities'
    : 'give --account FILE, what `aws iam get-account-authorization-details` prints'
  return [`${of}: ${next}`]
}

function inputLine({ records, unreadable, partial }: Summary, paint: Paint): string {
  if (unreadable > 0) return paint('yellow', `places of the input that could not be read: ${unreadable}`)
  if (partial === true) return 'what was read of the input could be read'
  return records > 0 ? 'every input could be read' : paint('yellow', 'no CloudTrail record was read')
}

/** The calls that were stopped, and those that were refused with them. */
export function priceLine({ stopped, collateral }: Price): string {
  const from = `${stopped.refused} of ${counted(stopped.calls, 'call')} from addresses of the evidence stopped`
  return `${from}, ${collateral.refused} of ${counted(collateral.calls, 'call')} from other addresses within 24 hours refused with them`
}
