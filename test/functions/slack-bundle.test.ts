import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { NOW } from '../embedded.ts'
import { formOf, pressedButton, signed, TWO_REVIEWERS } from '../slack.ts'
import { slackWorld } from './slack-world.ts'

let world: Awaited<ReturnType<typeof slackWorld>>
/** What hostile requests were sent and what came of them, printed at the end. */
const tally: Record<string, { sent: number; acted: number }> = {}

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
  world = await slackWorld()
}, 180_000)
afterAll(async () => {
  await world.close()
  vi.useRealTimers()
  for (const [kind, { sent, acted }] of Object.entries(tally)) console.log(`slack, ${kind}: ${sent} sent, ${acted} acted on`)
})
beforeEach(() => {
  // Past the five minutes that a secret is kept, and into another hour of the breaker.
  vi.setSystemTime(Date.now() + 3_600_000)
})
afterEach(async () => {
  await world.settle()
  await world.usePolicy(TWO_REVIEWERS)
})

const count = (kind: string, sent: number, acted: number) => {
  tally[kind] = { sent: (tally[kind]?.sent ?? 0) + sent, acted: (tally[kind]?.acted ?? 0) + acted }
}

/** A press as Slack would sign it, to be put wrong. */
function pressBody(ts: string, label: string, user = 'U0ALICE'): string {
  const button = world.slack.button(ts, label)
  if (button === undefined) throw new Error(`no button ${label}`)
  return formOf(pressedButton(button, { user, ts }))
}

describe('a press in Slack, over HTTP to the bundles', () => {
  it('releases: the account is given back, one verdict is recorded, and the message says who and why', async () => {
    const { id, ts } = await world.incident()
    expect(world.slack.messages.get(ts)?.text).toContain('Contained ci-')
    expect(await world.press(ts, 'Release', 'U0ALICE')).toBe(200)
    await world.settle()
    expect(await world.stateOf(id)).toMatchObject({ state: 'released', verdict: { by: 'slack:U0ALICE', kind: 'legitimate' } })
    expect(await world.verdictsOf(id)).toHaveLength(1)
    const shown = JSON.stringify(world.slack.messages.get(ts))
    expect(shown).toContain('*Released* by <@U0ALICE>')
    expect(shown).toContain('The containment was taken back at')
    expect(world.slack.button(ts, 'Release')).toBeUndefined()
    expect(world.mails).toEqual([])
  })

  it('confirms, by a member of a group that the policy names', async () => {
    const { id, ts } = await world.incident()
    world.slack.groups.set('S0ONCALL', ['U0CAROL'])
    expect(await world.press(ts, 'Confirm compromise', 'U0CAROL')).toBe(200)
    await world.settle()
    expect(await world.stateOf(id)).toMatchObject({ state: 'confirmed', verdict: { by: 'slack:U0CAROL' } })
    expect(JSON.stringify(world.slack.messages.get(ts))).toContain('*Confirmed* by <@U0CAROL>')
  })

  it('explains and shows details to whoever asked alone, and changes nothing', async () => {
    const { id, ts } = await world.incident()
    const before = world.slack.whispers.length
    for (const label of ['Explain', 'Details']) expect(await world.press(ts, label, 'U0STRANGER')).toBe(200)
    await world.settle()
    const said = world.slack.whispers.slice(before)
    expect(said.map(({ user }) => user)).toEqual(['U0STRANGER', 'U0STRANGER'])
    expect(said.map(({ text }) => text).join()).toContain('was reported; no call of it with findings is known')
    expect(said.map(({ text }) => text).join()).toContain('is intact')
    expect((await world.stateOf(id))?.state).toBe('contained')
  })

  it('asks for a reason where the policy wants one, and takes the reason into the record', async () => {
    await world.usePolicy(parsePolicy({ ...TWO_REVIEWERS, slack: { ...TWO_REVIEWERS.slack, reasonFor: ['legitimate'] } }))
    const { id, ts } = await world.incident()
    expect(await world.press(ts, 'Release', 'U0ALICE')).toBe(200)
    await world.settle()
    expect((await world.stateOf(id))?.state).toBe('contained')
    const form = world.slack.forms.at(-1)?.private_metadata ?? ''
    expect(await world.sendForm(form, { user: 'U0ALICE', reason: '   ' })).toBe(400)
    expect(await world.sendForm(form, { user: 'U0ALICE', reason: 'a drill, ünicode → ok <!channel>' })).toBe(200)
    await world.settle()
    expect((await world.stateOf(id))?.verdict?.reason).toBe('a drill, ünicode → ok <!channel>')
    expect(JSON.stringify(world.slack.messages.get(ts))).toContain('`a drill, ünicode → ok &lt;!channel&gt;`')
  })

  it('contains an incident that asks, though the mode only asks; never one that is protected', async () => {
    const ask = parsePolicy({ ...TWO_REVIEWERS, mode: 'ask' })
    await world.usePolicy(ask)
    const { id, ts } = await world.incident()
    expect((await world.stateOf(id))?.state).toBe('asking')
    expect(await world.press(ts, 'Contain now', 'U0ALICE')).toBe(200)
    await world.settle()
    expect((await world.stateOf(id))?.state).toBe('contained')
    expect(JSON.stringify(world.slack.messages.get(ts))).toContain('*Containment ordered* by <@U0ALICE>')

    await world.usePolicy(parsePolicy({ ...ask, protected: { arns: ['*'], tags: {} } }))
    const other = await world.incident()
    await world.press(other.ts, 'Contain now', 'U0ALICE')
    await world.settle()
    const after = await world.stateOf(other.id)
    expect(after?.state).toBe('asking')
    expect(after?.decision.why.at(-1)).toBe('protected by ARN *')
  })
})

describe('hostile and mistaken requests', () => {
  it('are refused where they are forged, stale, from the future or not as they were signed', async () => {
    const { id, ts } = await world.incident()
    const body = pressBody(ts, 'Release')
    const now = Date.now()
    const right = signed(body, { at: now })
    const bytes = Buffer.from(body)
    const flipped = Array.from({ length: 40 }, (_, at) => {
      const copy = Buffer.from(bytes)
      const place = Math.floor((at * (bytes.length - 1)) / 39)
      copy[place] = (copy[place] ?? 0) ^ (1 << (at % 8))
      return { ...right, body: copy }
    })
    const nonAscii = Buffer.from(body.replace('somebody', 'sömebödy'))
    const cases: Record<string, { body: Uint8Array; headers: Record<string, string> }[]> = {
      forged: [
        signed(body, { at: now, secret: 'f'.repeat(32) }),
        signed(body, { at: now, secret: '' }),
        ...['', 'v0=', 'v0=zz', `v1=${'0'.repeat(64)}`, `v0=${'0'.repeat(64)}`, `v0=${'0'.repeat(63)}`].map((signature) => ({
          ...right,
          headers: { ...right.headers, 'x-slack-signature': signature },
        })),
      ],
      unsigned: [
        { body: right.body, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
        { body: right.body, headers: { 'x-slack-signature': right.headers['x-slack-signature'] ?? '' } },
      ],
      stale: [-301, -3600, -86_400 * 365].map((seconds) => signed(body, { at: now + seconds * 1000 })),
      future: [302, 3600, 86_400 * 365].map((seconds) => signed(body, { at: now + seconds * 1000 })),
      'timestamp not a number': ['NaN', '', '1e9', '-1', ' 1', '9'.repeat(20)].map((timestamp) => ({
        ...right,
        headers: { ...right.headers, 'x-slack-request-timestamp': timestamp },
      })),
      'wrong body': flipped,
      // A receiver that reads bodies as ASCII would take these two for one.
      'non-ASCII body, signed as ASCII': [
        { ...signed(Buffer.from(nonAscii.toString('latin1')), { at: now }), body: nonAscii },
        { ...signed(nonAscii.toString('ascii'), { at: now }), body: nonAscii },
      ],
    }
    for (const [kind, requests] of Object.entries(cases)) {
      const answers = []
      for (const request of requests) answers.push(await world.post(request))
      expect(
        answers.filter(({ status }) => status !== 401),
        kind,
      ).toEqual([])
      expect(answers.every(({ text }) => text === '')).toBe(true)
      await world.settle()
      count(kind, requests.length, (await world.verdictsOf(id)).length)
    }
    expect((await world.stateOf(id))?.state).toBe('contained')
  })

  it('are refused without detail where they are signed and yet not what this app knows', async () => {
    const { id, ts } = await world.incident()
    const button = world.slack.button(ts, 'Release') as { action_id: string; value: string }
    const good = pressedButton(button, { user: 'U0ALICE', ts }) as Record<string, unknown>
    const bodies: (string | Uint8Array)[] = [
      '',
      'payload=',
      'payload=%7B',
      'ssl_check=1',
      'payload=null',
      'payload=[]',
      Buffer.from([0xff, 0xfe, 0x00, 0xc3]),
      formOf({ ...good, type: 'shortcut' }),
      formOf({ ...good, user: { id: "U1'; drop" } }),
      formOf({ ...good, actions: [] }),
      formOf({ ...good, actions: [good.actions, good.actions].flat() }),
      formOf({ ...good, channel: undefined }),
      formOf({ ...good, message: { ts: '../../x' } }),
      ...['delete', 'constructor', 'legitimate:reason:reason', 'LEGITIMATE', ''].map((action_id) =>
        formOf(pressedButton({ ...button, action_id }, { user: 'U0ALICE', ts })),
      ),
      ...['', 'inc-1', `${button.value}0`, `POLICY:${'0'.repeat(16)}`, `inc-../../etc0:${'0'.repeat(16)}`].map((value) =>
        formOf(pressedButton({ ...button, value }, { user: 'U0ALICE', ts })),
      ),
    ]
    for (const body of bodies) {
      const answer = await world.post(signed(body, { at: Date.now() }))
      expect(answer, String(body).slice(0, 80)).toEqual({ status: 400, text: '' })
    }
    for (const metadata of ['', '{', '{}', JSON.stringify({ kind: 'legitimate', incidentId: id, revision: 'x', channel: 'C1', ts: '1.1' })])
      expect(await world.sendForm(metadata, { user: 'U0ALICE', reason: 'x' })).toBe(400)
    await world.settle()
    count('signed, of unknown shape', bodies.length + 4, (await world.verdictsOf(id)).length)
    expect((await world.stateOf(id))?.state).toBe('contained')
  })

  it('take signed bodies that are not ASCII, as text and as base64, and act on them once', async () => {
    const { id, ts } = await world.incident()
    const payload = { ...pressedButton(world.slack.button(ts, 'Release') as never, { user: 'U0ALICE', ts }), note: 'Grüße 日本語 🙂' }
    // Not percent-encoded: the bytes of the body are UTF-8 themselves.
    const raw = signed(Buffer.from(`payload=${JSON.stringify(payload)}`), { at: Date.now() })
    expect((await world.post({ ...raw, headers: { ...raw.headers, 'content-type': 'text/plain; charset=utf-8' } })).status).toBe(200)
    expect((await world.post(raw)).status).toBe(200)
    await world.settle()
    expect(await world.verdictsOf(id)).toHaveLength(1)
    expect((await world.stateOf(id))?.state).toBe('released')
  })

  it('are harmless where a request is replayed, and where a button is pressed again and again', async () => {
    const { id, ts } = await world.incident()
    const request = signed(pressBody(ts, 'Release'), { at: Date.now() })
    const answers = []
    for (let at = 0; at < 10; at++) answers.push(await world.post(request))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    await world.settle()
    for (let at = 0; at < 5; at++) await world.post(request)
    await world.settle()
    const verdicts = await world.verdictsOf(id)
    expect(verdicts).toHaveLength(1)
    count('replayed within five minutes', 14, verdicts.length - 1)
    vi.setSystemTime(Date.now() + 301_000)
    expect((await world.post(request)).status).toBe(401)
    count('replayed later', 1, 0)

    const other = await world.incident()
    const body = pressBody(other.ts, 'Confirm compromise')
    await Promise.all(Array.from({ length: 12 }, () => world.post(signed(body, { at: Date.now() }))))
    await world.settle()
    expect(await world.verdictsOf(other.id)).toHaveLength(1)
    expect((await world.stateOf(other.id))?.state).toBe('confirmed')
    count('pressed twelve times at once', 11, (await world.verdictsOf(other.id)).length - 1)
  })

  it('let one of two approvers at once decide, and tell the other', async () => {
    for (let round = 0; round < 5; round++) {
      const { id, ts } = await world.incident()
      const bodies = [pressBody(ts, 'Release', 'U0ALICE'), pressBody(ts, 'Confirm compromise', 'U0BOB')]
      const before = world.slack.whispers.length
      await Promise.all(bodies.map((body) => world.post(signed(body, { at: Date.now() }))))
      await world.settle()
      const verdicts = await world.verdictsOf(id)
      expect(verdicts).toHaveLength(1)
      const after = await world.stateOf(id)
      expect(after?.state).toBe(verdicts[0]?.to === 'confirmed' ? 'confirmed' : 'released')
      const loser = after?.verdict?.by === 'slack:U0ALICE' ? 'U0BOB' : 'U0ALICE'
      expect(world.slack.whispers.slice(before).map(({ user }) => user)).toEqual([loser])
      count('two approvers at once', 1, verdicts.length - 1)
    }
  })

  it('turn unknown users away, and those whom the policy lets say something else', async () => {
    await world.usePolicy(
      parsePolicy({
        ...TWO_REVIEWERS,
        tiers: [{ name: 'crown', match: { arns: ['arn:aws:iam::123456789012:user/nobody'] } }],
        slack: {
          approvers: [
            { verdicts: ['compromised'], users: ['U0ALICE'], groups: ['S0ONCALL'] },
            { tiers: ['crown'], users: ['U0BOB'] },
          ],
        },
      }),
    )
    world.slack.groups.set('S0ONCALL', ['U0CAROL'])
    const { id, ts } = await world.incident()
    const users = ['U0STRANGER', 'U0BOB', 'U0ALICE', 'U0CAROL', 'W0STRANGER']
    const before = world.slack.whispers.length
    for (const user of users) expect(await world.press(ts, 'Release', user)).toBe(200)
    await world.settle()
    expect((await world.stateOf(id))?.state).toBe('contained')
    expect(await world.verdictsOf(id)).toEqual([])
    const whispers = world.slack.whispers.slice(before)
    expect(whispers.map(({ user }) => user).sort()).toEqual([...users].sort())
    expect(whispers.every(({ text }) => text.includes('Not done'))).toBe(true)
    count('not allowed to say it', users.length, 0)
  })

  it('never act by an old message on a new state, and write that message anew', async () => {
    const { id, ts } = await world.incident()
    const old = ['Release', 'Confirm compromise'].map((label) => pressBody(ts, label, 'U0BOB'))
    await world.press(ts, 'Release', 'U0ALICE')
    await world.settle()
    const verdicts = (await world.verdictsOf(id)).length
    for (const body of old) await world.post(signed(body, { at: Date.now() }))
    await world.settle()
    expect((await world.verdictsOf(id)).length).toBe(verdicts)
    count('old messages', old.length, 0)

    // Same state, another round: what was decided about is not what is there now.
    const again = await world.incident()
    const bodies = ['Release', 'Confirm compromise'].map((label) => pressBody(again.ts, label))
    const stored = await world.ports.incidents.get(again.id)
    if (stored === undefined) throw new Error('no incident')
    const [finding] = stored.value.findings
    if (finding === undefined) throw new Error('no finding')
    const findings = [...stored.value.findings, { ...finding, detector: 'llm-jacking' }]
    await world.ports.incidents.save({ ...stored.value, findings }, stored.version)
    for (const body of bodies) await world.post(signed(body, { at: Date.now() }))
    await world.settle()
    expect((await world.stateOf(again.id))?.state).toBe('contained')
    expect(world.slack.whispers.at(-1)?.text).toContain('has changed since you saw it')
    count('old messages', bodies.length, 0)
    // The message has new buttons, bound to what is there now.
    await world.press(again.ts, 'Release', 'U0ALICE')
    await world.settle()
    expect((await world.stateOf(again.id))?.state).toBe('released')
  })

  it('need two different people where the policy asks for four eyes', async () => {
    await world.usePolicy(parsePolicy({ ...TWO_REVIEWERS, fourEyes: [{ verdicts: ['legitimate'] }] }))
    const { id, ts } = await world.incident()
    for (let at = 0; at < 3; at++) await world.press(ts, 'Release', 'U0ALICE')
    await world.settle()
    expect((await world.stateOf(id))?.state).toBe('contained')
    expect(JSON.stringify(world.slack.messages.get(ts))).toContain('*First of two:* <@U0ALICE>')
    expect(await world.press(ts, 'Release', 'U0STRANGER')).toBe(200)
    await world.settle()
    expect((await world.stateOf(id))?.state).toBe('contained')
    count('one person for four eyes', 4, (await world.verdictsOf(id)).length)
    await world.press(ts, 'Release', 'U0BOB')
    await world.settle()
    expect(await world.stateOf(id)).toMatchObject({ state: 'released', verdict: { by: 'slack:U0BOB' } })
    expect((await world.verdictsOf(id))[0]?.why).toContain('first review by slack:U0ALICE')

    // Two at once: one is the first, the other the second, and it is done.
    const both = await world.incident()
    const bodies = ['U0ALICE', 'U0BOB'].map((user) => pressBody(both.ts, 'Release', user))
    await Promise.all(bodies.map((body) => world.post(signed(body, { at: Date.now() }))))
    await world.settle()
    expect((await world.stateOf(both.id))?.state).toBe('released')
    expect(await world.verdictsOf(both.id)).toHaveLength(1)
  })
})

describe('the acknowledgement', () => {
  it('does not wait for what comes of a press', async () => {
    const { id, ts } = await world.incident()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    world.slowDown(() => held)
    const times: number[] = []
    for (let at = 0; at < 10; at++) {
      const startedAt = performance.now()
      expect(await world.press(ts, 'Release', 'U0ALICE')).toBe(200)
      times.push(performance.now() - startedAt)
    }
    // Acknowledged, and the backend has not begun.
    expect((await world.stateOf(id))?.state).toBe('contained')
    release()
    world.slowDown(async () => {})
    await world.settle()
    expect((await world.stateOf(id))?.state).toBe('released')
    const sorted = times.sort((a, b) => a - b)
    console.log(
      `slack, acknowledged with a backend that hangs: median ${sorted[5]?.toFixed(1)} ms, slowest ${sorted.at(-1)?.toFixed(1)} ms`,
    )
  })

  it('comes without the form where Slack does not answer in time, and nothing was done', async () => {
    await world.usePolicy(parsePolicy({ ...TWO_REVIEWERS, slack: { ...TWO_REVIEWERS.slack, reasonFor: ['legitimate'] } }))
    const { id, ts } = await world.incident()
    world.slack.refuse = (method) => (method === 'views.open' ? 'hang' : undefined)
    const startedAt = performance.now()
    expect(await world.press(ts, 'Release', 'U0ALICE')).toBe(200)
    console.log(`slack, acknowledged though Slack's own API hangs: ${(performance.now() - startedAt).toFixed(0)} ms`)
    world.slack.refuse = () => undefined
    await world.settle()
    expect((await world.stateOf(id))?.state).toBe('contained')
  })

  it('is an error where the press could not be handed on, so that the person sees it', async () => {
    const { id, ts } = await world.incident()
    const body = pressBody(ts, 'Release')
    world.refuseInvokes(true)
    expect((await world.post(signed(body, { at: Date.now() }))).status).toBe(500)
    world.refuseInvokes(false)
    expect((await world.stateOf(id))?.state).toBe('contained')
  })
})

describe('a notice', () => {
  it('reaches people by the topic where Slack refuses, and where Slack puts it off for long', async () => {
    for (const answer of [
      { status: 200, headers: { 'content-type': 'application/json' }, body: '{"ok":false,"error":"channel_not_found"}' },
      { status: 429, headers: { 'retry-after': '600' }, body: '' },
      { status: 500, body: '' },
    ]) {
      const before = world.mails.length
      world.slack.refuse = () => answer
      await world.incident()
      world.slack.refuse = () => undefined
      expect(world.mails.length).toBe(before + 1)
      expect(world.mails.at(-1)).toContain('please release or confirm it')
    }
  })
})
