import * as z from 'zod'
import type { AdvisorFallback } from '../../domain/assessment.ts'
import type { EvidencePack } from '../../ports/advisor.ts'
import { evidenceIds } from './pack.ts'

const EvidenceId = z.string().regex(/^([FS]\d{1,2}|BASELINE|BLAST_RADIUS)$/)

/** The answer that a model must give. Anything else counts as malformed. */
export const OpinionAnswer = z.strictObject({
  likelihood: z.number().min(0).max(100),
  verdict: z.enum(['compromised', 'legitimate', 'unclear']),
  reasons: z
    .array(z.strictObject({ text: z.string().min(1).max(300), evidence: z.array(EvidenceId).min(1).max(8) }))
    .min(1)
    .max(6),
  techniques: z.array(z.string().regex(/^T\d{4}(\.\d{3})?$/)).max(8),
  narrative: z.string().min(1).max(800),
  nextSteps: z.array(z.string().min(1).max(200)).max(5),
})
export type OpinionAnswer = z.infer<typeof OpinionAnswer>

/** `OpinionAnswer` as JSON Schema, for the tool that the model is forced to call. */
export const opinionSchema = () => z.toJSONSchema(OpinionAnswer) as Record<string, unknown>

/** Checks an answer against the schema, and that its reasons cite only evidence ids of the pack. Returns the fallback cause when it fails. */
export function opinionIn(input: unknown, pack: EvidencePack): OpinionAnswer | Extract<AdvisorFallback, 'malformed' | 'invented'> {
  const parsed = OpinionAnswer.safeParse(input)
  if (!parsed.success) return 'malformed'
  const known = evidenceIds(pack)
  if (parsed.data.reasons.some(({ evidence }) => evidence.some((id) => !known.has(id)))) return 'invented'
  const { reasons, narrative, nextSteps } = parsed.data
  return {
    ...parsed.data,
    reasons: reasons.map(({ text, evidence }) => ({ text: oneLine(text), evidence })),
    narrative: oneLine(narrative),
    nextSteps: nextSteps.map(oneLine),
  }
}

/** Replaces control characters by spaces: a model may repeat what an attacker wrote, and people read it on terminals. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
}
