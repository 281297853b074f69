import { alarmContainedUse } from './contain/alarm-contained-use.ts'
import { attachContainment } from './contain/attach-containment.ts'
import { noteRenames } from './contain/note-renames.ts'
import { reverifyReversed } from './contain/reversal.ts'
import { evaluate, fastPath } from './decide/evaluate.ts'
import type { Evaluation, EvaluationContext } from './decide/evaluation.ts'
import { attachParentIncident, mayHaveParent, withParentIncident } from './decide/parent-incident.ts'
import { openUnitOfWork } from './decide/unit-of-work.ts'
import { foldInto } from './detect/fold.ts'
import type { IdentityState } from './domain/identity-state.ts'
import type { Policy } from './domain/policy.ts'
import type { Signal } from './domain/signal.ts'
import type { RespondPorts } from './ports/respond.ts'
import { cachedPolicy } from './record/policy-in-force.ts'
import { latestOf, REPLAYED, type Trust } from './sense/believe.ts'
import { enricher } from './sense/enrich/enrich.ts'
import { NOT_DEPLOYED, type OwnResources } from './sense/enrich/tampering.ts'
import { rolePaths } from './sense/role-paths.ts'
import { type SensedBatch, type SensePorts, sense } from './sense/sense.ts'

export type { Evaluation } from './decide/evaluation.ts'

/** The outcome of a batch. `failed`: reasons by the position of the input; those inputs must be delivered again, all others are done. */
export interface BatchResult {
  readonly outcomes: readonly Evaluation[]
  readonly failed: ReadonlyMap<number, string>
  readonly signals: readonly Signal[]
  readonly ignored: number
}

/** How often a batch is processed when another responder writes the same identities meanwhile. */
const ATTEMPTS = 3

const CONFLICT = 'another responder wrote the state of its identity meanwhile; deliver the event again'

/**
 * The pipeline: signal → believe → normalise → enrich → detect → assess → correlate → decide → record → contain → notify.
 *
 * Accepts batches of raw inputs, in any order and any number of times. Every effect happens before the state is written and only once, so an
 * interrupted batch can be delivered again and ends with the same result. `trust` says who vouches for the inputs; a stack always says it. `read` is
 * for a host that has read its inputs before.
 */
export function pipeline(
  ports: RespondPorts,
  own: OwnResources = NOT_DEPLOYED,
  trust: Trust = REPLAYED,
  read?: SensePorts['read'],
): (inputs: readonly unknown[]) => Promise<BatchResult> {
  const readPolicy = cachedPolicy(ports.record, ports.clock)
  const enrich = enricher({ geoIp: ports.geoIp, own })
  const paths = rolePaths()

  const processBatch = async (inputs: readonly unknown[]): Promise<ProcessedBatch> => {
    const reading = readPolicy()
    const { iam, clock, log } = ports
    const sensing = sense(inputs, { iam, paths, enrichment: reading.then(enrich), own, trust, read, clock, log })
    const [sensed, policy] = await Promise.all([sensing, reading])
    return processSensed(sensed, { policy, latest: latestOf(trust, clock.now()) }, ports)
  }

  return async (inputs) => retryConflicts(inputs, await processBatch(inputs), processBatch)
}

/** A batch after one attempt. `conflicts`: positions of the inputs whose state another responder wrote meanwhile. */
interface ProcessedBatch extends BatchResult {
  readonly conflicts: ReadonlySet<number>
}

async function processSensed(
  sensed: SensedBatch,
  { policy, latest }: { policy: Policy; latest: number },
  ports: RespondPorts,
): Promise<ProcessedBatch> {
  const reported = sensed.signals.map(({ signal }) => signal)
  const invoked = new Set<string>()
  for (const signal of reported) if (signal.kind === 'credential-exposure') await fastPath(signal, { policy, ports, invoked })

  const unitOfWork = await openUnitOfWork(reported, ports)
  const issued = await attachParentIncident(reported, unitOfWork, ports)
  const { signals, failed } = await attachContainment(issued, unitOfWork, ports)
  const { outcomes, failures } = await evaluateAll(signals, { unitOfWork, policy, ports, invoked }, latest)
  const add = (more: ReadonlyMap<string, string>) => {
    for (const [id, reason] of more) failures.set(id, reason)
  }
  add(failed)
  add(await noteRenames(signals, ports))
  add(await reverifyReversed(signals, invoked, ports))
  add(await alarmContainedUse(signals, invoked, ports))
  for (const id of await unitOfWork.save(new Set(failures.keys()))) failures.set(id, CONFLICT)
  return { outcomes, ...failedInputs(sensed, failures), signals, ignored: sensed.ignored }
}

/** Folds and evaluates signals in order. `failures`: reasons by identity id; the later signals of a failed identity are skipped. */
async function evaluateAll(
  signals: readonly Signal[],
  context: EvaluationContext,
  latest: number,
): Promise<{ outcomes: Evaluation[]; failures: Map<string, string> }> {
  const { unitOfWork, ports } = context
  const outcomes: Evaluation[] = []
  const failures = new Map<string, string>()
  for (const one of signals) {
    const { id } = one.identity
    if (failures.has(id)) continue
    try {
      const { draft, isNew } = unitOfWork.stateOf(one)
      const signal = mayHaveParent(one, unitOfWork) ? await withParentIncident(one, draft, unitOfWork) : one
      if (isNew && isFirstOfKey(signal, draft)) await ports.bootstrapQueue.bootstrap(signal.credential.id)
      const folded = foldInto(draft, signal, latest, unitOfWork.groupOf(signal.identity))
      // What is under suspicion teaches nobody.
      if (folded?.evidence.length === 0 && signal.isAuthenticated && signal.kind === 'api-call') unitOfWork.teachGroup(signal)
      const isToEvaluate = folded !== undefined && (folded.evidence.length > 0 || signal.refusedBy !== undefined)
      if (isToEvaluate) outcomes.push(await evaluate(folded, context))
    } catch (cause) {
      // An identity that cannot be evaluated now must not block the others: its inputs are delivered again.
      failures.set(id, cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown error')
      ports.log.warn('respond.identity.failed', { identity: id, error: failures.get(id) })
    }
  }
  return { outcomes, failures }
}

/** Translates failures by identity id into failures by position of the input, and adds the inputs that could not be read. */
function failedInputs({ signals, unreadable }: SensedBatch, failures: ReadonlyMap<string, string>) {
  const failed = new Map(unreadable.map(({ input, reason }) => [input, reason]))
  const conflicts = new Set<number>()
  for (const { signal, input } of signals) {
    const reason = failures.get(signal.identity.id)
    if (reason !== undefined) failed.set(input, reason)
    if (reason === CONFLICT) conflicts.add(input)
  }
  return { failed, conflicts }
}

/**
 * Processes the inputs with a write conflict again, at most `ATTEMPTS` times in all. Many events on one identity put several batches to work on it
 * at once, and a redelivery by the queue would take minutes.
 */
async function retryConflicts(
  inputs: readonly unknown[],
  { conflicts, ...first }: ProcessedBatch,
  processBatch: (inputs: readonly unknown[]) => Promise<ProcessedBatch>,
): Promise<BatchResult> {
  let remaining = [...conflicts]
  const outcomes = [...first.outcomes]
  const failed = new Map(first.failed)
  for (let attempt = 1; attempt < ATTEMPTS && remaining.length > 0; attempt++) {
    const positions = remaining
    const retried = await processBatch(positions.map((input) => inputs[input]))
    outcomes.push(...retried.outcomes)
    for (const input of positions) failed.delete(input)
    for (const [at, reason] of retried.failed) failed.set(positions[at] as number, reason)
    remaining = [...retried.conflicts].map((at) => positions[at] as number)
  }
  return { ...first, outcomes, failed }
}

function isFirstOfKey({ credential }: Signal, { windows }: IdentityState): boolean {
  return credential.kind === 'access-key' && !windows.has(credential.id)
}
