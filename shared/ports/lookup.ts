import type { Network } from '../domain/network.ts'

/** What CloudTrail still knows of a key's past: raw records, newest first as the source gives them. */
export interface EventHistory {
  /** Since a time (epoch ms), or as far back as CloudTrail keeps. */
  lookup(accessKeyId: string, since?: number): Promise<unknown[]>
}

/** Where a public address is: its ISO 3166 country and its network, as far as they are known. Asks no network. */
export interface GeoLocation {
  readonly country: string | undefined
  readonly network: Network | undefined
}

export interface GeoIp {
  locate(address: string): GeoLocation
}
