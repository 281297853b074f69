import { type Change, verifyChain } from '../domain/change.ts'
import type { Incident, IncidentSignal } from '../domain/incident.ts'
import { incidentSubject } from '../record/append.ts'
import type { Message } from './message.ts'
import { actorText, code, section } from './text.ts'

/** The most rows of each part. */
const ROWS = 10

/** What one reviewer asked to see: credentials, the last calls, the last entries of the record and whether its chain is whole. */
export function detailsOf(incident: Incident, signals: readonly IncidentSignal[], changes: readonly Change[]): Message {
  const fault = verifyChain(incidentSubject(incident.id), changes, incident.head)
  const credentials = incident.credentials.slice(0, ROWS).map(({ id, kind }) => `• ${kind} ${code(id, 128)}`)
  const lineage = incident.lineage.slice(0, ROWS).map(({ kind, id, owner }) => `• made ${kind} ${code(id, 80)} of ${code(owner, 100)}`)
  const calls = signals
    .slice(-ROWS)
    .map(({ time, action, outcome, address, country }) =>
      [`• ${clock(time)} ${code(action, 70)}`, outcome === 'success' ? '' : outcome, code(`${address} ${country ?? ''}`, 60)].join(' '),
    )
  const entries = changes
    .slice(-ROWS)
    .map(
      ({ number, at, kind, target, actor }) => `• #${number} ${clock(Date.parse(at))} ${kind} ${code(target, 120)} by ${actorText(actor)}`,
    )
  return {
    text: `Details of ${incident.id}`,
    blocks: [
      section([`*${incident.id}* since ${new Date(incident.openedAt).toISOString()}`, ...credentials, ...lineage]),
      section([`*Calls* (last ${calls.length} of ${signals.length}, UTC)`, ...calls]),
      section([`*Record* (last ${entries.length} of ${changes.length}, UTC)`, ...entries]),
      section([
        fault === undefined
          ? `The chain of ${changes.length} entries is whole.`
          : `*The record is not as it was written*: entry ${fault.number} (${fault.fault}).`,
      ]),
    ],
  }
}

function clock(time: number): string {
  return Number.isFinite(time) ? new Date(time).toISOString().slice(5, 19).replace('T', ' ') : '?'
}
