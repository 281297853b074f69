import { rotate } from '../shared/contain/rotate/rotate.ts'
import { IncidentRequest } from './incident-request.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports } from './wiring/rotate.ts'

/** Woken by reviewers and by the sweep: makes the keys of a confirmed incident anew. Reads no events and changes no policy. */
export const handler = lambdaHandler<unknown, void>((event) => rotate(IncidentRequest.parse(event).incidentId, ports))
