import { receive } from '../shared/slack/receive.ts'
import { signedRequest } from './http-request.ts'
import { lambdaHandler } from './lambda-handler.ts'
import { ports } from './wiring/slack.ts'

/** Invoked by the HTTP API: checks Slack's signature, passes a press on to review and acknowledges it. Reads one secret and no table. */
export const handler = lambdaHandler<unknown, { statusCode: number }>(async (event) => ({
  statusCode: (await receive(signedRequest(event), ports)).status,
}))
