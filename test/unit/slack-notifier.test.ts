import { afterEach, describe, expect, it } from 'vitest'
import type { NoticeKind } from '../../shared/domain/incident.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { memoryPostings } from '../../shared/memory/postings.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { review } from '../../shared/review/review.ts'
import { type SlackApi, slackApi } from '../../shared/slack/api.ts'
import { slackNotifier } from '../../shared/slack/notifier.ts'
import { embedded, exposed } from '../embedded.ts'
import { BOT_TOKEN, CHANNEL, type FakeSlack, fakeSlack } from '../slack.ts'

const open: FakeSlack[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ wire }) => wire.close()))
})

async function notifying(parts: { slack?: (api: SlackApi) => SlackApi; token?: string; escalationChannel?: string } = {}) {
  const fake = await fakeSlack()
  open.push(fake)
  const world = await embedded()
  await world.respond([exposed()])
  const [incident] = await world.incidents()
  if (incident === undefined) throw new Error('no incident')
  const waits: number[] = []
  const api = slackApi({
    token: parts.token ?? BOT_TOKEN,
    url: fake.wire.url,
    timeoutMs: 1000,
    maxRetryAfterMs: 5000,
    wait: async (ms) => void waits.push(ms),
  })
  const fallback = memoryNotifier()
  const postings = memoryPostings()
  const ports = {
    ...world.ports,
    slack: async () => parts.slack?.(api) ?? api,
    channel: CHANNEL,
    postings,
    fallback,
    log: silentLog,
    escalationChannel: parts.escalationChannel,
  }
  const notifier = slackNotifier(ports)
  return { fake, world, incident, notifier, ports, fallback, waits, notice: (kind: NoticeKind) => noticeOf(incident, kind) }
}

describe('the notifier by Slack', () => {
  it('posts one message per incident, changes it by later notices, and says below it what calls for people', async () => {
    const { fake, notifier, notice } = await notifying()
    for (const kind of ['notify', 'ask', 'contained', 'contained', 'released'] as const) await notifier.notify(notice(kind))
    const all = [...fake.messages.values()]
    expect(all.filter(({ thread }) => thread === undefined)).toHaveLength(1)
    // `ask` and `contained`, each once: the redelivery of a notice says nothing anew.
    expect(all.filter(({ thread }) => thread !== undefined)).toHaveLength(2)
    expect(all[0]?.channel).toBe(CHANNEL)
  })

  it('says below its message that nobody answers; or whole in another channel where there is one, buttons and all, once', async () => {
    const alone = await notifying()
    for (const kind of ['contained', 'escalated', 'escalated'] as const) await alone.notifier.notify(alone.notice(kind))
    const messages = [...alone.fake.messages.values()]
    expect(messages.map(({ channel, thread }) => [channel, thread !== undefined])).toEqual([
      [CHANNEL, false],
      [CHANNEL, true],
    ])
    const { fake, notifier, notice } = await notifying({ escalationChannel: 'C0ESCALATE' })
    for (const kind of ['contained', 'escalated', 'escalated'] as const) await notifier.notify(notice(kind))
    const told = [...fake.messages.values()]
    expect(told.map(({ channel }) => channel)).toEqual([CHANNEL, 'C0ESCALATE'])
    expect(JSON.stringify(told[1])).toContain('Confirm compromise')
  })

  it('changes its message, and makes no sound, where an incident was confirmed, put off or has ended', async () => {
    const { fake, world, incident, notifier, notice } = await notifying()
    await notifier.notify(notice('contained'))
    const words = { by: 'local:anna', reason: 'asking the owner' }
    await review(incident.id, { kind: 'extend', hours: 2, ...words }, world.ports)
    await notifier.notify(notice('extended'))
    expect(JSON.stringify([...fake.messages.values()][0])).toMatch(/Extended until\* 2026-03-02 14:00 UTC by `local:anna`/)
    await review(incident.id, { kind: 'compromised', ...words }, world.ports)
    await notifier.notify(notice('confirmed'))
    expect(fake.messages.size).toBe(1)
    const message = JSON.stringify([...fake.messages.values()][0])
    expect(message).toContain('Confirmed: ci-build was compromised')
    expect(message).not.toContain('Release')
  })

  it('leaves one message of two notices at once', async () => {
    const { fake, notifier, notice } = await notifying()
    await Promise.all([notifier.notify(notice('ask')), notifier.notify(notice('contained'))])
    expect([...fake.messages.values()].filter(({ thread }) => thread === undefined)).toHaveLength(1)
  })

  it('posts anew where somebody has deleted the message', async () => {
    const { fake, notifier, notice } = await notifying()
    await notifier.notify(notice('ask'))
    fake.messages.clear()
    await notifier.notify(notice('contained'))
    expect(fake.messages.size).toBe(1)
    await notifier.notify(notice('released'))
    expect(fake.messages.size).toBe(1)
  })

  it('posts what is about no incident as it is', async () => {
    const { fake, notifier } = await notifying()
    await notifier.notify({ incidentId: 'none', kind: 'override', priority: 100, title: 'Override', body: 'By x\nWhy: <!channel>' })
    expect(JSON.stringify([...fake.messages.values()])).toContain('`Why: &lt;!channel&gt;`')
  })

  it('waits as long as Slack asks, and no longer than its patience', async () => {
    const { fake, notifier, notice, waits, fallback } = await notifying()
    let limited = 2
    fake.refuse = () => {
      limited -= 1
      return limited >= 0 ? { status: 429, headers: { 'retry-after': '3' } } : undefined
    }
    await notifier.notify(notice('contained'))
    expect(waits).toEqual([3000, 3000])
    expect(fake.messages.size).toBe(1)
    fake.refuse = () => ({ status: 429, headers: { 'retry-after': '6' } })
    await notifier.notify(notice('released'))
    expect(waits).toHaveLength(2)
    expect(fallback.notices.map(({ kind }) => kind)).toEqual(['released'])
  })

  it.each([
    ['a token that is no longer valid', { token: 'xoxb-0000000000-revoked' }, undefined],
    ['an answer that never comes', {}, 'hang' as const],
    ['half an answer', {}, 'stall' as const],
    ['an answer that is not JSON', {}, { status: 200, body: '<html>' }],
    ['a server that fails', {}, { status: 503, body: '' }],
  ])('loses no notice: %s', async (_, parts, answer) => {
    const { fake, notifier, notice, fallback } = await notifying(parts)
    if (answer !== undefined) fake.refuse = () => answer
    await notifier.notify(notice('contained'))
    expect(fallback.notices).toHaveLength(1)
  })

  it('still owes it where nobody could be told', async () => {
    const { fake, ports, notice } = await notifying()
    fake.refuse = () => ({ status: 500 })
    const mute = slackNotifier({ ...ports, fallback: { notify: () => Promise.reject(new Error('no topic')) } })
    await expect(mute.notify(notice('contained'))).rejects.toThrow('no topic')
  })
})
