import type { Finding } from '../domain/finding.ts'
import { type Incident, incidentId, isClosed } from '../domain/incident.ts'
import type { Signal } from '../domain/signal.ts'

/** Which incident a signal's evidence belongs to. `held`: a person released it, and this says nothing that is new. */
export type Correlation =
  | { readonly kind: 'new'; readonly id: string }
  | { readonly kind: 'existing'; readonly id: string; readonly incident: Incident }
  | { readonly kind: 'held'; readonly id: string }

/** Finds the incident for a signal among the identity's last one; `undefined` last means that there was none. */
export function correlate(signal: Signal, evidence: readonly Finding[], last: Incident | undefined): Correlation {
  if (last === undefined) return { kind: 'new', id: incidentId(signal.identity.id, undefined) }
  if (!isClosed(last)) return { kind: 'existing', id: last.id, incident: last }
  if (isSuppressed(last, signal, evidence)) return { kind: 'held', id: last.id }
  return { kind: 'new', id: incidentId(signal.identity.id, last.id) }
}

/** The hold covers what was released: the same detectors, or signals from before the verdict. */
function isSuppressed({ suppression, verdict }: Incident, signal: Signal, evidence: readonly Finding[]): boolean {
  if (suppression === undefined || signal.time >= suppression.until) return false
  if (verdict !== undefined && signal.time <= Date.parse(verdict.at)) return true
  return evidence.every(({ detector, credentialId, isConfirmed }) =>
    isConfirmed ? suppression.confirmed.includes(`${detector} ${credentialId}`) : suppression.detectors.includes(detector),
  )
}

/**
 * The findings of an incident with new ones, strongest first: the strongest of each detector and credential, at most `FINDING_LIMIT`. Answers
 * `known` itself, which came out of here before, where the new ones change nothing: most calls of a suspect say again what is known.
 */
export function mergeFindings(known: readonly Finding[], more: readonly Finding[]): readonly Finding[] {
  const least = known.length < FINDING_LIMIT ? Number.NEGATIVE_INFINITY : (known[known.length - 1] as Finding).weight
  const isKnown = (finding: Finding) =>
    finding.weight <= least ||
    known.includes(finding) ||
    known.some(
      ({ detector, credentialId, weight }) =>
        weight >= finding.weight && detector === finding.detector && credentialId === finding.credentialId,
    )
  if (more.every(isKnown)) return known
  const strongest = new Map<string, Finding>()
  for (const finding of [...known, ...more]) {
    const key = `${finding.detector} ${finding.credentialId}`
    const kept = strongest.get(key)
    if (kept === undefined || finding.weight > kept.weight) strongest.set(key, finding)
  }
  return [...strongest.values()].sort((a, b) => b.weight - a.weight).slice(0, FINDING_LIMIT)
}

const FINDING_LIMIT = 60
