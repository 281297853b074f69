import * as z from 'zod'

/** The kind of a network, by its number and its owner's name: Amazon, Tor or VPN exits, rented machines, or an internet provider. */
export const NetworkKind = z.enum(['aws', 'anonymiser', 'hosting', 'access'])
export type NetworkKind = z.infer<typeof NetworkKind>

/** An autonomous system (AS): its number and the organisation that runs it. */
export interface Network {
  readonly asn: number
  readonly organisation: string
}

/** Amazon's autonomous systems, which calls from EC2, from Lambda and from AWS services come from. */
const AMAZON: ReadonlySet<number> = new Set([16509, 14618, 8987, 7224, 39111, 58588, 62785, 10124, 17493, 135630])

/**
 * Autonomous systems that carry Tor exits or commercial VPNs and almost nothing else. They are listed by number because the names of such
 * companies change, and were checked against the registrations of the network database.
 */
const ANONYMISERS: ReadonlySet<number> = new Set([
  // Tor: Stiftung Erneuerbare Freiheit, Quintex, Emerald Onion, Calyx, Unredacted, DFRI, Applied Privacy, F3 Netze, Church of Cyberology, 1337 Services.
  60729,
  62744, 396507, 4224, 401370, 401401, 401720, 198093, 208323, 205100, 215125, 210558, 54990,
  // VPN: Mullvad and its host 31173, PacketHub (NordVPN), Datacamp, M247, Proton, Windscribe, tzulo, Bullet Proof VPN, Anonymizer.
  216025, 39351, 49399, 136787, 147049, 207137, 141039, 272096, 212238, 60068, 9009, 16247, 42973, 208172, 199218, 209103, 397540, 11878,
  208765, 201665,
])

/** Companies that rent out machines or run VPNs, by the names in their registrations. */
const HOSTING =
  /amazon|google cloud|google llc|microsoft|azure|oracle|alibaba|tencent|digitalocean|hetzner|ovh|linode|akamai connected|vultr|choopa|constant company|contabo|leaseweb|m247|datacamp|cdn77|hosting|hostinger|server|vps|cloud|data ?cent|\bcolo(?!gne|guard|mb|ms|n|r|ur|sse|plast)|colo\b|scaleway|online s\.a\.s|ionos|rackspace|godaddy|dedicated|vpn|mullvad|proton|tor |psychz|quadranet|hostroyale|stark industries|aeza|g-core|zenlayer|upcloud|kamatera|equinix|packet exchange|frantech|buyvm|namecheap/i

/** The kind of a network. `access` is any network that is not known as another kind, such as an office or an internet provider. */
export function networkKind({ asn, organisation }: Network): NetworkKind {
  if (AMAZON.has(asn)) return 'aws'
  if (ANONYMISERS.has(asn)) return 'anonymiser'
  return HOSTING.test(organisation) ? 'hosting' : 'access'
}

/** The name of a network in signals and baselines, such as `AS64496`. */
export function networkName({ asn }: Network): string {
  return `AS${asn}`
}
