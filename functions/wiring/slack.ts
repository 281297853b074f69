import { secretsClient, shortTimeoutLambdaClient } from '../../shared/aws/clients.ts'
import { lambdaReviewInvoker } from '../../shared/aws/invokers.ts'
import { slackSecret } from '../../shared/aws/slack-secret.ts'
import { readEnvironment, SlackConfig } from '../../shared/environment.ts'
import { slackApi } from '../../shared/slack/api.ts'
import type { ReceivePorts } from '../../shared/slack/receive.ts'
import { runtime } from './common.ts'

/** Slack waits three seconds for the acknowledgement, and shows no form that comes later. */
const FORM_TIMEOUT_MS = 1_500

const config = readEnvironment(SlackConfig, process.env)
const { clock, log } = runtime
const secret = slackSecret(secretsClient(), config.SLACK_SECRET_NAME, clock)

export const ports: ReceivePorts = {
  signingSecret: async () => (await secret()).signingSecret,
  slack: async () =>
    slackApi({
      token: (await secret()).botToken,
      url: config.SLACK_API_URL,
      timeoutMs: FORM_TIMEOUT_MS,
      maxRetryAfterMs: 0,
      wait: async () => {},
    }),
  reviewInvoker: lambdaReviewInvoker(shortTimeoutLambdaClient(), config.REVIEW_FUNCTION_NAME),
  clock,
  log,
}
