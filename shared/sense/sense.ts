import type { Signal } from '../domain/signal.ts'
import { errorName } from '../errors.ts'
import type { Iam } from '../ports/iam.ts'
import { joinIdentity } from './join.ts'
import { normalise } from './normalise.ts'

/** Signals of a batch in the order of their times, each with the number of the input that it came from. */
export interface SensedBatch {
  readonly signals: readonly { readonly signal: Signal; readonly input: number }[]
  /** Inputs that could not be read, or not now: their sender keeps them and delivers them again. */
  readonly unreadable: readonly { readonly input: number; readonly reason: string }[]
  readonly ignored: number
}

export interface SensePorts {
  readonly iam: Pick<Iam, 'ownerOf'>
  /** Made while owners are looked up: it waits for the policy. */
  readonly enrichment: Promise<(signal: Signal) => Signal>
  /** The responder's own roles: what they do is in the record already, and must not feed back. */
  readonly ownRoles: ReadonlySet<string>
}

/** Normalises a batch of inputs from outside, joins each signal to its identity, and enriches it. The only place where this happens. */
export async function sense(inputs: readonly unknown[], { iam, enrichment, ownRoles }: SensePorts): Promise<SensedBatch> {
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
        else if (ownRoles.has(signal.identity.id)) ignored += 1
        else joined.push({ signal, input })
      }
    }
  }
  const enrich = await enrichment
  const signals = joined.map(({ signal, input }) => ({ signal: enrich(signal), input }))
  signals.sort((a, b) => a.signal.time - b.signal.time)
  return { signals, unreadable, ignored }
}
