import { createHash } from 'node:crypto'
import { networkOf } from '../domain/credential-window.ts'
import type { EvidenceGroup } from '../domain/finding.ts'
import { SCENE_TEXT, type Scene } from '../domain/scene.ts'
import type { Signal } from '../domain/signal.ts'

/** The scene of a finding on a signal; undefined where it has none that could be recognised: a place that anybody can have, or an attempt. */
export function sceneOf(signal: Signal, group: EvidenceGroup): Scene | undefined {
  if (!signal.isAuthenticated || signal.kind === 'credential-exposure' || signal.kind === 'finding') return undefined
  const place = placeOfCall(signal)
  if (place === undefined) return undefined
  const object = objectOf(signal, group)
  const tool = signal.origin.agentFamily === '' ? 'none' : signal.origin.agentFamily
  return { place: short(place), tool: short(tool), ...(object === undefined ? {} : { object: short(object) }) }
}

/**
 * Network and country of a public address, the VPC endpoint, or the AWS service that calls. Tor, VPNs and listed addresses are nobody's place, and of a private
 * address without an endpoint nobody can say whose network it is of.
 */
function placeOfCall({ origin }: Signal): string | undefined {
  const { addressKind, address, country, networkKind, isBlocklisted, vpcEndpointId } = origin
  if (vpcEndpointId !== undefined) return vpcEndpointId
  if (addressKind === 'aws-service') return address === '' ? undefined : address
  if (addressKind !== 'public' || networkKind === 'anonymiser' || isBlocklisted) return undefined
  const parts = [networkOf(origin), country].filter((part) => part !== undefined)
  // Where no file says whose address it is, only the address itself is the same place.
  return parts.length === 0 ? address || undefined : parts.join(' ')
}

/** Findings of these groups are about data: rows, buckets and secrets of one prefix are of one kind. Rights and credentials are about exact names. */
const BY_PREFIX: readonly EvidenceGroup[] = ['abuse', 'exfiltration', 'impact']

/** Findings of these groups are about how much is looked at, or about who calls. */
const OF_NO_OBJECT: readonly EvidenceGroup[] = ['origin', 'lineage', 'exposure', 'discovery']

/** What a finding is about: the names in the call's request, or the service where the request names nothing. */
function objectOf({ kind, assumer, service, isReadOnly, request }: Signal, group: EvidenceGroup): string | undefined {
  if (kind === 'assumption') return assumer === undefined ? undefined : `by ${assumer.id}`
  if (OF_NO_OBJECT.includes(group) || (group === 'novelty' && isReadOnly)) return undefined
  const names = namesIn(request).map((name) => (BY_PREFIX.includes(group) ? acceptedPrefixOf(name) : name))
  return [service, ...[...new Set(names)].sort()].join(' ')
}

/** The fields in which requests name something. */
const NAMING = /(?:names?|ids?|identifiers?|arns?|url|bucket|key|rule|code|principal)$/i

/** True for a field in which a request names something. */
export function isNaming(field: string): boolean {
  return NAMING.test(field)
}

/** How deep a resource is named: `{ instancesSet: { items: [{ instanceId }] } }` has four levels. */
const LEVELS = 5

/** The most names of one call, and the most fields of one object that are looked at. */
const NAMES_LIMIT = 24
const FIELDS_LIMIT = 60

function namesIn(value: unknown, isNamed = false, levels = LEVELS): string[] {
  if (typeof value === 'string') return isNamed ? [lastPart(value)] : []
  if (typeof value !== 'object' || value === null || levels === 0) return []
  const found: string[] = []
  for (const [field, member] of Object.entries(value).slice(0, FIELDS_LIMIT)) {
    found.push(...namesIn(member, Array.isArray(value) ? isNamed : NAMING.test(field), levels - 1))
    if (found.length >= NAMES_LIMIT) break
  }
  return found.slice(0, NAMES_LIMIT)
}

/** Of an ARN the last part, so that both spellings name one resource. */
function lastPart(name: string): string {
  return name.startsWith('arn:') ? name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf(':')) + 1) : name
}

/** An id that AWS gives, such as `vol-0123456789abcdef0`, says nothing by its beginning. */
const GIVEN_ID = /^[a-z]+-[0-9a-f]{8,}$|^[0-9a-f-]{32,}$/i

/** Fewer characters than this before the first separator say nothing of what is named. */
const SHORTEST_PREFIX = 3

/** `prod/` of `prod/orders-db`, `nightly-` of `nightly-export`; the whole name where it has no prefix. */
function acceptedPrefixOf(name: string): string {
  const end = name.search(/[/_.:-]/)
  return end < SHORTEST_PREFIX || GIVEN_ID.test(name) ? name : name.slice(0, end + 1)
}

function short(value: string): string {
  if (value.length <= SCENE_TEXT) return value
  return `${value.slice(0, SCENE_TEXT - 13)}~${createHash('sha256').update(value).digest('hex').slice(0, 12)}`
}
