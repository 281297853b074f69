import type { Clock, Log } from '../ports/runtime.ts'
import type { SlackApi } from './api.ts'
import type { Press } from './button.ts'
import { readInteraction } from './interaction.ts'
import { reasonForm } from './reason-form.ts'
import { isSigned, type SignedRequest } from './signature.ts'

/** What Slack gets: a status, and nothing that tells a stranger why. */
export type Acknowledgement = { readonly status: 200 | 400 | 401 }

export interface ReceivePorts {
  signingSecret(): Promise<string>
  /** Slack, with little patience: Slack itself waits three seconds for the acknowledgement. */
  slack(): Promise<SlackApi>
  /** Hands a press on and does not wait for what comes of it. */
  readonly reviewInvoker: { press(press: Press): Promise<void> }
  readonly clock: Clock
  readonly log: Log
}

/**
 * Takes in what Slack sends: checks its signature, reads it strictly, hands it on and acknowledges it. Knows no incident and no
 * policy. Throws where it could not be handed on: whoever pressed then sees that it was not taken.
 */
export async function receive(request: SignedRequest, ports: ReceivePorts): Promise<Acknowledgement> {
  if (!isSigned(request, await ports.signingSecret(), ports.clock.now())) {
    ports.log.warn('slack.request.unsigned')
    return { status: 401 }
  }
  const interaction = readInteraction(request.body)
  if (interaction === undefined) {
    ports.log.warn('slack.request.unknown')
    return { status: 400 }
  }
  if (interaction.kind === 'press') {
    await ports.reviewInvoker.press(interaction.press)
    return { status: 200 }
  }
  try {
    // Only this function is fast enough: Slack takes the form for three seconds after the press.
    await (await ports.slack()).openForm(interaction.triggerId, reasonForm(interaction.press))
  } catch (cause) {
    // Nothing was done and the person saw no form: the button is still there to be pressed again.
    ports.log.warn('slack.form.failed', {
      incidentId: interaction.press.incidentId,
      error: cause instanceof Error ? cause.name : 'unknown',
    })
  }
  return { status: 200 }
}
