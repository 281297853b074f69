import { heldBackBy, isHeldBack, withoutHeldBack } from '../domain/held-back.ts'
import type { Incident } from '../domain/incident.ts'
import { moved } from '../domain/incident-machine.ts'
import { isReleaseOrdered } from '../domain/progress.ts'
import { RefusedInAccount } from '../errors.ts'
import type { ContainPorts } from '../ports/contain.ts'
import type { Versioned } from '../ports/stores.ts'
import { updateIncident } from '../record/update-incident.ts'
import type { ChangeLog } from './change-log.ts'
import type { RunOutcome } from './finish-run.ts'
import { iamOf } from './in-account.ts'
import { planContext, planOf } from './plan.ts'
import { restrictionStepsOf } from './restriction-plan.ts'
import type { Step } from './steps/step.ts'
import { keyOf } from './subjects.ts'

/** So many steps are named for a person; the incident names the rest. */
const STEPS_TOLD = 6

/** A run of an incident whose account refuses the responder: a person is asked, and told what to do there by hand. */
export function heldBack(cause: RefusedInAccount, incident: Incident, ports: ContainPorts): RunOutcome {
  const steps = stepsOf(incident, ports)
  const titles = steps.slice(0, STEPS_TOLD).map(({ title }) => title)
  const more = steps.length > STEPS_TOLD ? `, and ${steps.length - STEPS_TOLD} more` : ''
  const byHand = steps.length === 0 ? [] : [`by hand, in account ${incident.identity.account}: ${titles.join('; ')}${more}`]
  return { kind: 'asking', why: [heldBackBy(cause.message), ...byHand] }
}

/**
 * Moves an incident that was held back on its way again, where its account does not refuse the responder any more; otherwise answers it as it is. What people
 * ordered stays. Every bound is asked for again by the run that follows.
 */
export async function resumed(stored: Versioned<Incident>, changeLog: ChangeLog, ports: ContainPorts): Promise<Versioned<Incident>> {
  const { value: incident } = stored
  if (!isHeldBack(incident) || isReleaseOrdered(changeLog.changes)) return stored
  const next = moved(withoutHeldBack(incident), { kind: 'grew' })
  if (next === undefined || next.state === incident.state || !(await isReached(incident, ports))) return stored
  const why = `account ${incident.identity.account} does not refuse the responder any more`
  const entry = { kind: 'state', target: `incident:${incident.id}`, from: incident.state, to: next.state, why } as const
  if ((await changeLog.write(entry, () => !isReleaseOrdered(changeLog.changes))) === 'superseded') return stored
  const again = (one: Incident): Incident | undefined => {
    const after = isHeldBack(one) ? moved(withoutHeldBack(one), { kind: 'grew' }) : undefined
    return after && { ...after, head: changeLog.head() }
  }
  return updateIncident(stored, again, ports.incidents)
}

/** True where each account in which the incident has a step answers a read of its user or role. */
async function isReached(incident: Incident, ports: ContainPorts): Promise<boolean> {
  const bySubject = new Map(stepsOf(incident, ports).map((step) => [keyOf(step.subject), step]))
  try {
    for (const step of bySubject.values()) await step.read(iamOf(step.subject, ports))
    await ports.iam.describe(incident.identity)
    return true
  } catch (cause) {
    if (cause instanceof RefusedInAccount) return false
    throw cause
  }
}

function stepsOf(incident: Incident, ports: ContainPorts): readonly Step[] {
  return incident.decision.would === 'restrict' ? restrictionStepsOf(incident) : planOf(incident, planContext(ports))
}
