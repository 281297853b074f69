import type { IdentityState } from './domain/identity-state.ts'
import type { Signal } from './domain/signal.ts'
import type { RespondPorts } from './ports.ts'
import { openDesk } from './stages/desk.ts'
import { foldInto } from './stages/detect/fold.ts'
import { enricher } from './stages/enrich/enrich.ts'
import { ownTouch } from './stages/enrich/own.ts'
import { reputation } from './stages/enrich/reputation.ts'
import { takeIn } from './stages/intake.ts'
import { type Bench, express, judge, type Outcome } from './stages/judge.ts'
import { cachedPolicy } from './stages/policy-source.ts'
import { heedReversals } from './stages/reversal.ts'
import { traceSources } from './stages/source.ts'

export type { Outcome } from './stages/judge.ts'

/** What became of a batch. The inputs of `failed` have to be delivered again; all others are done with. */
export interface BatchResult {
  readonly outcomes: readonly Outcome[]
  readonly failed: ReadonlyMap<number, string>
  readonly signals: readonly Signal[]
  readonly ignored: number
}

/** What belongs to the responder itself: its roles, whose calls are in the record already, and the name of its stack. */
export interface Own {
  readonly roles: ReadonlySet<string>
  readonly stackName: string | undefined
}

const NOT_DEPLOYED: Own = { roles: new Set(), stackName: undefined }

/**
 * The line: signal → normalise → enrich → detect → assess → correlate → decide → record → contain → notify.
 *
 * Takes batches of inputs from outside, in any order and any number of times. Everything that has an effect comes
 * before the state is written, and has it once; so a batch that breaks off is delivered again and ends as if it had not.
 */
export function pipeline(ports: RespondPorts, own: Own = NOT_DEPLOYED): (inputs: readonly unknown[]) => Promise<BatchResult> {
  const policyNow = cachedPolicy(ports.record, ports.clock)
  const locate = enricher(ports.places)
  const mark = ownTouch(own.stackName)
  const enrich = (signal: Signal) => mark(locate(signal))

  const once = async (inputs: readonly unknown[]): Promise<BatchResult & { readonly overtaken: ReadonlySet<number> }> => {
    const [intake, policy] = await Promise.all([takeIn(inputs, { iam: ports.iam, enrich, ownRoles: own.roles }), policyNow()])
    const judgeRepute = reputation(policy)
    const reported = intake.signals.map(({ signal }) => judgeRepute(signal))
    const called = new Set<string>()
    for (const signal of reported) if (signal.kind === 'credential-exposure') await express(signal, { policy, ports, called })

    const desk = await openDesk(reported, ports)
    const signals = await traceSources(reported, desk, ports)
    const bench: Bench = { desk, policy, ports, called }
    const outcomes: Outcome[] = []
    const broken = new Map<string, string>()
    for (const signal of signals) {
      const { id } = signal.identity
      if (broken.has(id)) continue
      try {
        const { draft, isNew } = desk.draftOf(id)
        if (isNew && isFirstOfKey(signal, draft)) await ports.bootstrapDoor.bootstrap(signal.credential.id)
        const folded = foldInto(draft, signal)
        if (folded !== undefined && folded.evidence.length > 0) outcomes.push(await judge(folded, bench))
      } catch (cause) {
        // One identity that cannot be judged now must not keep the others waiting: its inputs are delivered again.
        broken.set(id, cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown error')
        ports.log.warn('respond.identity.failed', { identity: id, error: broken.get(id) })
      }
    }
    for (const [id, reason] of await heedReversals(signals, called, ports)) broken.set(id, reason)
    const lost = new Set(await desk.save(new Set(broken.keys())))
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
