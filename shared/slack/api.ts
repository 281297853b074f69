import type { ModalView } from '@slack/types'
import { ErrorCode, LogLevel, type WebAPICallError, WebClient } from '@slack/web-api'
import type { Message } from './message.ts'

/** What is asked of Slack, and no more. Every call throws `SlackRefusal` where Slack answers no, else whatever went wrong. */
export interface SlackApi {
  /** Posts a message, below another where `thread` names one, and answers its `ts`. */
  post(channel: string, message: Message, thread?: string): Promise<string>
  update(channel: string, ts: string, message: Message): Promise<void>
  remove(channel: string, ts: string): Promise<void>
  /** Says something to one member of a channel alone. */
  postEphemeral(channel: string, user: string, message: Message): Promise<void>
  openForm(triggerId: string, view: ModalView): Promise<void>
  membersOf(group: string): Promise<readonly string[]>
}

/** Slack understood a call and said no, such as `channel_not_found`: to ask again does not help. */
export class SlackRefusal extends Error {
  readonly reason: string

  constructor(method: string, reason: string) {
    super(`Slack refused ${method}: ${reason}`)
    this.name = 'SlackRefusal'
    this.reason = reason
  }
}

export interface SlackApiOptions {
  readonly token: string
  /** Another base than `https://slack.com/api/`: that of GovSlack. */
  readonly url?: string | undefined
  /** How long an answer may take. */
  readonly timeoutMs: number
  /** The longest that Slack's `Retry-After` is waited for, and how. 0: never. */
  readonly maxRetryAfterMs: number
  wait(ms: number): Promise<void>
}

/** How often a call that Slack put off is made again. */
const RATE_LIMIT_ATTEMPTS = 3

/** Slack's own client, told to honour rate limits by our patience and to log nothing. */
export function slackApi({ token, url, timeoutMs, maxRetryAfterMs: patienceMs, wait }: SlackApiOptions): SlackApi {
  const client = new WebClient(token, {
    ...(url === undefined ? {} : { slackApiUrl: url }),
    timeout: timeoutMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: SILENT,
  })
  const withRetries = async <T>(method: string, call: () => Promise<T>): Promise<T> => {
    for (let turn = 1; ; turn++) {
      try {
        return await call()
      } catch (cause) {
        const error = cause as Partial<WebAPICallError>
        if (error.code === ErrorCode.PlatformError) throw new SlackRefusal(method, reasonOf(error))
        const pauseMs = error.code === ErrorCode.RateLimitedError ? (error.retryAfter ?? 1) * 1000 : Number.POSITIVE_INFINITY
        if (pauseMs > patienceMs || turn === RATE_LIMIT_ATTEMPTS) throw cause
        await wait(pauseMs)
      }
    }
  }
  return {
    async post(channel, message, thread) {
      const threadFields = thread === undefined ? {} : ({ thread_ts: thread, reply_broadcast: true } as const)
      const { ts } = await withRetries('chat.postMessage', () =>
        client.chat.postMessage({ channel, ...PLAIN, ...message, ...threadFields }),
      )
      if (ts === undefined) throw new SlackRefusal('chat.postMessage', 'no ts in the answer')
      return ts
    },
    async update(channel, ts, message) {
      await withRetries('chat.update', () => client.chat.update({ channel, ts, parse: 'none', link_names: false, ...message }))
    },
    async remove(channel, ts) {
      await withRetries('chat.delete', () => client.chat.delete({ channel, ts }))
    },
    async postEphemeral(channel, user, message) {
      await withRetries('chat.postEphemeral', () =>
        client.chat.postEphemeral({ channel, user, parse: 'none', link_names: false, ...message }),
      )
    },
    async openForm(triggerId, view) {
      await withRetries('views.open', () => client.views.open({ trigger_id: triggerId, view }))
    },
    async membersOf(group) {
      const { users } = await withRetries('usergroups.users.list', () => client.usergroups.users.list({ usergroup: group }))
      return users ?? []
    },
  }
}

/** Slack makes nothing of what is in a text: no names, no links, no previews. */
const PLAIN = { parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false } as const

function reasonOf(error: Partial<WebAPICallError>): string {
  return error.code === ErrorCode.PlatformError ? String(error.data?.error ?? 'unknown').slice(0, 100) : 'unknown'
}

/** What Slack answers may hold what was sent: none of it is logged. */
const SILENT = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
}
