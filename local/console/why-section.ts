import { html } from 'hono/html'
import type { Contribution } from '../../shared/domain/assessment.ts'
import { exceptedLines } from '../../shared/domain/excepted-lines.ts'
import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import { callsRefused, reasonsOf, refusedAfter, refusingAction, sumLine, weakerReasons } from '../../shared/domain/reasons.ts'
import { runbookLine } from '../../shared/domain/runbook.ts'
import { type Markup, shown, table } from '../page/document.ts'
import { moment } from '../render/style.ts'

interface Looked {
  readonly incident: Incident
  readonly signals: readonly IncidentSignal[]
}

/** The reasons, what was found after the decision to contain, which is none, and what the policy does not count. */
export function whySection(looked: Looked): Markup {
  const excepted = exceptedLines(looked.incident)
  if (excepted.length === 0) return reasonsTable(looked)
  return html`${reasonsTable(looked)}<h3>Seen, and not counted</h3><ul>${excepted.map((line) => html`<li>${shown(line, 600)}</li>`)}</ul>`
}

function reasonsTable({ incident, signals }: Looked): Markup {
  const { contributions, since } = reasonsOf(incident)
  const weaker = weakerReasons(incident, signals)
  const sum = sumLine(incident, weaker)
  const below = sum === undefined ? '' : html`<p class="faint">${shown(sum, 400)}</p>`
  if (since.length === 0)
    return html`${findingsTable(contributions, `The findings that add up to the deterministic risk of ${incident.assessment.baseRisk}`)}${below}`
  const refused = refusedAfter(incident, signals)
  const except =
    weaker.size === 0
      ? ''
      : ` Of ${[...weaker].join(', ')} a weaker finding was one: of each detector the strongest is kept, and it came later.`
  return html`${findingsTable(contributions, 'The findings up to the decision')}${below}
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
  const isShared = contributions.some(({ share }) => share === 0)
  const rows = contributions.map(({ finding, share }) => [
    share === 0 ? 'same' : `+${share.toFixed(1)}`,
    html`<meter min="0" max="100" value="${share.toFixed(1)}" aria-label="${share.toFixed(1)} of 100 points"></meter>`,
    html`${finding.title} <span class="faint">(${finding.detector})</span>${runbookLine(finding.detector).map((line) => html`<br><span class="faint">${line}</span>`)}`,
    finding.technique,
    shown(finding.reason),
    moment(finding.time).slice(5, 19),
  ])
  return html`${table(columns, rows, caption)}${isShared ? html`<p class="faint">Same: it rests on a fact that another finding counts already.</p>` : ''}`
}
