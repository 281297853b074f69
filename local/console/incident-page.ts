import { html } from 'hono/html'
import type { Baseline } from '../../shared/domain/baseline.ts'
import { type Change, verifyChain } from '../../shared/domain/change.ts'
import { counted } from '../../shared/domain/counted.ts'
import { stateText } from '../../shared/domain/dismissal.ts'
import { goneText } from '../../shared/domain/gone-text.ts'
import { thresholdsOf } from '../../shared/domain/high-risk.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { offeredFor } from '../../shared/domain/offered.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { standingSteps, undoneSteps } from '../../shared/domain/progress.ts'
import { decidedRisk } from '../../shared/domain/reasons.ts'
import { confirmedText } from '../../shared/domain/reported-by.ts'
import { nothingDoneLine, restrictionLines } from '../../shared/domain/restriction-lines.ts'
import { sameFindings } from '../../shared/domain/same-finding.ts'
import { givenBackText } from '../../shared/domain/story/given-back-text.ts'
import type { GeoIp } from '../../shared/ports/lookup.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { withNotices } from '../../shared/record/orders.ts'
import type { Explanation, Sentence } from '../../shared/review/explain/explanation.ts'
import { collectFacts, type ExplanationInput } from '../../shared/review/explain/facts.ts'
import { commandOn } from '../command-name.ts'
import { type Markup, shown, table } from '../page/document.ts'
import { advisorText } from '../render/advisor.ts'
import { brief } from '../render/changes.ts'
import { faultText } from '../render/fault.ts'
import { priorityText, standingRows } from '../render/priority.ts'
import { duration, moment } from '../render/style.ts'
import { changesTable } from './changes-table.ts'
import { fold } from './fold.ts'
import { chainLink, identityLink, type Page, type Room, stateBadge } from './frame.ts'
import { latest } from './latest.ts'
import { lineageDrawing } from './lineage-drawing.ts'
import { originsOf } from './origins.ts'
import { pendingIn } from './pending-section.ts'
import { reportedSection } from './reported.ts'
import { riskDrawing } from './risk-drawing.ts'
import { type Said, saidSection } from './said-section.ts'
import { stampOf } from './stamp.ts'
import { assignedIn, teamSection, teamText } from './team-section.ts'
import { timelineSection } from './timeline-section.ts'
import { typedLine } from './typed-line.ts'
import { verdictForm } from './verdict-form.ts'
import { whySection } from './why-section.ts'

/** The most entries of the chain on the page, the latest, and the most steps. */
const ENTRIES = 100
const STEPS = 200

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
  /** The page of the timeline that is shown, from 0, and whether somebody turned to it. */
  readonly part: number
  readonly isTurned: boolean
  /** What was just said here, which the page confirms. */
  readonly said: Said | undefined
}

/** One incident, in the order of an on-call person's questions: what happened, what was done, what do I decide, why, what next. */
export function incidentPage(looked: Looked, room: Room): Page {
  const { incident, signals, changes, notices, policy, explanation, geoIp, baseline } = looked
  const { identity, id } = incident
  const calls = signals.filter(({ reportedBy }) => reportedBy === undefined)
  const thresholds = thresholdsOf(incident, policy)
  const isWhole = verifyChain(incidentSubject(id), changes, incident.head) === undefined
  const command = commandOn(room, `incidents show ${id}`)
  const entries = latest(withNotices(changes, notices), { most: ENTRIES, of: 'entries', command })
  const body = html`${isWhole ? '' : chainCheck(looked, room)}${saidSection(looked, room)}${leadOf(looked, room)}
<section aria-labelledby="what"><h2 id="what">What happened</h2><ul>${explanation.summary.map((one) => sentence(one, room))}</ul></section>
${pendingIn(incident, room)}${verdictForm(looked, room)}
${fold({ id: 'team', title: 'Team', says: teamText(changes) }, teamSection(looked, room))}
${fold({ id: 'done', title: 'What was done', says: stepCount(looked) }, stepsOf(looked, command))}
${reportedSection(incident, signals, { same: sameFindings(incident, looked.among), base: room.base })}${fold({ id: 'who', title: 'Who, and how it was decided' }, factsOf(incident, room))}
${fold({ id: 'why', title: 'Why', says: counted(incident.assessment.contributions.length, 'finding') }, html`${signals.length > 0 ? riskDrawing(looked, thresholds) : ''}${whySection(looked)}`)}
${fold({ id: 'where', title: 'Where from' }, calls.length > 0 ? originsOf(calls, baseline, geoIp) : html`<p>No call is in the timeline.</p>`)}
${fold({ id: 'created', title: 'What it created', says: counted(incident.lineage.length, 'item') }, lineageDrawing(incident))}
${fold({ id: 'timeline', title: 'Timeline', says: counted(signals.length, 'entry', 'entries'), isOpen: looked.isTurned }, timelineSection(looked, room))}
${fold(
  { id: 'changes', title: 'Changes', says: counted(changes.length, 'entry', 'entries') },
  html`${isWhole ? chainCheck(looked, room) : ''}${entries.note}${changesTable(entries.items, room, { isMixed: false, caption: 'Entries of the chain of this incident, and who was told that nobody answers, oldest first' })}
<p>The chain on its own: ${chainLink(room.base, incidentSubject(id))}</p>`,
)}
${fold(
  { id: 'facts', title: 'Facts', says: 'that the sentences cite' },
  html`<dl class="facts">${collectFacts(looked).map((fact) => html`<dt>${fact.id}</dt><dd>${typedLine(fact.text, room, 600)}</dd>`)}</dl>`,
)}${fold(
  { id: 'next', title: 'What comes next (NIST CSF 2.0)' },
  html`<ul>${explanation.response.map(
    ({ outcome, text, evidence }) => html`<li><strong>${outcome}</strong> ${typedLine(text, room, 300)} ${cites(evidence)}</li>`,
  )}</ul>`,
)}`
  return {
    title: `${identity.kind} ${shown(identity.name, 64)}`,
    body,
    pulse: { path: `/pulse?incident=${encodeURIComponent(id)}`, stamp: stampOf([incident], changes.at(-1)) },
  }
}

function factsOf(incident: Incident, room: Room): Markup {
  const { base } = room
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
<dt>Decision</dt><dd><strong>${decision.action}</strong>${decision.would === decision.action ? '' : ` (would ${decision.would})`}: ${decision.why.map((line, at) => html`${at > 0 ? '; ' : ''}${typedLine(line, room, 300)}`)}</dd>
${advisorText(incident) === '' ? '' : html`<dt>Advisor</dt><dd>${advisorText(incident)}</dd>`}
<dt>Opened</dt><dd>${moment(openedAt)} UTC</dd>${restrictedIn(incident)}${contained}${putOff}${answered}${moved}</dl>`
}

/** How grave it is, at the decision and now, and the way to the verdict. */
function leadOf({ incident, changes }: Looked, { isReadOnly }: Room): Markup {
  const { priority, assessment, blastRadius } = incident
  const canAnswer = offeredFor(incident).length > 0
  const confirmed = assessment.isConfirmed ? ` (${confirmedText(assessment) || 'confirmed'})` : ''
  return html`<p class="lead">${stateBadge(incident, stateText(incident, changes))} priority <strong>${priority}</strong>, risk ${riskOf(incident)}${confirmed}, blast radius <strong>${blastRadius.score}</strong>, ${assignedIn(changes)}</p>
${canAnswer ? html`<p><a href="#verdict"><strong>${isReadOnly ? 'How to decide' : 'Give your verdict'}</strong></a></p>` : ''}`
}

/** The risk now, and that of the decision where it was another one. */
function riskOf(incident: Incident): Markup {
  const { risk } = incident.assessment
  const decided = decidedRisk(incident)
  return decided === undefined || decided === risk
    ? html`<strong>${risk}</strong>`
    : html`<strong>${decided}</strong> at the decision, <strong>${risk}</strong> now`
}

function stepCount({ changes }: Looked): string {
  const standing = standingSteps(changes).filter(({ isDone }) => isDone).length
  const undone = changes.filter(({ kind }) => kind === 'step-undone').length
  return [
    ...(standing + undone === 0 ? ['nothing'] : []),
    ...(standing > 0 ? [`${standing} in place`] : []),
    ...(undone > 0 ? [`${undone} restored`] : []),
  ].join(', ')
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
function stepsOf({ changes, incident }: Looked, command: string): Markup {
  const standing = standingSteps(changes)
  const undone = changes.filter(({ kind }) => kind === 'step-undone')
  if (standing.length + undone.length === 0)
    return html`<p>${
      goneText(changes)
        ?.replace(/^\w/, (first) => first.toUpperCase())
        .concat(': what was set went with it.') ?? 'Nothing was changed.'
    }</p>`
  const meaning = new Map(undoneSteps(changes).map((step) => [step.target, givenBackText(step)]))
  const rows = [
    ...standing.map(({ title, target, before, contained, isDone }) => [
      html`${shown(title, 200)} <span class="id faint">${shown(target, 160)}</span>`,
      brief(before, target),
      brief(contained, target),
      isDone ? html`<span class="badge bad">in place</span>` : html`<span class="badge ask">planned, not confirmed</span>`,
    ]),
    ...undone.map(({ target, from, to }) => [
      html`${shown(meaning.get(target) ?? '', 300)} <span class="id faint">${shown(target, 160)}</span>`,
      brief(to, target),
      brief(from, target),
      html`<span class="badge good">restored</span>`,
    ]),
  ]
  const columns = [{ name: 'What', kind: 'wide' }, { name: 'Before' }, { name: 'Contained' }, { name: 'Now' }] as const
  const isGone = incident.state === 'released' ? html`<p>Everything was restored as it was before.</p>` : ''
  const { items, note } = latest(rows, { most: STEPS, of: 'steps', command })
  return html`${isGone}${note}${table(columns, items, 'What containment changed, and the values before')}`
}

function chainCheck({ incident, changes }: Looked, room: Room): Markup {
  const fault = verifyChain(incidentSubject(incident.id), changes, incident.head)
  return fault === undefined
    ? html`<p class="note good">The chain is intact: ${counted(changes.length, 'entry', 'entries, each linked to the one before')}, ending in <span class="id">${shown((changes.at(-1)?.hash ?? '').slice(0, 16))}…</span></p>`
    : html`<p class="note bad" role="alert"><strong>The chain is not as it was written.</strong> ${shown(faultText(fault))}. Run <code>${shown(commandOn(room, 'changes verify'), 300)}</code> and find out who wrote it.</p>`
}

/** A sentence of the story. What the containment costs the owner is not to be overlooked. */
function sentence({ text, evidence }: Sentence, room: Room): Markup {
  const said = shown(text, 500)
  const [lead] = evidence.includes('W') ? (/^What it costs the owner/.exec(said) ?? ['']) : ['']
  return html`<li><strong>${lead}</strong>${typedLine(said.slice(lead.length), room)} ${cites(evidence)}</li>`
}

/** The facts that a sentence cites, by their ids below and in `countersign explain`. */
function cites(evidence: readonly string[]): Markup {
  return html`<small class="faint">[${evidence.join(' ')}]</small>`
}
