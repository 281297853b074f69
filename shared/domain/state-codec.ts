import { z } from 'zod'
import { ResponderError } from '../errors.ts'
import { type Baseline, emptyBaseline, type Feature } from './baseline.ts'
import type { CredentialWindow } from './credential-window.ts'
import type { Finding } from './finding.ts'
import type { IdentityState } from './identity-state.ts'

const Pair = z.tuple([z.number(), z.number()])
const Frequency = z.tuple([z.string(), z.number(), z.number()])

/** The stored form: arrays in place of maps, in their order, which is part of the state. */
const Stored = z.strictObject({
  v: z.literal(1),
  identity: z.strictObject({ id: z.string(), kind: z.string(), name: z.string(), account: z.string() }),
  seen: z.array(Pair),
  horizon: z.number(),
  baseline: z.strictObject({
    features: z.record(z.string(), z.array(Frequency)),
    firstSeen: z.number(),
    lastSeen: z.number(),
    calls: z.number(),
  }),
  windows: z.array(
    z.strictObject({
      id: z.string(),
      first: z.number(),
      last: z.number(),
      calls: z.number(),
      discovered: z.array(Pair),
      denied: z.array(Pair),
    }),
  ),
  evidence: z.array(z.looseObject({ detector: z.string(), weight: z.number(), credentialId: z.string(), time: z.number() })),
  bootstrapped: z.array(z.string()),
})

/** An identity's state as text for a store. */
export function packState(state: IdentityState): string {
  const { identity, seen, baseline, windows, evidence, bootstrapped } = state
  const stored: z.input<typeof Stored> = {
    v: 1,
    identity: { ...identity },
    seen: [...seen.ids],
    horizon: seen.horizon,
    baseline: {
      features: Object.fromEntries(
        Object.entries(baseline.features).map(([feature, table]) => [
          feature,
          [...table].map(([value, { weight, last }]) => [value, weight, last] as const),
        ]),
      ) as Record<string, [string, number, number][]>,
      firstSeen: baseline.firstSeen,
      lastSeen: baseline.lastSeen,
      calls: baseline.calls,
    },
    windows: [...windows.values()].map(({ credentialId, first, last, calls, discovered, denied }) => ({
      id: credentialId,
      first,
      last,
      calls,
      discovered: [...discovered],
      denied: [...denied],
    })),
    evidence: evidence.map((finding) => ({ ...finding })),
    bootstrapped,
  }
  return JSON.stringify(stored)
}

/** The state in a stored text. Throws `store.unavailable` where this version did not write it. */
export function unpackState(text: string): IdentityState {
  const parsed = Stored.safeParse(parse(text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new ResponderError('store.unavailable', `a stored identity state is not readable: ${issue?.path.join('.')}: ${issue?.message}`)
  }
  const { identity, seen, horizon, baseline, windows, evidence, bootstrapped } = parsed.data
  return {
    identity: identity as IdentityState['identity'],
    seen: { ids: new Map(seen), horizon },
    baseline: unpackBaseline(baseline),
    windows: new Map(windows.map((window) => [window.id, unpackWindow(window)])),
    evidence: evidence as unknown as Finding[],
    bootstrapped,
  }
}

function unpackBaseline({ features, ...rest }: z.infer<typeof Stored>['baseline']): Baseline {
  const baseline = { ...emptyBaseline(), ...rest }
  for (const [feature, rows] of Object.entries(features)) {
    // A feature that a later version dropped is forgotten.
    if (Object.hasOwn(baseline.features, feature)) {
      baseline.features[feature as Feature] = new Map(rows.map(([value, weight, last]) => [value, { weight, last }]))
    }
  }
  return baseline
}

function unpackWindow({ id, first, last, calls, discovered, denied }: z.infer<typeof Stored>['windows'][number]): CredentialWindow {
  return { credentialId: id, first, last, calls, discovered: new Map(discovered), denied: new Map(denied) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The schema says what is wrong: a text is no object.
    return text
  }
}
