/** What is done to the responder and to its containments. */
export const AGAINST_RESPONDER: ReadonlySet<string> = new Set(['responder-tampered', 'containment-reversed', 'quarantine-lifted'])

/**
 * Detectors that a policy can neither switch off, nor weigh, nor make exceptions of: what a party says that knows, what is done to the responder, its containments
 * and quarantines, what suspects issued, and canaries, which have no work. Whoever could make an exception here could hide what undoes the exception.
 */
export const BINDING_DETECTORS: ReadonlySet<string> = new Set([
  ...AGAINST_RESPONDER,
  'access-key-exposed',
  'quarantine-policy-attached',
  'quarantine-attached-by-other',
  'quarantine-imitated',
  'contained-credential-used',
  'suspect-credential-used',
  'canary-used',
])

/** True where a detector counts as it is, whatever the policy says. */
export function isBinding(id: string): boolean {
  return BINDING_DETECTORS.has(id)
}
