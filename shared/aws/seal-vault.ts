import { GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { SealVault } from '../ports/stores.ts'
import { isNamed } from './table.ts'

const PREFIX = 'seals/'

/**
 * Seals as objects `seals/000001.ndjson` in a bucket with Object Lock.
 *
 * A writer of the bucket can add another version of an object or a delete marker. Object Lock keeps the first version, which is the one read here.
 */
export function s3SealVault(client: S3Client, bucket: string): SealVault {
  const keyOf = (number: number) => `${PREFIX}${String(number).padStart(6, '0')}.ndjson`
  const numberOf = (key: string) => Number(key.match(/^seals\/(\d{6,})\.ndjson$/)?.[1] ?? 0)
  /** All object versions with a prefix. S3 lists the versions of a key newest first. */
  async function* versions(prefix: string): AsyncGenerator<{ key: string; versionId: string; at: number }> {
    let from: { KeyMarker: string | undefined; VersionIdMarker: string | undefined } | undefined
    do {
      const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...from }))
      for (const { Key, VersionId, LastModified } of page.Versions ?? [])
        if (Key !== undefined && VersionId !== undefined)
          // S3 sets the time. A version without one counts as new, so that it is looked at.
          yield { key: Key, versionId: VersionId, at: LastModified?.getTime() ?? Number.POSITIVE_INFINITY }
      from = page.IsTruncated === true ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined
    } while (from !== undefined)
  }
  return {
    async put(number, text) {
      const object = { Bucket: bucket, Key: keyOf(number), Body: text, ContentType: 'application/x-ndjson' }
      try {
        await client.send(new PutObjectCommand({ ...object, IfNoneMatch: '*' }))
        return true
      } catch (cause) {
        if (isNamed(cause, 'PreconditionFailed')) return false
        throw cause
      }
    },
    async get(number) {
      let first: string | undefined
      for await (const { key, versionId } of versions(keyOf(number))) if (key === keyOf(number)) first = versionId
      if (first === undefined) return undefined
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(number), VersionId: first }))
      return Body?.transformToString()
    },
    async last() {
      let last = 0
      for await (const { key } of versions(PREFIX)) last = Math.max(last, numberOf(key))
      return last
    },
    async since(at) {
      const storedAt = new Map<number, number>()
      // The oldest version of a key comes last.
      for await (const { key, at: one } of versions(PREFIX)) storedAt.set(numberOf(key), one)
      return Math.min(...[...storedAt].flatMap(([number, one]) => (number > 0 && one >= at ? [number] : [])))
    },
  }
}
