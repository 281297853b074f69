import * as z from 'zod'
import type { Shape } from './stored.ts'

/** Where an incident's message stands in Slack. `told` is the last notice that called for people there. */
export const Posting = z.strictObject({ channel: z.string(), ts: z.string(), told: z.string() }).readonly()
export type Posting = z.infer<typeof Posting>

/** How a posting is stored. Version 1, without a `v`, has the same members. */
export const POSTING_SHAPE: Shape<Posting> = { version: 2, schema: Posting, migrations: new Map() }
