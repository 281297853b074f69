import * as z from 'zod'
import { ResponderError } from '../errors.ts'
import { iamServiceOf } from './iam-actions.ts'
import { DATA_PLANE_SERVICES, LastUsedSnapshot } from './last-used.ts'

/**
 * One page of the answer to GetServiceLastAccessedDetails, as the SDK gives it and as the AWS CLI prints it: a service without `LastAuthenticated` was never used.
 *
 *     {"JobStatus":"COMPLETED","JobCreationDate":"2026-01-31T02:41:07Z","ServicesLastAccessed":[
 *       {"ServiceName":"Amazon S3","ServiceNamespace":"s3","LastAuthenticated":"2026-01-30T11:02:00Z","TotalAuthenticatedEntities":1}],"IsTruncated":false}
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html
 */
const Answer = z.object({
  JobStatus: z.string(),
  JobCreationDate: z.union([z.date(), z.string()]),
  ServicesLastAccessed: z.array(z.object({ ServiceNamespace: z.string(), LastAuthenticated: z.union([z.date(), z.string()]).nullish() })),
  IsTruncated: z.boolean().nullish(),
})

/** An answer of IAM to all pages as a snapshot. `from` says where it came from. Throws `input.unreadable` where it is none, or not whole. */
export function readLastUsed(answer: unknown, from: string): LastUsedSnapshot {
  const fault = (what: string) => new ResponderError('input.unreadable', `${from} is no last-used data of IAM: ${what}`)
  const read = Answer.safeParse(answer)
  if (!read.success) throw fault('it is not what `aws iam get-service-last-accessed-details` prints')
  const { JobStatus, JobCreationDate, ServicesLastAccessed, IsTruncated } = read.data
  if (JobStatus !== 'COMPLETED') throw fault('its JobStatus is not COMPLETED; ask IAM again for the same job')
  if (IsTruncated === true) throw fault('it is one page of several; ask with --max-items 1000')
  const takenAt = timeOf(JobCreationDate)
  const used = new Map<string, number>()
  const listed = new Set<string>()
  for (const { ServiceNamespace, LastAuthenticated } of ServicesLastAccessed) {
    // IAM names a service by the prefix of its actions. One that the list of actions lacks is newer than the list.
    const service = iamServiceOf(ServiceNamespace) ?? ServiceNamespace
    listed.add(service)
    if (LastAuthenticated !== undefined && LastAuthenticated !== null)
      used.set(service, Math.max(used.get(service) ?? Number.NEGATIVE_INFINITY, timeOf(LastAuthenticated)))
  }
  const snapshot = LastUsedSnapshot.safeParse({
    takenAt,
    used: [...used].map(([service, at]) => ({ service, at })),
    neverUsed: DATA_PLANE_SERVICES.filter((service) => listed.has(service) && !used.has(service)),
  })
  if (!snapshot.success) throw fault('a service or a time in it is none')
  return snapshot.data
}

function timeOf(value: Date | string): number {
  return value instanceof Date ? value.getTime() : Date.parse(value)
}
