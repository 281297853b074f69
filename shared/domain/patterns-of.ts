import { createHash } from 'node:crypto'
import {
  type AcceptedKind,
  type AcceptedPattern,
  canHavePatterns,
  isAcceptable,
  KINDS_LIMIT,
  NAMES_LIMIT,
  OBJECTS_LIMIT,
  PATTERN_LIMIT,
  type Recognised,
  type Subject,
  subjectOf,
  WORDS_LIMIT,
} from './accepted-pattern.ts'
import { canonical } from './change.ts'
import type { Incident } from './incident.ts'
import { DAY_MS } from './time.ts'

/** A verdict "legitimate". `saw`: the detectors whose findings the reviewer was shown; `days`: for how long the policy accepts. */
export interface Acceptance {
  readonly by: string
  /** ISO 8601. */
  readonly at: string
  readonly saw: ReadonlySet<string>
  readonly days: number
}

/**
 * The patterns that a verdict makes of an incident: one for its identity, or one for all keys, and for all sessions, whose evidence is alike. What was found
 * after the verdict, or is of another identity, is no part of any.
 */
export function patternsOf(
  incident: Pick<Incident, 'id' | 'identity' | 'credentials' | 'findings'>,
  { by, at, saw, days }: Acceptance,
): AcceptedPattern[] {
  const { id: incidentId, identity } = incident
  if (days <= 0 || !canHavePatterns(identity)) return []
  const alike = new Map<string, { kind: Subject['kind']; seen: Seen; names: string[] }>()
  for (const { subject, found } of foundBySubject(incident, { saw, until: Date.parse(at) })) {
    const seen = seenIn(found)
    const key = `${subject.kind} ${canonical(seen)}`
    const names = [...(alike.get(key)?.names ?? []), ...(subject.kind === 'identity' ? [] : [subject.name])]
    alike.set(key, { kind: subject.kind, seen, names })
  }
  return [...alike].slice(0, PATTERN_LIMIT).map(([key, { kind, seen, names }]) => ({
    id: `pat-${createHash('sha256').update(`${incidentId}\n${at}\n${key}`).digest('hex').slice(0, 12)}`,
    identityId: identity.id,
    ...(identity.principalId === undefined ? {} : { principalId: identity.principalId }),
    ...(kind === 'identity' ? {} : { [kind]: names.slice(0, NAMES_LIMIT) }),
    ...seen,
    ...{ incidentId, by, at },
    until: Date.parse(at) + days * DAY_MS,
  }))
}

type Seen = Pick<AcceptedPattern, 'places' | 'tools' | 'kinds'>

/** The findings that can be accepted, by what they are of. */
function foundBySubject(
  { identity, credentials, findings }: Pick<Incident, 'identity' | 'credentials' | 'findings'>,
  { saw, until }: { readonly saw: ReadonlySet<string>; readonly until: number },
): Iterable<{ readonly subject: Subject; readonly found: readonly Recognised[] }> {
  const bySubject = new Map<string, { subject: Subject; found: Recognised[] }>()
  for (const finding of findings) {
    const credential = credentials.find(({ id }) => id === finding.credentialId)
    const subject = credential === undefined ? undefined : subjectOf(identity, credential)
    if (subject === undefined || !isAcceptable(finding) || finding.time > until || !saw.has(finding.detector)) continue
    const key = canonical(subject)
    bySubject.set(key, { subject, found: [...(bySubject.get(key)?.found ?? []), finding] })
  }
  return bySubject.values()
}

function seenIn(found: readonly Recognised[]): Seen {
  const scenes = found.flatMap((finding) => finding.scenes)
  const kinds = distinct(found.map(({ detector }) => detector)).map((detector): AcceptedKind => {
    const same = found.filter((finding) => finding.detector === detector)
    const objects = distinct(same.flatMap((finding) => finding.scenes.map(({ object = '' }) => object)))
    const weight = Math.max(...same.map((finding) => finding.weight))
    return { detector, axis: (same[0] as Recognised).axis, weight, objects: objects.slice(0, OBJECTS_LIMIT) }
  })
  return {
    places: distinct(scenes.map(({ place }) => place)).slice(0, WORDS_LIMIT),
    tools: distinct(scenes.map(({ tool }) => tool)).slice(0, WORDS_LIMIT),
    kinds: kinds.slice(0, KINDS_LIMIT),
  }
}

function distinct(words: readonly string[]): string[] {
  return [...new Set(words)].sort()
}
