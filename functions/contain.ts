import * as z from 'zod'
import { enforce } from '../shared/contain/enforce.ts'
import { IncidentRequest } from './incident-request.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports, reverifyQueueArn } from './wiring/contain.ts'

/** The reverify queue delivers one message at a time. */
const ReverifyMessage = z.object({
  Records: z.tuple([z.object({ eventSource: z.literal('aws:sqs'), eventSourceARN: z.literal(reverifyQueueArn), body: z.string() })]),
})

/**
 * Invoked by respond, reviewers and the sweep, and by the reverify queue: makes the account match the incident's state. It calls no
 * model and reads no events. A caller gains a check and nothing else, because only the stored incident and the policy decide what is done.
 */
export const handler = lambdaHandler<unknown, void>((event) => enforce(requestIn(event).incidentId, ports))

function requestIn(event: unknown): IncidentRequest {
  const message = ReverifyMessage.safeParse(event)
  return IncidentRequest.parse(message.success ? JSON.parse(message.data.Records[0].body) : event)
}
