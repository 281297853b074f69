import { html } from 'hono/html'
import { shortAssignee } from '../../shared/domain/assignment.ts'
import { counted } from '../../shared/domain/counted.ts'
import { isDismissal } from '../../shared/domain/dismissal.ts'
import { type Incident, isClosed } from '../../shared/domain/incident.ts'
import { reasonsOf } from '../../shared/domain/reasons.ts'
import { runbookLine } from '../../shared/domain/runbook.ts'
import { type StoryInput, storyOf } from '../../shared/domain/story/story.ts'
import type { CallTotals } from '../../shared/learn/measure/call-totals.ts'
import type { Measures } from '../../shared/learn/measure/measure.ts'
import { commandName } from '../command-name.ts'
import { drillsLeftOut } from '../render/drills.ts'
import { moment } from '../render/style.ts'
import { atAGlance, type Markup, shown, standAlone, table } from './document.ts'
import { detectorsSection, functionsSection, lengthOf, policySection, precisionSection, timesSection } from './measures.ts'
import { headlineText, storySection } from './story-section.ts'
import { leftOut, tableWithin, withinBytes } from './within-bytes.ts'

/** The bytes of a page that stories and the table of the other incidents may take. The rest of a page is bounded by the numbers of its rows. */
const STORY_BYTES = 480_000
const LISTED_BYTES = 220_000

/** The most findings of an incident. */
const FINDINGS = 8

/** What a report of a period is made of. `told`: the incidents whose story is told, in the order of `openFirst`; the others are listed. */
export interface PeriodReport {
  readonly measures: Measures
  readonly calls: CallTotals
  readonly told: readonly StoryInput[]
  /** The name of the account or stack, and the command that lists every incident. */
  readonly name: string
  readonly listCommand: string
}

/** A period as one page without scripts, which loads nothing. */
export async function periodPage({ measures, calls, told, name, listCommand }: PeriodReport): Promise<string> {
  const { period } = measures
  const incidents = openFirst(measures.incidents)
  const from = moment(period.since).slice(0, 16)
  const to = moment(period.until).slice(0, 16)
  const stories = await withinBytes(told, STORY_BYTES, (known) =>
    storySection(known, { badge: known.incident.state, rest: restOf(known.incident) }),
  )
  const others = incidents.slice(stories.parts.length)
  const listed = await tableWithin(LISTED_COLUMNS, others.map(listedRow), {
    caption: 'The others',
    limit: LISTED_BYTES,
  })
  const body = html`<h1>Countersign: ${from} to ${to} UTC</h1><p class="faint">${shown(name)}</p>
<p class="lead">${summaryOf(measures)}</p>${glanceOf(measures, calls)}
<section aria-labelledby="incidents"><h2 id="incidents">Incidents</h2>${
    incidents.length === 0 ? html`<p>None was opened.</p>` : html`<p>What happened in each: the open ones first, then by priority.</p>`
  }${stories.parts}${others.length === 0 ? '' : listed.table}${leftOut(listed.left, ['incident', 'incidents'], listCommand)}</section>
${timesSection(measures)}${precisionSection(measures)}${detectorsSection(measures.detectors)}${policySection(measures, `${commandName()} changes export`)}
<details><summary>Counts by function (NIST CSF 2.0)</summary>${functionsSection(measures.functions)}</details>
<p class="faint">An incident belongs to the period in which it was opened. The figures come from the incidents and the record; <code>${commandName()} changes verify</code> checks the record.</p>`
  return standAlone(`Countersign, ${from} to ${to}`, body)
}

/** The open incidents before the closed ones, and otherwise as they were. */
export function openFirst(incidents: readonly Incident[]): readonly Incident[] {
  return [...incidents.filter((incident) => !isClosed(incident)), ...incidents.filter(isClosed)]
}

/** A period in one sentence. */
export function summaryOf({ incidents, open, times, precision, drills }: Measures): string {
  if (incidents.length === 0) return 'No incident was opened.'
  const contained =
    times.contain.count === 0
      ? 'none was contained'
      : `${times.contain.count} contained, in ${lengthOf(times.contain.median)} in the median after the deciding event`
  const { answered, compromised } = precision.all
  const reviewed = answered === 0 ? 'no person has answered one' : `people answered ${answered}, ${compromised} of them as compromises`
  const without = drills === 0 ? '' : ` ${drillsLeftOut(drills)}.`
  return `${counted(incidents.length, 'incident was', 'incidents were')} opened, ${open} still open; ${contained}; ${reviewed}.${without}`
}

function glanceOf(measures: Measures, calls: CallTotals): Markup {
  const { incidents, open, byState, byAction, times, precision, drills, advisor } = measures
  const counts = (all: readonly (readonly [string, number])[]) =>
    all.flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`])).join(', ')
  const asked = incidents.filter(({ decision }) => decision.action === 'ask').length
  const dismissed = incidents.filter((incident) => incident.verdict?.kind === 'legitimate' && isDismissal(incident, undefined))
  const released = incidents.filter((incident) => incident.verdict?.kind === 'legitimate' && !isDismissal(incident, undefined))
  const { contain } = times
  const { all } = precision
  const fallbacks = Object.values(advisor.fallbacks).reduce((sum, count) => sum + count, 0)
  return atAGlance([
    ['Incidents', incidents.length, incidents.length === 0 ? '' : `${open} still open; now ${counts(Object.entries(byState))}`],
    ['Decided', counts(Object.entries(byAction).reverse()) || 'nothing', 'the action of each incident, after the bounds of the policy'],
    ['Contained', contain.count, 'every credential out of use, read back'],
    ['Asked', asked, 'a person had to decide, and nothing was done before'],
    ['Released', released.length, 'what was done was taken back, since people found it legitimate'],
    ['Dismissed', dismissed.length, 'people found it legitimate, and nothing had been done'],
    [
      'Time to contain',
      lengthOf(contain.median),
      contain.count === 0
        ? 'nothing was contained'
        : `median after the deciding event; 9 in 10 within ${lengthOf(contain.ninetieth)}, at worst ${lengthOf(contain.worst)}`,
    ],
    [
      'Precision',
      all.share === null ? '–' : `${Math.round(all.share * 100)} %`,
      `${all.answered === 0 ? 'no verdict of a person yet' : `${all.compromised} of ${all.answered} incidents with a verdict were compromises`}${drills === 0 ? '' : `. ${drillsLeftOut(drills)}`}`,
    ],
    ['Calls that succeeded', calls.succeeded, 'calls with findings, over all incidents'],
    ['Calls refused', calls.refusedSince, 'since something was done, over all incidents'],
    [
      'Owners’ cost',
      calls.refusedAtHome,
      'of these from the usual place, which are the owner’s as far as anybody can tell; CloudTrail keeps no record of calls with a switched-off key',
    ],
    [
      'Advisor',
      advisor.asked === 0 ? 'not asked' : `${advisor.asked - fallbacks} of ${advisor.asked}`,
      advisor.asked === 0 ? '' : 'questions with a valid answer in time',
    ],
  ])
}

const LISTED_COLUMNS = [
  { name: 'State', kind: 'word' },
  { name: 'What', kind: 'wide' },
  { name: 'Opened (UTC)', kind: 'time' },
  { name: 'Verdict' },
] as const

function listedRow(incident: Incident): readonly string[] {
  const { state, openedAt, verdict } = incident
  return [state, headlineText(storyOf({ incident }).headline), moment(openedAt).slice(0, 16), verdict?.kind ?? '']
}

/** What the story leaves out: ids, figures, the findings with what to do first. */
function restOf(incident: Incident): Markup {
  const { id, identity, priority, assessment, decision, openedAt, verdict } = incident
  const { contributions } = reasonsOf(incident)
  const rows = contributions
    .slice(0, FINDINGS)
    .map(({ finding, share }) => [
      moment(finding.time),
      html`${shown(finding.title)}: ${shown(finding.reason, 300)}${runbookLine(finding.detector).map((line) => html`<br><span class="faint">${line}</span>`)}`,
      `+${share.toFixed(1)}`,
      finding.technique,
    ])
  const columns = [
    { name: 'When (UTC)', kind: 'time' },
    { name: 'Finding', kind: 'wide' },
    { name: 'Points', kind: 'number' },
    { name: 'ATT&CK' },
  ] as const
  const more = contributions.length - rows.length
  const assigned = shortAssignee(incident.assignment, 80)
  const said =
    verdict === undefined ? '' : html`<dt>Verdict</dt><dd>${verdict.kind} by ${shown(verdict.by, 80)}: ${shown(verdict.reason, 300)}</dd>`
  return html`<dl class="facts"><dt>Priority</dt><dd>${priority}, risk ${assessment.risk}</dd>
<dt>Decision</dt><dd>${decision.action}${decision.would === decision.action ? '' : ` (would ${decision.would})`}: ${decision.why.map((line) => shown(line)).join('; ')}</dd>
<dt>Opened</dt><dd>${moment(openedAt)} UTC${isClosed(incident) ? ', closed' : ''}</dd>${assigned === '' ? '' : html`<dt>Assigned</dt><dd>${assigned}</dd>`}${said}
<dt>Who</dt><dd class="id">${shown(identity.id)}</dd><dt>Incident</dt><dd class="id">${shown(id, 64)}</dd></dl>
${table(columns, rows, 'Why: the findings up to the decision')}${more > 0 ? html`<p>${more} weaker findings are left out; <code>${commandName()} incidents show ${shown(id, 64)}</code> has all.</p>` : ''}`
}
