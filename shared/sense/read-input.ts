import type { Clock, Log } from '../ports/runtime.ts'
import { believe, type Trust } from './believe.ts'
import { normalise } from './normalise.ts'
import type { Normalised } from './normalised.ts'

/**
 * Says of a raw input whether it is believed, and normalises it where it is. Logs what is not believed, and a service that AWS names otherwise than
 * is known here. Never throws.
 */
export function readInput(input: unknown, { trust, clock, log }: { trust: Trust; clock: Clock; log: Log }): Normalised {
  const belief = believe(input, trust, clock.now())
  if (belief.kind === 'unbelieved') {
    log.warn('respond.unbelieved', { doubt: belief.doubt, reason: belief.reason })
    return { kind: 'unreadable', reason: belief.reason }
  }
  // AWS reserves the sources that begin with `aws.`, so this is a name that is missing here and no forgery.
  if (belief.unmapped !== undefined) log.warn('respond.source.unmapped', belief.unmapped)
  const normalised = normalise(input)
  if (normalised.kind === 'ignored' && normalised.isUnknown === true) log.warn('respond.source.unknown', { reason: normalised.reason })
  return normalised
}
