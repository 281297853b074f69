import { html } from 'hono/html'
import type { Contribution } from '../../shared/domain/assessment.ts'
import type { Baseline } from '../../shared/domain/baseline.ts'
import { type Change, verifyChain } from '../../shared/domain/change.ts'
import { exceptedLines } from '../../shared/domain/excepted-lines.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { offeredFor } from '../../shared/domain/offered.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { standingSteps } from '../../shared/domain/progress.ts'
import { callsRefused, reasonsOf, refusedAfter, refusingAction, weakerReasons } from '../../shared/domain/reasons.ts'
import { confirmedText } from '../../shared/domain/reported-by.ts'
import { nothingDoneLine, restrictionLines } from '../../shared/domain/restriction-lines.ts'
import { runbookLine } from '../../shared/domain/runbook.ts'
import { sameFindings } from '../../shared/domain/same-finding.ts'
import type { GeoIp } from '../../shared/ports/lookup.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { withNotices } from '../../shared/record/orders.ts'
import type { Explanation, Sentence } from '../../shared/review/explain/explanation.ts'
import type { ExplanationInput } from '../../shared/review/explain/facts.ts'
import { commandOn } from '../command-name.ts'
import { type Markup, shown, table } from '../page/document.ts'
import { advisorText } from '../render/advisor.ts'
import { brief } from '../render/changes.ts'
import { faultText } from '../render/fault.ts'
import { priorityText, standingRows } from '../render/priority.ts'
import { duration, moment } from '../render/style.ts'
import { changesTable } from './changes-table.ts'
import { chainLink, identityLink, type Page, type Room, stateBadge } from './frame.ts'
import { lineageDrawing } from './lineage-drawing.ts'
import { originsOf } from './origins.ts'
import { pendingIn } from './pending-section.ts'
import { reportedSection } from './reported.ts'
import { riskDrawing } from './risk-drawing.ts'
import { type Said, saidSection } from './said-section.ts'
import { stampOf } from './stamp.ts'
import { assignedIn, teamSection } from './team-section.ts'
import { timelineSection } from './timeline-section.ts'
import { verdictForm } from './verdict-form.ts'

const SECTIONS = [
  ['team', 'Team'],
  ['why', 'Why'],
  ['where', 'Where from'],
  ['created', 'What it created'],
  ['timeline', 'Timeline'],
  ['changes', 'Changes'],
  ['next', 'What comes next'],
] as const

/** What the page of one incident shows. */
export interface Looked extends ExplanationInput {
  readonly policy: Policy
  readonly baseline: Baseline | undefined
  readonly explanation: Explanation
  /** Who was told that nobody answers. */
  readonly notices: readonly Change[]
  readonly geoIp: GeoIp
  /** The incidents among which others of the same report are. */
  readonly among: readonly Incident[]
  /** The page of the timeline that is shown, from 0. */
  readonly part: number
  /** What was just said here, which the page confirms. */
  readonly said: Said | undefined
}

/** One incident, in the order of an on-call person's questions: what happened, what was done, what do I decide, why, what next. */
export function incidentPage(looked: Looked, room: Room): Page {
  const { incident, signals, changes, notices, policy, explanation, geoIp, baseline } = looked
  const { identity, id, decision } = incident
  const calls = signals.filter(({ reportedBy }) => reportedBy === undefined)
  const thresholds = policy.tiers.find(({ name }) => name === decision.tier)?.thresholds ?? policy.thresholds
  const body = html`${saidSection(looked, room)}${leadOf(incident, changes)}
<section aria-labelledby="what"><h2 id="what">What happened</h2><ul>${explanation.summary.map(sentence)}</ul></section>
${factsOf(incident, room)}
${reportedSection(incident, signals, { same: sameFindings(incident, looked.among), base: room.base })}<section aria-labelledby="done"><h2 id="done">What was done</h2>${stepsOf(looked)}</section>
${pendingIn(incident, room)}${verdictForm(looked, room)}
${teamSection(looked, room)}<section aria-labelledby="why"><h2 id="why">Why</h2>${whyOf(looked)}</section>
<section aria-label="Risk over time">${signals.length > 0 ? riskDrawing(incident, signals, thresholds) : ''}</section>
<section aria-labelledby="where"><h2 id="where">Where from</h2>${calls.length > 0 ? originsOf(calls, baseline, geoIp) : html`<p>No call is in the timeline.</p>`}</section>
<section aria-labelledby="created"><h2 id="created">What it created</h2>${lineageDrawing(incident)}</section>
<section aria-labelledby="timeline"><h2 id="timeline">Timeline</h2>${timelineSection(looked, room.base)}</section>
<section aria-labelledby="changes"><h2 id="changes">Changes</h2>${chainCheck(looked, room)}${changesTable(withNotices(changes, notices), room.base, { isMixed: false, caption: 'Each entry of the chain of this incident, and who was told that nobody answers, oldest first' })}
<p>The chain on its own: ${chainLink(room.base, incidentSubject(id))}</p></section>
<section aria-labelledby="next"><h2 id="next">What comes next (NIST CSF 2.0)</h2><ul>${explanation.response.map(
    ({ outcome, text, evidence }) => html`<li><strong>${outcome}</strong> ${shown(text, 300)} ${cites(evidence)}</li>`,
  )}</ul></section>`
  return {
    title: `${identity.kind} ${shown(identity.name, 64)}`,
    body,
    pulse: { path: `/pulse?incident=${encodeURIComponent(id)}`, stamp: stampOf([incident], changes.at(-1)) },
  }
}

function factsOf(incident: Incident, { base }: Room): Markup {
  const { id, identity, credentials, blastRadius, decision, openedAt, containedAt, decidedBy, verdict } = incident
  const { archived } = incident
  const shownCredentials = credentials.slice(0, 6).map((one) => html`<span class="id">${shown(one.id, 128)}</span> (${one.kind}) `)
  const contained =
    containedAt === undefined
      ? ''
      : html`<dt>Contained</dt><dd>${moment(containedAt)} UTC, ${duration(containedAt - decidedBy.time)} after the deciding event</dd>`
  const { extendedUntil } = incident
  const putOff = extendedUntil === undefined ? '' : html`<dt>Extended</dt><dd>until ${moment(extendedUntil)} UTC: no reminders before</dd>`
  const answered =
    verdict === undefined ? '' : html`<dt>Verdict</dt><dd>${verdict.kind} by ${shown(verdict.by)}: ${shown(verdict.reason, 500)}</dd>`
  const moved =
    archived === undefined ? '' : html`<dt>Archived</dt><dd>${moment(archived.at)} UTC, in <span class="id">${archived.key}</span></dd>`
  return html`<dl class="facts"><dt>Incident</dt><dd class="id">${id}</dd>
<dt>Who</dt><dd>${identityLink(base, identity)} <span class="id">${shown(identity.id)}</span></dd>
${standingOf(incident)}<dt>Credential</dt><dd>${shownCredentials}${credentials.length > 6 ? `… ${credentials.length - 6} more` : ''}</dd>
<dt>Can</dt><dd>${blastRadius.reasons.length === 0 ? 'not known' : blastRadius.reasons.join(', ')} (by ${blastRadius.basis})</dd>
<dt>Priority</dt><dd>${priorityText(incident)}</dd>
<dt>Decision</dt><dd><strong>${decision.action}</strong>${decision.would === decision.action ? '' : ` (would ${decision.would})`}: ${decision.why.map((line) => shown(line)).join('; ')}</dd>
${advisorText(incident) === '' ? '' : html`<dt>Advisor</dt><dd>${advisorText(incident)}</dd>`}
<dt>Opened</dt><dd>${moment(openedAt)} UTC</dd>${restrictedIn(incident)}${contained}${putOff}${answered}${moved}</dl>`
}

/** How grave it is, and the way to what is on the page. */
function leadOf(incident: Incident, changes: readonly Change[]): Markup {
  const { priority, assessment, blastRadius } = incident
  const canAnswer = offeredFor(incident).length > 0
  return html`<p class="lead">${stateBadge(incident)} priority <strong>${priority}</strong>, risk <strong>${assessment.risk}</strong>${assessment.isConfirmed ? ` (${confirmedText(assessment) || 'confirmed'})` : ''}, blast radius <strong>${blastRadius.score}</strong>, ${assignedIn(changes)}</p>
<nav class="within" aria-label="On this page">${canAnswer ? html`<a href="#verdict"><strong>Give your verdict</strong></a>` : ''}${SECTIONS.map(([to, name]) => html`<a href="#${to}">${name}</a>`)}</nav>`
}

function standingOf(incident: Incident): Markup {
  return html`${standingRows(incident).map(([name, value]) => html`<dt>${name === 'owner' ? 'Owner' : 'Critical'}</dt><dd>${shown(value ?? '')}</dd>`)}`
}

function restrictedIn(incident: Incident): Markup | '' {
  const lines = restrictionLines(incident)
  const { restrictedAt } = incident
  const since = restrictedAt === undefined ? '' : html`since ${moment(restrictedAt)} UTC. `
  if (lines !== undefined) return html`<dt>Restricted</dt><dd>${since}${shown(lines.refused, 700)} ${shown(lines.goesOn, 700)}</dd>`
  const nothingDone = nothingDoneLine(incident)
  if (nothingDone !== undefined) return html`<dt>Restricted</dt><dd>no. ${nothingDone}</dd>`
  return restrictedAt === undefined ? '' : html`<dt>Restricted</dt><dd>${moment(restrictedAt)} UTC</dd>`
}

/** The steps of the containment: the value before, the contained value, and whether it is in place now. */
function stepsOf({ changes, incident }: Looked): Markup {
  const standing = standingSteps(changes)
  const undone = changes.filter(({ kind }) => kind === 'step-undone')
  if (standing.length + undone.length === 0) return html`<p>Nothing was changed.</p>`
  const rows = [
    ...standing.map(({ target, before, contained, isDone }) => [
      html`<span class="id">${shown(target, 160)}</span>`,
      brief(before, target),
      brief(contained, target),
      isDone ? html`<span class="badge bad">in place</span>` : html`<span class="badge ask">planned, not confirmed</span>`,
    ]),
    ...undone.map(({ target, from, to }) => [
      html`<span class="id">${shown(target, 160)}</span>`,
      brief(to, target),
      brief(from, target),
      html`<span class="badge good">restored</span>`,
    ]),
  ]
  const columns = [{ name: 'What', kind: 'wide' }, { name: 'Before' }, { name: 'Contained' }, { name: 'Now' }] as const
  const isGone = incident.state === 'released' ? html`<p>Everything was restored as it was before.</p>` : ''
  return html`${isGone}${table(columns, rows, 'What containment changed, and the values before')}`
}

/** The reasons, what was found after the decision to contain, which is none, and what the policy does not count. */
function whyOf(looked: Looked): Markup {
  const excepted = exceptedLines(looked.incident)
  if (excepted.length === 0) return reasonsTable(looked)
  return html`${reasonsTable(looked)}<h3>Seen, and not counted</h3><ul>${excepted.map((line) => html`<li>${shown(line, 600)}</li>`)}</ul>`
}

function reasonsTable({ incident, signals }: Looked): Markup {
  const { contributions, since } = reasonsOf(incident)
  if (since.length === 0)
    return findingsTable(contributions, `The findings that add up to the deterministic risk of ${incident.assessment.baseRisk}`)
  const refused = refusedAfter(incident, signals)
  const weaker = [...weakerReasons(incident, signals)]
  const except =
    weaker.length === 0
      ? ''
      : ` Of ${weaker.join(', ')} a weaker finding was one: of each detector the strongest is kept, and it came later.`
  return html`${findingsTable(contributions, 'The findings up to the decision')}
<h3>Found since then</h3><p>${refused === 0 ? '' : `After the ${refusingAction(incident)}: ${callsRefused(refused)}. `}This came later and is no reason for the decision.${except}</p>
${findingsTable(since, `The findings since then, and their points of the risk of ${incident.assessment.baseRisk} that all findings add up to`)}`
}

function findingsTable(contributions: readonly Contribution[], caption: string): Markup {
  const columns = [
    { name: 'Points', kind: 'number' },
    { name: 'Share' },
    { name: 'Finding', kind: 'wide' },
    { name: 'ATT&CK' },
    { name: 'What was seen', kind: 'wide' },
    { name: 'When (UTC)', kind: 'time' },
  ] as const
  const rows = contributions.map(({ finding, share }) => [
    `+${share.toFixed(1)}`,
    html`<meter min="0" max="100" value="${share.toFixed(1)}" aria-label="${share.toFixed(1)} of 100 points"></meter>`,
    html`${finding.title} <span class="faint">(${finding.detector})</span>${runbookLine(finding.detector).map((line) => html`<br><span class="faint">${line}</span>`)}`,
    finding.technique,
    shown(finding.reason),
    moment(finding.time).slice(5, 19),
  ])
  return table(columns, rows, caption)
}

function chainCheck({ incident, changes }: Looked, room: Room): Markup {
  const fault = verifyChain(incidentSubject(incident.id), changes, incident.head)
  return fault === undefined
    ? html`<p class="note good">The chain is intact: ${changes.length === 1 ? '1 entry' : `${changes.length} entries, each linked to the one before`}, ending in <span class="id">${shown((changes.at(-1)?.hash ?? '').slice(0, 16))}…</span></p>`
    : html`<p class="note bad" role="alert"><strong>The chain is not as it was written.</strong> ${shown(faultText(fault))}. Run <code>${shown(commandOn(room, 'changes verify'), 300)}</code> and find out who wrote it.</p>`
}

function sentence({ text, evidence }: Sentence): Markup {
  return html`<li>${shown(text, 500)} ${cites(evidence)}</li>`
}

/** The facts that a sentence cites, by their ids in `countersign explain`. */
function cites(evidence: readonly string[]): Markup {
  return html`<span class="faint" title="facts, as \`countersign explain\` lists them">[${evidence.join(' ')}]</span>`
}
