import { setTimeout } from 'node:timers/promises'
import { lambdaClient, secretsClient, securityHubClient, snsClient, sqsClient } from '../../shared/aws/clients.ts'
import { lambdaContainInvoker, lambdaRotateInvoker, sqsShareQueue } from '../../shared/aws/invokers.ts'
import { snsNotifier } from '../../shared/aws/notifier.ts'
import { dynamoPostings } from '../../shared/aws/postings.ts'
import { dynamoPressLog } from '../../shared/aws/press-log.ts'
import { placeOfTopic, securityHub } from '../../shared/aws/security-hub.ts'
import { slackSecret } from '../../shared/aws/slack-secret.ts'
import { ReviewConfig, readEnvironment } from '../../shared/environment.ts'
import { ResponderError } from '../../shared/errors.ts'
import { slackApi } from '../../shared/slack/api.ts'
import { slackNotifier } from '../../shared/slack/notifier.ts'
import { press } from '../../shared/slack/press.ts'
import { signedPress } from '../../shared/slack/signed-press.ts'
import type { ReviewActions } from '../review-event.ts'
import { common } from './common.ts'
import { modelIn } from './model.ts'
import { log } from './telemetry.ts'

const SLACK_TIMEOUT_MS = 5_000

/** Slack answers fast posting with a wait of some seconds. Where it asks for more than this, the notice goes to the SNS topic. */
const PATIENCE_MS = 10_000

const config = readEnvironment(ReviewConfig, process.env)
const { table, incidents, record, clock } = common(config)
const { ROTATE_FUNCTION_NAME: rotate } = config
const topic = snsNotifier(snsClient(), config.NOTIFY_TOPIC_ARN, config.STACK_NAME)
const secret = slackSecret(secretsClient(), config.SLACK_SECRET_NAME ?? '', clock)

const signingSecret = async () => (await secret()).signingSecret

const slack = async () =>
  slackApi({
    token: (await secret()).botToken,
    url: config.SLACK_API_URL,
    timeoutMs: SLACK_TIMEOUT_MS,
    maxRetryAfterMs: PATIENCE_MS,
    wait: (ms) => setTimeout(ms),
  })

const notifier =
  config.SLACK_CHANNEL === undefined
    ? topic
    : slackNotifier({
        slack,
        channel: config.SLACK_CHANNEL,
        escalationChannel: config.SLACK_ESCALATION_CHANNEL,
        postings: dynamoPostings(table),
        incidents,
        record,
        fallback: topic,
        log,
      })

const hub = securityHub(securityHubClient(), placeOfTopic(config.NOTIFY_TOPIC_ARN), clock)
const shareQueue = sqsShareQueue(sqsClient(), config.SECURITY_HUB === 'on' ? config.NOTICE_QUEUE_URL : undefined)

export const reviewer: ReviewActions = {
  notify: (notice) => notifier.notify(notice),
  async press(request, invocationId) {
    const pressed = await signedPress(request, invocationId, { signingSecret, presses: dynamoPressLog(table), clock, log })
    if (pressed === undefined) return undefined
    await press(pressed, {
      incidents,
      record,
      containInvoker: lambdaContainInvoker(lambdaClient(), config.CONTAIN_FUNCTION_NAME),
      rotateInvoker: rotate === undefined ? undefined : lambdaRotateInvoker(lambdaClient(), rotate),
      clock,
      slack,
      model: modelIn(config),
      stack: topic.stack,
      log,
    })
    return pressed.incidentId
  },
  shareLater: (incidentId) => shareQueue.share(incidentId),
  async share(incidentId) {
    const stored = await incidents.get(incidentId)
    if (stored === undefined) throw new ResponderError('incident.unknown', `no incident ${incidentId} in the table`)
    await hub.share(stored.value)
  },
}
