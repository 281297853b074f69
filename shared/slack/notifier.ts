import { printable } from '../domain/printable.ts'
import { errorName } from '../errors.ts'
import type { Notice, Notifier, Postings } from '../ports/notices.ts'
import type { Log } from '../ports/runtime.ts'
import type { ChangeRecord, IncidentStore } from '../ports/stores.ts'
import { readKnown } from '../record/notice.ts'
import { readPolicy } from '../record/policy-in-force.ts'
import { type SlackApi, SlackRefusal } from './api.ts'
import { type Message, messageOf, needsAttention } from './message.ts'
import { code, escaped, LIMITS, section } from './text.ts'

/** What the notifier needs. */
export interface SlackNotifierPorts {
  /** Slack, once the token has been read from its secret. */
  slack(): Promise<SlackApi>
  readonly channel: string
  /** Channel of escalations; `channel` when undefined. */
  readonly escalationChannel?: string | undefined
  readonly postings: Postings
  readonly incidents: Pick<IncidentStore, 'get' | 'signals'>
  readonly record: ChangeRecord
  /** Gets the notice when Slack fails. */
  readonly fallback: Notifier
  readonly log: Log
}

/** Slack's reasons for a message that no longer exists. */
const GONE: readonly string[] = ['message_not_found', 'cant_update_message', 'thread_not_found']

/**
 * Shows each incident as one Slack message: posted once, updated by every later notice, with a reply for notices that need people.
 *
 * When Slack fails for any reason, the notice goes to `fallback`. When that throws too, the incident still owes the notice.
 */
export function slackNotifier(ports: SlackNotifierPorts): Notifier {
  return {
    stack: ports.fallback.stack,
    async notify(notice) {
      try {
        await postNotice(notice, ports)
      } catch (cause) {
        const error = cause instanceof SlackRefusal ? cause.reason : errorName(cause)
        ports.log.warn('slack.notice.failed', { incidentId: notice.incidentId, error })
        await ports.fallback.notify(notice)
      }
    },
  }
}

async function postNotice(notice: Notice, ports: SlackNotifierPorts): Promise<void> {
  const [slack, stored, posting] = await Promise.all([
    ports.slack(),
    ports.incidents.get(notice.incidentId),
    ports.postings.get(notice.incidentId),
  ])
  if (stored === undefined) {
    await slack.post(ports.channel, noticeMessage(notice))
    return
  }
  const { value: incident } = stored
  const [{ signals, changes }, { policy }] = await Promise.all([readKnown(incident, ports), readPolicy(ports.record)])
  const alarm = notice.kind === 'in-use' || notice.kind === 'step-gone' ? notice.title : undefined
  const message = messageOf({
    incident,
    changes,
    policy,
    signals,
    stack: ports.fallback.stack,
    isReversed: notice.kind === 'reversed',
    alarm,
  })
  // Identifies the notice, so that a redelivery does not post it again.
  const told = `${notice.kind} ${incident.head.number}`
  if (posting !== undefined && (await updateMessage(slack, posting, message))) {
    if (!needsAttention(notice.kind) || posting.told === told) return
    // The whole message with its buttons: members of the escalation channel may not be in the first one.
    if (notice.kind === 'escalated' && ports.escalationChannel !== undefined) await slack.post(ports.escalationChannel, message)
    else await slack.post(posting.channel, { text: message.text, blocks: [section([message.text])] }, posting.ts)
    await ports.postings.put(incident.id, { ...posting, told }, posting.ts)
    return
  }
  const ts = await slack.post(ports.channel, message)
  if (await ports.postings.put(incident.id, { channel: ports.channel, ts, told }, posting?.ts)) return
  // Another notice of the same incident was posted meanwhile: keep that message and remove this one.
  await slack.remove(ports.channel, ts)
  const first = await ports.postings.get(incident.id)
  if (first !== undefined) await slack.update(first.channel, first.ts, message)
}

/** Updates a message. False when it no longer exists. */
async function updateMessage(slack: SlackApi, { channel, ts }: { channel: string; ts: string }, message: Message): Promise<boolean> {
  try {
    await slack.update(channel, ts, message)
    return true
  } catch (cause) {
    if (cause instanceof SlackRefusal && GONE.includes(cause.reason)) return false
    throw cause
  }
}

/** Builds the message of a notice that concerns no incident, such as an override. */
function noticeMessage({ title, body }: Notice): Message {
  const lines = body.split('\n').map((line) => code(line, 500))
  return {
    text: escaped(printable(title, LIMITS.header)),
    blocks: [{ type: 'header', text: { type: 'plain_text', text: printable(title, LIMITS.header), emoji: false } }, section(lines)],
  }
}
