import { describe, expect, it } from 'vitest'
import { revisionOf } from '../../shared/domain/revision.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { readPatterns } from '../../shared/record/patterns.ts'
import { readPolicy } from '../../shared/record/policy-in-force.ts'
import type { SlackApi } from '../../shared/slack/api.ts'
import type { Press } from '../../shared/slack/button.ts'
import { type Message, messageOf } from '../../shared/slack/message.ts'
import { press } from '../../shared/slack/press.ts'
import { arnOf } from '../embedded.ts'
import { CHANNEL } from '../slack.ts'
import { scannedAccount } from '../weekly-scan.ts'

const WHO = arnOf('ci-build')

/** A scan that was released, and Slack with what it was told. */
async function released(slackPolicy: object = { approvers: [{ users: ['U0ALICE'] }] }) {
  const world = await scannedAccount({ slack: slackPolicy })
  await world.scan(0)
  const incident = await world.release()
  const whispers: Message[] = []
  const updates: Message[] = []
  const slack: SlackApi = {
    post: async () => '1.1',
    update: async (_channel, _ts, message) => void updates.push(message),
    remove: async () => {},
    postEphemeral: async (_channel, _user, message) => void whispers.push(message),
    openForm: async () => {},
    membersOf: async () => [],
  }
  const ports = { ...world.ports, slack: async () => slack, model: undefined, log: silentLog }
  const pressed = (parts: Partial<Press> = {}) =>
    press(
      { kind: 'revoke', incidentId: incident.id, revision: revisionOf(incident), user: 'U0ALICE', channel: CHANNEL, ts: '1.1', ...parts },
      ports,
    )
  const accepted = async () => (await readPatterns(WHO, world.ports.record)).length
  const { policy } = await readPolicy(world.ports.record)
  return { ...world, incident, whispers, updates, pressed, accepted, policy }
}

const buttonsIn = ({ blocks }: Message) => JSON.stringify(blocks)

describe('the button that revokes what a release accepted', () => {
  it('stands on the message of such a release, asks back, and on no other', async () => {
    const { incident, policy } = await released()
    expect(buttonsIn(messageOf({ incident, changes: [], policy }))).toMatch(/"action_id":"revoke".*Ask about it again\?/)
    expect(buttonsIn(messageOf({ incident: { ...incident, verdict: undefined }, changes: [], policy }))).not.toContain('revoke')
  })

  it('revokes it: the next scan is asked about', async () => {
    const world = await released()
    expect(await world.accepted()).toBe(1)
    await world.pressed()
    expect(await world.accepted()).toBe(0)
    expect(world.whispers.map(({ text }) => text)).toEqual(['Revoked.'])
    await world.scan(1)
    expect(await world.open()).toHaveLength(1)
  })

  it('names who revoked it in the record, and a second press changes nothing', async () => {
    const { pressed, ports } = await released()
    await pressed()
    await pressed({ user: 'U0ALICE' })
    const entries = await ports.record.list(`PATTERN#${WHO}`)
    expect(entries.map(({ actor, why }) => [actor, why]).slice(1)).toEqual([['slack:U0ALICE', 'pressed in Slack']])
  })

  it.each([
    ['somebody who may not release', { approvers: [{ users: ['U0ALICE'] }] }, { user: 'U0MALLORY' }, /may not release/],
    [
      'nobody gives a reason where the policy wants one',
      { approvers: [{ users: ['U0ALICE'] }], reasonFor: ['legitimate'] },
      {},
      /requires a reason/,
    ],
    ['a reason without a word', { approvers: [{ users: ['U0ALICE'] }] }, { reason: '…' }, /needs a reason, which the record keeps/],
    ['an incident that is not there', { approvers: [{ users: ['U0ALICE'] }] }, { incidentId: 'inc-000000000000' }, /no incident/],
  ])('does nothing for %s, and says so', async (_, slackPolicy, parts, why) => {
    const world = await released(slackPolicy)
    await world.pressed(parts)
    expect(await world.accepted()).toBe(1)
    expect(JSON.stringify(world.whispers)).toMatch(why)
  })

  it('tells whoever releases with a reason without a word, and leaves the incident open', async () => {
    const world = await released()
    await world.pressed()
    await world.scan(1)
    const [incident] = await world.open()
    if (incident === undefined) throw new Error('nothing is open')
    await world.pressed({ kind: 'legitimate', incidentId: incident.id, revision: revisionOf(incident), reason: '…' })
    expect(JSON.stringify(world.whispers.at(-1))).toMatch(/Not done.*needs a reason, which the record keeps/)
    expect(await world.open()).toHaveLength(1)
  })
})
