import { z } from 'zod'
import { Time } from './stored.ts'

/**
 * A user of an incident that was renamed, or moved to another path. `arn` is the new one. `time` is that of the call, or that of the look at which the
 * new name was found (epoch ms). Keys, policies, tags and the date of creation of a user stay when it is renamed.
 */
export const Rename = z.strictObject({ from: z.string(), to: z.string(), arn: z.string(), time: Time }).readonly()
export type Rename = z.infer<typeof Rename>
