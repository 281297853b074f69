import * as z from 'zod'
import { isBinding } from './binding-detectors.ts'
import { DetectorId } from './detector-id.ts'
import { ArnPattern, NetworkPattern } from './policy-patterns.ts'
import { DAY_MS } from './time.ts'

/** The kinds of what an exception names. */
export const EXCEPTION_KINDS = ['identities', 'networks', 'tools', 'objects'] as const
export type ExceptionKind = (typeof EXCEPTION_KINDS)[number]

const Globs = z.array(z.string().min(1).max(512)).min(1).max(50)

/** A day, which counts to its end (UTC), or a time. */
const Until = z.union([z.iso.date(), z.iso.datetime()], {
  error: 'must be a day such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z',
})

/**
 * What a detector does not count: findings on calls that fit every kind which is named, each by any of its patterns. `identities`: ARN patterns; `networks`: as in
 * `blocklist`, public addresses alone; `tools`: patterns of user agents, or families such as `terraform`; `objects`: patterns of the names that the request has.
 */
export const DetectorException = z
  .strictObject({
    identities: z.array(ArnPattern).min(1).max(50).optional(),
    networks: z.array(NetworkPattern).min(1).max(50).optional(),
    tools: Globs.optional(),
    objects: Globs.optional(),
    reason: z.string().min(1).max(200),
    until: Until,
  })
  .refine((exception) => EXCEPTION_KINDS.some((kind) => exception[kind] !== undefined), {
    error: `names nothing: give at least one of ${EXCEPTION_KINDS.join(', ')}`,
  })
export type DetectorException = z.infer<typeof DetectorException>

/** How one detector counts: whether at all, the factor on its weight, and what of it does not count. */
export const DetectorTuning = z.strictObject({
  enabled: z.boolean().default(true),
  weight: z.number().min(0.1).max(1.5).default(1),
  except: z.array(DetectorException).max(20).default([]),
})
export type DetectorTuning = z.infer<typeof DetectorTuning>

/** How detectors count, by id; what is not named counts as it is. */
export const DetectorTunings = z.record(DetectorId, DetectorTuning)
export type DetectorTunings = z.infer<typeof DetectorTunings>

/** How a detector counts that the policy does not name. */
export const UNTUNED: DetectorTuning = { enabled: true, weight: 1, except: [] }

/** How a detector counts. What binds counts as it is, whatever the policy says. */
export function tuningOf(tunings: DetectorTunings, id: string): DetectorTuning {
  return isBinding(id) || !Object.hasOwn(tunings, id) ? UNTUNED : (tunings[id] as DetectorTuning)
}

/** The first moment (epoch ms) at which an exception no longer applies. */
export function endOf({ until }: Pick<DetectorException, 'until'>): number {
  const at = Date.parse(until)
  return until.includes('T') ? at : at + DAY_MS
}
