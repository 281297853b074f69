import { pendingOf } from '../../contain/pending.ts'
import { accountText } from '../../domain/account-name.ts'
import type { Contribution } from '../../domain/assessment.ts'
import type { Change } from '../../domain/change.ts'
import { isForPeople } from '../../domain/comment.ts'
import type { Incident, IncidentSignal } from '../../domain/incident.ts'
import { printable } from '../../domain/printable.ts'
import { callsRefused, reasonsOf, refusedAfter, refusingAction, riskText, weakerReasons } from '../../domain/reasons.ts'
import { reportedIn, reportLines } from '../../domain/report-lines.ts'
import { confirmedText } from '../../domain/reported-by.ts'
import { storyFacts } from '../../domain/story/story-facts.ts'
import { secondText } from '../../domain/time.ts'

/** One fact about an incident, with the id that sentences cite. */
export interface Fact {
  readonly id: string
  readonly text: string
}

/** The input of an explanation: an incident with its timeline and its chain. */
export interface ExplanationInput {
  readonly incident: Incident
  readonly signals: readonly IncidentSignal[]
  readonly changes: readonly Change[]
}

/** How many findings, signals and changes become facts. */
const FINDING_LIMIT = 8
const SIGNAL_LIMIT = 12
const REPORT_LIMIT = 5
const CHANGE_LIMIT = 30

/** How many findings since the decision are named. */
const TITLES_LIMIT = 3

/**
 * Collects the facts of an incident. Ids: `I` identity, `R` risk and blast radius, `D` decision, `F1`… findings up to the decision, `A` what came after
 * restriction or containment, `O H N X Y W` what the story rests on (story-facts.ts), `E1`… reports of other parties, `U` how its use goes with them, `S1`… calls and reports of the timeline, `C4`… record entries by number, `P1`… open tasks for a person, `V` verdict. Text from outside is clipped and free of control characters.
 */
export function collectFacts({ incident, signals, changes }: ExplanationInput): Fact[] {
  const { identity, blastRadius, decision, verdict } = incident
  const by = confirmedText(incident.assessment)
  const confirmed = by === '' ? '' : `, ${by}`
  const { contributions, since } = reasonsOf(incident)
  const findings = contributions.slice(0, FINDING_LIMIT)
  const refused = refusedAfter(incident, signals)
  return [
    {
      id: 'I',
      text: `${identity.kind} ${printable(identity.name, 64)} of account ${accountText(incident)}${incident.owner === undefined ? '' : `, owner ${printable(incident.owner, 64)}`}, incident ${incident.state}`,
    },
    {
      id: 'R',
      text: `risk ${riskText(incident)}${confirmed}; blast radius ${blastRadius.score} by ${blastRadius.basis}${blastRadius.reasons.length === 0 ? '' : `: ${blastRadius.reasons.join(', ')}`}`,
    },
    {
      id: 'D',
      text: `${decision.action}${decision.would === decision.action ? '' : ` (would ${decision.would})`}: ${decision.why.map((line) => printable(line, 160)).join('; ')}`,
    },
    ...storyFacts(incident, signals),
    ...findings.map(({ finding, share }, at) => ({
      id: `F${at + 1}`,
      text: `${finding.title} (${finding.detector}, ${finding.technique}, +${Math.round(share)}): ${printable(finding.reason, 120)}`,
    })),
    ...(refused === 0 && since.length === 0
      ? []
      : [{ id: 'A', text: afterwards(incident, { refused, since, weaker: weakerReasons(incident, signals) }) }]),
    ...reportsOf(incident, signals),
    ...signals.slice(0, SIGNAL_LIMIT).map((signal, at) => ({ id: `S${at + 1}`, text: callOf(signal, incident) })),
    ...factEntries(changes).map((change) => ({ id: `C${change.number}`, text: entryOf(change) })),
    ...pendingOf(incident).map((line, at) => ({ id: `P${at + 1}`, text: printable(line, 160) })),
    ...(verdict === undefined
      ? []
      : [
          {
            id: 'V',
            text: `${verdict.kind} by ${printable(verdict.by, 120)} at ${secondText(Date.parse(verdict.at))}: ${printable(verdict.reason, 160)}`,
          },
        ]),
  ]
}

/** The record entries that are facts. What people write for each other is none: a model is never given it. */
export function factEntries(changes: readonly Change[]): Change[] {
  return changes.filter((change) => !isForPeople(change)).slice(-CHANGE_LIMIT)
}

/** What came after the decision to contain or restrict. Its strongest findings are named, because they are part of the risk that is shown. */
function afterwards(
  incident: Incident,
  { refused, since, weaker }: { refused: number; since: readonly Contribution[]; weaker: ReadonlySet<string> },
): string {
  const titles = since.slice(0, TITLES_LIMIT).map(({ finding }) => finding.title)
  const more = since.length > titles.length ? ` and ${since.length - titles.length} more` : ''
  return [
    ...(refused === 0 ? [] : [`after the ${refusingAction(incident)}: ${callsRefused(refused)}`]),
    ...(titles.length === 0 ? [] : [`found since the decision: ${titles.join('; ')}${more}`]),
    ...(weaker.size === 0 ? [] : [`weaker findings of ${[...weaker].join(', ')} were reasons`]),
  ].join('; ')
}

/** Who reported what when, and what the credential did meanwhile. */
function reportsOf(incident: Incident, signals: readonly IncidentSignal[]): Fact[] {
  const lines = reportLines(incident, signals)
  if (lines === undefined) return []
  const { reported, used } = lines
  return [
    ...reported
      .filter((_, at) => at < REPORT_LIMIT - 1 || at === reported.length - 1)
      .map((line, at) => ({ id: `E${at + 1}`, text: printable(line, 300) })),
    ...(used.length === 0 ? [] : [{ id: 'U', text: used.map((line) => printable(line, 300)).join('; ') }]),
  ]
}

function callOf(signal: IncidentSignal, incident: Incident): string {
  const { time, action, outcome, errorCode, address, country } = signal
  const said = reportedIn(signal, incident)
  if (said !== undefined) return `${secondText(time)} report, ${printable(said, 200)}`
  const ended = outcome === 'success' ? '' : `, ${printable(errorCode ?? outcome, 40)}`
  return `${secondText(time)} ${printable(action, 70)} from ${printable(address, 45)}${country === undefined ? '' : ` (${country})`}${ended}`
}

function entryOf({ at, kind, target, actor, why }: Change): string {
  return `${at.slice(0, 19).replace('T', ' ')} UTC ${kind} ${printable(target, 100)} by ${printable(actor, 80)}: ${printable(why, 120)}`
}
