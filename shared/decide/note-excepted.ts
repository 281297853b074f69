import type { Folded } from '../detect/fold.ts'
import { withExcepted } from '../domain/excepted.ts'
import { type Incident, isClosed } from '../domain/incident.ts'
import { incidentSignal } from '../domain/incident-signal.ts'
import { updateIncident } from '../record/update-incident.ts'
import { candidateIncident } from './candidate-incident.ts'
import type { EvaluationContext } from './evaluation.ts'

/** Adds what a signal was excepted of to the open incident that it would belong to: people see it there, and it counts nothing. */
export async function noteExcepted(folded: Folded, { unitOfWork, ports }: EvaluationContext): Promise<void> {
  const { excepted } = folded
  if (excepted === undefined) return
  const known = await candidateIncident(folded, unitOfWork)
  if (known === undefined || isClosed(known.value)) return
  const change = (incident: Incident) => {
    const before = incident.excepted ?? []
    const next = withExcepted(before, excepted)
    return isClosed(incident) || next === before ? undefined : { ...incident, excepted: next }
  }
  const stored = await updateIncident(known, change, ports.incidents)
  unitOfWork.keepIncident(stored)
  const { baseline } = unitOfWork.stateOf(folded.signal).draft
  await ports.incidents.addSignal(stored.value.id, incidentSignal(folded.signal, [], { risk: stored.value.assessment.baseRisk, baseline }))
}
