import * as z from 'zod'
import { Time } from './stored.ts'

/**
 * Until `until` (epoch milliseconds) the evidence that the released incident contains does not open another. `detectors` and `confirmed` (`detector
 * credential`) sum that evidence up for those who read the incident; correlation compares with its findings and credentials themselves.
 */
export const Suppression = z
  .strictObject({ until: Time, detectors: z.array(z.string()).readonly(), confirmed: z.array(z.string()).readonly() })
  .readonly()
export type Suppression = z.infer<typeof Suppression>
