import type { Baseline } from '../domain/baseline.ts'
import { networkName } from '../domain/network.ts'
import type { Signal } from '../domain/signal.ts'
import { type UsualUse, usualUseOf } from '../domain/story/usual-use.ts'
import type { GeoIp } from '../ports/lookup.ts'

/**
 * How the identity of a signal was used, for people; undefined of a report, which says nothing of use. A baseline knows networks by their numbers and the ranges that calls came
 * from: an address of a range names the organisation.
 */
export function usualUse(baseline: Baseline, { time }: Signal, geoIp: GeoIp): UsualUse | undefined {
  if (baseline.calls === 0) return undefined
  const organisations = new Map(
    [...baseline.addresses.sources.keys()].flatMap((source) => {
      const network = /^[0-9a-f.:]+\//i.test(source) ? geoIp.locate(source.slice(0, source.indexOf('/'))).network : undefined
      return network === undefined ? [] : [[networkName(network), network.organisation] as const]
    }),
  )
  return usualUseOf(baseline, time, (network) => organisations.get(network))
}
