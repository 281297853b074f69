import { html } from 'hono/html'
import { exceptedLines } from '../../shared/domain/excepted-lines.ts'
import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import { reasonsOf } from '../../shared/domain/reasons.ts'
import { fromText, reportedIn, reportLines } from '../../shared/domain/report-lines.ts'
import { runbookLine } from '../../shared/domain/runbook.ts'
import { type CallTotals, NO_CALLS, withCalls } from '../../shared/learn/measure/call-totals.ts'
import type { Backtest } from '../backtest.ts'
import { commandName } from '../command-name.ts'
import { atAGlance, type Markup, shown, standAlone, table } from '../page/document.ts'
import { storySection } from '../page/story-section.ts'
import { leftOut, tableWithin, withinBytes } from '../page/within-bytes.ts'
import { refusesCalls } from '../refused-by-steps.ts'
import { whoIn } from '../render/incident-list.ts'
import { standingRows } from '../render/priority.ts'
import { duration, moment } from '../render/style.ts'
import { incidentRow } from './incident-rows.ts'
import { type ReadSignals, refusalLine } from './report-text.ts'
import { type Report, summaryLines } from './summary.ts'

/** The bytes of a page that the table of incidents and their stories may take. A log can make thousands of them. */
const LISTED_BYTES = 220_000
const STORY_BYTES = 640_000

/** The most findings, and the most rows of a timeline, of one incident. */
const FINDINGS = 40
const TIMELINE_ROWS = 100

const ALL = `${commandName()} replay … --json`

/** A replay as one page without scripts, which loads nothing. */
export async function replayPage(report: Report, run: Backtest, signalsOf: ReadSignals): Promise<string> {
  const { found } = report
  const whoOf = whoIn(found)
  let calls = NO_CALLS
  const stories = await withinBytes(found, STORY_BYTES, async (incident) => {
    const signals = await signalsOf(incident.id)
    calls = withCalls(calls, incident, signals)
    return section(incident, signals, run)
  })
  const told = stories.parts.length
  // What did not fit was read as far as the first of it, so the rest is read for the figures alone.
  for (const incident of stories.left === 0 ? [] : found.slice(told + 1)) calls = withCalls(calls, incident, await signalsOf(incident.id))
  const rows = found.map((incident, at) => {
    const [who, would, when, reason] = incidentRow(incident, whoOf(incident))
    return [at < told ? html`<a href="#${incident.id}">${who}</a>` : who, would, when, reason]
  })
  const columns = [
    { name: 'Who' },
    { name: 'Would', kind: 'word' },
    { name: 'When (UTC)', kind: 'time' },
    { name: 'First reason', kind: 'wide' },
  ] as const
  const listed = await tableWithin(columns, rows, { caption: 'What the evidence calls for, strongest first', limit: LISTED_BYTES })
  return standAlone(
    'Countersign replay',
    html`<h1>Countersign replay</h1><p class="note">A log was replayed on one machine. Nothing was changed in AWS.</p>${glanceOf(report, calls)}<h2>Incidents</h2>${
      found.length === 0 ? html`<p>None.</p>` : listed.table
    }${leftOut(listed.left, ['incident', 'incidents'], ALL)}${stories.parts}${leftOut(stories.left, ['story', 'stories'], ALL)}
<details><summary>What was read, in sentences</summary>${summaryLines(report, (_, text) => text).map((line) => html`<p>${shown(line, 1000)}</p>`)}</details>`,
  )
}

function glanceOf({ summary, found, input }: Report, { succeeded }: CallTotals): Markup {
  const {
    records,
    signals,
    from,
    to,
    policy,
    incidents,
    would,
    decisions,
    refusedCalls,
    stopped,
    collateral,
    seconds,
    partial,
    unreadable,
  } = summary
  const span =
    from === null || to === null ? '' : `${moment(Date.parse(from))} to ${moment(Date.parse(to))} UTC, in ${duration(seconds * 1000)}`
  const counts = (all: Readonly<Record<string, number>>) =>
    Object.entries(all)
      .toReversed()
      .flatMap(([action, count]) => (count === 0 ? [] : [`${count} ${action}`]))
      .join(', ') || 'nothing'
  return atAGlance([
    ['Records', records, `${signals} signals${span === '' ? '' : `; ${span}`}`],
    ...(partial === true ? [['Read in part', 'yes', 'the reading was interrupted, and what came after it is not in here'] as const] : []),
    ...(unreadable > 0 ? [['Places that could not be read', unreadable, 'standard error names them'] as const] : []),
    ...(input.late > 0 ? [['Records out of their order', input.late, 'evaluated when they were read'] as const] : []),
    ['Incidents', incidents, incidents === 0 ? '' : `the evidence calls for: ${counts(would)}`],
    ['Policy', counts(decisions), `what ${shown(policy, 200)} lets happen`],
    ['Calls that succeeded', succeeded, 'calls with findings, over all incidents'],
    ['Calls that would be refused', refusedCalls, 'by the steps of these incidents, under a policy that takes them'],
    ...(found.some(refusesCalls)
      ? [
          ['Stopped', `${stopped.refused} of ${stopped.calls}`, 'calls from the addresses of the evidence'] as const,
          [
            'Owners’ cost',
            `${collateral.refused} of ${collateral.calls}`,
            'calls from other addresses within 24 hours, refused with them',
          ] as const,
        ]
      : []),
  ])
}

function section(incident: Incident, signals: readonly IncidentSignal[], run: Backtest): Markup {
  const { identity, decision, assessment, blastRadius, id, priority, state } = incident
  const { contributions, since } = reasonsOf(incident)
  const said = reportLines(incident, signals)
  const facts = [
    `decision ${decision.action}, would ${decision.would}: ${decision.why.map((line) => shown(line)).join('; ')}`,
    `risk ${assessment.risk}${assessment.isConfirmed ? ', confirmed' : ''}; priority ${priority}; blast radius ${blastRadius.score} by ${blastRadius.basis}`,
    ...standingRows(incident).map(([name, value]) => `${name} ${value}`),
    ...exceptedLines(incident).map((line) => `seen, and not counted: ${shown(line, 600)}`),
    ...(said === undefined ? [] : [...said.reported, ...said.used]),
    `${identity.kind} ${shown(identity.id)}; incident ${id}, ${state}`,
  ]
  const all = [...contributions, ...since]
  const findings = all
    .slice(0, FINDINGS)
    .map(({ finding, share }) => [
      moment(finding.time),
      contributions.some((one) => one.finding === finding) ? share.toFixed(1) : 'since then',
      finding.detector,
      finding.technique,
      html`${shown(finding.reason, 400)}${runbookLine(finding.detector).map((line) => html`<br><span class="faint">${line}</span>`)}`,
    ])
  const timeline = signals
    .slice(0, TIMELINE_ROWS)
    .map((signal) => [
      moment(signal.time),
      shown(reportedIn(signal, incident) ?? signal.action, 120),
      signal.outcome === 'success' ? '' : shown(signal.errorCode ?? signal.outcome, 40),
      shown(fromText(signal), 60),
      signal.risk,
      signal.detectors.join(' '),
    ])
  const rest = html`${facts.map((fact) => html`<p>${shown(fact, 4000)}</p>`)}${table(
    FINDING_COLUMNS,
    findings,
    'Findings, by what they weigh',
  )}${leftOut(all.length - findings.length, ['finding', 'findings'], ALL)}${table(TIMELINE_COLUMNS, timeline, 'Timeline of findings')}${leftOut(signals.length - timeline.length, ['signal', 'signals'], `${commandName()} replay … --data FOLDER, then incidents show`)}`
  return storySection(
    { incident, signals, isReplay: true },
    { badge: `would ${decision.would}`, after: [refusalLine(incident, run)], rest },
  )
}

const FINDING_COLUMNS = [
  { name: 'time (UTC)', kind: 'time' },
  { name: 'share', kind: 'number' },
  { name: 'detector' },
  { name: 'technique' },
  { name: 'reason', kind: 'wide' },
] as const

const TIMELINE_COLUMNS = [
  { name: 'time (UTC)', kind: 'time' },
  { name: 'action' },
  { name: 'outcome' },
  { name: 'from' },
  { name: 'risk', kind: 'number' },
  { name: 'findings', kind: 'wide' },
] as const
