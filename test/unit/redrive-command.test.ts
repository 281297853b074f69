import { describe, expect, it } from 'vitest'
import {
  readMessage,
  redriveQueue,
  restoreMessage,
  setAsideMessage,
  showFailures,
  whatRedriveChanges,
} from '../../local/commands/redrive.ts'
import type { Target } from '../../local/target.ts'
import { memoryChangeRecord } from '../../shared/memory/change-record.ts'
import type { FailureQueue } from '../../shared/ports/failures.ts'
import { arnOf, call, NOW } from '../embedded.ts'
import { enveloped, failureQueue, memorySetAside } from '../failure-queue.ts'

const HOUR = 3_600_000
const SECRET = 'correct-horse-battery-staple'

const event = (id: string) => JSON.stringify(enveloped(call('iam:CreateUser', { id, request: { userName: SECRET } })))

function target(queues: readonly FailureQueue[]) {
  return {
    name: 'stack Countersign',
    options: '--stack Countersign --region us-east-1',
    caller: arnOf('lead'),
    record: memoryChangeRecord(),
    clock: { now: () => NOW },
    failures: { stack: { name: 'Countersign', region: 'us-east-1' }, queues, setAside: memorySetAside() },
  } as unknown as Target
}

const invocation = JSON.stringify({
  requestContext: {
    requestId: 'r',
    functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:Countersign-contain:$LATEST',
    condition: 'RetriesExhausted',
  },
  requestPayload: { incidentId: 'inc-0123456789ab' },
  responsePayload: { errorType: 'ThrottlingException', errorMessage: 'Rate exceeded' },
})

describe('countersign redrive', () => {
  it('shows of each queue how many wait, how old, what they are and why they failed, and no text of theirs', async () => {
    const hot = failureQueue('hot', [
      { id: 'a', body: event('a'), sentAt: NOW - 3 * HOUR, received: 6 },
      { id: 'b', body: `{"source":"${SECRET}`, sentAt: NOW - HOUR },
    ])
    const contain = failureQueue('contain', [{ id: 'c', body: invocation, sentAt: NOW }], { kind: 'function', name: 'Countersign-contain' })
    const shown = await showFailures(target([hot.queue, contain.queue, failureQueue('bulk', []).queue]), { queue: '', isJson: false })
    expect(shown).toContain('hot  about 2 waiting, the oldest of 2 looked at is 3.0 h old')
    expect(shown).toMatch(new RegExp(`a  iam:CreateUser  123456789012  us-east-1  \\S+  ${arnOf('ci-build')}`))
    expect(shown).toContain('received 6 times, came back 0 times; redrive: put back')
    expect(shown).toContain('redrive: set aside: it cannot be read: not JSON')
    expect(shown).toContain('a run of Countersign-contain with inc-0123456789ab')
    expect(shown).toContain('failed: RetriesExhausted: ThrottlingException: Rate exceeded')
    expect(shown).toContain(`--function-name Countersign-respond`)
    expect(shown).not.toContain(SECRET)
    expect(shown).not.toContain('bulk')
    expect([hot.hidden.size, contain.hidden.size, hot.held.size]).toEqual([0, 0, 2])
  })

  it('says so where nothing waits, and where nobody but the operators may look', async () => {
    const empty = failureQueue('hot', []).queue
    expect(await showFailures(target([empty]), { queue: '', isJson: false })).toBe('Nothing waits: hot.')
    const locked = {
      ...failureQueue('hot', [{ body: event('a') }]).queue,
      take: () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' })),
    }
    expect(await showFailures(target([locked]), { queue: 'hot', isJson: false })).toContain('They cannot be looked at (AccessDenied)')
  })

  it('gives the same as NDJSON, without the text of what was set aside', async () => {
    const { queue } = failureQueue('hot', [
      { id: 'a', body: event('a'), sentAt: NOW },
      { id: 'b', body: SECRET },
    ])
    const on = target([queue])
    await setAsideMessage(on, 'hot', { id: 'b', reason: 'not ours' })
    const lines = (await showFailures(on, { queue: '', isJson: true })).split('\n').map((line) => JSON.parse(line))
    expect(lines).toMatchObject([
      { queue: 'hot', waiting: 1, sample: [{ id: 'a', what: 'iam:CreateUser' }] },
      { id: 'b', isSetAside: true, why: 'not ours' },
    ])
    expect(JSON.stringify(lines)).not.toContain(SECRET)
    expect(await readMessage(on, 'b')).toBe(SECRET)
  })

  it('says before what it will do, and after what it did', async () => {
    const { queue, sent } = failureQueue('hot', [
      { id: 'a', body: event('a') },
      { id: 'b', body: 'x' },
    ])
    const on = target([queue])
    expect(await whatRedriveChanges(on, 'hot', undefined)).toContain('All 2 messages of hot in stack Countersign are put back')
    const said = await redriveQueue(on, 'hot', { limit: undefined, reason: 'the table was full' })
    expect(said).toContain('Put back 1 message of hot. About 0 wait there now.')
    expect(said).toContain('Set aside b: it cannot be read: not JSON.')
    expect(sent).toHaveLength(1)
    expect(await showFailures(on, { queue: '', isJson: false })).toMatch(
      /b {2}set aside from hot at .* by arn:aws:iam::123456789012:user\/lead: it cannot be read: not JSON/,
    )
    await expect(restoreMessage(on, { id: 'b', reason: 'again' })).rejects.toMatchObject({ code: 'usage' })
  })

  it('knows no other queue, and no queues of the embedded account', async () => {
    const on = target([failureQueue('hot', []).queue])
    await expect(showFailures(on, { queue: 'cold', isJson: false })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('there are hot'),
    })
    await expect(
      showFailures({ ...target([]), failures: undefined } as unknown as Target, { queue: '', isJson: false }),
    ).rejects.toMatchObject({ code: 'usage' })
  })
})
