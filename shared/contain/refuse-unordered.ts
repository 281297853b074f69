import type { Incident } from '../domain/incident.ts'
import { moved } from '../domain/incident-machine.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Versioned } from '../ports/stores.ts'
import { sendOwedNotice } from '../record/notice.ts'
import { updateIncident } from '../record/update-incident.ts'
import type { ChangeLog } from './change-log.ts'

/**
 * Asks people again where an incident says that it is being released, or that its keys are being rotated, and no order of a person stands for that:
 * somebody forged the state, or a release older than these orders was under way. What is contained stays so.
 */
export async function refuseUnordered(stored: Versioned<Incident>, changeLog: ChangeLog, ports: ContainPorts): Promise<void> {
  const { id, state: from } = stored.value
  const refusal = from === 'rotating' ? ROTATION : RELEASE
  ports.log.warn(refusal.event, { incidentId: id, of: from })
  await changeLog.write({ kind: 'state', target: `incident:${id}`, from, to: 'asking', why: refusal.why })
  const at = ports.clock.now()
  const asked = (incident: Incident): Incident | undefined => {
    const next = moved(incident, { kind: refusal.kind, at, why: [refusal.why] })
    return next && { ...next, head: changeLog.head() }
  }
  await sendOwedNotice(await updateIncident(stored, asked, ports.incidents), ports)
}

const RELEASE = {
  kind: 'not-released',
  event: 'release.unordered',
  why: 'its state says that it is being released, and no order of a person stands for that (0.1.0 wrote none): nothing was restored; decide again, and find out who wrote it',
} as const

const ROTATION = {
  kind: 'not-rotated',
  event: 'rotate.unordered',
  why: 'its state says that its keys are being rotated, and no order of a person stands for that (0.1.0 wrote none): nothing more was let through or made anew; decide again, and find out who wrote it',
} as const
