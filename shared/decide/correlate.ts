import type { Folded } from '../detect/fold.ts'
import { withinHearsayLimit } from '../domain/ceilings.ts'
import { type Finding, kindOfFinding } from '../domain/finding.ts'
import { EVIDENCE_MS } from '../domain/identity-state.ts'
import { type Incident, incidentId, isClosed } from '../domain/incident.ts'
import { withScenes } from '../domain/merge-scenes.ts'
import type { Credential } from '../domain/signal.ts'

/** The incident that a signal's evidence belongs to. `suppressed`: that incident was released, and it contains this evidence. */
export type Correlation =
  | { readonly kind: 'new'; readonly id: string }
  | { readonly kind: 'existing'; readonly id: string; readonly incident: Incident }
  | { readonly kind: 'suppressed'; readonly id: string }

/** What correlation compares: a signal, its own findings, and all the evidence against its credential. */
export type Evidence = Pick<Folded, 'signal' | 'findings' | 'evidence'>

/**
 * Decides whether a signal joins the identity's last incident or opens a new one. `last` is undefined when the identity has had no incident; `previous`
 * is then the id of one that somebody else of its name was in.
 */
export function correlate(found: Evidence, last: Incident | undefined, previous?: string): Correlation {
  const { identity, time } = found.signal
  if (last === undefined) return { kind: 'new', id: incidentId(identity.id, previous) }
  if (!isClosed(last)) return { kind: 'existing', id: last.id, incident: last }
  const isInForce = last.suppression !== undefined && time < last.suppression.until
  return isInForce && isCovered(found, last) ? { kind: 'suppressed', id: last.id } : { kind: 'new', id: incidentId(identity.id, last.id) }
}

/**
 * True when an incident contains this evidence already, so that a release of the incident covers it.
 *
 * A finding is covered by one of the same detector about the same credential, or about a session of the same name. What AWS confirms is covered
 * only by the same signal: a release never speaks for a report that came after it. When a signal arrived says nothing of what it shows.
 */
export function isCovered({ signal, findings, evidence }: Evidence, { findings: before, credentials }: Incident): boolean {
  const seen = new Set(before.map(({ signalId }) => signalId))
  if (findings.some(({ isConfirmed, signalId }) => isConfirmed && !seen.has(signalId))) return false
  const known = new Set(before.map((finding) => `${kindOfFinding(finding)} ${subjectOf(finding, credentials)}`))
  const current = [...credentials, signal.credential]
  return [...findings, ...evidence].every((finding) => known.has(`${kindOfFinding(finding)} ${subjectOf(finding, current)}`))
}

/** The name of the session where a finding's credential is a named session, since each has a new id; else the credential's id. */
function subjectOf({ credentialId }: Finding, credentials: readonly Credential[]): string {
  const credential = credentials.find(({ id }) => id === credentialId)
  return credential?.kind === 'session' && credential.sessionName !== undefined ? `session ${credential.sessionName}` : credentialId
}

/**
 * Merges new findings into those of an incident: the strongest per detector and credential, strongest first, at most `FINDING_LIMIT`.
 *
 * `known` must be a result of this function. The same array is returned when nothing changes, so that callers can skip a write; most calls of
 * a suspect repeat known findings.
 */
export function mergeFindings(known: readonly Finding[], more: readonly Finding[]): readonly Finding[] {
  const least = known.length < FINDING_LIMIT ? Number.NEGATIVE_INFINITY : (known[known.length - 1] as Finding).weight
  const addsNothing = (finding: Finding) =>
    finding.weight <= least ||
    known.includes(finding) ||
    known.some(
      (one) =>
        one.weight >= finding.weight &&
        one.detector === finding.detector &&
        one.credentialId === finding.credentialId &&
        one.reportedBy === finding.reportedBy &&
        withScenes(one, finding) === one,
    )
  if (more.every(addsNothing)) return known
  const strongest = new Map<string, Finding>()
  for (const finding of [...known, ...more]) {
    const key = `${kindOfFinding(finding)} ${finding.credentialId}`
    const kept = strongest.get(key)
    if (kept === undefined) strongest.set(key, finding)
    else if (kept !== finding) strongest.set(key, finding.weight > kept.weight ? withScenes(finding, kept) : withScenes(kept, finding))
  }
  const sorted = [...strongest.values()].sort((a, b) => b.weight - a.weight)
  return withinHearsayLimit(sorted, HEARSAY_LIMIT).slice(0, FINDING_LIMIT)
}

/**
 * The findings that count at a time (epoch ms): evidence ages in an incident as it does against a credential, but for what is confirmed and for exposures: what
 * was seen where it must not be stays seen. An incident keeps
 * the strongest finding of each detector, so give the present evidence as well: where that one has aged, a weaker one of today counts.
 */
export function countedAt(findings: readonly Finding[], at: number): readonly Finding[] {
  return findings.filter((finding) => finding.isConfirmed || isExposure(finding) || Math.abs(at - finding.time) <= EVIDENCE_MS)
}

function isExposure({ group, reportedBy }: Finding): boolean {
  return group === 'exposure' && reportedBy !== undefined
}

/** Findings stored per incident. It bounds the size of the stored item. */
const FINDING_LIMIT = 60

/** The most of them that anybody may have written. */
const HEARSAY_LIMIT = 20
