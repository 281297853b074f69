import type { Finding } from './finding.ts'
import type { IncidentSignal } from './incident.ts'
import { reportedBy } from './reported-by.ts'
import type { Signal } from './signal.ts'

/** What an incident's timeline keeps of a signal. `risk` is that of the findings alone. */
export function incidentSignal(signal: Signal, findings: readonly Finding[], risk: number): IncidentSignal {
  const party = reportedBy(signal)
  return {
    id: signal.id,
    time: signal.time,
    identityId: signal.identity.id,
    credentialId: signal.credential.id,
    action: signal.action,
    outcome: signal.outcome,
    errorCode: signal.errorCode,
    address: signal.origin.address,
    country: signal.origin.country,
    agentFamily: signal.origin.agentFamily,
    region: signal.region,
    detectors: findings.map(({ detector }) => detector),
    risk,
    ...(party === undefined ? {} : { reportedBy: party }),
  }
}
