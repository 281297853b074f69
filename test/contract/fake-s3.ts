import { type Loopback, loopback, type WireAnswer } from './loopback.ts'

interface Version {
  readonly key: string
  readonly versionId: string
  readonly body: string
  /** A delete marker: it hides the versions before it. */
  readonly isMarker: boolean
  /** When it was stored: one second after another. */
  readonly at: string
}

/** When the first version is stored. */
export const FIRST_STORED_AT = Date.UTC(2026, 0, 1)

/** A stand-in for a versioned bucket of S3, with the three calls that seals and archives need. Lists `pageSize` versions at a time. */
export async function fakeS3(pageSize = 1000): Promise<{
  wire: Loopback
  overwrite(key: string, body: string): void
  hide(key: string): void
}> {
  const versions: Version[] = []
  const add = (key: string, body: string, isMarker = false) => {
    const at = new Date(FIRST_STORED_AT + versions.length * 1000).toISOString()
    versions.push({ key, body, isMarker, at, versionId: `v${String(versions.length + 1).padStart(4, '0')}` })
  }
  /** By key, and each key's newest first. */
  const listed = () => [...versions].sort((a, b) => a.key.localeCompare(b.key) || b.versionId.localeCompare(a.versionId))
  const wire = await loopback(({ method, path, headers, body }): WireAnswer => {
    const url = new URL(path, 'http://s3')
    const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'))
    if (method === 'PUT') {
      const newest = versions.findLast((one) => one.key === key)
      if (headers['if-none-match'] === '*' && newest !== undefined && !newest.isMarker) return failure(412, 'PreconditionFailed')
      add(key, plain(body, headers['content-encoding']))
      return { status: 200, headers: { etag: '"x"' } }
    }
    if (!url.searchParams.has('versions')) {
      const asked = url.searchParams.get('versionId')
      const newest = versions.findLast((one) => one.key === key)
      const found =
        asked === null ? (newest?.isMarker === true ? undefined : newest) : versions.find(({ versionId }) => versionId === asked)
      return found === undefined ? failure(404, 'NoSuchKey') : { status: 200, body: found.body }
    }
    const prefix = url.searchParams.get('prefix') ?? ''
    const all = listed().filter((one) => one.key.startsWith(prefix))
    const marker = url.searchParams.get('version-id-marker')
    const start = marker === null ? 0 : all.findIndex(({ versionId }) => versionId === marker) + 1
    const page = all.slice(start, start + pageSize)
    const rest = start + pageSize < all.length
    const next = page.at(-1)
    const markers = rest ? `<NextKeyMarker>${next?.key}</NextKeyMarker><NextVersionIdMarker>${next?.versionId}</NextVersionIdMarker>` : ''
    const items = page.map(({ key: Key, versionId, isMarker, at }) => {
      const tag = isMarker ? 'DeleteMarker' : 'Version'
      return `<${tag}><Key>${Key}</Key><VersionId>${versionId}</VersionId><LastModified>${at}</LastModified></${tag}>`
    })
    return {
      headers: { 'content-type': 'application/xml' },
      body: `<ListVersionsResult><IsTruncated>${rest}</IsTruncated>${markers}${items.join('')}</ListVersionsResult>`,
    }
  })
  return { wire, overwrite: (key, body) => add(key, body), hide: (key) => add(key, '', true) }
}

function failure(status: number, code: string): WireAnswer {
  return { status, headers: { 'content-type': 'application/xml' }, body: `<Error><Code>${code}</Code><Message>${code}</Message></Error>` }
}

/** The SDK sends a checksum behind the body, in chunks: `size CRLF bytes CRLF 0 CRLF trailer`. */
function plain(body: string, encoding: string | undefined): string {
  if (encoding?.includes('aws-chunked') !== true) return body
  const bytes = Buffer.from(body)
  const end = bytes.indexOf('\r\n')
  const size = Number.parseInt(bytes.subarray(0, end).toString(), 16)
  return bytes.subarray(end + 2, end + 2 + size).toString()
}
