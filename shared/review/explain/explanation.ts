import * as z from 'zod'

/** Outcomes of the NIST Cybersecurity Framework 2.0 that the response to a compromised credential contributes to. https://doi.org/10.6028/NIST.CSWP.29 */
export const CSF_OUTCOMES = {
  'DE.AE-02': 'Detect',
  'DE.AE-03': 'Detect',
  'RS.MA-02': 'Respond',
  'RS.AN-03': 'Respond',
  'RS.CO-02': 'Respond',
  'RS.MI-01': 'Respond',
  'RS.MI-02': 'Respond',
  'RC.RP-02': 'Recover',
  'RC.RP-05': 'Recover',
} as const

/** The id of an outcome in `CSF_OUTCOMES`. */
export type CsfOutcome = keyof typeof CSF_OUTCOMES

const Evidence = z
  .array(z.string().regex(/^([IRDVAUOHNXYW]|[EFSCP]\d{1,4})$/))
  .min(1)
  .max(8)

/** A sentence of at most 500 characters, with the ids of the facts that it rests on. */
export const Sentence = z.strictObject({ text: z.string().min(1).max(500), evidence: Evidence })
export type Sentence = z.infer<typeof Sentence>

/** A recommended step of the response, with the NIST CSF 2.0 outcome that it serves. */
export const ResponseStep = z.strictObject({
  outcome: z.enum(Object.keys(CSF_OUTCOMES) as [CsfOutcome, ...CsfOutcome[]]),
  text: z.string().min(1).max(300),
  evidence: Evidence,
})
export type ResponseStep = z.infer<typeof ResponseStep>

/** What happened, why the responder acted, what to do next, and why the key should be rotated. Each sentence cites facts. */
export const ExplanationText = z.strictObject({
  summary: z.array(Sentence).min(1).max(12),
  why: z.array(Sentence).min(1).max(6),
  response: z.array(ResponseStep).min(1).max(8),
  rotation: z.array(Sentence).max(2),
})
export type ExplanationText = z.infer<typeof ExplanationText>

/** `source` is `template` when no model is configured or its answer failed the checks; `fallback` then names the cause. */
export interface Explanation extends ExplanationText {
  readonly source: 'template' | { readonly model: string }
  readonly fallback: string | undefined
}

/** The first cited id that is not a known fact, or undefined when every sentence rests on facts. */
export function unknownCitation({ summary, why, response, rotation }: ExplanationText, known: ReadonlySet<string>): string | undefined {
  return [...summary, ...why, ...response, ...rotation].flatMap(({ evidence }) => evidence).find((id) => !known.has(id))
}
