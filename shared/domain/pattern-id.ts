import * as z from 'zod'

/** The id of an accepted pattern, such as `pat-0123456789ab`. */
export const PatternId = z.string().regex(/^pat-[0-9a-f]{12}$/, 'must be the id of an accepted pattern, such as pat-0123456789ab')
