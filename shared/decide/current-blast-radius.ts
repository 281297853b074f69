import type { Baseline } from '../domain/baseline.ts'
import type { BlastRadius } from '../domain/blast-radius.ts'
import type { Incident } from '../domain/incident.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import { radiusOf } from '../domain/stored-reach.ts'
import type { RespondPorts } from '../ports/respond.ts'
import { observedBlastRadius, raisedBySeen } from './reach/blast-radius.ts'
import type { UnitOfWork } from './unit-of-work.ts'

interface Looking {
  readonly baseline: Baseline
  readonly signal: Signal
  readonly unitOfWork: Pick<UnitOfWork, 'reachOf' | 'grantedAt'>
  readonly ports: Pick<RespondPorts, 'iam' | 'blastRadiusOf' | 'clock'>
}

/**
 * The blast radius by the identity's policies when they are known, else by its observed calls. A score never falls within one incident; where a later inventory found more,
 * it rises.
 */
export async function currentBlastRadius(
  incident: Incident | undefined,
  identity: Identity,
  { baseline, signal, ...looking }: Looking,
): Promise<BlastRadius> {
  const before = incident?.blastRadius
  const latest = signal.kind === 'api-call' && signal.outcome === 'success' ? signal.action : undefined
  const known = (await byPolicies(before, identity, looking)) ?? (before?.basis === 'policies' ? before : undefined)
  const now = known === undefined ? observedBlastRadius(baseline, latest) : raisedBySeen(known, baseline, latest)
  return before !== undefined && before.basis !== 'unknown' && before.score >= now.score ? before : now
}

async function byPolicies(
  before: BlastRadius | undefined,
  identity: Identity,
  { unitOfWork, ports }: Pick<Looking, 'unitOfWork' | 'ports'>,
): Promise<BlastRadius | undefined> {
  const stored = await unitOfWork.reachOf(identity)
  if (stored !== undefined) return radiusOf(stored, ports.clock.now(), unitOfWork.grantedAt(identity))
  // Where policies are evaluated on the spot, that is done once for an incident.
  if (ports.blastRadiusOf === undefined || before?.basis === 'policies' || before?.basis === 'observed') return undefined
  const policies = await ports.iam.policiesOf(identity)
  return policies && ports.blastRadiusOf(policies)
}
