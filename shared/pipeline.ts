import { alarmContainedUse } from './contain/alarm-contained-use.ts'
import { attachContainment } from './contain/attach-containment.ts'
import { noteRenames } from './contain/note-renames.ts'
import { reverifyReversed } from './contain/reversal.ts'
import { evaluate } from './decide/evaluate.ts'
import type { Evaluation, EvaluationContext } from './decide/evaluation.ts'
import { withExceptions } from './decide/exceptions-for.ts'
import { fastPath } from './decide/fast-path.ts'
import { attachParentIncident, mayHaveParent, withParentIncident } from './decide/parent-incident.ts'
import { openUnitOfWork } from './decide/unit-of-work.ts'
import { foldInto } from './detect/fold.ts'
import { backoffMs } from './domain/backoff.ts'
import { isHearsay } from './domain/ceilings.ts'
import { CREDENTIAL_ID } from './domain/exposure-report.ts'
import type { IdentityState } from './domain/identity-state.ts'
import { keptReport } from './domain/kept-reports.ts'
import type { Policy } from './domain/policy.ts'
import type { Signal } from './domain/signal.ts'
import { workloadOf } from './domain/workload-sessions.ts'
import type { RespondPorts } from './ports/respond.ts'
import type { IncidentStore } from './ports/stores.ts'
import { isConflict } from './record/conflict.ts'
import { cachedPolicy } from './record/policy-in-force.ts'
import { latestOf, REPLAYED, type Trust } from './sense/believe.ts'
import { enricher } from './sense/enrich/enrich.ts'
import { NOT_DEPLOYED, type OwnResources } from './sense/enrich/tampering.ts'
import { rolePaths } from './sense/role-paths.ts'
import { type SensedBatch, type SensePorts, sense } from './sense/sense.ts'
import { sessionCalls } from './sense/session-calls.ts'

export type { Evaluation } from './decide/evaluation.ts'

/**
 * The outcome of a batch. `failed`: reasons by the position of the input; those inputs must be delivered again, all others are done. `contended`: those of
 * them that failed because others write the same identity, and for no fault of their own.
 */
export interface BatchResult {
  readonly outcomes: readonly Evaluation[]
  readonly failed: ReadonlyMap<number, string>
  readonly contended: ReadonlySet<number>
  readonly signals: readonly Signal[]
  readonly ignored: number
}

/** How often a batch is processed when others write the same identities meanwhile: with a pause in between, and where none is needed. */
const ATTEMPTS = { paused: 12, immediate: 3 } as const

const CONFLICT = 'another responder wrote the state of its identity meanwhile; deliver the event again'

/**
 * The pipeline: signal → believe → normalise → enrich → detect → assess → correlate → decide → record → contain → notify.
 *
 * Accepts batches of raw inputs, in any order and any number of times. Every effect happens before the state is written and only once, so an
 * interrupted batch can be delivered again and ends with the same result. `trust` says who vouches for the inputs; a stack always says it. `read` is
 * for a host that has read its inputs before. `remainingMs`: for how long a lost write may still be tried again.
 */
export function pipeline(
  ports: RespondPorts,
  own: OwnResources = NOT_DEPLOYED,
  trust: Trust = REPLAYED,
  read?: SensePorts['read'],
): (inputs: readonly unknown[], remainingMs?: () => number) => Promise<BatchResult> {
  const readPolicy = cachedPolicy(ports.record, ports.clock)
  const enrich = enricher({ geoIp: ports.geoIp, own })
  const paths = rolePaths()

  const { iam, history, profiles, account, rules, clock, log } = ports
  // In a replay nobody can be asked, and what was not asked is not told as an answer.
  const sessions = ports.isReplay === true ? undefined : sessionCalls(history, clock)
  const processBatch = async (inputs: readonly unknown[], incidents: IncidentStore): Promise<BatchResult> => {
    const reading = readPolicy()
    const sensing = sense(inputs, {
      iam,
      sessions,
      profiles,
      workloads: ports.identities,
      gather: { unclaimed: ports.identities, account, clock },
      paths,
      enrichment: reading.then(enrich),
      own,
      trust,
      read,
      rules,
      clock,
      log,
    })
    const [sensed, policy] = await Promise.all([sensing, reading])
    return processSensed(sensed, { policy, latest: latestOf(trust, clock.now()) }, { ...ports, incidents })
  }

  return (inputs, remainingMs) => {
    const incidents = addingOnce(ports.incidents)
    return retryConflicts(inputs, (some) => processBatch(some, incidents), { ...ports, remainingMs })
  }
}

async function processSensed(
  sensed: SensedBatch,
  { policy, latest }: { policy: Policy; latest: number },
  ports: RespondPorts,
): Promise<BatchResult> {
  const reported = sensed.signals.map(({ signal }) => signal)
  const invoked = new Set<string>()
  const urgent = ports.isReplay === true ? [] : reported.filter(({ kind }) => kind === 'credential-exposure')
  for (const signal of urgent) await fastPath(signal, { policy, ports, invoked })

  const unitOfWork = await openUnitOfWork(reported, ports)
  const issued = await attachParentIncident(reported, unitOfWork, ports)
  const { signals, failed } = await attachContainment(issued, unitOfWork, ports)
  const { outcomes, failures, contended } = await evaluateAll(signals, { unitOfWork, policy, ports, invoked }, latest)
  const add = (more: ReadonlyMap<string, string>) => {
    for (const [id, reason] of more) {
      failures.set(id, reason)
      contended.delete(id)
    }
  }
  add(failed)
  add(await noteRenames(signals, ports))
  add(await reverifyReversed(signals, invoked, ports))
  add(await alarmContainedUse(signals, invoked, ports))
  for (const id of await unitOfWork.save(new Set(failures.keys()))) {
    failures.set(id, CONFLICT)
    contended.add(id)
  }
  return { outcomes, ...failedInputs(sensed, failures, contended), signals, ignored: sensed.ignored }
}

/**
 * Folds and evaluates signals in order. `failures`: reasons by identity id; the later signals of a failed identity are skipped. `contended`: those of them
 * where others were first in every update of an incident or of the record.
 */
async function evaluateAll(
  signals: readonly Signal[],
  context: EvaluationContext,
  latest: number,
): Promise<{ outcomes: Evaluation[]; failures: Map<string, string>; contended: Set<string> }> {
  const { unitOfWork, ports } = context
  const outcomes: Evaluation[] = []
  const failures = new Map<string, string>()
  const contended = new Set<string>()
  for (const one of signals) {
    const { id } = one.identity
    if (failures.has(id)) continue
    try {
      const { draft, isNew } = unitOfWork.stateOf(one)
      const own = mayHaveParent(one, unitOfWork) ? await withParentIncident(one, draft, unitOfWork) : one
      const signal = await withExceptions(own, context)
      if (isNew && isFirstOfKey(signal, draft)) await ports.bootstrapQueue.bootstrap(signal.credential.id, signal.identity.id)
      const workload = draft.windows.has(signal.credential.id) ? undefined : workloadOf(signal)
      if (workload !== undefined) await ports.identities.addWorkload(workload, signal.identity, signal.time)
      const report = keptReport(signal)
      if (report !== undefined && CREDENTIAL_ID.test(report.credentialId)) await unitOfWork.noteExposure(report, ports.clock.now())
      const folded = foldInto(draft, signal, latest, unitOfWork.groupOf(signal.identity))
      // What is under suspicion teaches nobody.
      if (
        folded?.evidence.every(isHearsay) === true &&
        folded.excepted === undefined &&
        signal.isAuthenticated &&
        signal.kind === 'api-call'
      )
        unitOfWork.teachGroup(signal)
      const isToEvaluate =
        folded !== undefined && (folded.evidence.length > 0 || folded.excepted !== undefined || signal.refusedBy !== undefined)
      if (isToEvaluate) outcomes.push(await evaluate(folded, context))
    } catch (cause) {
      // An identity that cannot be evaluated now must not block the others: its inputs are delivered again.
      failures.set(id, cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown error')
      if (isConflict(cause)) contended.add(id)
      ports.log.warn('respond.identity.failed', { identity: id, error: failures.get(id) })
    }
  }
  return { outcomes, failures, contended }
}

/** Translates failures by identity id into failures by position of the input, and adds the inputs that could not be read. */
function failedInputs({ signals, unreadable }: SensedBatch, failures: ReadonlyMap<string, string>, contendedIds: ReadonlySet<string>) {
  const failed = new Map(unreadable.map(({ input, reason }) => [input, reason]))
  const contended = new Set<number>()
  const faulty = new Set(failed.keys())
  for (const { signal, input } of signals) {
    const { id } = signal.identity
    const reason = failures.get(id)
    if (reason === undefined) continue
    failed.set(input, reason)
    ;(contendedIds.has(id) ? contended : faulty).add(input)
  }
  // An input with signals of two identities is at fault where one of them is.
  return { failed, contended: new Set([...contended].filter((input) => !faulty.has(input))) }
}

/**
 * Processes the inputs that lost a write again, while there is time for it. Many events of one identity put several batches to work on it at once, and a
 * redelivery by the queue takes seconds. What another responder has folded meanwhile is in the fresher state, and is not evaluated again.
 */
async function retryConflicts(
  inputs: readonly unknown[],
  processBatch: (inputs: readonly unknown[]) => Promise<BatchResult>,
  { pause, clock, remainingMs = () => Number.POSITIVE_INFINITY }: Pick<RespondPorts, 'pause' | 'clock'> & RemainingTime,
): Promise<BatchResult> {
  let startedAt = clock.now()
  const first = await processBatch(inputs)
  const outcomes = [...first.outcomes]
  const failed = new Map(first.failed)
  let contended = [...first.contended]
  const attempts = pause === undefined ? ATTEMPTS.immediate : ATTEMPTS.paused
  for (let attempt = 1; attempt < attempts && contended.length > 0; attempt++) {
    const tookMs = clock.now() - startedAt
    const waitMs = pause === undefined ? 0 : backoffMs(attempt, { tookMs, random: pause.random() })
    // An attempt that does not come to its end is paid for and lost, with all that it did right.
    if (waitMs + 2 * tookMs > remainingMs()) break
    await pause?.wait(waitMs)
    startedAt = clock.now()
    const positions = contended
    const retried = await processBatch(positions.map((input) => inputs[input]))
    outcomes.push(...retried.outcomes)
    for (const input of positions) failed.delete(input)
    for (const [at, reason] of retried.failed) failed.set(positions[at] as number, reason)
    contended = [...retried.contended].map((at) => positions[at] as number)
  }
  return { ...first, outcomes, failed, contended: new Set(contended) }
}

/** A store that adds a signal to a timeline once: what an attempt has added, the next one need not. */
function addingOnce(incidents: IncidentStore): IncidentStore {
  const added = new Map<string, Promise<void>>()
  return {
    ...incidents,
    addSignal(incidentId, signal, isDeciding = false) {
      const key = `${incidentId} ${signal.id} ${isDeciding}`
      const adding = added.get(key) ?? incidents.addSignal(incidentId, signal, isDeciding)
      added.set(key, adding)
      // What failed is tried again.
      return adding.catch((cause: unknown) => {
        added.delete(key)
        throw cause
      })
    },
  }
}

/** For how long a lost write may still be tried again, in milliseconds. */
interface RemainingTime {
  readonly remainingMs?: (() => number) | undefined
}

function isFirstOfKey({ credential }: Signal, { windows }: IdentityState): boolean {
  return credential.kind === 'access-key' && !windows.has(credential.id)
}
