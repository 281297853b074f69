import type { Network } from '../domain/network.ts'
import type { Identity } from '../domain/signal.ts'
import type { BackfillQueue, ContainInvoker } from './invokers.ts'
import type { Notifier } from './notices.ts'
import type { Clock, Log } from './runtime.ts'
import type { ChangeRecord, IdentityStore, IncidentStore } from './stores.ts'

/**
 * Workers of each queue of look-ups: the least that Lambda takes for one.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export const LOOKUP_WORKERS = 2

/**
 * How long a worker waits after each request, in milliseconds, by what it looks up. LookupEvents takes two requests a second, account and region
 * (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html): two workers make 4/3 of them for incidents and 2/3 for new keys, so neither
 * waits for the other. A test holds the sum.
 */
export const LOOKUP_PAUSE_MS = { backfill: 1_500, bootstrap: 3_000 } as const

/** What LookupEvents finds records by: it takes one attribute at a time. */
export type HistoryQuery = { readonly accessKeyId: string } | { readonly eventId: string }

/** A part of the answer, newest first. `next` is where the rest begins; undefined where this was the last part. */
export interface HistoryPage {
  readonly records: readonly unknown[]
  readonly next: string | undefined
}

/**
 * CloudTrail's event history: raw records, newest first. Requests are paced to the rate that LookupEvents allows. What cannot be looked up is
 * thrown, and is never an empty answer.
 */
export interface EventHistory {
  /** The region whose events it holds; undefined where it holds those of all. */
  readonly region: string | undefined
  /** The account whose events it holds; undefined where it holds those of all. */
  readonly account: string | undefined
  /** Looks up the newest records of a key, since a time (epoch milliseconds) or as far back as CloudTrail keeps them, by 10 requests at most, or by `requests`. */
  lookup(accessKeyId: string, since?: number, requests?: number): Promise<unknown[]>
  /** One request: at most 50 records from `since` to `until` (epoch ms, both inclusive, in whole seconds). */
  page(
    query: HistoryQuery,
    range: { readonly since?: number; readonly until?: number | undefined; readonly next?: string | undefined },
  ): Promise<HistoryPage>
}

/** Evaluates raw records like any other events, and answers which of them have to be delivered again. */
export type Respond = (
  inputs: readonly unknown[],
) => Promise<{ readonly failed: ReadonlyMap<number, string>; readonly outcomes: readonly unknown[] }>

export interface LookUpPorts {
  readonly incidents: IncidentStore
  readonly record: Pick<ChangeRecord, 'list'>
  readonly identities: Pick<IdentityStore, 'setIncident'>
  readonly containInvoker: ContainInvoker
  /** Absent where nobody carries on what one run leaves. */
  readonly backfillQueue?: BackfillQueue | undefined
  readonly notifier: Notifier
  readonly history: EventHistory
  /** The event history of another account that is acted in; undefined of an account that is not. Absent where only the stack's own is. */
  readonly historyOf?: ((account: string) => EventHistory | undefined) | undefined
  readonly clock: Clock
  readonly log: Log
}

/** The location of a public IP address: its ISO 3166 country code and its network; undefined when unknown. */
export interface GeoLocation {
  readonly country: string | undefined
  readonly network: Network | undefined
}

/** Locates IP addresses from local data, without network access. */
export interface GeoIp {
  locate(address: string): GeoLocation
}

/** Which role the instances have that got a profile. Undefined where IAM does not know the profile, or it has no role. */
export interface InstanceProfiles {
  roleOf(profileName: string, account: string): Promise<Identity | undefined>
}
