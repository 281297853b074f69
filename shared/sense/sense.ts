import type { Signal } from '../domain/signal.ts'
import { errorName } from '../errors.ts'
import type { Rules } from '../ports/rules.ts'
import type { Clock, Log } from '../ports/runtime.ts'
import type { Trust } from './believe.ts'
import { isOwnCall, type OwnResources } from './enrich/tampering.ts'
import { type GatherPorts, gathered } from './gather.ts'
import { isJoined, type JoinPorts, joinIdentity } from './join.ts'
import type { Normalised } from './normalised.ts'
import { readInput } from './read-input.ts'
import { rolePath } from './role-paths.ts'

/** The signals of a batch in the order of their times, each with the index of the input that it came from. */
export interface SensedBatch {
  readonly signals: readonly { readonly signal: Signal; readonly input: number }[]
  /** Inputs that are not believed, that could not be read, or whose owner could not be looked up: the queue delivers them again. */
  readonly unreadable: readonly { readonly input: number; readonly reason: string }[]
  readonly ignored: number
}

export interface SensePorts extends JoinPorts {
  /** A promise, because enrichment needs the policy, which is read while the owners of credentials are looked up. */
  readonly enrichment: Promise<(signal: Signal) => Signal>
  /** The responder's own calls are ignored: they are in the record already, and must not open incidents. */
  readonly own: Pick<OwnResources, 'sessions'>
  /** Who vouches for the inputs. */
  readonly trust: Trust
  /** Reads an input; by default `readInput`, of raw ones. A host that has read its inputs before gives the function that takes what it made of them. */
  readonly read?: ((input: unknown) => Normalised) | undefined
  /** Gathers a flood of reports; absent where the inputs have none. */
  readonly gather?: GatherPorts | undefined
  /** The rules that people wrote; absent where there are none, or where `read` knows them. */
  readonly rules?: Rules | undefined
  readonly clock: Clock
  readonly log: Log
}

/**
 * Says which inputs of a batch from outside are believed, normalises those, finds the identity of each signal, and enriches it. Nothing else in
 * the code does this.
 */
export async function sense(inputs: readonly unknown[], ports: SensePorts): Promise<SensedBatch> {
  const { enrichment, own, paths, read: outcomeOf = (input) => readInput(input, ports) } = ports
  // It is awaited last: where it fails meanwhile, the failure must not end the process as unhandled. It is thrown below.
  enrichment.catch(() => {})
  const read: { raw: Signal; input: number }[] = []
  const unreadable: { input: number; reason: string }[] = []
  let ignored = 0
  for (const [input, value] of inputs.entries()) {
    const normalised = outcomeOf(value)
    if (normalised.kind === 'unreadable') unreadable.push({ input, reason: normalised.reason })
    else if (normalised.kind === 'ignored') ignored += 1
    else for (const raw of normalised.signals) read.push({ raw, input })
  }
  // All records of the batch first: a later one may say what an earlier one leaves out.
  for (const { raw } of read) if (raw.kind === 'api-call' && raw.isRolePathUnknown !== true) paths.note(raw.identity)
  const asked = { ...ports, iam: askedOnce(ports.iam) }
  const joined: { signal: Signal; input: number }[] = []
  for (const { raw, input } of read) {
    const signal = isJoined(raw) ? raw : await join(raw, asked)
    if (typeof signal === 'string') unreadable.push({ input, reason: signal })
    else if (isOwnCall(signal, own)) ignored += 1
    else joined.push({ signal, input })
  }
  const enrich = await enrichment
  const signals = joined.map(({ signal, input }) => ({ signal: enrich(signal), input }))
  signals.sort((a, b) => a.signal.time - b.signal.time)
  return { signals, unreadable, ignored }
}

/** IAM, asked once in a batch whose a key is: several parties report the same one. */
function askedOnce(iam: JoinPorts['iam']): JoinPorts['iam'] {
  const owners = new Map<string, ReturnType<JoinPorts['iam']['ownerOf']>>()
  return {
    describe: (identity) => iam.describe(identity),
    ownerOf(credentialId, account) {
      const key = `${account} ${credentialId}`
      const owner = owners.get(key) ?? iam.ownerOf(credentialId, account)
      owners.set(key, owner)
      return owner
    },
  }
}

/** A signal of whom IAM says who it is about; or why IAM could not be asked. */
async function join(raw: Signal, ports: JoinPorts & Pick<SensePorts, 'gather'>): Promise<Signal | string> {
  const lookUp = (what: string) => (cause: unknown) => `could not look up ${what}: ${errorName(cause)}`
  if (raw.kind === 'credential-exposure' || raw.kind === 'finding')
    return joinIdentity(raw, ports)
      .catch(lookUp('the owner of the credential'))
      .then((joined) =>
        typeof joined === 'string' || ports.gather === undefined
          ? joined
          : gathered(joined, ports.gather).catch(lookUp('how many like it there were')),
      )
  return rolePath(raw, ports).catch(lookUp('the path of the role'))
}
