import { gzipSync } from 'node:zlib'

export interface LogLines {
  readonly logGroup?: string
  readonly logStream?: string
  readonly lines: readonly string[]
  readonly timestamp?: number
}

/** When the lines of a test were logged. */
export const LOGGED_AT = Date.UTC(2026, 2, 2, 12, 0)

/** The event by which a subscription of CloudWatch Logs invokes a function. */
export function logEvent({ logGroup = '/ecs/shop', logStream = 'web/1', lines, timestamp = LOGGED_AT }: LogLines): object {
  return subscribed({
    messageType: 'DATA_MESSAGE',
    owner: '123456789012',
    logGroup,
    logStream,
    subscriptionFilters: ['credentials'],
    logEvents: lines.map((message, at) => ({ id: String(at).padStart(56, '3'), timestamp: timestamp + at, message })),
  })
}

/** Any message of a subscription. */
export function subscribed(message: unknown): object {
  return { awslogs: { data: gzipSync(typeof message === 'string' ? message : JSON.stringify(message)).toString('base64') } }
}
