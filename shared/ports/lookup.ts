import type { Network } from '../domain/network.ts'

/** The CloudTrail history of a key: raw records, newest first. */
export interface EventHistory {
  /** Looks up records since a time (epoch milliseconds), or as far back as CloudTrail keeps them. */
  lookup(accessKeyId: string, since?: number): Promise<unknown[]>
}

/** The location of a public IP address: its ISO 3166 country code and its network; undefined when unknown. */
export interface GeoLocation {
  readonly country: string | undefined
  readonly network: Network | undefined
}

/** Locates IP addresses from local data, without network access. */
export interface GeoIp {
  locate(address: string): GeoLocation
}
