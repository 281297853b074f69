import { reverifyReversed } from './contain/reversal.ts'
import { type Evaluation, type EvaluationContext, evaluate, fastPath } from './decide/evaluate.ts'
import { attachParentIncident } from './decide/parent-incident.ts'
import { openUnitOfWork } from './decide/unit-of-work.ts'
import { foldInto } from './detect/fold.ts'
import type { IdentityState } from './domain/identity-state.ts'
import type { Signal } from './domain/signal.ts'
import type { RespondPorts } from './ports/respond.ts'
import { cachedPolicy } from './record/policy-in-force.ts'
import { enricher } from './sense/enrich/enrich.ts'
import { sense } from './sense/sense.ts'

export type { Evaluation } from './decide/evaluate.ts'

/** What became of a batch. The inputs of `failed` have to be delivered again; all others are done with. */
export interface BatchResult {
  readonly outcomes: readonly Evaluation[]
  readonly failed: ReadonlyMap<number, string>
  readonly signals: readonly Signal[]
  readonly ignored: number
}

/** What belongs to the responder itself: its roles, whose calls are in the record already, and the name of its stack. */
export interface OwnResources {
  readonly roles: ReadonlySet<string>
  readonly stackName: string | undefined
}

const NOT_DEPLOYED: OwnResources = { roles: new Set(), stackName: undefined }

/**
 * The line: signal → normalise → enrich → detect → assess → correlate → decide → record → contain → notify.
 *
 * Takes batches of inputs from outside, in any order and any number of times. Everything that has an effect comes
 * before the state is written, and has it once; so a batch that breaks off is delivered again and ends as if it had not.
 */
export function pipeline(ports: RespondPorts, own: OwnResources = NOT_DEPLOYED): (inputs: readonly unknown[]) => Promise<BatchResult> {
  const policyNow = cachedPolicy(ports.record, ports.clock)
  const enrich = enricher({ geoIp: ports.geoIp, stackName: own.stackName })

  const once = async (inputs: readonly unknown[]): Promise<BatchResult & { readonly overtaken: ReadonlySet<number> }> => {
    const reading = policyNow()
    const sensing = sense(inputs, { iam: ports.iam, enrichment: reading.then(enrich), ownRoles: own.roles })
    const [intake, policy] = await Promise.all([sensing, reading])
    const reported = intake.signals.map(({ signal }) => signal)
    const called = new Set<string>()
    for (const signal of reported) if (signal.kind === 'credential-exposure') await fastPath(signal, { policy, ports, called })

    const unitOfWork = await openUnitOfWork(reported, ports)
    const signals = await attachParentIncident(reported, unitOfWork, ports)
    const context: EvaluationContext = { unitOfWork, policy, ports, called }
    const outcomes: Evaluation[] = []
    const broken = new Map<string, string>()
    for (const signal of signals) {
      const { id } = signal.identity
      if (broken.has(id)) continue
      try {
        const { draft, isNew } = unitOfWork.stateOf(id)
        if (isNew && isFirstOfKey(signal, draft)) await ports.bootstrapQueue.bootstrap(signal.credential.id)
        const folded = foldInto(draft, signal)
        if (folded !== undefined && folded.evidence.length > 0) outcomes.push(await evaluate(folded, context))
      } catch (cause) {
        // One identity that cannot be judged now must not keep the others waiting: its inputs are delivered again.
        broken.set(id, cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown error')
        ports.log.warn('respond.identity.failed', { identity: id, error: broken.get(id) })
      }
    }
    for (const [id, reason] of await reverifyReversed(signals, called, ports)) broken.set(id, reason)
    const lost = new Set(await unitOfWork.save(new Set(broken.keys())))
    for (const id of lost) broken.set(id, OVERTAKEN)

    const failed = new Map(intake.unreadable.map(({ input, reason }) => [input, reason]))
    const overtaken = new Set<number>()
    for (const { signal, input } of intake.signals) {
      const reason = broken.get(signal.identity.id)
      if (reason !== undefined) failed.set(input, reason)
      if (reason === OVERTAKEN) overtaken.add(input)
    }
    return { outcomes, failed, signals, ignored: intake.ignored, overtaken }
  }

  return async (inputs) => {
    const { overtaken, ...first } = await once(inputs)
    let left = [...overtaken]
    const outcomes = [...first.outcomes]
    const failed = new Map(first.failed)
    // A flood on one identity has several batches at it at once: a redelivery takes minutes, another turn here takes none.
    for (let turn = 1; turn < TURNS && left.length > 0; turn++) {
      const numbers = left
      const again = await once(numbers.map((input) => inputs[input]))
      outcomes.push(...again.outcomes)
      for (const input of numbers) failed.delete(input)
      for (const [at, reason] of again.failed) failed.set(numbers[at] as number, reason)
      left = [...again.overtaken].map((at) => numbers[at] as number)
    }
    return { ...first, outcomes, failed }
  }
}

/** How often a batch is worked on where another responder writes the same identities meanwhile. */
const TURNS = 3

const OVERTAKEN = 'its state was written by another responder meanwhile'

function isFirstOfKey({ credential }: Signal, { windows }: IdentityState): boolean {
  return credential.kind === 'access-key' && !windows.has(credential.id)
}
