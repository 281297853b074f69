import type { Signal } from '../domain/signal.ts'
import { errorName } from '../errors.ts'
import type { Iam } from '../ports/iam.ts'
import { isOwnCall, type OwnResources } from './enrich/tampering.ts'
import { joinIdentity } from './join.ts'
import { normalise } from './normalise.ts'

/** The signals of a batch in the order of their times, each with the index of the input that it came from. */
export interface SensedBatch {
  readonly signals: readonly { readonly signal: Signal; readonly input: number }[]
  /** Inputs that could not be read, or whose owner could not be looked up: the queue delivers them again. */
  readonly unreadable: readonly { readonly input: number; readonly reason: string }[]
  readonly ignored: number
}

export interface SensePorts {
  readonly iam: Pick<Iam, 'ownerOf'>
  /** A promise, because enrichment needs the policy, which is read while the owners of credentials are looked up. */
  readonly enrichment: Promise<(signal: Signal) => Signal>
  /** The responder's own calls are ignored: they are in the record already, and must not open incidents. */
  readonly own: Pick<OwnResources, 'sessions'>
}

/** Normalises a batch of inputs from outside, finds the identity of each signal, and enriches it. Nothing else in the code does this. */
export async function sense(inputs: readonly unknown[], { iam, enrichment, own }: SensePorts): Promise<SensedBatch> {
  const joined: { signal: Signal; input: number }[] = []
  const unreadable: { input: number; reason: string }[] = []
  let ignored = 0
  for (const [input, value] of inputs.entries()) {
    const normalised = normalise(value)
    if (normalised.kind === 'unreadable') unreadable.push({ input, reason: normalised.reason })
    else if (normalised.kind === 'ignored') ignored += 1
    else {
      for (const raw of normalised.signals) {
        const signal = raw.kind === 'credential-exposure' ? await joinIdentity(raw, iam).catch(errorName) : raw
        if (typeof signal === 'string') unreadable.push({ input, reason: `could not look up the owner of the credential: ${signal}` })
        else if (isOwnCall(signal, own)) ignored += 1
        else joined.push({ signal, input })
      }
    }
  }
  const enrich = await enrichment
  const signals = joined.map(({ signal, input }) => ({ signal: enrich(signal), input }))
  signals.sort((a, b) => a.signal.time - b.signal.time)
  return { signals, unreadable, ignored }
}
