/**
 * The subject of the chain with the steps that contain itself planned for an incident. Only contain may write it, so it says which steps of the incident's
 * own chain, which respond may write too, were ever applied.
 */
export function ownStepsSubject(incidentId: string): string {
  return `STEPS#${incidentId}`
}
