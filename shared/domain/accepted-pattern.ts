import * as z from 'zod'
import { isAboutAct } from './attempt.ts'
import { AGAINST_RESPONDER } from './binding-detectors.ts'
import { namesOnePrincipal } from './containable.ts'
import { Axis, type EvidenceGroup, type Finding } from './finding.ts'
import { PatternId } from './pattern-id.ts'
import { type Scene, SceneText } from './scene.ts'
import { type Credential, type Identity, isOtherPrincipal } from './signal.ts'
import { type Shape, Time } from './stored.ts'
import { DAY_MS } from './time.ts'

/** The most patterns of one identity: with one more, the oldest is dropped. */
export const PATTERN_LIMIT = 16

/** The most places or tools, kinds of finding, objects of one kind, and keys or sessions that a pattern names. What is beyond them is not accepted. */
export const WORDS_LIMIT = 8
export const KINDS_LIMIT = 32
export const OBJECTS_LIMIT = 16
export const NAMES_LIMIT = 32

/** A session name has 64 characters at most, and the mail address of a person of Identity Center may be longer; a key id has 128 at most. */
const NAME_LENGTH = 128

const Names = z.array(z.string().min(1).max(NAME_LENGTH)).min(1).max(NAMES_LIMIT).readonly()

/** A kind of finding as it was seen: of which detector, at most how strong, and about which objects; an empty text stands for none. */
const AcceptedKind = z
  .strictObject({
    detector: z.string().max(60),
    axis: Axis,
    weight: z.number().min(0).max(1),
    objects: z
      .array(z.union([z.literal(''), SceneText]))
      .max(OBJECTS_LIMIT)
      .readonly(),
  })
  .readonly()
export type AcceptedKind = z.infer<typeof AcceptedKind>

/**
 * What a person called legitimate: which identity (by which of its keys, or in sessions of which names, where it has those), from where, with what, and which kinds of finding. The same again is
 * not asked about until `until` (epoch ms). `at` and `by`: when and by whom; `incidentId`: what they saw.
 */
export const AcceptedPattern = z
  .strictObject({
    id: PatternId,
    identityId: z.string().max(2048),
    principalId: z.string().max(128).exactOptional(),
    keys: Names.exactOptional(),
    sessions: Names.exactOptional(),
    places: z.array(SceneText).min(1).max(WORDS_LIMIT).readonly(),
    tools: z.array(SceneText).min(1).max(WORDS_LIMIT).readonly(),
    kinds: z.array(AcceptedKind).min(1).max(KINDS_LIMIT).readonly(),
    incidentId: z.string().max(64),
    by: z.string().max(2048),
    at: z.iso.datetime(),
    until: Time,
  })
  .readonly()
export type AcceptedPattern = z.infer<typeof AcceptedPattern>

/** The patterns of one identity, oldest first. Each entry of its chain holds all that are in force after it, so that the last one says everything. */
export const AcceptedPatterns = z.strictObject({ patterns: z.array(AcceptedPattern).max(PATTERN_LIMIT).readonly() }).readonly()
export type AcceptedPatterns = z.infer<typeof AcceptedPatterns>

/** How the patterns of an identity are stored, as the value of an entry of the record. */
export const PATTERNS_SHAPE: Shape<AcceptedPatterns> = { version: 1, schema: AcceptedPatterns, migrations: new Map() }

/** These say that another incident has part in it, or that AWS reported something: no person can have seen the next one. */
const NEVER: readonly EvidenceGroup[] = ['lineage', 'exposure']

/** A finding whose scenes are known. */
export type Recognised = Finding & { readonly scenes: readonly Scene[] }

/** True for a finding that a pattern can be about: an act whose place is known, which is neither confirmed nor about another incident or the responder. */
export function isAcceptable(finding: Finding): finding is Recognised {
  const { isConfirmed, group, detector, scenes } = finding
  return !isConfirmed && isAboutAct(finding) && !NEVER.includes(group) && !AGAINST_RESPONDER.has(detector) && scenes !== undefined
}

/** True for an identity whose habits one reviewer can know: root and what stands for many callers are always asked about. */
export function canHavePatterns(identity: Identity): boolean {
  return identity.kind !== 'root' && namesOnePrincipal(identity)
}

/** By what an identity does something: one of its keys, a session of a name, or, as on the console, neither. */
export type Subject = { readonly kind: 'keys' | 'sessions'; readonly name: string } | { readonly kind: 'identity' }

/**
 * What a pattern is of: a release of one key covers no other, and one of a session none of another name. The ids of sessions are new each time. Undefined for
 * a session of a role without a name.
 */
export function subjectOf({ kind }: Identity, credential: Credential): Subject | undefined {
  const { sessionName } = credential
  if (credential.kind === 'access-key') return named('keys', credential.id)
  if (sessionName === undefined) return kind === 'role' ? undefined : { kind: 'identity' }
  return named('sessions', sessionName)
}

function named(kind: 'keys' | 'sessions', name: string): Subject | undefined {
  return name === '' || name.length > NAME_LENGTH ? undefined : { kind, name }
}

/** What is compared with patterns: all evidence against a credential at the time of a call (epoch ms). */
export interface Candidate {
  readonly identity: Identity
  readonly credential: Credential
  readonly time: number
  readonly evidence: readonly Finding[]
}

/**
 * The pattern that covers all of the evidence; undefined where none does alone. `days` is what the policy allows a pattern now: 0 means that none counts,
 * and fewer than when it was made end it earlier.
 */
export function coveringPattern(
  { identity, credential, time, evidence }: Candidate,
  patterns: readonly AcceptedPattern[],
  days: number,
): AcceptedPattern | undefined {
  const subject = subjectOf(identity, credential)
  if (subject === undefined || evidence.length === 0 || !canHavePatterns(identity)) return undefined
  // Other credentials are other keys or sessions.
  if (subject.kind !== 'identity' && evidence.some(({ credentialId }) => credentialId !== credential.id)) return undefined
  return patterns.find(
    (pattern) =>
      pattern.identityId === identity.id &&
      !isOtherPrincipal({ ...identity, ...(pattern.principalId === undefined ? {} : { principalId: pattern.principalId }) }, identity) &&
      isOf(pattern, subject) &&
      time < Math.min(pattern.until, Date.parse(pattern.at) + days * DAY_MS) &&
      evidence.every((finding) => isCoveredBy(pattern, finding)),
  )
}

function isOf({ keys, sessions }: AcceptedPattern, subject: Subject): boolean {
  if (subject.kind === 'identity') return keys === undefined && sessions === undefined
  return (subject.kind === 'keys' ? keys : sessions)?.includes(subject.name) === true
}

/** What is new, or comes from somewhere new, weighs more the longer an identity is known, whatever the call is. */
const AGING: readonly EvidenceGroup[] = ['origin', 'novelty']

/** True where a finding is of a kind that was seen, no stronger, and was made where, with what and on what that was seen. */
function isCoveredBy({ places, tools, kinds }: AcceptedPattern, finding: Finding): boolean {
  if (!isAcceptable(finding)) return false
  const kind = kinds.find(({ detector, axis }) => detector === finding.detector && axis === finding.axis)
  if (kind === undefined || (finding.weight > kind.weight && !AGING.includes(finding.group))) return false
  return finding.scenes.every(
    ({ place, tool, object = '' }) => places.includes(place) && tools.includes(tool) && kind.objects.includes(object),
  )
}

/** The patterns of an identity after some were added. The same ones again change nothing; with too many, the oldest are dropped. */
export function withPatterns(known: readonly AcceptedPattern[], more: readonly AcceptedPattern[]) {
  const added = more.filter(({ id }) => !known.some((one) => one.id === id))
  const all = [...known, ...added]
  return { added, patterns: all.slice(-PATTERN_LIMIT), dropped: all.slice(0, Math.max(0, all.length - PATTERN_LIMIT)) }
}
