import * as z from 'zod'

/** What AWS gives an account, and what of it no function may reserve. */
const [ACCOUNT_CONCURRENCY, UNRESERVED_CONCURRENCY] = [1000, 100]

/** The places that are kept by default: contain runs for at most a minute, and review posts two notices at a time beside the presses of people. */
export const RESERVED = { contain: 10, review: 5 }

/** The fewest places of functions that queues wake: those that their queues fill at the same time, and some beside. */
const FEWEST = { contain: 6, review: 3, respond: 26 } as const

/** Places that are kept for functions, by their names. */
export const ReservedConcurrency = z
  .partialRecord(
    z.enum(['contain', 'review', 'respond', 'rotate', 'sweep', 'slack', 'seal', 'archive', 'webhook', 'logs']),
    z
      .number()
      .int()
      .min(1, 'must be at least 1: 0 places mean to Lambda that the function never runs; leave its name out, and no place is kept for it')
      .max(900),
  )
  .superRefine((places, context) => {
    for (const [name, least] of Object.entries(FEWEST)) {
      const found = places[name as keyof typeof FEWEST]
      if (found !== undefined && found < least)
        context.addIssue(`${name} must be at least ${least}, or be left out, and no place is kept for it`)
    }
    const sum = Object.values(places).reduce((total, one) => total + one, 0)
    const most = ACCOUNT_CONCURRENCY - UNRESERVED_CONCURRENCY
    if (sum > most) context.addIssue(`must be ${most} in all at most, because AWS keeps ${UNRESERVED_CONCURRENCY} for other functions`)
  })
  .meta({ examples: [RESERVED] })
