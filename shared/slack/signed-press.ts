import { createHash } from 'node:crypto'
import { ResponderError } from '../errors.ts'
import type { PressLog } from '../ports/notices.ts'
import type { Clock, Log } from '../ports/runtime.ts'
import type { Press } from './button.ts'
import { readInteraction } from './interaction.ts'
import { isSigned, PASSED_ON_SECONDS, type SignedRequest } from './signature.ts'

/** What accepting a press needs. */
export interface SignedPressPorts {
  signingSecret(): Promise<string>
  readonly presses: PressLog
  readonly clock: Clock
  readonly log: Log
}

/** How long a press is remembered, in seconds: longer than its signature is accepted. */
const REMEMBERED_SECONDS = 2 * PASSED_ON_SECONDS

/**
 * The press in a request that Slack signed, or undefined where another invocation has taken it already.
 *
 * Whoever may invoke `review` can send it anything, so nothing but Slack's own signature says who pressed. `invocationId` is the same in the
 * retries of one invocation, which take the press again. Throws `press.unsigned`.
 */
export async function signedPress(request: SignedRequest, invocationId: string, ports: SignedPressPorts): Promise<Press | undefined> {
  const now = ports.clock.now()
  if (!isSigned(request, await ports.signingSecret(), { now, maxAgeSeconds: PASSED_ON_SECONDS }))
    throw new ResponderError('press.unsigned', 'a press that Slack has not signed within the last hour: nothing was done')
  const interaction = readInteraction(request.body)
  if (interaction?.kind !== 'press') throw new ResponderError('press.unsigned', 'what Slack has signed is no press: nothing was done')
  const id = createHash('sha256').update(`${request.signature}`).digest('hex')
  const forgetAt = Number(request.timestamp) + REMEMBERED_SECONDS
  if (await ports.presses.claim(id, invocationId, forgetAt)) return interaction.press
  ports.log.warn('slack.press.replayed', { incidentId: interaction.press.incidentId })
  return undefined
}
