import { withReasons } from '../domain/decision.ts'
import type { Incident } from '../domain/incident.ts'
import { withNotice } from '../domain/incident-machine.ts'
import type { Signal } from '../domain/signal.ts'
import { errorName } from '../errors.ts'
import type { RespondPorts } from '../ports/respond.ts'
import { sendOwedNotice } from '../record/notice.ts'
import { updateIncident } from '../record/update-incident.ts'

type Ports = Pick<RespondPorts, 'incidents' | 'record' | 'notifier' | 'containInvoker'>

/**
 * Tells people that a credential works which was contained and read back, with the highest priority, and has the containment verified: once for each
 * incident in a batch, however many calls there are. Answers the identities whose events have to be delivered again, with the reason.
 */
export async function alarmContainedUse(signals: readonly Signal[], called: Set<string>, ports: Ports): Promise<Map<string, string>> {
  const failed = new Map<string, string>()
  for (const [incidentId, used] of Map.groupBy(signals, ({ containedBy }) => containedBy)) {
    if (incidentId === undefined) continue
    await alarm(incidentId, used, { called, ports }).catch((cause: unknown) => {
      for (const { identity } of used)
        failed.set(identity.id, `the use of a contained credential could not be looked into: ${errorName(cause)}`)
    })
  }
  return failed
}

async function alarm(incidentId: string, used: readonly Signal[], { called, ports }: { called: Set<string>; ports: Ports }): Promise<void> {
  const { incidents, containInvoker } = ports
  const stored = await incidents.get(incidentId)
  if (stored === undefined) return
  const lines = [...new Set(used.map(({ credential }) => `${credential.id} still works after its containment was read back`))]
  const alarmed = (incident: Incident): Incident | undefined => {
    const isSaid = incident.priority === 100 && lines.every((line) => incident.decision.why.includes(line))
    if (isSaid || incident.state === 'releasing' || incident.state === 'released') return undefined
    return withNotice({ ...incident, priority: 100, decision: withReasons(incident.decision, lines) }, 'in-use')
  }
  const told = await updateIncident(stored, alarmed, incidents)
  if (told !== stored) await sendOwedNotice(told, ports)
  const key = `${incidentId}@verify`
  if (called.has(key)) return
  await containInvoker.contain(incidentId)
  called.add(key)
}
