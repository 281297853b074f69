import * as z from 'zod'
import { orAbsent, Time } from './stored.ts'
import { HOUR_MS, MINUTE_MS } from './time.ts'

/**
 * How far CloudTrail was asked about the calls of one credential. A pass goes from the newest call back to the oldest that matters, over as many
 * runs as it needs. Times are epoch milliseconds.
 */
export const CredentialLookup = z
  .strictObject({
    id: z.string(),
    /** When the pass under way began, by the responder's clock. */
    startedAt: orAbsent(Time),
    /** The oldest call that the pass under way has read: it goes on from there. */
    reached: orAbsent(Time),
    /** When the last complete pass began: what CloudTrail knew then was read. */
    completedAt: orAbsent(Time),
    /** How many things that it issued a limit left out of the lineage. */
    cut: z.number().int().min(0),
  })
  .readonly()
export type CredentialLookup = z.infer<typeof CredentialLookup>

/**
 * What CloudTrail said of the event that decided an incident. `known`: it has the same event. `unknown`: it answered, and has none, or another
 * one by that id. `not-held`: its event history does not hold events of that kind, so it was not asked.
 */
export const EventLookup = z
  .strictObject({ signalId: z.string(), answer: z.enum(['known', 'unknown', 'not-held']), why: z.string(), at: Time })
  .readonly()
export type EventLookup = z.infer<typeof EventLookup>

/** Something lasting that a credential issued before the first suspicious call: the owner may have made it, so a person decides. */
export const EarlierThing = z.strictObject({ id: z.string(), owner: z.string(), kind: z.string(), time: Time }).readonly()
export type EarlierThing = z.infer<typeof EarlierThing>

/** What was looked up in CloudTrail for an incident, and how the last attempt failed if it did. */
export const Lookups = z
  .strictObject({
    credentials: z.array(CredentialLookup).readonly(),
    decidingEvent: orAbsent(EventLookup),
    earlier: z.array(EarlierThing).readonly(),
    failure: orAbsent(z.strictObject({ error: z.string(), at: Time }).readonly()),
  })
  .readonly()
export type Lookups = z.infer<typeof Lookups>

/** Before the first look-up. */
export const NOT_LOOKED_UP: Lookups = { credentials: [], decidingEvent: undefined, earlier: [], failure: undefined }

/**
 * The longest life of a session: 36 hours for GetSessionToken and GetFederationToken, 12 hours for a role. What a credential issued before that
 * has expired. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
 */
export const LONGEST_SESSION_MS = 36 * HOUR_MS

/** CloudTrail gives most events to LookupEvents within 15 minutes, so a later pass begins that long before the one before. Milliseconds. */
export const DELIVERY_MS = 15 * MINUTE_MS
