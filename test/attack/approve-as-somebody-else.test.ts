import { describe, expect, it } from 'vitest'
import { reviewEvent } from '../../functions/review-event.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { memoryPressLog } from '../../shared/memory/press-log.ts'
import { actionId, type ButtonKind, buttonValue } from '../../shared/slack/button.ts'
import { press } from '../../shared/slack/press.ts'
import { signedPress } from '../../shared/slack/signed-press.ts'
import { embedded, exposed, KEY, NOW } from '../embedded.ts'
import { CHANNEL, formOf, pressedButton, SIGNING_SECRET, signed } from '../slack.ts'

const TS = '1700000000.000001'
const HOUR = 3_600_000

/** A contained incident, and the function review as it is deployed: whoever may invoke it sends it any event. */
async function world(policy: object = {}) {
  const of = await embedded({ policy: { slack: { approvers: [{ users: ['U0ALICE', 'U0BOB'] }] }, ...policy } })
  await of.respond([exposed()])
  const presses = memoryPressLog()
  const whispers: string[] = []
  const slack = {
    post: async () => TS,
    update: async () => {},
    remove: async () => {},
    postEphemeral: async (_: string, user: string) => void whispers.push(user),
    openForm: async () => {},
    membersOf: async () => [],
  }
  const handle = reviewEvent({
    async press(request, invocationId) {
      const pressed = await signedPress(request, invocationId, { ...of.ports, signingSecret: async () => SIGNING_SECRET, presses })
      if (pressed !== undefined) await press(pressed, { ...of.ports, slack: async () => slack, model: undefined })
      return undefined
    },
    notify: async () => {},
    share: async () => {},
    shareLater: async () => {},
  })
  let invocations = 0
  const incident = async () => {
    const [one] = await of.incidents()
    if (one === undefined) throw new Error('no incident')
    return one
  }
  return {
    ...of,
    incident,
    presses,
    /** lambda:InvokeFunction on review. */
    invoke: (event: unknown, invocationId = `r-${++invocations}`) => handle(event, { awsRequestId: invocationId }),
    /** What Slack would sign for a button of the message as it is now. */
    async bodyOf(user: string, kind: ButtonKind = 'legitimate') {
      const one = await incident()
      const button = { action_id: actionId(kind, false), value: buttonValue(one.id, revisionOf(one)) }
      return formOf(pressedButton(button, { user, ts: TS, channel: CHANNEL }))
    },
  }
}
type World = Awaited<ReturnType<typeof world>>

/** The event by which the function slack passes on a request. */
function passedOn(body: string, parts: { at?: number; secret?: string } = {}): object {
  const { headers } = signed(body, { at: NOW, ...parts })
  return {
    signed: {
      body: Buffer.from(body).toString('base64'),
      timestamp: headers['x-slack-request-timestamp'],
      signature: headers['x-slack-signature'],
    },
  }
}

const isContained = async ({ incident, account }: World) =>
  (await incident()).state === 'contained' && account.isRefused('ci-build', KEY) && account.isRefused('ci-build')

describe('an intruder who may invoke review and read the table approves as somebody else', () => {
  it('says in so many words who pressed: nobody is believed, and four eyes are not met', async () => {
    const of = await world({ fourEyes: [{ verdicts: ['legitimate'] }] })
    const { id, ...incident } = await of.incident()
    for (const user of ['U0ALICE', 'U0BOB']) {
      const said = { kind: 'legitimate', incidentId: id, revision: revisionOf({ id, ...incident }), user, channel: CHANNEL, ts: TS }
      await expect(of.invoke({ press: said })).rejects.toThrow()
      await expect(of.invoke(passedOn(await of.bodyOf(user), { secret: '0'.repeat(32) }))).rejects.toMatchObject({ code: 'press.unsigned' })
    }
    expect(await isContained(of)).toBe(true)
    // The twin differs in the secret.
    for (const user of ['U0ALICE', 'U0BOB']) await of.invoke(passedOn(await of.bodyOf(user)))
    expect((await of.incident()).state).toBe('released')
  })

  it('puts another user into what Slack signed for one: the signature no longer fits', async () => {
    const of = await world()
    const { signed: true_ } = passedOn(await of.bodyOf('U0STRANGER')) as { signed: object }
    const forged = { signed: { ...true_, body: Buffer.from(await of.bodyOf('U0ALICE')).toString('base64') } }
    await expect(of.invoke(forged)).rejects.toMatchObject({ code: 'press.unsigned' })
    expect(await isContained(of)).toBe(true)
  })

  it('plays back what Slack signed: it is taken once, and again only by the retries of the same invocation', async () => {
    const of = await world({ fourEyes: [{ verdicts: ['legitimate'] }] })
    const event = passedOn(await of.bodyOf('U0ALICE'))
    await of.invoke(event, 'r-first')
    const before = await of.ports.record.list(`INCIDENT#${(await of.incident()).id}`)
    await of.invoke(event, 'r-second')
    expect(await of.ports.record.list(`INCIDENT#${(await of.incident()).id}`)).toEqual(before)
    expect(await of.presses.claim('other', 'r-second', 0)).toBe(true)
    // A run that broke off is tried again by Lambda, with the same id.
    const again = await world()
    const interrupted = passedOn(await again.bodyOf('U0ALICE'))
    const { incidents } = again.ports
    Object.assign(again.ports, { incidents: { ...incidents, get: () => Promise.reject(new Error('killed')) } })
    await expect(again.invoke(interrupted, 'r-1')).rejects.toThrow('killed')
    Object.assign(again.ports, { incidents })
    await again.invoke(interrupted, 'r-2')
    expect(await isContained(again)).toBe(true)
    await again.invoke(interrupted, 'r-1')
    expect((await again.incident()).state).toBe('released')
  })

  it.each([
    ['an hour and four minutes old, as after the retries of Lambda', -HOUR - 4 * 60_000, 'released'],
    ['an hour and six minutes old', -HOUR - 6 * 60_000, 'contained'],
    ['from six minutes ahead, to be kept for later', 6 * 60_000, 'contained'],
  ])('keeps one for later: %s', async (_, ms, state) => {
    const of = await world()
    const event = passedOn(await of.bodyOf('U0ALICE'), { at: NOW + ms })
    await of.invoke(event).catch((cause: { code: string }) => expect(cause.code).toBe('press.unsigned'))
    expect((await of.incident()).state).toBe(state)
  })

  it('passes on what Slack signed and what is no press', async () => {
    const of = await world()
    for (const body of ['payload={}', 'x=1', formOf({ type: 'view_closed' })])
      await expect(of.invoke(passedOn(body))).rejects.toMatchObject({ code: 'press.unsigned' })
  })
})
