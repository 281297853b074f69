import { counted } from '../../shared/domain/counted.ts'
import { type FailedWork, readFailedMessage } from '../../shared/domain/failed-message.ts'
import { printable } from '../../shared/domain/printable.ts'
import { errorName, ResponderError } from '../../shared/errors.ts'
import type { FailedMessage, FailureQueue } from '../../shared/ports/failures.ts'
import { readReturns } from '../../shared/record/redrives.ts'
import { type Fate, fateOf, whyNotPutBack } from '../../shared/review/fate-of-message.ts'
import { redrive } from '../../shared/review/redrive.ts'
import { restore, setAside, setAsideNamed } from '../../shared/review/set-aside.ts'
import { commandOn, quoted } from '../command-name.ts'
import { jsonText } from '../render/json-text.ts'
import { duration, moment } from '../render/style.ts'
import type { Target } from '../target.ts'

/** So many messages of a queue are looked at and shown. */
const SAMPLE = 10

/** For so long a message that is looked at is hidden from others, where the look breaks off. */
const LOOK_SECONDS = 20

/** The function that works on the messages of a queue, where it is not named like the queue. */
const WORKED_BY: Readonly<Record<string, string>> = {
  confirmed: 'respond',
  hot: 'respond',
  tokens: 'respond',
  bulk: 'respond',
  bootstrap: 'respond',
  backfill: 'respond',
  undelivered: 'respond',
  forwarded: 'respond',
  reports: 'respond',
  fetchalert: 'fetch-alert',
  reverify: 'contain',
  notices: 'review',
}

type Failures = NonNullable<Target['failures']>

/** What lies in a dead-letter queue. `sample`: up to ten of its messages, oldest first; `unread`: why they could not be looked at. */
export interface Waiting {
  readonly queue: string
  readonly waiting: number
  readonly sample: readonly Shown[]
  readonly unread?: string
}

/** A message as it may be shown: no text of it. */
interface Shown extends FailedWork {
  readonly id: string
  readonly sentAt: string
  readonly received: number
  readonly cameBack: number
  readonly failure: string | undefined
  readonly follows: string
}

/** What lies in each dead-letter queue (or in the one named) and what was set aside; with `isJson`, NDJSON. Changes nothing but how often a message was received. */
export async function showFailures(target: Target, { queue, isJson }: { queue: string; isJson: boolean }): Promise<string> {
  const failures = failuresOf(target)
  const queues = queue === '' ? failures.queues : [queueNamed(queue, failures)]
  const returns = await readReturns(target.record)
  const waiting: Waiting[] = []
  for (const one of queues) waiting.push(await lookInto(one, returns))
  const aside = (await failures.setAside.list()).filter((one) => queues.some(({ name }) => name === one.queue) || queue === '')
  if (isJson) {
    const known = aside.map(({ body: _, ...rest }) => ({ ...rest, isSetAside: true }))
    return [...waiting, ...known].map((one) => jsonText(one)).join('\n')
  }
  const full = waiting.filter((one) => one.waiting > 0 || one.sample.length > 0 || one.unread !== undefined)
  const lines = full.flatMap((one) => [...linesOf(one, target), ''])
  if (full.length === 0) lines.push(`Nothing waits: ${queues.map(({ name }) => name).join(', ')}.`, '')
  for (const { id, queue: from, sentAt, setAsideAt, by, why, body } of aside.toSorted((a, b) => a.sentAt - b.sentAt)) {
    const read = readFailedMessage(from, body)
    lines.push(
      `${printable(id, 80)}  set aside from ${from} at ${moment(setAsideAt)} UTC by ${printable(by, 200)}: ${printable(why, 200)}`,
      `  what      ${read.kind === 'readable' ? workText(read.work) : read.why}, of ${moment(sentAt)} UTC`,
      `  whole     ${commandOn(target, `redrive --read ${quoted(printable(id, 80))}`)}`,
      `  put back  ${commandOn(target, `redrive --restore ${quoted(printable(id, 80))}`, '--reason "…"')}`,
      '',
    )
  }
  return lines.slice(0, -1).join('\n')
}

/** What putting the messages of a queue back changes. Throws `usage` where they are not put back. */
export async function whatRedriveChanges(target: Target, name: string, limit: number | undefined): Promise<string> {
  const queue = queueNamed(name, failuresOf(target))
  const not = whyNotPutBack(name)
  if (not !== undefined) throw new ResponderError('usage', `messages of ${name} are not put back: ${not}`)
  const looked = await lookInto(queue, await readReturns(target.record))
  const isOne = looked.waiting === 1 && limit === undefined
  const all = isOne ? 'The only message' : `All ${looked.waiting} messages`
  const which = limit === undefined ? all : `At most ${limit} of ${counted(looked.waiting, 'message')}`
  const to =
    queue.destination.kind === 'function'
      ? `${queue.destination.name} is invoked again with what it was invoked with`
      : `${isOne ? 'it goes' : 'they go'} to the queue that ${isOne ? 'it' : 'they'} came from`
  return [
    ...linesOf(looked, target),
    `${which} of ${name} in ${target.name} ${isOne ? 'is' : 'are'} put back: ${to}. Each is processed as if it came now; what was processed before counts once.`,
    'What cannot be read, or came back twice, is set aside.',
  ].join('\n')
}

/** Puts the messages of a queue back. Who, why, how many and which go into the record. */
export async function redriveQueue(
  target: Target,
  name: string,
  { limit, reason }: { limit: number | undefined; reason: string },
): Promise<string> {
  const failures = failuresOf(target)
  const queue = queueNamed(name, failures)
  const done = await redrive(queue, { by: target.caller, reason, limit }, { ...failures, record: target.record, clock: target.clock })
  return [
    `Put back ${counted(done.putBack, 'message')} of ${name}${done.merged === 0 ? '' : `, and ${done.merged} that asked for the same run of ${name}`}. About ${await queue.waiting()} wait there now.`,
    ...(done.left === 0 ? [] : [`${done.left} came back at once and were left.`]),
    ...done.setAside.map(({ id, why }) => `Set aside ${printable(id, 80)}: ${why}.`),
    ...(done.putBack === 0 ? [] : [`What fails again comes back here when all attempts have failed: ${commandOn(target, 'redrive')}`]),
  ].join('\n')
}

/** Takes one message out of its dead-letter queue and keeps it in the table. */
export async function setAsideMessage(target: Target, name: string, { id, reason }: { id: string; reason: string }): Promise<string> {
  const failures = failuresOf(target)
  await setAside(queueNamed(name, failures), { id, by: target.caller, reason }, { ...failures, record: target.record, clock: target.clock })
  return `Set aside ${printable(id, 80)} of ${name}. It is kept in the table until it is put back: ${commandOn(target, `redrive --restore ${quoted(printable(id, 80))}`, '--reason "…"')}`
}

/** Puts one message back that was set aside. */
export async function restoreMessage(target: Target, { id, reason }: { id: string; reason: string }): Promise<string> {
  const failures = failuresOf(target)
  const { queue } = await restore(
    failures.queues,
    { id, by: target.caller, reason },
    { ...failures, record: target.record, clock: target.clock },
  )
  return `Put back ${printable(id, 80)} of ${queue}.`
}

/** The whole text of a message that was set aside, as it was received. */
export async function readMessage(target: Target, id: string): Promise<string> {
  return (await setAsideNamed(id, failuresOf(target).setAside)).body
}

function failuresOf({ failures, name }: Target): Failures {
  if (failures === undefined) throw new ResponderError('usage', `${name} has no queues; name a deployed stack with --stack and --region`)
  if (failures.queues.length === 0)
    throw new ResponderError('stack.unknown', `${name} does not say which dead-letter queues it has; deploy this version`)
  return failures
}

function queueNamed(name: string, { queues }: Failures): FailureQueue {
  const found = queues.find((one) => one.name === name)
  if (found === undefined)
    throw new ResponderError(
      'usage',
      `there is no dead-letter queue "${printable(name, 40)}"; there are ${queues.map((one) => one.name).join(', ')}`,
    )
  return found
}

async function lookInto(queue: FailureQueue, returns: ReadonlyMap<string, number>): Promise<Waiting> {
  const waiting = await queue.waiting()
  if (waiting === 0) return { queue: queue.name, waiting, sample: [] }
  let messages: FailedMessage[]
  try {
    messages = await queue.take(SAMPLE, LOOK_SECONDS)
    await queue.giveBack(messages)
  } catch (cause) {
    return { queue: queue.name, waiting, sample: [], unread: errorName(cause) }
  }
  const sample = messages.toSorted((a, b) => a.sentAt - b.sentAt).map((message) => shown(queue, message, returns))
  return { queue: queue.name, waiting, sample }
}

function shown(queue: FailureQueue, message: FailedMessage, returns: ReadonlyMap<string, number>): Shown {
  const { read, ...fate } = fateOf(queue, message, returns)
  const { ERROR_CODE: code, ERROR_MESSAGE: says } = message.attributes
  const delivery = code === undefined ? undefined : `${code}: ${says ?? ''}`
  return {
    ...(read.kind === 'readable' ? read.work : { what: `cannot be read: ${read.why}` }),
    id: message.id,
    sentAt: new Date(message.sentAt).toISOString(),
    received: message.received,
    cameBack: returns.get((read.kind === 'readable' ? read.id : undefined) ?? message.id) ?? 0,
    failure: (read.kind === 'readable' ? read.failure : undefined) ?? delivery,
    follows: followsOf(queue.name, fate),
  }
}

function followsOf(name: string, fate: Fate): string {
  const not = whyNotPutBack(name)
  if (not !== undefined) return `not put back: ${not}`
  return fate.kind === 'put-back' ? 'put back' : `set aside: ${fate.why}`
}

function linesOf({ queue, waiting, sample, unread }: Waiting, target: Target): string[] {
  const [oldest] = sample
  const age =
    oldest === undefined
      ? ''
      : `, the oldest of ${sample.length} looked at is ${duration(target.clock.now() - Date.parse(oldest.sentAt))} old`
  return [
    `${queue}  about ${waiting} waiting${age}`,
    ...(unread === undefined
      ? []
      : [
          `  They cannot be looked at (${unread}): the role in operatorRoleArn alone may, and somebody who looks hides them for ${LOOK_SECONDS} s.`,
        ]),
    ...sample.flatMap(({ id, sentAt, received, cameBack, failure, follows, ...work }) => [
      `  ${printable(id, 80)}  ${workText(work)}`,
      `    sent ${sentAt.slice(0, 19).replace('T', ' ')} UTC, received ${received} times, came back ${cameBack} times; redrive: ${follows}`,
      ...(failure === undefined ? [] : [`    failed: ${printable(failure, 200)}`]),
    ]),
    ...(sample.some(({ failure }) => failure === undefined) ? [`  why: ${logOf(queue, target)}`] : []),
    `  put back: ${commandOn(target, `redrive ${queue}`, '--reason "…"')}`,
  ]
}

/** Names come from outside: clipped, and without characters that a terminal obeys. */
function workText({ what, account, region, time, identity }: FailedWork): string {
  return [what, account, region, time, identity]
    .filter((part) => part !== undefined)
    .map((part) => printable(part, 200))
    .join('  ')
}

/** respond logs the id of each message with the reason. The other functions log their own request id, so only the time leads there. */
function logOf(queue: string, { failures }: Target): string {
  const { name = '', region = '' } = failures?.stack ?? {}
  const worker = WORKED_BY[queue] ?? queue
  const of = quoted(`${name}-${worker}`)
  const group = `"$(aws lambda get-function-configuration --function-name ${of} --query LoggingConfig.LogGroup --output text --region ${region})"`
  if (worker !== 'respond')
    return `the log of the function ${worker} at the times that it was received: aws logs tail ${group} --since 1d --region ${region}`
  return `aws logs filter-log-events --log-group-name ${group} --filter-pattern '{ $.messageId = "MESSAGE-ID" }' --query 'events[].message' --region ${region}`
}
