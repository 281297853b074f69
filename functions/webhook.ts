import { receive } from '../shared/sense/intake/receive.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { reportRequest } from './report-request.ts'
import { ports } from './wiring/webhook.ts'

/** Invoked by the HTTP API: checks that a party signed its report, and hands on which credential it names. It keeps no secret, and changes no incident. */
export const handler = lambdaHandler<unknown, { statusCode: number }>(async (event) => ({
  statusCode: (await receive(reportRequest(event), ports)).status,
}))
