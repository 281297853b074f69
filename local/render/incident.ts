import { pendingOf } from '../../shared/contain/pending.ts'
import { acceptedLines } from '../../shared/domain/accepted-lines.ts'
import { assigneeText } from '../../shared/domain/assignment.ts'
import { attempted, isAttempt } from '../../shared/domain/attempt.ts'
import type { Change } from '../../shared/domain/change.ts'
import { stateText } from '../../shared/domain/dismissal.ts'
import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import { printable } from '../../shared/domain/printable.ts'
import { reasonsOf, sumLine, weakerReasons } from '../../shared/domain/reasons.ts'
import { reportLines } from '../../shared/domain/report-lines.ts'
import { confirmedText } from '../../shared/domain/reported-by.ts'
import { nothingDoneLine, restrictionLines } from '../../shared/domain/restriction-lines.ts'
import { sameFindingLines, sameFindings } from '../../shared/domain/same-finding.ts'
import { asTyped } from '../command-name.ts'
import type { Target } from '../target.ts'
import { advisorText } from './advisor.ts'
import { renderExcepted, renderFindings } from './findings.ts'
import { renderLineage } from './lineage.ts'
import { blastRadiusText, priorityText, standingRows } from './priority.ts'
import { renderStory } from './story.ts'
import { duration, moment, type Paint } from './style.ts'
import { table } from './table.ts'

/** The most credentials that are printed: a role in use has a new session every hour. */
const CREDENTIALS = 4

/** The most reports that are printed, and the most other incidents of the same report. */
const REPORTS = 6

/** What an incident is shown with: the options of printed commands, and where known its timeline and the incidents among which others of the same report are. */
export interface ShownWith extends Pick<Target, 'options'> {
  readonly signals?: readonly IncidentSignal[]
  readonly changes?: readonly Change[]
  readonly among?: readonly Incident[]
  /** That of the terminal. */
  readonly width?: number | undefined
  /** The entry by which a person had it contained, where that is sure. */
  readonly order?: Change | undefined
  /** True where a log is replayed. */
  readonly isReplay?: boolean
}

/** One incident as text: who, why, what it created, what a person has to do. Text of attackers is made printable. */
export function renderIncident(
  incident: Incident,
  paint: Paint,
  { options, signals = [], changes, among = [], width, order, isReplay }: ShownWith = { options: '' },
): string {
  const { identity, assessment, decision } = incident
  const head = `${paint('bold', `Incident ${incident.id}`)}  ${paint(colourOf(incident), stateText(incident, changes))}  priority ${incident.priority}`
  const rows = [
    ['who', `${identity.kind} ${printable(identity.name, 64)}  (${printable(identity.id, 200)})`],
    ...standingRows(incident),
    ['credential', credentialsOf(incident)],
    [
      'risk',
      `${assessment.risk}${assessment.isConfirmed ? ` (${confirmedText(assessment) || 'confirmed'})` : ''}${advisorText(incident) === '' ? '' : ` (advisor: ${advisorText(incident)})`}`,
    ],
    ['blast radius', blastRadiusText(incident)],
    ['priority', priorityText(incident)],
    [
      'decision',
      `${decision.action}${decision.would === decision.action ? '' : ` (would ${decision.would})`}: ${decision.why.map((line) => printable(line, 200)).join('; ')}`,
    ],
    ['opened', `${moment(incident.openedAt)} UTC`],
  ]
  if (incident.assignment !== undefined)
    rows.push(['assigned', `${assigneeText(incident.assignment)}, by ${printable(incident.assignment.by, 200)}`])
  if (incident.restrictedAt !== undefined) rows.push(['restricted', `${moment(incident.restrictedAt)} UTC`])
  const restriction = restrictionLines(incident)
  if (restriction !== undefined) rows.push(['', printable(restriction.refused, 600)], ['', printable(restriction.goesOn, 600)])
  const nothingDone = nothingDoneLine(incident)
  if (nothingDone !== undefined) rows.push(['', nothingDone])
  const { containedAt, decidedBy } = incident
  const after =
    order === undefined
      ? `${duration((containedAt ?? decidedBy.time) - decidedBy.time)} after the deciding event`
      : `by order of ${printable(order.actor, 200)}: ${printable(order.why, 200)}`
  if (containedAt !== undefined) rows.push(['contained', `${moment(containedAt)} UTC, ${after}`])
  if (incident.extendedUntil !== undefined) rows.push(['extended', `until ${moment(incident.extendedUntil)} UTC`])
  if (incident.verdict !== undefined) {
    const { kind, by, reason } = incident.verdict
    rows.push(['verdict', `${kind} by ${printable(by, 200)}: ${printable(reason, 200)}`])
    for (const { says } of acceptedLines(incident)) rows.push(['accepted', printable(says, 400)])
  }
  const { archived } = incident
  if (archived !== undefined) rows.push(['archived', `${moment(archived.at)} UTC, in ${printable(archived.key, 200)}`])
  return [
    head,
    ...renderStory({ incident, signals, changes, isReplay }),
    '',
    table([{}, { isText: true }], rows, { width, indent: INDENT }),
    '',
    ...reportsOf(incident, { signals, among }, paint),
    ...reasons(incident, signals, { paint, width }),
    ...renderExcepted(incident, paint),
    ...lineageOf(incident, paint),
    ...pending(incident, { paint, target: { options } }),
  ].join('\n')
}

/** Who reported what when, and what the credential did meanwhile. */
function reportsOf(incident: Incident, { signals, among }: Required<Pick<ShownWith, 'signals' | 'among'>>, paint: Paint): string[] {
  const lines = reportLines(incident, signals.length === 0 ? undefined : signals)
  if (lines === undefined) return []
  const { reported, used } = lines
  const more = reported.length > REPORTS ? [`… and ${reported.length - REPORTS} more (--json shows all)`] : []
  const same = sameFindingLines(sameFindings(incident, among))
  const rest = same.length > REPORTS ? [`… and in ${same.length - REPORTS} more incidents`] : []
  const told = [...reported.slice(0, REPORTS), ...more, ...used, ...same.slice(0, REPORTS), ...rest]
  return [paint('bold', 'Reported'), ...told.map((line) => `  ${printable(line, 400)}`), '']
}

/** The id and the kind of a credential. One whose id no event names has an id of our own, which says nothing to people. */
function credentialText({ id, kind }: Incident['credentials'][number]): string {
  if (isAttempt(id)) return `${printable(attempted(id), 128)} (only tried: the call was not authenticated as its owner's)`
  return id.startsWith('none:') ? 'one whose id no event names' : `${printable(id, 128)} (${kind})`
}

function credentialsOf({ credentials }: Incident): string {
  const shown = credentials.slice(0, CREDENTIALS).map(credentialText)
  const more = credentials.length > CREDENTIALS ? [`… ${credentials.length - CREDENTIALS} more (--json shows all)`] : []
  return [...shown, ...more].join(', ')
}

function reasons(
  incident: Incident,
  signals: readonly IncidentSignal[],
  { paint, width }: { paint: Paint; width: number | undefined },
): string[] {
  const { contributions, since } = reasonsOf(incident)
  const weaker = weakerReasons(incident, signals)
  const sum = sumLine(incident, weaker)
  const below = sum === undefined ? [] : [`  ${sum}`]
  if (since.length === 0) return [paint('bold', 'Why'), indent(renderFindings(contributions, { width: inside(width) })), ...below]
  const noReason = weaker.size === 0 ? 'no reason for the decision' : 'no reason for the decision, except where it says so'
  return [
    `${paint('bold', 'Why')}: the findings up to the decision`,
    indent(renderFindings(contributions, { width: inside(width) })),
    ...below,
    '',
    `${paint('bold', 'Found since then')}: ${noReason}; with them the risk is ${incident.assessment.risk}`,
    indent(renderFindings(since, { hasShares: false, weaker, width: inside(width) })),
  ]
}

function lineageOf(incident: Incident, paint: Paint): string[] {
  if (incident.lineage.length === 0) return []
  return ['', paint('bold', 'Created by the credential'), indent(renderLineage(incident).join('\n'))]
}

function pending(incident: Incident, { paint, target }: { paint: Paint; target: Pick<Target, 'options'> }): string[] {
  const lines = pendingOf(incident)
  if (lines.length === 0) return []
  return ['', paint('bold', 'For a person to do'), ...lines.map((line) => `  ${asTyped(printable(line, 160), target)}`)]
}

function colourOf({ state }: Incident): 'red' | 'yellow' | 'green' {
  if (state === 'contained' || state === 'containing') return 'red'
  return state === 'restricting' || state === 'restricted' || state === 'asking' || state === 'watching' ? 'yellow' : 'green'
}

const INDENT = 2

/** The width that is left of a terminal for what is indented. */
function inside(width: number | undefined): number | undefined {
  return width === undefined ? undefined : width - INDENT
}

export function indent(block: string): string {
  return block.replace(/^/gm, '  ')
}
