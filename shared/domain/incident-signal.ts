import { type Baseline, isNew, KNOWN_CALLS } from './baseline.ts'
import type { Finding } from './finding.ts'
import type { IncidentSignal } from './incident.ts'
import { objectsOf } from './object-habit.ts'
import { reportedBy } from './reported-by.ts'
import type { Origin, Signal } from './signal.ts'

/** The most objects of a call that a timeline names, and the most characters of a name. */
const OBJECTS = 3
const TEXT_LIMIT = 100

/** What is known beside a signal. `risk` is that of the findings alone; `baseline` is that of the identity that called. */
export interface SignalAbout {
  readonly risk: number
  readonly baseline?: Baseline | undefined
}

/** What an incident's timeline keeps of a signal. */
export function incidentSignal(signal: Signal, findings: readonly Finding[], { risk, baseline }: SignalAbout): IncidentSignal {
  const party = reportedBy(signal)
  const { organisation, networkKind } = signal.origin
  const isUsualPlace = baseline === undefined || party !== undefined ? undefined : isUsual(baseline, signal.origin)
  const objects = objectsOf(signal)
    .slice(0, OBJECTS)
    .map(({ name }) => name.slice(0, TEXT_LIMIT))
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
    ...(organisation === undefined ? {} : { network: organisation.slice(0, TEXT_LIMIT) }),
    ...(networkKind === undefined ? {} : { networkKind }),
    ...(isUsualPlace === undefined ? {} : { isUsualPlace }),
    ...(objects.length === 0 ? {} : { objects }),
    ...(party === undefined ? {} : { reportedBy: party }),
  }
}

/** Whether an identity is known to call from a place; undefined where it has no usual places yet, or the place of the call is not known. */
function isUsual(baseline: Baseline, { country, network }: Origin): boolean | undefined {
  if (baseline.calls <= KNOWN_CALLS || country === undefined) return undefined
  return !isNew(baseline, 'country', country) && !isNew(baseline, 'network', network)
}
