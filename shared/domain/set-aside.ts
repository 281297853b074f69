import * as z from 'zod'
import { type Shape, Time } from './stored.ts'

/** A message that is not put back by itself any more: whole, with who set it aside and why. Times are epoch ms. */
export const SetAside = z
  .strictObject({
    id: z.string().min(1).max(200),
    /** The name of the dead-letter queue that it lay in. */
    queue: z.string().min(1).max(40),
    /** ARN of the queue that it has to go to, where there are several. */
    to: z.string().max(300).exactOptional(),
    body: z.string(),
    sentAt: Time,
    setAsideAt: Time,
    by: z.string().max(300),
    why: z.string().max(500),
  })
  .readonly()
export type SetAside = z.infer<typeof SetAside>

/** How a message that was set aside is stored. */
export const SET_ASIDE_SHAPE: Shape<SetAside> = { version: 1, schema: SetAside, migrations: new Map() }
