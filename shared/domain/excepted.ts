import * as z from 'zod'
import { type DetectorTunings, tuningOf } from './detector-tuning.ts'
import { Finding } from './finding.ts'

/** Why a finding does not count. `until` is absent where the detector is switched off, which has no end. */
export const Exception = z.strictObject({ reason: z.string().max(200), until: z.string().exactOptional() }).readonly()
export type Exception = z.infer<typeof Exception>

/** A finding that the policy does not count: an observation without points. */
export const ExceptedFinding = z.strictObject({ ...Finding.unwrap().shape, exception: Exception }).readonly()
export type ExceptedFinding = z.infer<typeof ExceptedFinding>

/** An exception of the policy that a signal fits, and the detector that it is of. */
export interface SignalException extends Exception {
  readonly detector: string
}

/** The most excepted findings that an incident keeps; of more, the strongest. */
const EXCEPTED_LIMIT = 20

/** The reason of an observation by a detector that is switched off. */
const OFF: Exception = { reason: 'switched off by the policy' }

/** Findings apart: those that count, and those of detectors that the policy switches off. What is confirmed always counts. */
export function withoutDisabled(
  findings: readonly Finding[],
  tunings: DetectorTunings,
): { readonly counted: readonly Finding[]; readonly off: readonly ExceptedFinding[] } {
  const isOff = (finding: Finding) => !finding.isConfirmed && !tuningOf(tunings, finding.detector).enabled
  if (!findings.some(isOff)) return { counted: findings, off: [] }
  return {
    counted: findings.filter((finding) => !isOff(finding)),
    off: findings.filter(isOff).map((finding) => ({ ...finding, exception: OFF })),
  }
}

/**
 * Adds excepted findings to those of an incident: the strongest of each detector, credential and reason, strongest first. The same array where nothing changes.
 */
export function withExcepted(known: readonly ExceptedFinding[], more: readonly ExceptedFinding[]): readonly ExceptedFinding[] {
  const keyOf = ({ detector, credentialId, exception: { reason, until = '' } }: ExceptedFinding) =>
    JSON.stringify([detector, credentialId, reason, until])
  const strongest = new Map(known.map((one) => [keyOf(one), one]))
  for (const one of more) {
    const kept = strongest.get(keyOf(one))
    if (kept === undefined || one.weight > kept.weight) strongest.set(keyOf(one), one)
  }
  const all = [...strongest.values()].sort((a, b) => b.weight - a.weight).slice(0, EXCEPTED_LIMIT)
  return all.length === known.length && all.every((one) => known.includes(one)) ? known : all
}

/** Why an observation does not count, in words. */
export function exceptionText({ reason, until }: Exception): string {
  return until === undefined ? reason : `excepted: ${reason}, until ${until}`
}
