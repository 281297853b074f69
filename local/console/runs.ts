import type { IncidentSignal } from '../../shared/domain/incident.ts'
import { fromText } from '../../shared/domain/report-lines.ts'

/** Calls that are alike and follow each other, or one call or report. */
export interface Run {
  readonly first: IncidentSignal
  readonly last: IncidentSignal
  readonly count: number
  /** The highest risk of them. */
  readonly risk: number
  /** What they were about, each once. */
  readonly objects: readonly string[]
}

/** A timeline in runs: what follows each other and differs in its time, its risk and what it is about alone. A report stands alone, and what is kept for many others. */
export function runsOf(signals: readonly IncidentSignal[]): readonly Run[] {
  const runs: Run[] = []
  for (const signal of signals) {
    const before = runs.at(-1)
    if (before !== undefined && isAlike(before.first, signal))
      runs[runs.length - 1] = {
        ...before,
        last: signal,
        count: before.count + 1,
        risk: Math.max(before.risk, signal.risk),
        objects: [...new Set([...before.objects, ...(signal.objects ?? [])])],
      }
    else runs.push({ first: signal, last: signal, count: 1, risk: signal.risk, objects: signal.objects ?? [] })
  }
  return runs
}

function isAlike(one: IncidentSignal, other: IncidentSignal): boolean {
  return (
    [one, other].every(({ reportedBy, representedCalls }) => reportedBy === undefined && representedCalls === undefined) &&
    kindOf(one) === kindOf(other)
  )
}

function kindOf(signal: IncidentSignal): string {
  const { identityId, credentialId, action, outcome, errorCode, address, agentFamily, region, detectors } = signal
  return JSON.stringify([identityId, credentialId, action, outcome, errorCode, address, fromText(signal), agentFamily, region, detectors])
}
