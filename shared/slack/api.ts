import type { ModalView } from '@slack/types'
import { ErrorCode, LogLevel, type WebAPICallError, WebClient } from '@slack/web-api'
import type { Message } from './message.ts'

/** The calls of the Slack Web API that the responder uses. A call throws `SlackRefusal` when Slack refuses it, else the transport's error. */
export interface SlackApi {
  /** Posts a message, as a reply when `thread` names one, and returns its `ts`. */
  post(channel: string, message: Message, thread?: string): Promise<string>
  update(channel: string, ts: string, message: Message): Promise<void>
  remove(channel: string, ts: string): Promise<void>
  /** Posts a message that only one member of the channel sees. */
  postEphemeral(channel: string, user: string, message: Message): Promise<void>
  openForm(triggerId: string, view: ModalView): Promise<void>
  membersOf(group: string): Promise<readonly string[]>
}

/** Slack's refusal of a call, with a `reason` such as `channel_not_found`. A retry does not help. */
export class SlackRefusal extends Error {
  readonly reason: string

  constructor(method: string, reason: string) {
    super(`Slack refused ${method}: ${reason}`)
    this.name = 'SlackRefusal'
    this.reason = reason
  }
}

/** How to reach Slack. */
export interface SlackApiOptions {
  readonly token: string
  /** Base URL when it is not `https://slack.com/api/`, such as that of GovSlack. */
  readonly url?: string | undefined
  /** Timeout of one call. */
  readonly timeoutMs: number
  /** The longest `Retry-After` of Slack that is waited for; 0 disables retries. */
  readonly maxRetryAfterMs: number
  wait(ms: number): Promise<void>
}

/** Attempts at a call that Slack rate-limits. */
const RATE_LIMIT_ATTEMPTS = 3

/** The Slack SDK's client, set up to wait for rate limits only within `maxRetryAfterMs` and to log nothing. */
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

/** Options that stop Slack from turning text into mentions, links or previews. */
const PLAIN = { parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false } as const

function reasonOf(error: Partial<WebAPICallError>): string {
  return error.code === ErrorCode.PlatformError ? String(error.data?.error ?? 'unknown').slice(0, 100) : 'unknown'
}

/** A logger without output: Slack's answers may contain what was sent. */
const SILENT = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
}
