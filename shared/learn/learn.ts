import { requireReason } from '../domain/reason.ts'
import { ResponderError, type UnreadableItem } from '../errors.ts'
import type { Clock, Log } from '../ports/runtime.ts'
import type { ChangeRecord, IncidentStore, OnUnreadable } from '../ports/stores.ts'
import { applyPolicy, type PolicyInForce, readPolicy } from '../record/policy-in-force.ts'
import { type Answers, answersIn } from './answered.ts'
import { type Proposal, proposalsOf } from './proposals.ts'

/** What learning from verdicts needs. */
export interface LearnPorts {
  readonly incidents: Pick<IncidentStore, 'listAll'>
  readonly record: ChangeRecord
  readonly clock: Clock
}

/**
 * Reads the policy in force and every verdict of a person, and derives proposals from them. Reads all incidents.
 *
 * `onUnreadable` is called for each incident that cannot be read; without it the first one throws.
 */
export async function readProposals(
  ports: LearnPorts,
  onUnreadable?: OnUnreadable,
): Promise<PolicyInForce & Answers & { proposals: Proposal[] }> {
  const inForce = await readPolicy(ports.record)
  const incidents = []
  for await (const incident of ports.incidents.listAll(onUnreadable)) incidents.push(incident)
  const answered = answersIn(incidents)
  return { ...inForce, ...answered, proposals: proposalsOf(answered.answers, inForce.policy) }
}

/**
 * Puts the first tightening proposal in force when the policy allows `autoTighten`. Returns it, or undefined.
 *
 * It runs every night and applies one proposal per run, as a revision of the policy with its reason. A loosening proposal needs a person.
 */
export async function tighten(ports: LearnPorts & { readonly log: Log }): Promise<Proposal | undefined> {
  const onUnreadable = ({ key, issue }: UnreadableItem) => ports.log.warn('learn.incident.unreadable', { key, issue })
  const { policy, number, proposals } = await readProposals(ports, onUnreadable)
  const [first] = proposals.filter(({ direction }) => direction === 'tighten')
  ports.log.info('learn.done', { proposals: proposals.length, autoTighten: policy.learning.autoTighten })
  if (first === undefined || !policy.learning.autoTighten) return undefined
  await applyProposal(first, { by: 'countersign:learn', reason: 'tightened by verdicts', number }, ports)
  return first
}

/** Puts a proposal in force for a person. Throws `usage` without a reason or for an unknown proposal. */
export async function accept(
  proposalId: string,
  { by, reason, onUnreadable }: { by: string; reason: string; onUnreadable?: OnUnreadable },
  ports: LearnPorts,
): Promise<Proposal> {
  requireReason({ reason })
  const { number, proposals } = await readProposals(ports, onUnreadable)
  const proposal = proposals.find(({ id }) => id === proposalId)
  if (proposal === undefined) {
    const choice = proposals.length === 0 ? 'there are no proposals now' : `the proposals are ${proposals.map(({ id }) => id).join(', ')}`
    throw new ResponderError('usage', `there is no proposal ${proposalId}; ${choice}`)
  }
  await applyProposal(proposal, { by, reason, number }, ports)
  return proposal
}

async function applyProposal(
  { policy, what, from, to, why }: Proposal,
  { by, reason, number }: { by: string; reason: string; number: number },
  { record, clock }: LearnPorts,
): Promise<void> {
  const at = new Date(clock.now()).toISOString()
  await applyPolicy(record, { policy, by, why: `${reason}: ${what} from ${from} to ${to} (${why})`, at, expected: number })
}
