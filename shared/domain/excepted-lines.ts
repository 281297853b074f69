import { type ExceptedFinding, exceptionText } from './excepted.ts'
import type { Incident } from './incident.ts'

/** What of an incident the policy does not count, one line each: the title, the detector, what was seen, and why it does not count. Reasons may be texts of others. */
export function exceptedLines({ excepted = [] }: Pick<Incident, 'excepted'>): string[] {
  return excepted.map(lineOf)
}

function lineOf({ title, detector, reason, exception }: ExceptedFinding): string {
  return `${title} (${detector}): ${reason}; no points, ${exceptionText(exception)}`
}
