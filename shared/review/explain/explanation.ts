import { z } from 'zod'

/** Outcomes of the NIST Cybersecurity Framework 2.0 that a response to a credential in foreign hands brings about. https://doi.org/10.6028/NIST.CSWP.29 */
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
export type CsfOutcome = keyof typeof CSF_OUTCOMES

const Evidence = z
  .array(z.string().regex(/^([IRDV]|[FSCP]\d{1,4})$/))
  .min(1)
  .max(8)

/** A sentence, and the facts that it rests on. */
export const Sentence = z.strictObject({ text: z.string().min(1).max(300), evidence: Evidence })
export type Sentence = z.infer<typeof Sentence>

export const ResponseStep = z.strictObject({
  outcome: z.enum(Object.keys(CSF_OUTCOMES) as [CsfOutcome, ...CsfOutcome[]]),
  text: z.string().min(1).max(300),
  evidence: Evidence,
})
export type ResponseStep = z.infer<typeof ResponseStep>

/** What happened, why this was done, what comes next, and why the key should be made anew. Each sentence cites facts. */
export const ExplanationText = z.strictObject({
  summary: z.array(Sentence).min(1).max(5),
  why: z.array(Sentence).min(1).max(6),
  response: z.array(ResponseStep).min(1).max(8),
  rotation: z.array(Sentence).max(2),
})
export type ExplanationText = z.infer<typeof ExplanationText>

/** `template`: no model was asked, or none answered as it must; then `fallback` says why. */
export interface Explanation extends ExplanationText {
  readonly source: 'template' | { readonly model: string }
  readonly fallback: string | undefined
}

/** The first id that a text cites and that is no fact, or undefined where every sentence rests on facts. */
export function inventedIn({ summary, why, response, rotation }: ExplanationText, known: ReadonlySet<string>): string | undefined {
  return [...summary, ...why, ...response, ...rotation].flatMap(({ evidence }) => evidence).find((id) => !known.has(id))
}
