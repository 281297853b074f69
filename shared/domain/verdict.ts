import * as z from 'zod'
import { PatternId } from './pattern-id.ts'
import { Points, Time } from './stored.ts'

/** What a verdict answers, as it was then. `shares`: points of the risk by detector; `likelihood`: the advisor's, null where there was none. */
export const VerdictBasis = z
  .strictObject({
    risk: Points,
    baseRisk: Points,
    isConfirmed: z.boolean(),
    shares: z.record(z.string(), z.number()).readonly(),
    likelihood: Points.nullable(),
  })
  .readonly()
export type VerdictBasis = z.infer<typeof VerdictBasis>

/** What a reviewer said of an incident. */
export const Verdict = z
  .strictObject({
    kind: z.enum(['legitimate', 'compromised']),
    by: z.string(),
    reason: z.string(),
    at: z.iso.datetime(),
    /** The assessment that it answered; absent where the responder ended the incident by itself. */
    answered: VerdictBasis.exactOptional(),
    /** What a verdict "legitimate" accepts from now on, a sentence for each pattern; absent where it accepts nothing. `until`: epoch milliseconds. */
    accepted: z
      .array(z.strictObject({ id: PatternId, until: Time, says: z.string() }).readonly())
      .readonly()
      .exactOptional(),
  })
  .readonly()
export type Verdict = z.infer<typeof Verdict>
