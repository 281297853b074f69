/** What a network is, as far as its number and its owner's name tell. */
export type NetworkKind = 'aws' | 'hosting' | 'access'

/** An autonomous system: its number and who runs it. */
export interface Network {
  readonly asn: number
  readonly organisation: string
}

/** Amazon's autonomous systems that EC2, Lambda and the API's own calls come from. */
const AMAZON: ReadonlySet<number> = new Set([16509, 14618, 8987, 7224, 39111, 58588, 62785, 10124, 17493, 135630])

/** Companies that rent out machines or hide where their users are, by the names in their registrations. */
const HOSTING =
  /amazon|google cloud|google llc|microsoft|azure|oracle|alibaba|tencent|digitalocean|hetzner|ovh|linode|akamai connected|vultr|choopa|constant company|contabo|leaseweb|m247|datacamp|cdn77|hosting|hostinger|server|vps|cloud|data ?cent|colo|scaleway|online s\.a\.s|ionos|rackspace|godaddy|dedicated|vpn|mullvad|proton|tor |psychz|quadranet|hostroyale|stark industries|aeza|g-core|zenlayer|upcloud|kamatera|equinix|packet exchange|frantech|buyvm|namecheap/i

/** Amazon, a company that rents out machines, or a network that people are connected by. */
export function networkKind({ asn, organisation }: Network): NetworkKind {
  if (AMAZON.has(asn)) return 'aws'
  return HOSTING.test(organisation) ? 'hosting' : 'access'
}

/** The name of a network in a baseline. */
export function networkName({ asn }: Network): string {
  return `AS${asn}`
}
