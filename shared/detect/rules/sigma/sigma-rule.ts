import * as z from 'zod'
import { Technique } from '../../../domain/finding.ts'
import { RULE_WEIGHT_LIMIT, RuleGroup } from '../packed-rule.ts'

/** A record with which a rule is tested. */
const SampleRecord = z.record(z.string(), z.unknown())

/** The most samples of a kind. */
const SAMPLES_LIMIT = 50

/** Records that a rule matches, and near misses that it must not match. */
export const SampleRecords = z.strictObject({
  match: z.array(SampleRecord).max(SAMPLES_LIMIT).default([]),
  nomatch: z.array(SampleRecord).max(SAMPLES_LIMIT).default([]),
})
export type RuleSamples = z.infer<typeof SampleRecords>

/**
 * What a rule says to Countersign, under the key `countersign`. All of it may be left out.
 *
 * `axis`: `what` the calls do, or `who` calls. `group`: of which kind of evidence it is; that of `who` is `origin`. `weight`: how bad it is by itself, or how
 * likely it is not the owner. `fact`: what it rests on, where other rules or detectors rest on the same. `runbook`: what the person on call does first.
 * `tests`: records that the rule matches, and near misses that it must not match.
 */
export const OwnBlock = z.strictObject({
  axis: z.enum(['who', 'what']).optional(),
  group: RuleGroup.optional(),
  weight: z.number().min(0.01).max(RULE_WEIGHT_LIMIT).optional(),
  fact: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'must be small letters, digits and hyphens, at most 60')
    .optional(),
  technique: Technique.optional(),
  runbook: z.string().min(1).max(1_000).optional(),
  tests: SampleRecords.optional(),
})
export type OwnBlock = z.infer<typeof OwnBlock>

export const Level = z.enum(['informational', 'low', 'medium', 'high', 'critical'])
export type Level = z.infer<typeof Level>

/**
 * A rule in the format of Sigma. What says nothing of how it is matched or shown is not looked at.
 * @see https://sigmahq.io/sigma-specification/specification/sigma-rules-specification.html
 */
export const SigmaRule = z.object({
  title: z.string().min(1).max(256),
  id: z.string().max(64).optional(),
  status: z.enum(['stable', 'test', 'experimental', 'deprecated', 'unsupported']).optional(),
  description: z.string().max(20_000).optional(),
  logsource: z.object({
    product: z.string().max(64).optional(),
    service: z.string().max(64).optional(),
    category: z.string().max(64).optional(),
  }),
  detection: z.record(z.string(), z.unknown()),
  falsepositives: z.union([z.array(z.unknown()).max(100), z.string(), z.null()]).optional(),
  level: Level.optional(),
  tags: z.array(z.unknown()).max(200).nullish(),
  countersign: OwnBlock.optional(),
})
export type SigmaRule = z.infer<typeof SigmaRule>
