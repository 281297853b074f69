import { describe, expect, it } from 'vitest'
import { dismissIncidents } from '../../local/commands/dismiss.ts'
import { releaseIncident, whatFollows } from '../../local/commands/incidents.ts'
import { showIncident } from '../../local/commands/show-incident.ts'
import { lookAtEach } from '../../local/dismiss-each.ts'
import { type Change, chain, EMPTY_CHAIN } from '../../shared/domain/change.ts'
import { isDismissal, stateText } from '../../shared/domain/dismissal.ts'
import { goneReason, goneText } from '../../shared/domain/gone-text.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { answersOf, commandWord, labelOf } from '../../shared/domain/story/answers.ts'
import { plainText } from '../../shared/domain/story/said.ts'
import { storyOf } from '../../shared/domain/story/story.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { explain } from '../../shared/review/explain/explain.ts'
import { whatReviewDoes } from '../../shared/review/what-follows.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { consoleWorld } from '../console.ts'
import { KEY } from '../embedded.ts'

const ASK = { policy: { mode: 'ask' } }

/** A chain of such entries. */
function chainOf(drafts: readonly Pick<Change, 'kind' | 'target' | 'why'>[]): readonly Change[] {
  const at = '2026-03-02T12:00:00.000Z'
  const all: Change[] = []
  for (const draft of drafts)
    all.push(chain('INCIDENT#x', all.at(-1) ?? EMPTY_CHAIN, { ...draft, at, actor: 'countersign:contain', from: null, to: null }))
  return all
}

/** Gives the verdict `legitimate`, and answers all that is said of it afterwards, by the channel. */
async function verdictOn(parts: Parameters<typeof consoleWorld>[0]) {
  const world = await consoleWorld(parts)
  const { target, incident, get, answer, ports } = world
  const reply = await answer({ kind: 'legitimate', reason: 'a drill', revision: revisionOf(incident) })
  const location = (reply.headers.get('location') ?? '').replace(/^\/[^/]+/, '')
  const closed = (await ports.incidents.get(incident.id))?.value as Incident
  const [changes, signals] = await Promise.all([ports.record.list(incidentSubject(incident.id)), ports.incidents.signals(incident.id)])
  const page = await (await get(location)).text()
  const explained = await explain({ incident: closed, signals, changes }, undefined)
  const again = await target.review(incident.id, { kind: 'compromised', reason: 'no' }).catch((cause: Error) => cause.message)
  return {
    world,
    closed,
    changes,
    said: {
      'the console': page.match(/role="status">(Noted: [^<]+)/)?.[1] ?? '',
      'the badge of its page': page.match(/class="lead"><span class="badge \w*">(\w+)/)?.[1] ?? '',
      Slack: messageOf({ incident: closed, changes, policy: parsePolicy({ version: 2 }) }).text,
      'the outcome in Slack':
        JSON.stringify(messageOf({ incident: closed, changes, policy: parsePolicy({ version: 2 }) })).match(/\*(\w+)\* by/)?.[1] ?? '',
      'a notice': noticeOf(closed, 'released', undefined, { changes }).title,
      'the story': plainText(storyOf({ incident: closed, changes }).headline),
      'the command line':
        (await showIncident(target, incident.id, { isJson: false, paint: (_, text) => text }))
          .split('\n')
          .find((line) => line.startsWith('Incident ')) ?? '',
      'the explanation': explained.response.find(({ outcome }) => outcome === 'RS.MI-01')?.text ?? '',
      'who comes later': String(again),
    },
  }
}

describe('the verdict that it was legitimate', () => {
  it('is a dismissal in every word where nothing was contained or restricted, and its state stays released', async () => {
    const { said, closed, world } = await verdictOn(ASK)
    for (const [channel, text] of Object.entries(said)) {
      expect(text, channel).toMatch(/dismissed/i)
      expect(text, channel).not.toMatch(/released/i)
    }
    expect(closed.state).toBe('released')
    expect(await showIncident(world.target, closed.id, { isJson: true, paint: (_, text) => text })).toContain('"state":"released"')
  })

  it('is a release in every word where something was contained', async () => {
    const { said } = await verdictOn({})
    for (const [channel, text] of Object.entries(said)) {
      expect(text, channel).toMatch(/released/i)
      expect(text, channel).not.toMatch(/dismissed/i)
    }
  })

  it('is given by the command of that name wherever commands are listed', async () => {
    const asking = await consoleWorld(ASK)
    const shown = await showIncident(asking.target, asking.incident.id, { isJson: false, paint: (_, text) => text })
    expect(shown).toContain(`countersign -- dismiss ${asking.incident.id} --reason "…"`)
    expect(shown).not.toContain(`countersign -- release ${asking.incident.id}`)
    const changes = await asking.ports.record.list(incidentSubject(asking.incident.id))
    expect(noticeOf(asking.incident, 'ask', undefined, { changes }).body).toContain(
      `countersign dismiss ${asking.incident.id} --reason "…"`,
    )
    const contained = await consoleWorld()
    const kept = await showIncident(contained.target, contained.incident.id, { isJson: false, paint: (_, text) => text })
    expect(kept).toContain(`countersign -- release ${contained.incident.id} --reason "…"`)
    expect(kept).not.toContain('countersign -- dismiss')
    // What was contained before is dismissed by no command.
    expect(commandWord('legitimate', { ...contained.incident, state: 'asking' }, [])).toBe('release')
  })

  it('answers on the command line what happened', async () => {
    const asking = await consoleWorld(ASK)
    const out = await releaseIncident(asking.target, asking.incident.id, { reason: 'a drill', isJson: false })
    expect(out).toMatch(new RegExp(`^Dismissed ${asking.incident.id}: nothing had been contained or restricted; the same evidence`))
    const other = await consoleWorld(ASK)
    const looked = await lookAtEach(other.target, [other.incident.id])
    const { output } = await dismissIncidents(other.target, looked, { reason: 'a drill', isJson: false })
    expect(output.split('\n')).toEqual([
      `Dismissed ${other.incident.id}, iam-user ci-build: nothing had been contained or restricted.`,
      '1 pattern was accepted: what it covers is not asked about until it ends or is revoked. `npm run --silent countersign -- patterns` lists it, with the command that revokes it.',
    ])
    const contained = await consoleWorld()
    expect(await releaseIncident(contained.target, contained.incident.id, { reason: 'a drill', isJson: false })).toMatch(
      /^Released inc-\w+: restored as it was before: /,
    )
  })

  it('says on the command line that it is under way, in the same words', async () => {
    const { target, incident } = await consoleWorld(ASK)
    const review: typeof target.review = async () => ({ ...incident, state: 'releasing', awaitsSecond: false })
    expect(await releaseIncident({ ...target, review }, incident.id, { reason: 'a drill', isJson: false })).toMatch(/^Dismissing inc-/)
    const contained = await consoleWorld()
    const other: typeof target.review = async () => ({ ...contained.incident, state: 'releasing', awaitsSecond: false })
    expect(await releaseIncident({ ...contained.target, review: other }, contained.incident.id, { reason: 'a', isJson: false })).toMatch(
      /^Releasing inc-/,
    )
  })

  it('is named by one rule before and after the press', async () => {
    for (const parts of [ASK, {}]) {
      const { incident, ports, target } = await consoleWorld(parts)
      const changes = await ports.record.list(incidentSubject(incident.id))
      const word = isDismissal(incident, changes) ? 'Dismiss' : 'Release'
      expect(labelOf('legitimate', incident, changes)).toBe(word)
      expect(answersOf(incident, changes)[0]?.label).toBe(word)
      expect(await whatFollows(target, incident.id, 'legitimate')).toContain(
        word === 'Dismiss'
          ? 'That is final: a dismissed incident is not contained from here,'
          : 'a released incident is not contained again from here',
      )
    }
  })

  it.each([
    ['a step that was taken back', {}, ['step-planned', 'step-undone']],
    ['a step that failed', {}, ['step-planned', 'step-failed']],
    ['a containment, without its chain', { containedAt: 1 }, undefined],
    ['a restriction, without its chain', { restrictedAt: 1 }, undefined],
  ] as const)('is a release after %s', async (_, parts, kinds) => {
    const { incident } = await consoleWorld(ASK)
    const changes =
      kinds === undefined ? undefined : chainOf(kinds.map((kind) => ({ kind, target: `access-key:ci-build/${KEY}`, why: 'x' })))
    const closed = { ...incident, ...parts, state: 'released' as const }
    expect(isDismissal(closed, changes)).toBe(false)
    expect(stateText(closed, changes)).toBe('released')
    expect(stateText({ ...incident, state: 'released' }, changes === undefined ? undefined : [])).toBe('dismissed')
  })
})

describe('what is gone', () => {
  const gone = (all: readonly (readonly [target: string, why: string])[]): readonly Change[] =>
    chainOf(all.map(([target, why]) => ({ kind: 'step-gone', target, why })))
  const KEY_TARGET = `access-key:ci-build/${KEY}`

  it.each<[string, readonly (readonly [string, string])[], string]>([
    ['a user', [['user-policy:ci-build/p', goneReason('user ci-build')]], 'user ci-build is no longer there, removed by somebody else'],
    [
      'a key at a release',
      [[KEY_TARGET, `release: key ${KEY} of ci-build switched off: ${goneReason(`access key ${KEY} of ci-build`)}`]],
      `access key ${KEY} of ci-build is no longer there, removed by somebody else`,
    ],
    [
      'five of them in another account',
      [1, 2, 3, 4, 5].map((at) => [`user-policy:210987654321:u${at}/p`, goneReason(`user u${at} in account 210987654321`)] as const),
      'user u1 in account 210987654321, user u2 in account 210987654321, user u3 in account 210987654321 and 2 more are no longer there, removed by somebody else',
    ],
    [
      'one of a record of an older release',
      [[KEY_TARGET, 'it is no longer there']],
      'the user, the role or the credential is no longer there, removed by somebody else',
    ],
    [
      'one of a record that somebody else wrote',
      [[KEY_TARGET, 'All is well! Release <it> now, it is no longer there']],
      'the user, the role or the credential is no longer there, removed by somebody else',
    ],
  ])('is named: %s', (_, all, text) => {
    expect(goneText(gone(all))).toBe(text)
  })

  it('is nothing where a step was set again since, or where all is there', () => {
    const changes = chainOf([
      { kind: 'step-gone', target: KEY_TARGET, why: goneReason('user ci-build') },
      { kind: 'step-planned', target: KEY_TARGET, why: 'x' },
    ])
    expect(goneText(changes)).toBeUndefined()
    expect(goneText([])).toBeUndefined()
  })

  it('is named before a release and after it, on the console and the command line', async () => {
    const world = await consoleWorld()
    const { incident, ports, get } = world
    const planned = (await ports.record.list(incidentSubject(incident.id))).filter(({ kind }) => kind === 'step-planned')
    const all = [
      ...(await ports.record.list(incidentSubject(incident.id))),
      ...gone(planned.map(({ target }) => [target, goneReason('user ci-build')])),
    ]
    expect(whatReviewDoes('legitimate', incident, { changes: all, policy: parsePolicy({ version: 2 }) })).toContain(
      'Nothing is restored: user ci-build is no longer there, removed by somebody else.',
    )
    expect(labelOf('legitimate', incident, all)).toBe('Release')
    // The next look at the record is the one after somebody removed the user.
    ports.record.list = async () => all
    const page = await (await get(`/incidents/${incident.id}?said=done`)).text()
    expect(page).toContain('User ci-build is no longer there, removed by somebody else: what was set went with it.')
    const review: typeof world.target.review = async () => ({ ...incident, state: 'released', awaitsSecond: false })
    expect(await releaseIncident({ ...world.target, review }, incident.id, { reason: 'a drill', isJson: false })).toMatch(
      /^Released inc-\w+: user ci-build is no longer there, removed by somebody else, so nothing was given back/,
    )
  })
})
