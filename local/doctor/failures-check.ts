import type { Target } from '../target.ts'
import { type CheckResult, notKnown } from './check.ts'

/** What reading the dead-letter queues needs. */
export const FAILURES_NEED = 'sqs:GetQueueAttributes on the dead-letter queues and dynamodb:Query on the table'

/** How many messages wait in each dead-letter queue, and how many were set aside. */
export async function failuresResult({ queues, setAside }: NonNullable<Target['failures']>, redrive: string): Promise<CheckResult> {
  if (queues.length === 0)
    return { state: 'not known', fact: 'The stack names no dead-letter queues.', todo: 'It is of an earlier version: deploy this one.' }
  const counted = await Promise.all(
    queues.map((queue) =>
      queue.waiting().then(
        (count) => ({ name: queue.name, count }),
        (cause: unknown) => ({ name: queue.name, cause }),
      ),
    ),
  )
  const full = counted.flatMap((one) => ('count' in one && one.count > 0 ? [`${one.name} ${one.count}`] : []))
  const empty = counted.flatMap((one) => ('count' in one && one.count === 0 ? [one.name] : []))
  const unread = counted.flatMap((one) => ('cause' in one ? [one] : []))
  const aside = await setAside.list().then(
    (list) => (list.length === 0 ? [] : [`${list.length} set aside in the table.`]),
    (cause: unknown) => [`How many were set aside is not known: ${notKnown(cause, '').fact}`],
  )
  const fact = [
    full.length === 0 ? '' : `Messages that were not processed wait: ${full.join(', ')}.`,
    empty.length === 0 ? '' : `Empty: ${empty.join(', ')}.`,
    ...unread.map(({ name, cause }) => `${name}: ${notKnown(cause, '').fact}.`),
    ...aside,
  ]
    .filter((part) => part !== '')
    .join(' ')
  const todo = `\`${redrive}\` lists them and says why.`
  if (full.length > 0) return { state: 'broken', fact, todo: `${todo} They are kept for 14 days.` }
  if (unread.length > 0) return { state: 'not known', fact, todo: `Reading them needs ${FAILURES_NEED}.` }
  return aside.length > 0 ? { state: 'look', fact, todo } : { state: 'ok', fact }
}
