import type { AdvisorFallback, Opinion } from './domain/assessment.ts'
import type { Grant } from './domain/blast-radius.ts'
import type { Change } from './domain/change.ts'
import type { IdentityState } from './domain/identity-state.ts'
import type { Incident, IncidentSignal, NoticeKind } from './domain/incident.ts'
import type { Network } from './domain/network.ts'
import type { Identity } from './domain/signal.ts'

/** A stored value with the number of its revision; 0 stands for "not stored yet". */
export interface Versioned<T> {
  readonly value: T
  readonly version: number
}

/** What is stored of an identity: its fold state and the incident it was in last. */
export interface StoredIdentity {
  readonly state: Versioned<IdentityState> | undefined
  readonly incidentId: string | undefined
}

/** The fold's state of every identity. */
export interface IdentityStore {
  /** Every asked id is in the answer. One round trip for up to 50 identities. */
  load(identityIds: readonly string[]): Promise<Map<string, StoredIdentity>>
  /** False where somebody else has saved since `version` was read; then nothing was written. */
  saveState(state: IdentityState, version: number): Promise<boolean>
  /** Says which incident an identity was in last, where that is `previous` or not known yet; else it stays as it is. */
  setIncident(identityId: string, incidentId: string, previous: string | undefined): Promise<void>
  /** The id of every identity that has a state, in no order. Reads the whole table where it is followed to its end. */
  ids(): AsyncIterable<string>
}

/** Incidents and their timelines. */
export interface IncidentStore {
  get(id: string): Promise<Versioned<Incident> | undefined>
  /** False where somebody else has saved since `version` was read, or where it exists and `version` is 0. */
  save(incident: Incident, version: number): Promise<boolean>
  /** Adds a signal to the timeline; a signal that is there already stays as it is. */
  addSignal(incidentId: string, signal: IncidentSignal): Promise<void>
  /** The timeline, oldest first. */
  signals(incidentId: string): Promise<IncidentSignal[]>
  /** Incidents that are not closed, highest priority first. */
  listOpen(limit: number): Promise<Incident[]>
  /** Every incident, in no order. */
  listAll(): AsyncIterable<Incident>
}

/** The append-only, hash-chained record. A subject is `INCIDENT#id`, `ORDER#id`, `POLICY` or `SEAL`. */
export interface ChangeRecord {
  /** Throws `UnreadableEntry` where what is stored is no entry. */
  last(subject: string): Promise<Change | undefined>
  list(subject: string): Promise<Change[]>
  /** False where the entry's number is taken; then nothing was written. */
  append(change: Change): Promise<boolean>
  /** Every subject that has a chain. */
  subjects(): AsyncIterable<string>
}

/** Keeps seals where the record's own keepers cannot change them. Each has a number, from 1 on, without gaps. */
export interface SealVault {
  /** False where a seal of that number is there; then nothing was written. */
  put(number: number, text: string): Promise<boolean>
  /** The text that was put first, whatever was put over it since; undefined where there is none. */
  get(number: number): Promise<string | undefined>
  /** The highest number that there is, 0 for none. */
  last(): Promise<number>
}

/** Counts containments, so that a flood of them becomes questions. */
export interface Breaker {
  /**
   * Reserves a containment in an hour (epoch hours) for an incident. False where `limit` incidents have one already.
   * The same incident may reserve again: it counts once.
   */
  reserve(hour: number, incidentId: string, limit: number): Promise<boolean>
}

export type KeyStatus = 'Active' | 'Inactive' | 'Expired'

export interface AccessKey {
  readonly id: string
  readonly status: KeyStatus
}

/** What policies name identities by. An ARN holds the path, which the names in events leave out. */
export interface Description {
  readonly arn: string
  readonly tags: Readonly<Record<string, string>>
}

/** IAM, as far as the responder uses it. "Not found" is an answer; "could not look" throws. */
export interface Iam {
  /** The user that owns an access key, as an identity, or undefined where there is no such key. */
  ownerOf(accessKeyId: string): Promise<Identity | undefined>
  listAccessKeys(userName: string): Promise<AccessKey[]>
  /** False where there is no such user or key. */
  setAccessKeyStatus(userName: string, accessKeyId: string, status: 'Active' | 'Inactive'): Promise<boolean>
  /** The text of an inline policy, or undefined where the user has none of that name. */
  getUserPolicy(userName: string, policyName: string): Promise<string | undefined>
  putUserPolicy(userName: string, policyName: string, document: string): Promise<PutOutcome>
  deleteUserPolicy(userName: string, policyName: string): Promise<void>
  /** Whether a managed policy is attached to a user; false also where there is no such user. */
  isAttached(userName: string, policyArn: string): Promise<boolean>
  attachUserPolicy(userName: string, policyArn: string): Promise<PutOutcome>
  detachUserPolicy(userName: string, policyArn: string): Promise<void>
  /** The ARN of a user's permissions boundary, or undefined where it has none. */
  boundaryOf(userName: string): Promise<string | undefined>
  /** Sets the boundary, or takes it away where `policyArn` is undefined. */
  setBoundary(userName: string, policyArn: string | undefined): Promise<PutOutcome>
  /** What a user has beside access keys that can be switched off. */
  listSwitches(userName: string): Promise<Switch[]>
  /** False where there is no such user or credential. */
  setSwitch(userName: string, credential: Pick<Switch, 'kind' | 'id'>, status: 'Active' | 'Inactive'): Promise<boolean>
  getRolePolicy(roleName: string, policyName: string): Promise<string | undefined>
  putRolePolicy(roleName: string, policyName: string, document: string): Promise<PutOutcome>
  deleteRolePolicy(roleName: string, policyName: string): Promise<void>
  /** The trust policy of a role, or undefined where there is no such role. */
  getTrust(roleName: string): Promise<string | undefined>
  setTrust(roleName: string, document: string): Promise<PutOutcome>
  /** A new key of a user. Its secret is given this once. */
  createAccessKey(userName: string): Promise<NewKey | Exclude<PutOutcome, 'put'>>
  /** False where there is no such user or key. */
  deleteAccessKey(userName: string, accessKeyId: string): Promise<boolean>
  /** When a key was last used (epoch ms), as far as IAM knows; undefined where it never was or is not there. */
  lastUsedOf(accessKeyId: string): Promise<number | undefined>
  /** How many IAM users the account has. */
  countUsers(): Promise<number>
  /** The true ARN and the tags of a user or role, or undefined where there is no such identity. */
  describe(identity: Identity): Promise<Description | undefined>
  /** What the identity's policies grant, or undefined where that is not known here. */
  grantsOf(identity: Identity): Promise<readonly Grant[] | undefined>
}

/** An access key as it is made. `secret` is never logged, recorded or answered by any door. */
export interface NewKey {
  readonly id: string
  readonly secret: string
}

export type PutOutcome = 'put' | 'no-such-identity' | 'quota'

export type SwitchKind = 'service-specific-credential' | 'ssh-public-key' | 'signing-certificate'

/** A credential of a user that IAM can switch off and on, other than an access key. */
export interface Switch {
  readonly kind: SwitchKind
  readonly id: string
  readonly status: KeyStatus
}

/** What the advisor is told: what the fold knows, in words of ours, and apart from it what somebody else wrote. */
export interface EvidencePack {
  readonly incidentId: string
  readonly identityKind: string
  readonly baseline: {
    readonly ageDays: number
    readonly calls: number
    /** 0 to 1. */
    readonly maturity: number
    readonly errorRate: number
  }
  readonly risk: number
  /** `F1`, `F2` …, strongest first, each with the points of the risk that it accounts for. */
  readonly findings: readonly {
    readonly id: string
    readonly detector: string
    readonly title: string
    readonly technique: string
    readonly share: number
  }[]
  /** `S1`, `S2` …, oldest first: when what was found, counted back from now. */
  readonly timeline: readonly { readonly id: string; readonly secondsAgo: number; readonly findings: readonly string[] }[]
  readonly blastRadius: { readonly score: number; readonly reasons: readonly string[] }
  /** Text that an attacker may have written, by what it is: clipped, and without what could be taken for markup. */
  readonly untrusted: Readonly<Record<string, string>>
}

export type AdvisorAnswer = ({ readonly kind: 'answered' } & Opinion) | { readonly kind: 'fallback'; readonly cause: AdvisorFallback }

/** What an answer may cost: seconds, and tokens of the answer. */
export interface AdvisorLimits {
  readonly deadlineSeconds: number
  readonly maxOutputTokens: number
}

/** One question to a model, to be answered by one tool. `instructions` are the same for every question of a kind. */
export interface Asked extends AdvisorLimits {
  readonly instructions: string
  readonly question: string
  readonly tool: { readonly name: string; readonly description: string; readonly schema: Readonly<Record<string, unknown>> }
  readonly incidentId: string
}

export type ModelAnswer =
  | {
      readonly kind: 'answered'
      /** What the tool was called with: not checked yet. */
      readonly input: unknown
      readonly inputTokens: number
      readonly outputTokens: number
      readonly milliseconds: number
    }
  | { readonly kind: 'fallback'; readonly cause: AdvisorFallback }

/** A language model. Never throws: no answer is an answer. */
export interface Model {
  readonly id: string
  ask(asked: Asked): Promise<ModelAnswer>
}

/** A second opinion on an assessment. Never throws: no answer is an answer. */
export interface Advisor {
  /** Set where there is none: then no budget is spent on asking it. */
  readonly isAbsent?: true
  advise(pack: EvidencePack, limits: AdvisorLimits): Promise<AdvisorAnswer>
}

/** Counts questions to the advisor, so that a flood of events cannot run up the bill. */
export interface AdvisorBudget {
  /** Takes one question of an hour (epoch hours) for an identity. False where its share or the account's is used up. */
  take(hour: number, identityId: string, limits: { readonly perIdentity: number; readonly perAccount: number }): Promise<boolean>
}

/** What people are told. `body` is plain text; what an attacker may have written in it is clipped and free of control characters. */
export interface Notice {
  readonly incidentId: string
  readonly kind: NoticeKind
  readonly priority: number
  readonly title: string
  readonly body: string
}

export interface Notifier {
  notify(notice: Notice): Promise<void>
}

/** Another place where incidents are seen, such as AWS Security Hub. The same incident again changes what is there. */
export interface FindingHub {
  share(incident: Incident): Promise<void>
}

/** Where an incident's message stands in Slack. `told` is the last notice that called for people there. */
export interface Posting {
  readonly channel: string
  readonly ts: string
  readonly told: string
}

/** Remembers the message of each incident, so that later notices change it and do not add another. */
export interface Postings {
  get(incidentId: string): Promise<Posting | undefined>
  /** False where another message than `previous` (its `ts`; undefined for none) is remembered; then nothing was written. */
  put(incidentId: string, posting: Posting, previous: string | undefined): Promise<boolean>
}

/** Hands an incident to the function that may contain: the id, and nothing else. */
export interface ContainDoor {
  contain(incidentId: string): Promise<void>
}

/** Has an incident looked at again, some seconds later and some more: whoever is at work on it then may undo what was done. */
export interface WatchDoor {
  /** After each of these times, in seconds, 900 at most. */
  verifyLater(incidentId: string, afterSeconds: readonly number[]): Promise<void>
}

/** Hands an incident to the function that makes keys anew: the id, and nothing else. */
export interface RotateDoor {
  rotate(incidentId: string): Promise<void>
}

/** Has the events of an incident's credentials looked up that never came by themselves. */
export interface TraceDoor {
  trace(incidentId: string): Promise<void>
}

/** The root user's own access keys, by the organisation's right to manage them. */
export interface RootKeys {
  list(): Promise<AccessKey[]>
  /** False where there is no such key. */
  remove(accessKeyId: string): Promise<boolean>
}

/** Where secrets are kept for their owners. */
export interface SecretVault {
  /** Puts a value under a name, as a version of that id (32 to 64 characters); the same version again changes nothing. */
  put(name: string, value: string, versionId: string): Promise<void>
  /** True where the name has that version. */
  has(name: string, versionId: string): Promise<boolean>
}

/** Asks for the past of a long-lived key that is seen for the first time, off the hot path. */
export interface BootstrapDoor {
  bootstrap(accessKeyId: string): Promise<void>
}

/** What CloudTrail still knows of a key's past: raw records, newest first as the source gives them. */
export interface EventHistory {
  /** Since a time (epoch ms), or as far back as CloudTrail keeps. */
  lookup(accessKeyId: string, since?: number): Promise<unknown[]>
}

/** Where a public address is: its ISO 3166 country and its network, as far as they are known. Asks no network. */
export interface Place {
  readonly country: string | undefined
  readonly network: Network | undefined
}

export interface Places {
  placeOf(address: string): Place
}

/** Epoch milliseconds. */
export interface Clock {
  now(): number
}

/** Says one event by name, with fields that hold no secret and no raw event. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void
}

/** What respond needs. No member can change IAM. */
export interface RespondPorts {
  readonly identities: IdentityStore
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly iam: Pick<Iam, 'ownerOf' | 'describe' | 'grantsOf'>
  readonly advisor: Advisor
  readonly budget: AdvisorBudget
  readonly notifier: Notifier
  readonly containDoor: ContainDoor
  readonly bootstrapDoor: BootstrapDoor
  /** The account that it acts in. Undefined where a log of any account is replayed. */
  readonly account: string | undefined
  readonly history: EventHistory
  readonly places: Places
  readonly clock: Clock
  readonly log: Log
}

/** What contain needs. No advisor, no events. */
export interface ContainPorts {
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly breaker: Breaker
  readonly iam: Iam
  readonly notifier: Notifier
  readonly watchDoor: WatchDoor
  /** The account that it acts in. Undefined where a log of any account is replayed. */
  readonly account: string | undefined
  /** The stack's managed policy that denies everything; undefined where there is none. */
  readonly quarantinePolicyArn: string | undefined
  readonly clock: Clock
  readonly log: Log
}

/** What rotate needs: keys of users and a place for their secrets, no policies of anybody. */
export interface RotatePorts {
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly iam: Pick<Iam, 'listAccessKeys' | 'createAccessKey' | 'deleteAccessKey' | 'lastUsedOf'>
  readonly vault: SecretVault
  readonly notifier: Notifier
  readonly clock: Clock
  readonly log: Log
}

/** What watch needs. No member can change IAM. */
export interface WatchPorts {
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly iam: Pick<Iam, 'describe'>
  readonly containDoor: ContainDoor
  /** Undefined where keys are not made anew. */
  readonly rotateDoor: RotateDoor | undefined
  readonly traceDoor: TraceDoor
  readonly notifier: Notifier
  /** Whoever is on call. */
  readonly pager: Notifier
  readonly clock: Clock
  readonly log: Log
}
