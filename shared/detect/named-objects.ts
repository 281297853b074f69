import type { Signal } from '../domain/signal.ts'
import { isNaming } from './scene-of.ts'

/** How deep, and how many members of a request, are looked at. A request with more may name what is not seen here. */
const LEVELS = 6
const MEMBERS_LIMIT = 500

/** What CloudTrail writes in place of a value. */
const HIDDEN = /^(?:\*+|HIDDEN_DUE_TO_SECURITY_REASONS|<.*>|null|undefined)$/i

/**
 * All names that the request of a call has, as they stand there; of S3 a bucket and its key as one, `bucket/key`. `names` says in which fields. Undefined where they cannot all be read: left
 * out, hidden, too many, or where the call names nothing.
 */
export function namedObjects(
  signal: Pick<Signal, 'kind' | 'service' | 'request' | 'isRequestOmitted'>,
  names: (field: string) => boolean = isNaming,
): readonly string[] | undefined {
  const { kind, service, request, isRequestOmitted } = signal
  if (kind !== 'api-call' || isRequestOmitted === true) return undefined
  const found = new Set<string>()
  const reading = { left: MEMBERS_LIMIT, names }
  const isRead = service === 's3' ? readS3(request, found, reading) : readNames(request, { found, reading, isNamed: false, levels: LEVELS })
  return isRead && found.size > 0 ? [...found] : undefined
}

interface Reading {
  left: number
  /** True for a field in which an object is named. */
  readonly names: (field: string) => boolean
}

interface Part {
  readonly found: Set<string>
  readonly reading: Reading
  readonly isNamed: boolean
  readonly levels: number
}

/** Collects the names in a part of a request. False where it cannot be read as a whole. */
function readNames(value: unknown, part: Part): boolean {
  const { found, reading, isNamed, levels } = part
  reading.left -= 1
  if (reading.left < 0 || levels === 0) return false
  if (typeof value === 'string' || typeof value === 'number') return isNamed ? add(found, String(value)) : true
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([field, member]) =>
    readNames(member, { ...part, isNamed: Array.isArray(value) ? isNamed : reading.names(field), levels: levels - 1 }),
  )
}

/** A key of a bucket is no name by itself: every bucket may have it. */
function readS3(request: Signal['request'], found: Set<string>, reading: Reading): boolean {
  const { bucketName, key, ...others } = request
  if (typeof bucketName !== 'string' || bucketName === '') return false
  if (key !== undefined && typeof key !== 'string') return false
  const source = others['x-amz-copy-source']
  const { Host: _, 'x-amz-copy-source': __, ...named } = others
  return (
    add(found, key === undefined ? bucketName : `${bucketName}/${key}`) &&
    (source === undefined || (typeof source === 'string' && add(found, source.replace(/^\//, '')))) &&
    readNames(named, { found, reading, isNamed: false, levels: LEVELS })
  )
}

function add(found: Set<string>, name: string): boolean {
  if (name === '' || HIDDEN.test(name)) return false
  found.add(name)
  return true
}
