import type { Rules } from '../ports/rules.ts'
import type { Clock, Log } from '../ports/runtime.ts'
import { believe, type Trust } from './believe.ts'
import { matchRules } from './match-rules.ts'
import { normalise } from './normalise.ts'
import type { Normalised } from './normalised.ts'

/**
 * Says of a raw input whether it is believed, and normalises it where it is. Logs what is not believed, and a service that AWS names otherwise than
 * is known here. What a record is compared with by rules, it is compared with here, where it is still whole. Never throws.
 */
export function readInput(input: unknown, { trust, clock, log, rules }: ReadInputPorts): Normalised {
  const belief = believe(input, trust, clock.now())
  if (belief.kind === 'unbelieved') {
    log.warn('respond.unbelieved', { doubt: belief.doubt, reason: belief.reason })
    return { kind: 'unreadable', reason: belief.reason }
  }
  // AWS reserves the sources that begin with `aws.`, so this is a name that is missing here and no forgery.
  if (belief.unmapped !== undefined) log.warn('respond.source.unmapped', belief.unmapped)
  const normalised = normalise(input)
  if (normalised.kind === 'ignored' && normalised.isUnknown === true) log.warn('respond.source.unknown', { reason: normalised.reason })
  return rules === undefined ? normalised : matchRules(input, normalised, rules)
}

/** What an input is read with. `rules` is absent where people wrote none. */
export interface ReadInputPorts {
  readonly trust: Trust
  readonly clock: Clock
  readonly log: Log
  readonly rules?: Rules | undefined
}
