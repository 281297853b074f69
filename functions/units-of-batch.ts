import * as z from 'zod'

/** The largest part of a batch that is processed together. */
export interface UnitLimits {
  readonly callers: number
  readonly messages: number
}

/**
 * 50 identities are read in one round trip. What is read is written when all of the part is evaluated: the fewer there are, the shorter others can come in
 * between. 100 messages are evaluated within seconds, even where each is evidence.
 */
export const UNIT_LIMITS: UnitLimits = { callers: 50, messages: 100 }

/** Where a record of CloudTrail says who called. */
const Caller = z.object({
  detail: z.object({
    userIdentity: z.object({
      arn: z.string().optional().catch(undefined),
      accessKeyId: z.string().optional().catch(undefined),
      sessionContext: z
        .object({ sessionIssuer: z.object({ arn: z.string() }) })
        .optional()
        .catch(undefined),
    }),
  }),
})

/** A message of a batch. */
interface Message {
  readonly body: unknown
}

/**
 * Divides a batch into parts that are processed one after another, with all messages of a caller in a row. Who the caller is, is guessed here, to save writes
 * and conflicts; who is in a part decides nothing.
 */
export function unitsOf<M extends Message>(messages: readonly M[], limits = UNIT_LIMITS): M[][] {
  const units: M[][] = []
  let unit: M[] = []
  let callers = 0
  const close = () => {
    if (unit.length > 0) units.push(unit)
    unit = []
    callers = 0
  }
  for (const own of Map.groupBy(messages, ({ body }) => callerOf(body)).values()) {
    if (callers === limits.callers) close()
    callers++
    for (const message of own) {
      if (unit.length === limits.messages) {
        close()
        callers = 1
      }
      unit.push(message)
    }
  }
  close()
  return units
}

function callerOf(body: unknown): string {
  const parsed = Caller.safeParse(body)
  if (!parsed.success) return ''
  const { arn, accessKeyId, sessionContext } = parsed.data.detail.userIdentity
  return sessionContext?.sessionIssuer.arn ?? arn ?? accessKeyId ?? ''
}
