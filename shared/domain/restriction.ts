import * as z from 'zod'
import { DATA_PLANE_SERVICES, ServicePrefix } from './last-used.ts'
import { Time } from './stored.ts'
import { HOUR_MS } from './time.ts'

/** The most of each that a restriction holds; the room of a policy is bounded, and no habit that is known needs more. */
export const RESTRICTION_LIMITS = { services: 150, actions: 150, addresses: 12, endpoints: 8, sessions: 50 } as const

/** The session name of a role as STS accepts it, without signs that are wildcards: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const SessionName = z.string().regex(/^[\w+=,.@-]{2,64}$/)

/** An IAM action, as `service:Name`. */
export const HabitualAction = z.string().regex(/^[a-z0-9-]{1,40}:[A-Za-z][A-Za-z0-9]{1,63}$/)

/** A range that is wider than a large company's says nothing of a place. */
const cidr = z.union([
  z.cidrv4().refine((range) => prefixOf(range) >= 16, { error: 'must be /16 or narrower' }),
  z.cidrv6().refine((range) => prefixOf(range) >= 32, { error: 'must be /32 or narrower' }),
])

function prefixOf(range: string): number {
  return Number(range.slice(range.indexOf('/') + 1))
}

/**
 * What is denied for an hour, habit or not: groups of grave actions that the identity used far above its usual rate. `until` is in epoch milliseconds, a whole
 * second.
 */
export const Brake = z
  .strictObject({
    groups: z
      .array(z.enum(['sharing', 'deletion']))
      .min(1)
      .max(2)
      .readonly(),
    until: Time.int().multipleOf(1000),
  })
  .readonly()
export type Brake = z.infer<typeof Brake>

/**
 * What an identity may go on doing until a person has answered: its own habit. It says what is habitual; what is denied follows from it
 * (`shared/contain/restriction-document.ts`).
 *
 * `addresses` and `endpoints` are empty where the identity has no stable place. `sessions` names the sessions of a role that are restricted; it is empty for a
 * user. Without `isCovered` the habit is known only in part, and only a fixed list of grave actions is denied.
 */
export const Restriction = z
  .strictObject({
    /** Service prefixes of IAM, such as `s3`: each may be used. */
    services: z.array(ServicePrefix).max(RESTRICTION_LIMITS.services).readonly(),
    /** IAM actions that are habit, as `service:Name`. */
    actions: z.array(HabitualAction).max(RESTRICTION_LIMITS.actions).readonly(),
    /** Address ranges of calls, as CIDR. */
    addresses: z.array(cidr).max(RESTRICTION_LIMITS.addresses).readonly(),
    /** VPC endpoints of calls. */
    endpoints: z
      .array(z.string().regex(/^vpce-[0-9a-f]{8,17}$/))
      .max(RESTRICTION_LIMITS.endpoints)
      .readonly(),
    sessions: z.array(SessionName).max(RESTRICTION_LIMITS.sessions).readonly(),
    isCovered: z.boolean(),
    /** True where calls from outside `addresses` and `endpoints` are denied: it stops an owner who moved, so it takes more than an unusual place. */
    isFenced: z.boolean(),
    brake: Brake.exactOptional(),
    /** Services that it never used, as IAM's last-used data says: their data plane is denied as new like the rest. Absent where that is not known. */
    neverUsed: z.array(z.enum(DATA_PLANE_SERVICES)).max(DATA_PLANE_SERVICES.length).readonly().exactOptional(),
    /**
     * What the habit has of IAM's last-used data: when that was taken last (epoch ms), and which of `services` are known by it alone. Absent where none is known from
     * before the first suspicious signal.
     */
    lastUsed: z
      .strictObject({ takenAt: Time, services: z.array(ServicePrefix).max(RESTRICTION_LIMITS.services).readonly() })
      .readonly()
      .exactOptional(),
  })
  .readonly()
export type Restriction = z.infer<typeof Restriction>

/** True where calls from outside the usual places are denied: it is fenced, and the places are known. */
export function hasFence({ isCovered, isFenced, addresses, endpoints }: Restriction): boolean {
  return isCovered && isFenced && addresses.length + endpoints.length > 0
}

/** True where a restriction denies more than one of before: to more sessions, from outside the usual places as well, or by a brake. */
export function hasWidened(now: Restriction, before: Restriction | undefined): boolean {
  if (before === undefined) return now.sessions.length > 0
  return now.sessions.length > before.sessions.length || (hasFence(now) && !hasFence(before)) || brakesAnew(now.brake, before.brake)
}

/** A brake that is written again holds half an hour longer at least, so that a flood of calls is not one of policies. */
const BRAKE_AGAIN_MS = HOUR_MS / 2

/** True where a brake is of another group, or has nearly ended. */
function brakesAnew(now: Brake | undefined, before: Brake | undefined): boolean {
  if (now === undefined) return false
  return before === undefined || now.until >= before.until + BRAKE_AGAIN_MS || now.groups.some((group) => !before.groups.includes(group))
}

/** The restriction with a brake, where that brakes anew: of all groups, until the later time. */
export function withBrake(restriction: Restriction, brake: Brake | undefined): Restriction {
  const { brake: before } = restriction
  if (brake === undefined || !brakesAnew(brake, before)) return restriction
  const groups = [...new Set([...(before?.groups ?? []), ...brake.groups])].sort()
  return { ...restriction, brake: { groups, until: Math.max(brake.until, before?.until ?? 0) } }
}

/** Times of issue, both included: epoch milliseconds of whole seconds. */
export interface IssuedWithin {
  readonly since: number
  readonly until: number
}

/** A restriction as a policy says it: of a role also of all sessions that were issued within some time, where they are too many to be named. It is not stored. */
export type PolicyRestriction = Restriction & { readonly issued?: IssuedWithin }

/** The restriction that rests on no habit: it denies the fixed list of grave actions alone, to the same sessions. */
export function withoutHabit({ sessions, issued, brake }: PolicyRestriction): PolicyRestriction {
  const braked = brake === undefined ? {} : { brake }
  const fixed = { services: [], actions: [], addresses: [], endpoints: [], sessions, isCovered: false, isFenced: false, ...braked }
  return issued === undefined ? fixed : { ...fixed, issued }
}

/** The restriction under which no role is assumed, habit or not: who assumed so many sessions that they cannot be named assumes no more. */
export function withoutAssumptions(restriction: Restriction): Restriction {
  return { ...restriction, actions: restriction.actions.filter((action) => !/^sts:assume/i.test(action)) }
}

/** The restriction with more sessions of the role, up to the limit; the same object where it names them all. */
export function withSessions(restriction: Restriction, names: readonly string[]): Restriction {
  const more = names.filter((name) => !restriction.sessions.includes(name))
  const sessions = [...restriction.sessions, ...more].slice(0, RESTRICTION_LIMITS.sessions)
  return sessions.length === restriction.sessions.length ? restriction : { ...restriction, sessions }
}
