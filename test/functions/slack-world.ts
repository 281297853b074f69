import { dynamoBreaker } from '../../shared/aws/breaker.ts'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { enforce } from '../../shared/contain/enforce.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { Notice } from '../../shared/ports/notices.ts'
import { applyPolicy, readPolicy } from '../../shared/record/policy-in-force.ts'
import { embeddedTable } from '../contract/embedded-table.ts'
import { json, loopback, PUBLISHED } from '../contract/loopback.ts'
import { ACCOUNT, arnOf, embedded, exposed, NOW } from '../embedded.ts'
import { BOT_TOKEN, CHANNEL, fakeSlack, formOf, pressedButton, SIGNING_SECRET, sentForm, signed, TWO_REVIEWERS } from '../slack.ts'
import { bundledHandler, type Handler } from './bundled-handler.ts'
import { httpApi } from './http-api.ts'

const SECRET = 'countersign/slack'

/** A user with a key for every incident that a test wants. */
const names = Array.from({ length: 90 }, (_, at) => `ci-${String(at).padStart(2, '0')}`)
const keyOf = (name: string) => `AKIAEXAMPLE${name.toUpperCase().replace('-', '').padEnd(9, '0')}`
const MANY_USERS = {
  UserDetailList: names.map((UserName) => ({ UserName, Arn: arnOf(UserName) })),
  AccessKeys: names.map((UserName) => ({ UserName, AccessKeyId: keyOf(UserName), Status: 'Active' })),
}

let invocations = 0
const context = (functionName: string) => ({
  functionName,
  functionVersion: '1',
  invokedFunctionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${functionName}`,
  awsRequestId: `r-${++invocations}`,
  memoryLimitInMB: '512',
  getRemainingTimeInMillis: () => 60_000,
})

/**
 * The bundles of `slack` and `review` behind HTTP as API Gateway would put them, with DynamoDB by dynalite, Slack, Lambda, Secrets
 * Manager and SNS on loopback, and contain in this process. The clock is the caller's to set.
 */
export async function slackWorld() {
  const [{ table, close: closeTable, endpoint }, slack] = await Promise.all([embeddedTable(), fakeSlack()])
  const inner = await embedded({ callsContain: false, account: MANY_USERS })
  const record = dynamoChangeRecord(table)
  const incidents = dynamoIncidentStore(table)
  /** What the fake Lambda has started and not finished. */
  const running: Promise<unknown>[] = []
  let review: Handler = async () => {}
  let backend: () => Promise<void> = async () => {}
  const contained: string[] = []
  let used = 0
  let isRefusing = false
  const mails: string[] = []
  const ports = {
    ...inner.ports,
    record,
    incidents,
    identities: dynamoIdentityStore(table),
    breaker: dynamoBreaker(table),
    notifier: { notify: async (notice: Notice) => void (await tell(notice)) },
    containInvoker: { contain: (id: string) => enforce(id, ports) },
  }
  const tell = (notice: Notice) => review({ Records: [{ eventSource: 'aws:sqs', body: JSON.stringify(notice) }] }, context('review'))
  const aws = await loopback(({ path, headers, body }) => {
    const target = String(headers['x-amz-target'] ?? '')
    if (target === 'secretsmanager.GetSecretValue')
      return json({ Name: SECRET, SecretString: JSON.stringify({ signingSecret: SIGNING_SECRET, botToken: BOT_TOKEN }) })
    const invoked = path.match(/\/functions\/([^/]+)\/invocations/)?.[1]
    if (invoked !== undefined && isRefusing)
      return { status: 400, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' }, body: '{}' }
    if (invoked !== undefined) {
      const payload = JSON.parse(body)
      if (invoked === 'contain') contained.push(payload.incidentId)
      running.push(backend().then(() => (invoked === 'review' ? review(payload, context('review')) : enforce(payload.incidentId, ports))))
      return { status: 202 }
    }
    mails.push(new URLSearchParams(body).get('Subject') ?? '')
    return PUBLISHED
  })
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_ENDPOINT_URL: aws.url,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    TABLE_NAME: table.name,
    STACK_NAME: 'Countersign',
    CONTAIN_FUNCTION_NAME: 'contain',
    REVIEW_FUNCTION_NAME: 'review',
    NOTIFY_TOPIC_ARN: `arn:aws:sns:us-east-1:${ACCOUNT}:notices`,
    SLACK_SECRET_NAME: SECRET,
    SLACK_CHANNEL: CHANNEL,
    NOTICE_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/notices',
    SECURITY_HUB: 'off',
    SLACK_API_URL: slack.wire.url,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    _X_AMZN_TRACE_ID: 'Root=1-0-0',
  })
  review = await bundledHandler('Review')
  const slackHandler = await bundledHandler('Slack')
  await applyPolicy(record, { policy: TWO_REVIEWERS, by: 'test', why: 'test', at: new Date(NOW).toISOString() })

  const api = await httpApi((event) => slackHandler(event, context('slack')))
  const url = `${api.url}/slack/interactions`

  const post = async (request: { body: Uint8Array; headers: Record<string, string> }) => {
    const answer = await fetch(url, { method: 'POST', body: request.body as Uint8Array<ArrayBuffer>, headers: request.headers })
    return { status: answer.status, text: await answer.text() }
  }
  const settle = async () => {
    while (running.length > 0) await running.shift()
  }
  const world = {
    slack,
    aws,
    ports,
    contained,
    mails,
    post,
    settle,
    /** What each started function waits for before it runs. */
    slowDown(wait: () => Promise<void>) {
      backend = wait
    },
    /** Lambda takes no calls. */
    refuseInvokes(refuses: boolean) {
      isRefusing = refuses
    },
    async usePolicy(policy: Policy) {
      const { number } = await readPolicy(record)
      await applyPolicy(record, { policy, by: 'test', why: 'test', at: new Date(Date.now()).toISOString(), expected: number })
    },
    /** One more incident that is contained, and its message. */
    async incident(): Promise<{ id: string; ts: string }> {
      const before = new Set(slack.messages.keys())
      const key = keyOf(names[used] ?? '')
      used += 1
      await pipeline(ports)([exposed(key, key, Date.now())])
      await settle()
      const ts = [...slack.messages.keys()].find((one) => !before.has(one)) ?? ''
      const found = slack.messages
        .get(ts)
        ?.blocks.flatMap(({ elements }) => elements ?? [])
        .find(({ value }) => value !== undefined)
      return { id: found?.value.slice(0, 16) ?? '', ts }
    },
    async stateOf(id: string) {
      return (await incidents.get(id))?.value
    },
    async verdictsOf(id: string) {
      return (await record.list(`INCIDENT#${id}`)).filter(({ kind }) => kind === 'verdict')
    },
    /** Presses a button of a message as it is now, signed and over HTTP; answers the status. */
    async press(ts: string, label: string, user: string): Promise<number> {
      const button = slack.button(ts, label)
      if (button === undefined) throw new Error(`no button ${label} on ${ts}`)
      return (await post(signed(formOf(pressedButton(button, { user, ts })), { at: Date.now() }))).status
    },
    sendForm: async (metadata: string, by: { user: string; reason: string | null }) =>
      (await post(signed(formOf(sentForm(metadata, by)), { at: Date.now() }))).status,
    async close() {
      await Promise.all([api.close(), slack.wire.close(), aws.close(), closeTable()])
    },
  }
  return world
}
