import { type AddressHabit, rangeOf, type StableSources, stableSources } from './address-habit.ts'

/** What of a baseline says where an identity calls from. `expected` are the words of reviewers, such as `range=203.0.113.0/24`. */
export interface KnownPlaces {
  readonly addresses: AddressHabit
  readonly expected: ReadonlySet<string>
}

/** The most ranges, and the most endpoints, that reviewers declared expected and that a fence leaves open: the newest. With the eight of a habit they are as many as a restriction holds. */
export const EXPECTED_PLACES_LIMIT = 4

/**
 * The places that a fence leaves open at a time (epoch ms): those of the habit, and those that reviewers declared expected. None where the habit has none: the owner
 * would be shut in where it was never seen.
 */
export function usualPlaces({ addresses, expected }: KnownPlaces, at: number): StableSources {
  const stable = stableSources(addresses, at)
  if (stable.addresses.length + stable.endpoints.length === 0) return stable
  const declared = expectedPlaces(expected)
  return {
    addresses: [...new Set([...stable.addresses, ...declared.addresses])],
    endpoints: [...new Set([...stable.endpoints, ...declared.endpoints])],
  }
}

/** The places that reviewers declared expected, the newest of each kind. */
export function expectedPlaces(expected: ReadonlySet<string>): StableSources {
  const of = (kind: PlaceKind) =>
    [...expected].flatMap((word) => (word.startsWith(`${kind}=`) ? [word.slice(kind.length + 1)] : [])).slice(-EXPECTED_PLACES_LIMIT)
  return { addresses: of('range'), endpoints: of('endpoint') }
}

/** True where a reviewer declared the source of a call expected. */
export function isExpectedPlace({ expected }: Pick<KnownPlaces, 'expected'>, source: string | undefined): boolean {
  return source !== undefined && (expected.has(`range=${source}`) || expected.has(`endpoint=${source}`))
}

/** What a reviewer may declare expected as a place. */
export const PLACE_KINDS = ['range', 'endpoint'] as const
export type PlaceKind = (typeof PLACE_KINDS)[number]

/** True for a place as a fence draws it: `203.0.113.0/24`, `2001:db8:1::/48`, or the id of a VPC endpoint. */
export function isPlace(kind: PlaceKind, value: string): boolean {
  if (kind === 'endpoint') return /^vpce-[0-9a-f]{8,17}$/.test(value)
  const [start = ''] = value.split('/')
  return rangeOf(start) === value && (start.includes(':') || start.split('.').every((part) => Number(part) < 256))
}
