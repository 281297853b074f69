import { counted } from '../../shared/domain/counted.ts'
import type { StackHealth, Subscribers } from '../../shared/ports/stack-health.ts'
import type { CheckResult } from './check.ts'

/** Whether anybody is told: by a channel of Slack, by who subscribed to the notices, and by who is paged. */
export function noticesResult({ notices, pages }: Awaited<ReturnType<StackHealth['subscribers']>>, hasSlack: boolean): CheckResult {
  const fact = [
    hasSlack ? 'Incidents go to the channel of Slack that is set.' : 'No channel of Slack is set.',
    `Notices: ${subscribersText(notices)}.`,
    pages === undefined ? 'Pages go the same way.' : `Pages: ${subscribersText(pages)}.`,
  ].join(' ')
  const isPaged = pages === undefined || pages.confirmed > 0
  if (notices.confirmed === 0 && !hasSlack)
    return {
      state: 'broken',
      fact,
      todo: 'Nobody is told of anything: set notifyEmail in cdk.json and deploy, and confirm the mail that SNS sends.',
    }
  if (!isPaged) return { state: 'broken', fact, todo: 'Nobody is paged when nobody answers: confirm the subscription of onCall.' }
  if (notices.confirmed === 0)
    return {
      state: 'look',
      fact,
      todo: 'Alarms, and what Slack does not take, go to nobody: set notifyEmail in cdk.json, deploy and confirm the mail.',
    }
  if (notices.pending + (pages?.pending ?? 0) > 0)
    return { state: 'look', fact, todo: 'Have the mail of SNS confirmed: until then that address gets nothing.' }
  return { state: 'ok', fact }
}

function subscribersText({ confirmed, pending }: Subscribers): string {
  const waiting = pending === 0 ? '' : `, ${pending} not confirmed`
  return `${counted(confirmed, 'subscriber')}${waiting}`
}
