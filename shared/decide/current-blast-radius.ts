import type { Baseline } from '../domain/baseline.ts'
import type { BlastRadius } from '../domain/blast-radius.ts'
import type { Incident } from '../domain/incident.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import type { RespondPorts } from '../ports/respond.ts'
import { blastRadiusOf, observedBlastRadius } from './reach/blast-radius.ts'

/** The blast radius by the identity's policies when they are known, else by its observed calls. An observed score never falls within one incident. */
export async function currentBlastRadius(
  incident: Incident | undefined,
  identity: Identity,
  { baseline, signal, ports }: { baseline: Baseline; signal: Signal; ports: RespondPorts },
): Promise<BlastRadius> {
  const before = incident?.blastRadius
  if (before?.basis === 'policies') return before
  const policies = before?.basis === 'observed' ? undefined : await ports.iam.policiesOf(identity)
  const known = policies && blastRadiusOf(policies)
  if (known !== undefined) return known
  const observed = observedBlastRadius(baseline, signal.kind === 'api-call' && signal.outcome === 'success' ? signal.action : undefined)
  return before?.basis === 'observed' && before.score >= observed.score ? before : observed
}
