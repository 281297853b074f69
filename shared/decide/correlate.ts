import type { Finding } from '../domain/finding.ts'
import { type Incident, incidentId, isClosed } from '../domain/incident.ts'
import type { Signal } from '../domain/signal.ts'

/** The incident that a signal's evidence belongs to. `suppressed`: a reviewer released that incident, and the evidence adds nothing new. */
export type Correlation =
  | { readonly kind: 'new'; readonly id: string }
  | { readonly kind: 'existing'; readonly id: string; readonly incident: Incident }
  | { readonly kind: 'suppressed'; readonly id: string }

/** Decides whether a signal joins the identity's last incident or opens a new one. `last` is undefined when the identity has had no incident. */
export function correlate(signal: Signal, evidence: readonly Finding[], last: Incident | undefined): Correlation {
  if (last === undefined) return { kind: 'new', id: incidentId(signal.identity.id, undefined) }
  if (!isClosed(last)) return { kind: 'existing', id: last.id, incident: last }
  if (isSuppressed(last, signal, evidence)) return { kind: 'suppressed', id: last.id }
  return { kind: 'new', id: incidentId(signal.identity.id, last.id) }
}

/**
 * True when the suppression of a released incident is in force and covers this evidence: the signal is from before the verdict, or every finding comes from a
 * detector that the reviewer had seen. A confirmed finding must also concern the same credential.
 */
function isSuppressed({ suppression, verdict }: Incident, signal: Signal, evidence: readonly Finding[]): boolean {
  if (suppression === undefined || signal.time >= suppression.until) return false
  if (verdict !== undefined && signal.time <= Date.parse(verdict.at)) return true
  return evidence.every(({ detector, credentialId, isConfirmed }) =>
    isConfirmed ? suppression.confirmed.includes(`${detector} ${credentialId}`) : suppression.detectors.includes(detector),
  )
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
      ({ detector, credentialId, weight }) =>
        weight >= finding.weight && detector === finding.detector && credentialId === finding.credentialId,
    )
  if (more.every(addsNothing)) return known
  const strongest = new Map<string, Finding>()
  for (const finding of [...known, ...more]) {
    const key = `${finding.detector} ${finding.credentialId}`
    const kept = strongest.get(key)
    if (kept === undefined || finding.weight > kept.weight) strongest.set(key, finding)
  }
  return [...strongest.values()].sort((a, b) => b.weight - a.weight).slice(0, FINDING_LIMIT)
}

/** Findings stored per incident. It bounds the size of the stored item. */
const FINDING_LIMIT = 60
