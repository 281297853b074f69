import * as z from 'zod'
import type { Baseline } from '../baseline.ts'
import { heaviest } from '../frequency.ts'
import { Time } from '../stored.ts'
import { DAY_MS } from '../time.ts'

/** The most values of a feature that people are told. */
const MOST = 3

/** A value that makes up less than this share of the calls is no habit to tell people of. */
const LEAST_SHARE = 0.1

const Values = z.array(z.string().max(100)).max(MOST).readonly()

/**
 * How an identity was used before its incident was opened, as people are told it: most frequent first, each at least a tenth of the calls. Networks carry the name of
 * their organisation where that is known.
 */
export const UsualUse = z
  .strictObject({ since: Time, calls: z.int().min(0), countries: Values, networks: Values, tools: Values, services: Values })
  .readonly()
export type UsualUse = z.infer<typeof UsualUse>

/** From so many calls, over at least a day, an identity has a usual place. */
const KNOWN_FROM_CALLS = 20

/** The usual use by a baseline at a time (epoch ms). `organisationOf` names the organisation of a network, such as `AS64496`. */
export function usualUseOf(baseline: Baseline, at: number, organisationOf: (network: string) => string | undefined): UsualUse {
  const { features, firstSeen, calls } = baseline
  const usual = (feature: keyof Baseline['features']) => {
    const all = heaviest(features[feature], at)
    const total = all.reduce((sum, { weight }) => sum + weight, 0)
    return all.flatMap(({ value, weight }) => (weight >= total * LEAST_SHARE ? [value] : [])).slice(0, MOST)
  }
  return {
    since: firstSeen,
    calls,
    countries: usual('country'),
    networks: usual('network').map((network) => (organisationOf(network) ?? network).slice(0, 100)),
    tools: usual('agentFamily').filter((tool) => tool !== 'unknown'),
    services: usual('service'),
  }
}

/** True where a habit is known well enough to say what is usual. `at`: epoch milliseconds. */
export function isKnownUse({ since, calls }: UsualUse, at: number): boolean {
  return calls >= KNOWN_FROM_CALLS && at - since >= DAY_MS
}
