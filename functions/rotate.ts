import { rotate } from '../shared/contain/rotate/rotate.ts'
import { IncidentRequest } from './incident-request.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports } from './wiring/rotate.ts'

/** Invoked by reviewers and by the sweep: rotates the access keys of a confirmed incident. It reads no events and changes no policy. */
export const handler = lambdaHandler<unknown, void>((event) => rotate(IncidentRequest.parse(event).incidentId, ports))
