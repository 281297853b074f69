import type { Clock, Log } from '../ports/runtime.ts'
import type { SlackApi } from './api.ts'
import { readInteraction } from './interaction.ts'
import { reasonForm } from './reason-form.ts'
import { isSigned, type SignedRequest } from './signature.ts'

/** The answer to Slack: a status without a body, so that an unauthenticated caller learns nothing. */
export type Acknowledgement = { readonly status: 200 | 400 | 401 }

/** What the endpoint for Slack needs. */
export interface ReceivePorts {
  signingSecret(): Promise<string>
  /** Slack with a short timeout: Slack waits three seconds for the acknowledgement. */
  slack(): Promise<SlackApi>
  /** Invokes `review` with the request as Slack signed it, and does not wait for its result. */
  readonly reviewInvoker: { press(request: SignedRequest): Promise<void> }
  readonly clock: Clock
  readonly log: Log
}

/**
 * Handles a request from Slack: checks the signature, parses it strictly, passes the signed bytes on to `review` and acknowledges. It reads no incident
 * and no policy, and `review` believes none of its words: it checks the signature itself.
 *
 * Throws when `review` could not be invoked, so that Slack shows the user an error.
 */
export async function receive(request: SignedRequest, ports: ReceivePorts): Promise<Acknowledgement> {
  if (!isSigned(request, await ports.signingSecret(), { now: ports.clock.now() })) {
    ports.log.warn('slack.request.unsigned')
    return { status: 401 }
  }
  const interaction = readInteraction(request.body)
  if (interaction === undefined) {
    ports.log.warn('slack.request.unknown')
    return { status: 400 }
  }
  if (interaction.kind === 'press') {
    await ports.reviewInvoker.press(request)
    return { status: 200 }
  }
  try {
    // The form is opened here because Slack accepts it only within three seconds of the press.
    await (await ports.slack()).openForm(interaction.triggerId, reasonForm(interaction.press))
  } catch (cause) {
    // Nothing was changed and the user saw no form, so the button can be pressed again.
    ports.log.warn('slack.form.failed', {
      incidentId: interaction.press.incidentId,
      error: cause instanceof Error ? cause.name : 'unknown',
    })
  }
  return { status: 200 }
}
