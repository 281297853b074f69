import type { Incident } from '../domain/incident.ts'
import { goneSteps } from '../domain/progress.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Versioned } from '../ports/stores.ts'
import type { PolicyInForce } from '../record/policy-in-force.ts'
import { applyStep } from './apply-step.ts'
import type { ChangeLog } from './change-log.ts'
import { permissionFor } from './permission.ts'
import { planContext, planOf } from './plan.ts'
import { readStep } from './read-step.ts'
import { reservePlace } from './reserve-place.ts'

/**
 * Applies what the lineage still lacks, on an incident that was contained: steps that no run has planned, because somebody could not be
 * looked at then, and steps whose user or role was gone and is there again. Who may not be touched is not. The incident may say only that it was contained:
 * what is added needs what a containment needs, the mode of the incident's own identity first, and takes a place of the breaker.
 */
export async function applyMissing(
  { value: incident }: Versioned<Incident>,
  changeLog: ChangeLog,
  inForce: PolicyInForce & { readonly users: number },
  ports: ContainPorts,
): Promise<void> {
  const planned = new Set(changeLog.changes.map(({ target }) => target))
  const gone = goneSteps(changeLog.changes)
  const all = planOf(incident, planContext(ports))
  const missing = all.filter(({ target }) => !planned.has(target) || gone.has(target))
  if (missing.length === 0) return
  const [permission, steps] = await Promise.all([
    permissionFor(incident, missing, 'containment', { policy: inForce.policy, ports }),
    Promise.all(missing.map((step) => readStep(step, ports))),
  ])
  const allowed = steps.flatMap(({ step, reading }) => {
    const isBack = !gone.has(step.target) || permission.isThere(step)
    return reading.kind === 'read' && isBack && permission.refusalOf(step) === undefined ? [{ step, value: reading.value }] : []
  })
  if (allowed.length === 0 || (await reservePlace(incident, inForce, ports)) !== undefined) return
  for (const { step, value } of allowed) await applyStep(step, value, changeLog, ports)
}
