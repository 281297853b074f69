import { GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { archiveKey, sha256Of } from '../domain/archive.ts'
import type { IncidentArchive } from '../ports/archive.ts'
import { isNamed } from './table.ts'

/** What S3 says of an object that is not there. Without the right to list a bucket's objects it says that access is denied. */
const NOT_THERE = ['NoSuchKey', 'AccessDenied']

/**
 * Archived incidents as objects `archive/inc-…/SHA-256.ndjson` in the bucket of the seals, with its Object Lock.
 *
 * A writer of the bucket can put another version over an object, or a delete marker. Object Lock keeps the version whose text has the hash of the name, and that one is read.
 */
export function s3IncidentArchive(client: S3Client, bucket: string): IncidentArchive {
  const read = async (Key: string, VersionId?: string): Promise<string | undefined> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key, ...(VersionId === undefined ? {} : { VersionId }) }))
    return Body?.transformToString()
  }
  async function* versions(key: string): AsyncGenerator<string> {
    let from: { KeyMarker: string | undefined; VersionIdMarker: string | undefined } | undefined
    do {
      const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, ...from }))
      for (const { Key, VersionId } of page.Versions ?? []) if (Key === key && VersionId !== undefined) yield VersionId
      from = page.IsTruncated === true ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined
    } while (from !== undefined)
  }
  return {
    async put(incidentId, sha256, text) {
      const object = { Bucket: bucket, Key: archiveKey(incidentId, sha256), Body: text, ContentType: 'application/x-ndjson' }
      // S3 takes an object with a lock only where the request names the algorithm of its checksum.
      const checksum = { ChecksumAlgorithm: 'SHA256', ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64') } as const
      try {
        await client.send(new PutObjectCommand({ ...object, ...checksum, IfNoneMatch: '*' }))
      } catch (cause) {
        if (!isNamed(cause, 'PreconditionFailed')) throw cause
      }
    },
    async get(incidentId, sha256) {
      const key = archiveKey(incidentId, sha256)
      const newest = await read(key).catch((cause: unknown) => {
        if (!NOT_THERE.some((name) => isNamed(cause, name))) throw cause
        return undefined
      })
      if (newest !== undefined && sha256Of(newest) === sha256) return { kind: 'found', text: newest }
      // The list says whether it is not there, or may not be read.
      let other = newest
      for await (const version of versions(key)) {
        const text = await read(key, version)
        if (text !== undefined && sha256Of(text) === sha256) return { kind: 'found', text }
        other ??= text
      }
      return other === undefined ? { kind: 'missing' } : { kind: 'changed', text: other }
    },
  }
}
