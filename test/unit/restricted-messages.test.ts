import { describe, expect, it } from 'vitest'
import { afterConfirm } from '../../local/render/after-confirm.ts'
import { renderIncident } from '../../local/render/incident.ts'
import { nextCommands } from '../../local/render/next-commands.ts'
import { paintFor } from '../../local/render/style.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { offeredFor } from '../../shared/domain/offered.ts'
import { restrictionLines } from '../../shared/domain/restriction-lines.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { explain } from '../../shared/review/explain/explain.ts'
import { review } from '../../shared/review/review.ts'
import { leftUsable, whatReviewDoes } from '../../shared/review/what-follows.ts'
import { messageOf, needsAttention } from '../../shared/slack/message.ts'
import { HABIT, RESTRICTS, restrictedWorld, reviewer } from '../restricted.ts'

const policy = parsePolicy(RESTRICTS)
const plain = paintFor(process.stdout, { NO_COLOR: '1' })

async function restricted() {
  const world = await restrictedWorld()
  const incident = await world.only()
  return { world, incident, changes: await world.ports.record.list(incidentSubject(incident.id)) }
}

const textOf = (blocks: readonly unknown[]) => JSON.stringify(blocks)

describe('what people read of a restricted incident', () => {
  it('is the same everywhere: what is refused, what goes on, what each answer does', async () => {
    const { incident, changes } = await restricted()
    const lines = restrictionLines(incident)
    expect(lines?.refused).toContain('Refused now: grants of rights, new credentials')
    expect(lines?.goesOn).toContain('Goes on: all its other calls')
    const notice = noticeOf(incident, 'restricted')
    expect(notice.title).toMatch(/^Restricted ci-build from grave actions alone, until somebody decides: risk \d+$/)
    for (const line of [
      lines?.refused,
      lines?.goesOn,
      ...['release', 'contain', 'confirm', 'extend'].map((word) => `\n  countersign ${word} ${incident.id}`),
    ])
      expect(notice.body).toContain(line)
    expect(renderIncident(incident, plain, { options: '', signals: [] })).toContain(lines?.goesOn)
    const message = messageOf({ incident, changes, policy })
    expect(message.text).toBe('Restricted ci-build from grave actions alone, please decide')
    for (const line of [lines?.refused, lines?.goesOn]) expect(textOf(message.blocks)).toContain(line)
    expect(needsAttention('restricted')).toBe(true)
  })

  it('says by the habit what else is refused, and of a role which sessions are meant', async () => {
    const { incident } = await restricted()
    const covered: Incident = { ...incident, restriction: { ...HABIT, addresses: ['192.0.2.0/24'], isFenced: true } }
    expect(restrictionLines(covered)).toMatchObject({
      refused: expect.stringContaining('services that it never used'),
      goesOn: expect.stringContaining('its usual work'),
    })
    expect(restrictionLines(covered)?.refused).toContain('every call from outside its usual networks')
    expect(restrictionLines(covered)?.goesOn).toContain('can do that too, from those networks.')
    const known: Incident = { ...covered, restriction: { ...HABIT, neverUsed: ['sns', 'sqs'] } }
    expect(restrictionLines(known)?.refused).toContain('never used (of sns, sqs reading and writing data as well); outside its habit')
    expect(restrictionLines({ ...known, restriction: { ...HABIT, neverUsed: ['sns'], isCovered: false } })?.refused).not.toContain('sns')
    expect(restrictionLines({ ...covered, restriction: HABIT })?.goesOn).toContain('can do that too.')
    for (const parts of [{ isFenced: false }, { isCovered: false }, { addresses: [] }])
      expect(
        restrictionLines({ ...covered, restriction: { ...HABIT, addresses: ['192.0.2.0/24'], isFenced: true, ...parts } })?.refused,
      ).not.toContain('networks')
    const role: Incident = {
      ...covered,
      identity: { ...incident.identity, kind: 'role' },
      restriction: { ...HABIT, sessions: ['a1', 'b2', 'c3', 'd4'] },
    }
    expect(restrictionLines(role)?.goesOn).toContain('every session of the role but a1, b2, c3 and 1 more')
    for (const state of ['asking', 'contained', 'released', 'confirmed'] as const)
      expect(restrictionLines({ ...covered, state })).toBeUndefined()
  })

  it.each<readonly [what: string, restriction: Incident['restriction'], why: string[], refused: RegExp, goesOn: RegExp]>([
    [
      'the habit is not known',
      { ...HABIT, isCovered: false },
      [],
      /^Refused now: grants of rights, new credentials, sharing with outsiders, switching off logs, deletion of backups and keys\.$/,
      /It stops little: its habit is not known well enough to refuse other services, reading of data and secrets, starting of machines, or calls from elsewhere\.$/,
    ],
    [
      'the evidence is not about the place',
      { ...HABIT, addresses: ['192.0.2.0/24'] },
      [],
      /reading other secrets, starting machines and code\.$/,
      /It can be done from anywhere: no call is refused for where it comes from, because the evidence is not about the place\.$/,
    ],
    [
      'no place is stable',
      { ...HABIT, isFenced: true },
      [],
      /starting machines and code\.$/,
      /because it has no usual networks that are stable\.$/,
    ],
    [
      'the fence had no room',
      { ...HABIT, addresses: ['192.0.2.0/24'], isFenced: true },
      ['user ci-build restricted, without room to deny calls from elsewhere, starting machines and code'],
      /reading other secrets\. Not refused, for want of room: calls from elsewhere, starting machines and code\.$/,
      /because there was no room for it\.$/,
    ],
    [
      'calls from elsewhere are refused: which places stay open',
      { ...HABIT, addresses: ['192.0.2.0/24', '2001:db8:1::/48'], endpoints: ['vpce-0123456789abcdef0'], isFenced: true },
      [],
      /every call from outside its usual networks\.$/,
      /^Goes on: its usual work, from 192\.0\.2\.0\/24, 2001:db8:1::\/48, vpce-0123456789abcdef0 alone\. .*from those networks\.$/,
    ],
  ])('says plainly what is not refused where %s', async (_, restriction, why, refused, goesOn) => {
    const { incident, changes } = await restricted()
    const one: Incident = {
      ...incident,
      decision: { ...incident.decision, why: [...incident.decision.why, ...why] },
      ...(restriction === undefined ? {} : { restriction }),
    }
    const lines = restrictionLines(one)
    expect(lines?.refused).toMatch(refused)
    expect(lines?.goesOn).toMatch(goesOn)
    const isLittle = restriction?.isCovered === false
    expect(noticeOf(one, 'restricted').title.includes('from grave actions alone')).toBe(isLittle)
    const message = messageOf({ incident: one, changes, policy })
    expect(message.text.includes('from grave actions alone')).toBe(isLittle)
    for (const line of [lines?.refused, lines?.goesOn]) {
      expect(noticeOf(one, 'restricted').body).toContain(line)
      expect(textOf(message.blocks)).toContain(line)
      expect(renderIncident(one, plain, { options: '', signals: [] })).toContain(line)
    }
  })

  it('says of who was to be restricted and is not that nothing is refused', async () => {
    const { incident, changes } = await restricted()
    const { restrictedAt: _, ...asked } = incident
    const one: Incident = { ...asked, state: 'asking', decision: { ...incident.decision, action: 'ask', would: 'restrict' } }
    const line = 'Nothing is refused now: an IAM user was to be restricted and is not, so all its calls go on'
    expect(noticeOf(one, 'ask').body).toContain(line)
    expect(renderIncident(one, plain, { options: '', signals: [] })).toContain(line)
    expect(textOf(messageOf({ incident: one, changes, policy }).blocks)).toContain(line)
    for (const other of [incident, { ...one, state: 'watching' }, { ...one, decision: { ...one.decision, would: 'ask' } }] as Incident[])
      expect(noticeOf(other, 'ask').body).not.toContain('Nothing is refused now')
  })

  it('offers release, confirm, contain and more time, and says before each what it will do', async () => {
    const { incident, changes } = await restricted()
    const about = { changes, policy, refused: 2 }
    expect(offeredFor(incident)).toEqual(['legitimate', 'compromised', 'contain', 'extend'])
    expect(whatReviewDoes('legitimate', incident, about)).toContain('Its rights are restored as they were.')
    expect(whatReviewDoes('legitimate', incident, about)).toContain('Since the restriction: 2 calls refused.')
    expect(leftUsable(incident, changes)).toContain('It is restricted, not contained')
    expect(whatReviewDoes('compromised', incident, about)).toContain('Contain it first, or stop it by hand.')
    expect(whatReviewDoes('contain', incident, about)).toContain('Stops it now')
    const next = nextCommands(incident, changes, { target: { options: '' }, paint: plain }).join('\n')
    expect(next).toContain('gives it back its rights')
    expect(next).toContain('closes it, keeps the restriction')
    expect(next).toContain('and it stays restricted')
    const dialogs = textOf(messageOf({ incident, changes, policy }).blocks)
    expect(dialogs).toContain('Confirm without containing?')
  })

  it('is said once more when it is confirmed: the restriction stays, the rest is usable', async () => {
    const { world, incident } = await restricted()
    await review(incident.id, { kind: 'compromised', ...reviewer }, world.ports)
    const confirmed = await world.only()
    const changes = await world.ports.record.list(incidentSubject(incident.id))
    expect(noticeOf(confirmed, 'confirmed').title).toBe('Confirmed: ci-build was compromised; it stays restricted, and was not contained')
    expect(leftUsable(confirmed, changes)).toContain('It is restricted, not contained')
    expect(afterConfirm(confirmed, changes).join(' ')).toContain('ci-build stays restricted')
    const said = JSON.stringify(await explain({ incident: confirmed, signals: [], changes }, undefined))
    expect(said).toContain('the restriction stays')
    expect(said).not.toContain('stays denied everything')
  })

  it('is explained as restricted, and as released when it was', async () => {
    const { world, incident, changes } = await restricted()
    expect(JSON.stringify(await explain({ incident, signals: [], changes }, undefined))).toContain('restricted and not contained')
    await review(incident.id, { kind: 'legitimate', ...reviewer }, world.ports)
    const after = await world.ports.record.list(incidentSubject(incident.id))
    expect(textOf(messageOf({ incident: await world.only(), changes: after, policy }).blocks)).toMatch(
      /The restriction was taken back at \d\d:\d\d UTC/,
    )
  })
})
