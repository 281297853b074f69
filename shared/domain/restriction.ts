import { z } from 'zod'

/** The session name of a role as STS accepts it: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const SessionName = z.string().regex(/^[\w+=,.@-]{2,64}$/)

/** The most sessions of one role that a restriction names: so many fit into the inline policies of a role, beside all else that it says. */
export const RESTRICTED_SESSIONS_LIMIT = 50

/**
 * What a restricted identity may go on doing: its habit from before the first suspicious signal.
 *
 * `services`: IAM's prefixes of the services that it uses. `actions`: the sensitive IAM actions of its habit. `addresses` and `endpoints`: the ranges and
 * VPC endpoints that it calls from. `sessions`: the sessions of a role that are restricted, by their names. Without `isCovered` the habit is not known well
 * enough, and only a fixed list of grave actions is denied.
 */
export const Restriction = z
  .strictObject({
    services: z
      .array(z.string().regex(/^[a-z0-9-]{1,40}$/))
      .max(80)
      .readonly(),
    actions: z
      .array(z.string().regex(/^[a-z0-9-]{1,40}:[A-Za-z0-9]{1,80}$/))
      .max(150)
      .readonly(),
    addresses: z
      .array(z.union([z.cidrv4(), z.cidrv6()]))
      .max(12)
      .readonly(),
    endpoints: z
      .array(z.string().regex(/^vpce-[0-9a-f]{8,17}$/))
      .max(8)
      .readonly(),
    sessions: z.array(SessionName).max(RESTRICTED_SESSIONS_LIMIT).readonly(),
    isCovered: z.boolean(),
  })
  .readonly()
export type Restriction = z.infer<typeof Restriction>

/** The restriction that rests on no habit: it denies the fixed list of grave actions alone, to the same sessions. */
export function withoutHabit({ sessions }: Restriction): Restriction {
  return { services: [], actions: [], addresses: [], endpoints: [], sessions, isCovered: false }
}

/** The restriction with more sessions of the role, up to the limit; the same object where it names them all. */
export function withSessions(restriction: Restriction, names: readonly string[]): Restriction {
  const more = names.filter((name) => !restriction.sessions.includes(name))
  const sessions = [...restriction.sessions, ...more].slice(0, RESTRICTED_SESSIONS_LIMIT)
  return sessions.length === restriction.sessions.length ? restriction : { ...restriction, sessions }
}
