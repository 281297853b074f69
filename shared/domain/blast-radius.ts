import * as z from 'zod'
import { Points } from './stored.ts'

/** How much damage an identity could do, 0 to 100, and whether that is known from its policies, from its own calls, or not at all. */
export const BlastRadius = z
  .strictObject({ score: Points, basis: z.enum(['policies', 'observed', 'unknown']), reasons: z.array(z.string()).readonly() })
  .readonly()
export type BlastRadius = z.infer<typeof BlastRadius>

/** Reach where nothing is known, and the least where a policy is not known. */
export const UNKNOWN_REACH = 50
