import type { Change } from '../../shared/domain/change.ts'
import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import { printable } from '../../shared/domain/printable.ts'
import { reportedIn, reportLines } from '../../shared/domain/report-lines.ts'
import { brief } from '../render/changes.ts'
import type { Paint } from '../render/style.ts'
import { table } from '../render/table.ts'
import { LEAKED_USER, type Leak } from '../synthetic/leak.ts'

interface Told {
  readonly leak: Leak
  /** Ids of the records of calls that the account refused by what was set. */
  readonly refused: ReadonlySet<string>
  /** Those of them of which CloudTrail shows nothing. */
  readonly unrecorded: ReadonlySet<string>
  readonly paint: Paint
  /** That of the terminal. */
  readonly width: number | undefined
}

interface Looked {
  readonly incident: Incident
  readonly signals: readonly IncidentSignal[]
  readonly changes: readonly Change[]
}

/** What a decision that changes nothing means. */
const WORDS: Readonly<Record<string, string | undefined>> = { ask: 'people are asked', notify: 'people are told' }

/** The second story in a few lines: what was reported, what the key did, and what was decided, in the order of time. */
export function leakLines({ incident, signals, changes }: Looked, { leak, refused, unrecorded, paint, width }: Told): string[] {
  const first = signals.find(({ reportedBy }) => reportedBy === undefined)
  const said = signals.flatMap((signal) => {
    const words = reportedIn(signal, incident)
    return words === undefined ? [] : [{ at: signal.time, text: words }]
  })
  const used =
    first === undefined ? [] : [{ at: first.time, text: `first call: ${first.action} from ${first.address} ${first.country ?? ''}` }]
  const done = changes.flatMap((change) => {
    const to = brief(change.to, change.target)
    // What is done about a decision is a state, so only what people are asked or told is a line of its own.
    const isTold =
      change.kind === 'state' ? to === 'restricted' || to === 'contained' : change.kind === 'decision' && WORDS[to] !== undefined
    return isTold ? [{ at: Date.parse(change.at), text: `→ ${WORDS[to] ?? to}` }] : []
  })
  const rows = [...said, ...used, ...done].sort((a, b) => a.at - b.at)
  return [
    `${paint('bold', 'A second story')}: the key of ${LEAKED_USER} stands in a ticket, with its secret; incident ${incident.id} is ${incident.state}`,
    table(
      [{}, { isText: true }],
      rows.map(({ at, text }) => [new Date(at).toISOString().slice(11, 19), printable(text, 140)]),
      { width, indent: 2 },
    ),
    ...(reportLines(incident, signals)?.used ?? []).map((line) => `  ${printable(line, 200)}`),
    ...stoppedLines({ leak, refused, unrecorded }),
  ]
}

/** What became of all calls with the key, those too that CloudTrail does not show. */
function stoppedLines({ leak, refused, unrecorded }: Pick<Told, 'leak' | 'refused' | 'unrecorded'>): string[] {
  const { records } = leak
  const stopped = records.filter(({ eventID }) => refused.has(eventID))
  const withoutRight = records.filter(({ eventID, errorCode }) => errorCode !== undefined && !refused.has(eventID)).length
  const shown = stopped.filter(({ eventID }) => !unrecorded.has(eventID)).length
  const succeeded = records.length - stopped.length - withoutRight
  return [
    `  of its ${records.length} calls ${succeeded} succeeded, ${withoutRight} the key had no right to, and ${stopped.length} were refused by what was set`,
    `  CloudTrail shows ${shown} of the ${stopped.length}: a call with a key that is switched off leaves no record`,
  ]
}
