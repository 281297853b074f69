import { isHearsay } from '../domain/ceilings.ts'
import { openWindow } from '../domain/credential-window.ts'
import { addsEvidence, evidenceAgainst, type IdentityState, keepEvidence } from '../domain/identity-state.ts'
import { noveltyOf, remember } from '../domain/seen.ts'
import type { Signal } from '../domain/signal.ts'
import { hashId } from '../domain/timed-set.ts'
import { isUnclaimed } from '../domain/unclaimed.ts'
import { detect } from './detect.ts'
import type { Folded } from './folded.ts'
import { splitInto } from './split-excepted.ts'

/**
 * Folds what a party reports. It is no use of the credential: it opens no window, counts in none, and teaches nothing.
 *
 * What anybody may have written is not remembered by its id either: a thousand tickets would push the ids of calls out of what is remembered, and calls that come after them
 * would be too late to count. It is news where it adds to the evidence. What is gathered has no calls, and goes by
 * its id.
 */
export function foldReport(draft: IdentityState, signal: Signal, latest: number): Folded | undefined {
  const { window, found } = reported(draft, signal)
  const { findings, ...split } = splitInto(draft, signal, found)
  const isGathered = isUnclaimed(signal.identity)
  if (findings.length > 0 && findings.every(isHearsay) && !isGathered) {
    if (!addsEvidence(draft, findings)) return undefined
  } else {
    const id = hashId(signal.id)
    const novelty = noveltyOf(draft.seen, id, signal.time)
    if (novelty === 'duplicate') return undefined
    if (novelty === 'new') remember(draft.seen, id, signal.time, latest)
  }
  if (findings.length > 0) keepEvidence(draft, findings)
  const kept = evidenceAgainst(draft, signal.credential.id, signal.time)
  // Of the many credentials that are gathered few are kept as evidence, and each is listed.
  const evidence = isGathered && kept.length === 0 ? findings : kept
  return { signal, findings, evidence, ...split, parentIncidentId: window?.parentIncidentId ?? signal.parentIncidentId }
}

function reported(draft: IdentityState, signal: Signal) {
  const window = draft.windows.get(signal.credential.id)
  const seen = window ?? openWindow(signal.credential.id, signal.time)
  return { window, found: detect(signal, { baseline: draft.baseline, window: seen }) }
}
