import { hasGrown, type Incident } from '../domain/incident.ts'
import type { IncidentEvent } from '../domain/incident-event.ts'
import { moved } from '../domain/incident-machine.ts'
import { isReleaseOrdered } from '../domain/progress.ts'
import { hasWidened } from '../domain/restriction.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Versioned } from '../ports/stores.ts'
import { sendOwedNotice } from '../record/notice.ts'
import { updateIncident } from '../record/update-incident.ts'
import type { ChangeLog } from './change-log.ts'

/**
 * How a run of contain ended. `contained`: every credential that did it is out of use, read back. `restricted`: its rights are reduced, read back. `asking`: a person has to decide
 * or act, `why` says on what. `unread`: IAM accepted every change and does not show all of them yet.
 */
export type RunOutcome =
  | { readonly kind: 'contained' | 'restricted'; readonly remarks: readonly string[] }
  | { readonly kind: 'asking'; readonly why: readonly string[] }
  | { readonly kind: 'unread' }

/** What came while a run was at work is looked at a second later. */
const AGAIN_AFTER_SECONDS = 1

/** IAM shows a change after about 4 s; after a minute it is no longer lag. One look only: a look that does not suffice asks for the next. */
const READ_BACK_AFTER_SECONDS = [5] as const

/** When a containment is looked at again: an intruder at work undoes it at once, or a minute later. */
const VERIFY_AFTER_SECONDS = [5, 15, 60] as const

/** Moves the incident on, the record first, has it looked at again, and tells people. */
export async function finishRun(
  stored: Versioned<Incident>,
  outcome: RunOutcome,
  changeLog: ChangeLog,
  ports: ContainPorts,
): Promise<void> {
  const { id, state } = stored.value
  if (outcome.kind === 'unread') return ports.reverifyQueue.verifyLater(id, READ_BACK_AFTER_SECONDS)
  const lines = outcome.kind === 'asking' ? outcome.why : outcome.remarks
  const why = lines.length === 0 ? 'every step is in place' : lines.join('; ')
  const entry = { kind: 'state', target: `incident:${id}`, from: state, to: outcome.kind, why } as const
  // People may have released it meanwhile: then that is the last word.
  if ((await changeLog.write(entry, () => !isReleaseOrdered(changeLog.changes))) === 'superseded') return
  const at = ports.clock.now()
  const event: IncidentEvent =
    outcome.kind === 'asking' ? { kind: 'not-contained', at, why: outcome.why } : { kind: outcome.kind, at, remarks: outcome.remarks }
  const ended = (incident: Incident): Incident | undefined => {
    // What came while this run was at work is not contained by it: it stays on its way, for a run of its own.
    const next = incident.state !== state || hasMore(incident, stored.value) ? undefined : moved(incident, event)
    return next && { ...next, head: changeLog.head() }
  }
  const finished = await updateIncident(stored, ended, ports.incidents)
  if (isUnderWay(finished.value)) return ports.reverifyQueue.verifyLater(id, [AGAIN_AFTER_SECONDS])
  ports.log.info('contain.finished', { incidentId: id, state: finished.value.state, steps: changeLog.changes.length })
  // The reverification is queued before the notice is sent: a notice that fails is owed, a reverification that was never queued is lost.
  await ports.reverifyQueue.verifyLater(id, VERIFY_AFTER_SECONDS)
  await sendOwedNotice(finished, ports)
}

/** Whether there are suspects or issued things that were not there when a run began, or a restriction that denies more. */
function hasMore(now: Incident, then: Incident): boolean {
  const primaries = ({ credentials }: Incident) => credentials.filter(({ isPrimary }) => isPrimary).length
  return (
    hasGrown(now.lineage, then.lineage) ||
    now.credentials.length > then.credentials.length ||
    primaries(now) > primaries(then) ||
    now.approved.length > then.approved.length ||
    (now.restriction !== undefined && hasWidened(now.restriction, then.restriction))
  )
}

/** Another run of contain is due: what came meanwhile, or a stronger decision. */
function isUnderWay({ state }: Incident): boolean {
  return state === 'containing' || state === 'restricting'
}
