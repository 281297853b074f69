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
  readonly unitOfWork: Pick<UnitOfWork, 'reachOf'>
  readonly ports: Pick<RespondPorts, 'iam' | 'blastRadiusOf'>
}

/** The blast radius by the identity's policies when they are known, else by its observed calls. A score never falls within one incident. */
export async function currentBlastRadius(
  incident: Incident | undefined,
  identity: Identity,
  { baseline, signal, ...looking }: Looking,
): Promise<BlastRadius> {
  const before = incident?.blastRadius
  const latest = signal.kind === 'api-call' && signal.outcome === 'success' ? signal.action : undefined
  const known = before?.basis === 'policies' ? before : before?.basis === 'observed' ? undefined : await byPolicies(identity, looking)
  if (known !== undefined) return raisedBySeen(known, baseline, latest)
  const observed = observedBlastRadius(baseline, latest)
  return before?.basis === 'observed' && before.score >= observed.score ? before : observed
}

async function byPolicies(
  identity: Identity,
  { unitOfWork, ports }: Pick<Looking, 'unitOfWork' | 'ports'>,
): Promise<BlastRadius | undefined> {
  const stored = await unitOfWork.reachOf(identity)
  if (stored !== undefined) return radiusOf(stored)
  if (ports.blastRadiusOf === undefined) return undefined
  const policies = await ports.iam.policiesOf(identity)
  return policies && ports.blastRadiusOf(policies)
}
