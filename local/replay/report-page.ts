import { html } from 'hono/html'
import { exceptedLines } from '../../shared/domain/excepted-lines.ts'
import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import { reasonsOf } from '../../shared/domain/reasons.ts'
import { fromText, reportedIn, reportLines } from '../../shared/domain/report-lines.ts'
import { runbookLine } from '../../shared/domain/runbook.ts'
import type { Backtest } from '../backtest.ts'
import { type Markup, shown, standAlone, table } from '../page/document.ts'
import { whoIn } from '../render/incident-list.ts'
import { standingRows } from '../render/priority.ts'
import { moment } from '../render/style.ts'
import { INCIDENT_COLUMNS, incidentRow } from './incident-rows.ts'
import { type ReadSignals, refusalLine } from './report-text.ts'
import { type Report, summaryLines } from './summary.ts'

/** The most incidents that stand on the page, and that are shown with what was found. A log can make thousands of them. */
const LISTED_INCIDENTS = 1000
const WHOLE_INCIDENTS = 100

/** The most rows of a timeline. */
const TIMELINE_ROWS = 200

/** A replay as one page without scripts, which loads nothing. */
export async function replayPage(report: Report, run: Backtest, signalsOf: ReadSignals): Promise<string> {
  const { found } = report
  const whoOf = whoIn(found)
  const listed = found.slice(0, LISTED_INCIDENTS)
  const rows = listed.map((incident, at) => {
    const [who, would, when, reason] = incidentRow(incident, whoOf(incident))
    return [at < WHOLE_INCIDENTS ? html`<a href="#${incident.id}">${who}</a>` : who, would, when, reason]
  })
  const sections: Markup[] = []
  for (const incident of found.slice(0, WHOLE_INCIDENTS)) sections.push(section(incident, await signalsOf(incident.id), run))
  const [who, would, when, reason] = INCIDENT_COLUMNS
  const columns = [{ name: who }, { name: would }, { name: `${when} (UTC)`, kind: 'time' }, { name: reason, kind: 'wide' }] as const
  return standAlone(
    'Countersign replay',
    html`<h1>Countersign replay</h1><p class="note">A log was replayed on one machine. Nothing was changed in AWS.</p><h2>Summary</h2>${summaryLines(
      report,
      (_, text) => text,
    ).map((line) => html`<p>${shown(line, 1000)}</p>`)}<h2>Incidents</h2>${
      rows.length === 0 ? html`<p>None.</p>` : table(columns, rows, 'What the evidence calls for, strongest first')
    }${more(found.length - rows.length, 'incidents')}${sections}`,
  )
}

function section(incident: Incident, signals: readonly IncidentSignal[], run: Backtest): Markup {
  const { identity, decision, assessment, blastRadius, id, priority, state } = incident
  const { contributions, since } = reasonsOf(incident)
  const said = reportLines(incident, signals)
  const facts = [
    `${identity.kind} ${shown(identity.id)}, ${state}, priority ${priority}`,
    `risk ${assessment.risk}${assessment.isConfirmed ? ', confirmed' : ''}; blast radius ${blastRadius.score} by ${blastRadius.basis}`,
    ...standingRows(incident).map(([name, value]) => `${name} ${value}`),
    `decision ${decision.action}, would ${decision.would}: ${decision.why.map((line) => shown(line)).join('; ')}`,
    refusalLine(incident, run),
    ...exceptedLines(incident).map((line) => `seen, and not counted: ${shown(line, 600)}`),
    ...(said === undefined ? [] : [...said.reported, ...said.used]),
  ]
  const findings = [...contributions, ...since].map(({ finding, share }) => [
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
  return html`<section id="${id}"><h2>${shown(identity.name, 64)} · ${id}</h2>${facts.map((fact) => html`<p>${shown(fact, 4000)}</p>`)}${table(
    FINDING_COLUMNS,
    findings,
    'Findings, by what they weigh',
  )}${table(TIMELINE_COLUMNS, timeline, 'Timeline of findings')}${more(signals.length - timeline.length, 'signals')}</section>`
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

function more(count: number, what: string): Markup | string {
  return count > 0 ? html`<p>${count} more ${what} are not on this page; <code>--json</code> has all.</p>` : ''
}
