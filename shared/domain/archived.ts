import * as z from 'zod'
import { Time } from './stored.ts'

/** Where the rest of an archived incident is: an object of the seal bucket, its SHA-256 in hex, and when it was archived (epoch ms). */
export const Archived = z
  .strictObject({ at: Time, key: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex') })
  .readonly()
export type Archived = z.infer<typeof Archived>
