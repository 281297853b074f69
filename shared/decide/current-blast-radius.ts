import type { Baseline } from '../domain/baseline.ts'
import { type BlastRadius, blastRadiusOf, observedBlastRadius } from '../domain/blast-radius.ts'
import type { Incident } from '../domain/incident.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import type { RespondPorts } from '../ports/respond.ts'

/** The blast radius by the identity's policies when they are known, else by its observed calls. An observed score never falls within one incident. */
export async function currentBlastRadius(
  incident: Incident | undefined,
  identity: Identity,
  { baseline, signal, ports }: { baseline: Baseline; signal: Signal; ports: RespondPorts },
): Promise<BlastRadius> {
  const before = incident?.blastRadius
  if (before?.basis === 'policies') return before
  const grants = before?.basis === 'observed' ? undefined : await ports.iam.grantsOf(identity)
  if (grants !== undefined) return blastRadiusOf(grants)
  const observed = observedBlastRadius(baseline, signal.kind === 'api-call' && signal.outcome === 'success' ? signal.action : undefined)
  return before?.basis === 'observed' && before.score >= observed.score ? before : observed
}
