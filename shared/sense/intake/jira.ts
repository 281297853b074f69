import * as z from 'zod'
import { exposuresIn } from './exposures-in.ts'
import { type Party, UNREADABLE } from './party.ts'
import { isHubSigned } from './signatures.ts'

const Id = z.union([z.string(), z.number()]).transform(String)

const JiraEvent = z.object({
  webhookEvent: z.string(),
  timestamp: z.number().optional(),
  issue: z
    .object({ key: z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,99}-\d{1,12}$/), self: z.string().optional(), fields: z.unknown().optional() })
    .optional(),
  comment: z.object({ id: Id }).loose().optional(),
  changelog: z.unknown().optional(),
})

const OF_ISSUES: ReadonlySet<string> = new Set(['jira:issue_created', 'jira:issue_updated'])
const OF_COMMENTS: ReadonlySet<string> = new Set(['comment_created', 'comment_updated'])

/**
 * Jira: an administrator's webhook with a secret sends `X-Hub-Signature` over the body (WebSub). An event is
 * `{"webhookEvent":"comment_created","timestamp":…,"comment":{"id":"10001","body":"…"},"issue":{"key":"OPS-7",…}}`. Issues are searched whole, since any field may hold text.
 *
 * @see https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks
 */
export const jira: Party = {
  isAuthentic: ({ headers, text }, { secrets }) => isHubSigned(headers['x-hub-signature'], text, secrets),
  read(body, { now }) {
    const parsed = JiraEvent.safeParse(body)
    if (!parsed.success) return UNREADABLE
    const { webhookEvent: event, timestamp, issue, comment, changelog } = parsed.data
    const isComment = OF_COMMENTS.has(event)
    if (!isComment && !OF_ISSUES.has(event)) return { kind: 'ignored', event }
    if (issue === undefined || (isComment && comment === undefined)) return UNREADABLE
    const text = isComment ? comment : [issue.fields, changelog]
    const about = {
      source: 'jira',
      finding: isComment ? `${issue.key}:comment:${comment?.id}` : issue.key,
      place: `ticket ${issue.key}${isComment ? ', a comment' : ''}`,
      url: addressOf(issue),
      seenAt: timestamp,
      isVerified: false,
    } as const
    return { kind: 'reports', reports: exposuresIn(JSON.stringify(text), about, now) }
  },
}

/** The address of an issue for people; `self` is that of the API on the same host. */
function addressOf({ key, self }: { key: string; self?: string | undefined }): string | undefined {
  return self !== undefined && URL.canParse(self) ? `${new URL(self).origin}/browse/${key}` : undefined
}
