import {
  GenerateServiceLastAccessedDetailsCommand,
  GetServiceLastAccessedDetailsCommand,
  type IAMClient,
  type ServiceLastAccessed,
} from '@aws-sdk/client-iam'
import { principalIn } from '../domain/arn.ts'
import { readLastUsed } from '../domain/read-last-used.ts'
import { errorName, RefusedInAccount, ResponderError } from '../errors.ts'
import type { LastUsedAnswer, LastUsedSource } from '../ports/last-used.ts'
import { isNamed } from './table.ts'

/** Services on one page; IAM gives at most 1,000, and AWS has about 450. */
const PAGE_SIZE = 1000

/** An answer with more pages than this is none: markers that never end must not keep the function busy. */
const PAGES = 5

/** A job takes seconds. It is asked for after 1, 2, 3 … seconds, 55 in all; then it is left to the next night. */
const POLLS = 10

/** The names by which IAM refuses calls that are too many. */
const THROTTLED = ['Throttling', 'ThrottlingException', 'TooManyRequestsException', 'RequestLimitExceeded']

/** Last-used data of several accounts: each identity's from its own. One account that refuses the responder keeps no other from being asked. */
export function lastUsedIn(sourceOf: (account: string) => LastUsedSource): LastUsedSource {
  return {
    async take(identityId) {
      const account = principalIn(identityId)?.account
      if (account === undefined) return { kind: 'unknown' }
      try {
        return await sourceOf(account).take(identityId)
      } catch (cause) {
        if (cause instanceof RefusedInAccount) return { kind: 'failed', why: cause.message }
        throw cause
      }
    },
  }
}

/**
 * Last-used data through the AWS API. Only who started a job may read its answer, so one call does both.
 *
 * Service level: the actions that IAM tracks count refused attempts too, and what an intruder tries first are the grave ones. So they are not asked for.
 */
export function iamLastUsed(
  client: IAMClient,
  wait: (ms: number) => Promise<void> = (ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
): LastUsedSource {
  return {
    async take(identityId) {
      try {
        const { JobId } = await client.send(
          new GenerateServiceLastAccessedDetailsCommand({ Arn: identityId, Granularity: 'SERVICE_LEVEL' }),
        )
        return JobId === undefined ? { kind: 'failed', why: 'no job' } : await answerOf(JobId)
      } catch (cause) {
        if (isNamed(cause, 'NoSuchEntityException') || isNamed(cause, 'InvalidInputException')) return { kind: 'unknown' }
        if (THROTTLED.includes(errorName(cause))) return { kind: 'throttled' }
        if (cause instanceof ResponderError && cause.code === 'input.unreadable') return { kind: 'failed', why: 'unreadable' }
        throw cause
      }
    },
  }

  async function answerOf(jobId: string): Promise<LastUsedAnswer> {
    for (let poll = 1; poll <= POLLS; poll++) {
      await wait(poll * 1000)
      const first = await page(jobId, undefined)
      if (first.JobStatus === 'IN_PROGRESS') continue
      if (first.JobStatus === 'FAILED') return { kind: 'failed', why: 'job failed' }
      const services: ServiceLastAccessed[] = []
      let [at, pages] = [first, 1]
      services.push(...(at.ServicesLastAccessed ?? []))
      for (; at.IsTruncated === true && at.Marker !== undefined && pages < PAGES; pages++) {
        at = await page(jobId, at.Marker)
        services.push(...(at.ServicesLastAccessed ?? []))
      }
      return {
        kind: 'taken',
        snapshot: readLastUsed({ ...first, ServicesLastAccessed: services, IsTruncated: at.IsTruncated }, 'the answer'),
      }
    }
    return { kind: 'failed', why: 'job too slow' }
  }

  function page(jobId: string, marker: string | undefined) {
    const next = marker === undefined ? {} : { Marker: marker }
    return client.send(new GetServiceLastAccessedDetailsCommand({ JobId: jobId, MaxItems: PAGE_SIZE, ...next }))
  }
}
