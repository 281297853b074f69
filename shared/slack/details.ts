import { type Change, verifyChain } from '../domain/change.ts'
import { commentsIn } from '../domain/comment.ts'
import { counted } from '../domain/counted.ts'
import { exceptedLines } from '../domain/excepted-lines.ts'
import type { Incident, IncidentSignal } from '../domain/incident.ts'
import { callsRefused, reasonsOf, refusedAfter, refusingAction } from '../domain/reasons.ts'
import { fromText, reportedIn, reportLines } from '../domain/report-lines.ts'
import { runbookLine } from '../domain/runbook.ts'
import { leftOutText } from '../domain/timeline.ts'
import type { NoticeStack } from '../ports/notices.ts'
import { incidentSubject } from '../record/append.ts'
import { commandFor } from '../record/notice.ts'
import type { Message } from './message.ts'
import { actorText, code, escaped, section } from './text.ts'

/** Rows per section. */
const ROWS = 10

/** The latest comments, and the most characters of each: five have room in a section. */
const COMMENTS = 5
const COMMENT_LIMIT = 400

/** Findings, each with its runbook: about 400 characters of the 3000 of a section. */
const FINDINGS = 6

/** What details are made of; commands in them work on `stack`. */
export interface DetailsInput {
  readonly signals: readonly IncidentSignal[]
  readonly changes: readonly Change[]
  readonly stack?: NoticeStack | undefined
}

/** Builds the details for one reviewer: credentials, the last calls, the last record entries, and whether the chain is intact. */
export function detailsOf(incident: Incident, { signals, changes, stack }: DetailsInput): Message {
  const fault = verifyChain(incidentSubject(incident.id), changes, incident.head)
  const credentials = incident.credentials.slice(0, ROWS).map(({ id, kind }) => `• ${kind} ${code(id, 128)}`)
  const lineage = incident.lineage.slice(0, ROWS).map(({ kind, id, owner }) => `• created ${kind} ${code(id, 80)} of ${code(owner, 100)}`)
  const calls = signals.slice(-ROWS).map((signal) => {
    const { time, action, outcome } = signal
    const said = reportedIn(signal, incident)
    if (said !== undefined) return `• ${clock(time)} ${code(said, 300)}`
    return [`• ${clock(time)} ${code(action, 70)}`, outcome === 'success' ? '' : outcome, code(fromText(signal), 60)].join(' ')
  })
  const reported = reportLines(incident, signals)
  const reports =
    reported === undefined
      ? []
      : [section(['*Reported* (UTC)', ...[...reported.reported, ...reported.used].map((line) => `• ${code(line, 300)}`)])]
  const { contributions } = reasonsOf(incident)
  const findings = contributions
    .slice(0, FINDINGS)
    .flatMap(({ finding: { title, detector, reason }, share }) => [
      `• ${escaped(title)} (+${Math.round(share)}): ${code(reason, 120)}`,
      ...runbookLine(detector).map((line) => `   _${escaped(line)}_`),
    ])
  const more = contributions.length > FINDINGS ? [`… and ${contributions.length - FINDINGS} more`] : []
  const excepted = exceptedLines(incident)
    .slice(0, FINDINGS)
    .map((line) => `• ${code(line, 400)}`)
  const refused = refusedAfter(incident, signals)
  const afterContainment = refused === 0 ? [] : [`After the ${refusingAction(incident)}: ${callsRefused(refused)}.`]
  const leftOut = leftOutText(signals)
  const unkept = leftOut === undefined ? [] : [code(leftOut, 400)]
  const entries = changes
    .slice(-ROWS)
    .map(
      ({ number, at, kind, target, actor }) => `• #${number} ${clock(Date.parse(at))} ${kind} ${code(target, 120)} by ${actorText(actor)}`,
    )
  const comments = commentsIn(changes)
    .slice(-COMMENTS)
    .map((comment) => `• ${clock(Date.parse(comment.at))} ${actorText(comment.by)}: ${code(comment.text, COMMENT_LIMIT)}`)
  return {
    text: `Details of ${incident.id}`,
    blocks: [
      section([`*${incident.id}* since ${new Date(incident.openedAt).toISOString()}`, ...credentials, ...lineage]),
      ...reports,
      ...(findings.length === 0 ? [] : [section(['*Findings*', ...findings, ...more])]),
      ...(excepted.length === 0 ? [] : [section(['*Seen, and not counted*', ...excepted])]),
      section([`*Calls* (last ${calls.length} of ${signals.length}, UTC)`, ...calls, ...unkept, ...afterContainment]),
      ...(comments.length === 0 ? [] : [section(['*Comments* (UTC)', ...comments])]),
      section([`*Record* (last ${entries.length} of ${changes.length}, UTC)`, ...entries]),
      section([
        fault === undefined
          ? `The hash chain of ${counted(changes.length, 'entry', 'entries')} is intact.`
          : `*The record was altered*: entry ${fault.number} (${fault.fault}). Run ${code(commandFor(stack, 'changes verify'), 300)}.`,
      ]),
    ],
  }
}

function clock(time: number): string {
  return Number.isFinite(time) ? new Date(time).toISOString().slice(5, 19).replace('T', ' ') : '?'
}
