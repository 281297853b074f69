import { describe, expect, it } from 'vitest'
import { explainIncident } from '../../local/commands/explain.ts'
import { confirmIncident, extendIncident, releaseIncident, whatFollows } from '../../local/commands/incidents.ts'
import { showIncident } from '../../local/commands/show-incident.ts'
import { afterConfirm } from '../../local/render/after-confirm.ts'
import { whyOf } from '../../local/render/changes.ts'
import type { Paint } from '../../local/render/style.ts'
import { planOf } from '../../shared/contain/plan.ts'
import type { Change } from '../../shared/domain/change.ts'
import type { Incident, IncidentState } from '../../shared/domain/incident.ts'
import { moved } from '../../shared/domain/incident-machine.ts'
import { offeredFor } from '../../shared/domain/offered.ts'
import { refusedAfter } from '../../shared/domain/reasons.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { leftUsable, sessionsText, whatReviewDoes } from '../../shared/review/what-follows.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { consoleWorld } from '../console.ts'
import { incidentOf, user } from '../contract/samples.ts'
import { call, KEY, NOW } from '../embedded.ts'

const plain: Paint = (_, text) => text
const ASK = { policy: { mode: 'ask' } }

async function changesOf({ ports, incident }: Awaited<ReturnType<typeof consoleWorld>>) {
  return ports.record.list(incidentSubject(incident.id))
}

function buttonsIn(incident: Incident, changes: Awaited<ReturnType<typeof changesOf>>, policy = parsePolicy({ version: 2 })) {
  const blocks = messageOf({ incident, changes, policy }).blocks as unknown as readonly {
    readonly elements?: readonly { readonly action_id?: string; readonly confirm?: { readonly text: { readonly text: string } } }[]
  }[]
  return blocks.flatMap(({ elements }) => elements ?? [])
}

function confirmButton(...about: Parameters<typeof buttonsIn>) {
  return buttonsIn(...about).find(({ action_id }) => action_id === 'compromised')
}

describe('releasing an incident whose secret is out', () => {
  const report = { source: 'trufflehog', id: 'r', type: 'verified', credentialId: KEY, seenAt: NOW, grade: 'verified' } as const
  const about = { changes: [], policy: parsePolicy({ version: 2 }) }

  it('says first that whoever has it can use it again, in Slack too', () => {
    const incident = incidentOf('inc-0123456789ab', { state: 'contained', reports: [report] })
    expect(whatReviewDoes('legitimate', incident, about)).toMatch(
      /^It was legitimate. Its secret is out \(TruffleHog\): whoever has it can use it again, so make a new key first\. /,
    )
    const release = buttonsIn(incident, []).find(({ action_id }) => action_id === 'legitimate')
    expect(release?.confirm?.text.text).toContain('make a new key first')
  })

  it.each([
    ['an id alone', { ...report, grade: 'id-only', type: 'id-only' } as const],
    [
      'a finding about its use',
      { source: 'guardduty', id: 'f', type: 'UnauthorizedAccess:IAMUser/x', credentialId: KEY, seenAt: NOW } as const,
    ],
  ])('says nothing of it of %s', (_, one) => {
    expect(whatReviewDoes('legitimate', incidentOf('inc-0123456789ab', { state: 'contained', reports: [one] }), about)).not.toContain(
      'secret is out',
    )
  })
})

describe('confirming an incident that was never contained', () => {
  it('says before, on the command line, which credential stays usable, and how to stop it first', async () => {
    const { target, incident } = await consoleWorld(ASK)
    const said = await whatFollows(target, incident.id, 'compromised')
    expect(said).toContain(`Nothing was contained: access-key ${KEY} and what it created stay usable by whoever has them.`)
    expect(said).toContain('stops nothing')
    expect(said).toMatch(new RegExp(`To stop it first: .*countersign -- contain ${incident.id} --reason`))
  })

  it('says afterwards that it is not stopped, to whoever confirmed and to everybody who is notified', async () => {
    const { target, incident, ports } = await consoleWorld(ASK)
    const said = await confirmIncident(target, incident.id, { reason: 'I disabled it in the IAM console', isJson: false })
    expect(said).toContain(`access-key ${KEY}`)
    expect(said).toContain('Stop it by hand: the incident is closed')
    const closed = (await ports.incidents.get(incident.id))?.value as Incident
    expect(closed.state).toBe('confirmed')
    expect(noticeOf(closed, 'confirmed').title).toContain('it was not contained')
    expect(JSON.stringify(messageOf({ incident: closed, changes: [], policy: parsePolicy({ version: 2 }) }))).toContain(
      'Nothing was contained',
    )
  })

  it('takes two steps in the console: the first says what stays usable and offers to contain it', async () => {
    const { post, answer: give, incident, ports } = await consoleWorld(ASK)
    const form = { kind: 'compromised', reason: 'stolen <laptop>', revision: revisionOf(incident) }
    const page = await (await post(`/incidents/${incident.id}/verdict`, form)).text()
    expect(page).toContain('Not done yet.')
    expect(page).toContain(`access-key ${KEY}`)
    expect(page).toContain('name="confirms" value="contain">Contain now')
    expect(page).toContain('name="confirms" value="compromised">Confirm, I stop it by hand')
    expect(page).toContain('<strong>Contain now:</strong> Stops it now, in any mode of its tier')
    expect(page).toContain('value="stolen &lt;laptop&gt;"')
    expect((await ports.incidents.get(incident.id))?.value.state).toBe('asking')
    const answer = await give(form)
    expect(answer.status).toBe(303)
    expect((await ports.incidents.get(incident.id))?.value.state).toBe('confirmed')
  })

  it('can be turned into a containment on the page that asks back', async () => {
    const { answer, incident, ports } = await consoleWorld(ASK)
    const form = { kind: 'compromised', reason: 'stolen', revision: revisionOf(incident) }
    expect((await answer(form, 'contain')).status).toBe(303)
    expect((await ports.incidents.get(incident.id))?.value.state).toBe('contained')
  })

  it('asks back in Slack, in the characters that Slack allows', async () => {
    const world = await consoleWorld(ASK)
    expect(confirmButton(world.incident, await changesOf(world))?.confirm?.text.text).toContain('press “Contain now”')
    const long = { id: 'A'.repeat(200), kind: 'bedrock-api-key', isPrimary: true } as const
    const many = { ...world.incident, credentials: [long, { ...long, id: 'B'.repeat(200) }, long] }
    const text = confirmButton(many, [])?.confirm?.text.text ?? ''
    expect(text.length).toBeLessThanOrEqual(300)
    expect(text).toContain('Contain now')
  })

  it('offers no containment of what cannot be contained, and says to stop it by hand first', () => {
    const root = incidentOf('inc-0123456789ab', { identity: { ...user('root'), kind: 'root' } })
    expect(whatReviewDoes('compromised', root, { changes: [], policy: parsePolicy({ version: 2 }) })).toContain('Stop it by hand first.')
  })

  it('says where only a part was contained', async () => {
    const world = await consoleWorld()
    const partly = { ...world.incident, state: 'asking' as const }
    expect(leftUsable(partly, await changesOf(world))).toMatch(/^Only a part is contained \(\d+ steps are in place\)/)
  })
})

describe('confirming what is contained', () => {
  it('says that it stays contained, before the press too', async () => {
    const world = await consoleWorld()
    const { target, incident, answer, ports } = world
    expect(confirmButton(incident, await changesOf(world))?.confirm?.text.text).toContain('What was contained stays contained')
    expect(await whatFollows(target, incident.id, 'compromised')).toContain('What was contained stays contained')
    await answer({ kind: 'compromised', reason: 'stolen', revision: revisionOf(incident) })
    const closed = (await ports.incidents.get(incident.id))?.value as Incident
    expect(closed.state).toBe('confirmed')
    expect(noticeOf(closed, 'confirmed').title).toContain('the containment stays')
  })
})

describe('confirming what denies a user everything', () => {
  it('says before the press, on every channel, that its workloads need another user for good', async () => {
    const world = await consoleWorld()
    const { target, incident } = world
    const said = 'stays denied everything, new keys of it included, and no command lifts that: give its workloads another user.'
    const page = await (await world.get(`/incidents/${incident.id}`)).text()
    const button = confirmButton(incident, await changesOf(world))?.confirm?.text.text
    for (const text of [await whatFollows(target, incident.id, 'compromised'), page, button])
      expect(text).toContain(`${incident.identity.name} ${said}`)
  })

  it('says nothing of it where the policy has its keys made anew, which narrows the deny', async () => {
    const world = await consoleWorld()
    const rotated = parsePolicy({ version: 3, rotation: { users: [world.incident.identity.id] } })
    const about = { changes: await changesOf(world), policy: rotated }
    expect(whatReviewDoes('compromised', world.incident, about)).not.toContain('no command lifts')
  })
})

describe('confirming what is only watched', () => {
  it('says before that nothing is contained and what stays usable, in the question and among the commands', async () => {
    const world = await consoleWorld({ policy: { mode: 'observe' } })
    const { target, incident } = world
    expect(incident.state).toBe('watching')
    const said = await whatFollows(target, incident.id, 'compromised')
    expect(said).toContain(`Nothing was contained: access-key ${KEY}`)
    expect(said).not.toContain('stays contained')
    const shown = await showIncident(target, incident.id, { isJson: false, paint: plain })
    expect(shown).toContain('it was an attack, and you stop it by hand: closes it, contains nothing')
    expect(confirmButton(incident, await changesOf(world))?.confirm?.text.text).toContain('Nothing was contained')
  })

  it('advises about the sessions of a role, which has no keys', () => {
    const role = incidentOf('inc-0123456789ab', { state: 'confirmed', identity: { ...user('deploy'), kind: 'role' } })
    expect(afterConfirm(role, []).join(' ')).toMatch(/Sessions of role deploy .* aws iam get-role --role-name deploy/)
    expect(afterConfirm(role, []).join(' ')).not.toContain('keys')
    const root = incidentOf('inc-0123456789ab', { state: 'confirmed', identity: { ...user('root'), kind: 'root' } })
    expect(afterConfirm(root, [])).toEqual([])
    expect(afterConfirm(incidentOf('inc-0123456789ab', { state: 'confirmed' }), [])).toEqual([expect.stringContaining('Create new keys')])
  })
})

describe('a review that the state no longer allows', () => {
  it.each(['legitimate', 'compromised', 'contain', 'extend'] as const)('is refused before anything is asked: %s', async (kind) => {
    const { target, incident } = await consoleWorld()
    await target.review(incident.id, { kind: 'legitimate', reason: 'a drill' })
    await expect(whatFollows(target, incident.id, kind)).rejects.toThrow(/is released already, by local:anna at .*: a drill/)
  })
})

describe('more time', () => {
  it('says until when, without hours as well, and where it ends sooner than before', async () => {
    const { target, incident } = await consoleWorld({ policy: { review: { maxExtensionHours: 10 } } })
    expect(await whatFollows(target, incident.id, 'extend')).toContain('does not expire until 2026-03-02 22:00 UTC')
    expect(await whatFollows(target, incident.id, 'extend', 2)).toContain('does not expire until 2026-03-02 14:00 UTC')
    const extend = (hours: number | undefined) => extendIncident(target, incident.id, { reason: 'asking', hours, isJson: false })
    expect(await extend(undefined)).not.toContain('sooner')
    const asked = await whatFollows(target, incident.id, 'extend', 2)
    expect(asked).toContain('It is extended until 2026-03-02 22:00 UTC already: this makes that shorter.')
    expect(await whatFollows(target, incident.id, 'extend', 10)).not.toContain('already')
    expect(await extend(2)).toContain('until 2026-03-02 14:00 UTC, which is sooner than before: it was 2026-03-02 22:00 UTC')
  })
})

describe('an order to contain a role', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `build-${index}`)
  const sessions = (all: readonly string[], primary = -1) =>
    all.map((sessionName, index) => {
      const id = `ASIAEXAMPLE${String(index).padStart(9, '0')}`
      return { id, kind: 'session' as const, sessionName, isPrimary: index === primary }
    })
  const role = (credentials: Incident['credentials']) =>
    incidentOf('inc-0123456789ab', { state: 'watching', identity: { ...user('deploy'), kind: 'role' }, credentials })
  const ordered = (incident: Incident) => moved(incident, { kind: 'ordered' }) as Incident
  const policyOf = (incident: Incident) => {
    const [step] = planOf(ordered(incident), { quarantinePolicyArn: undefined, now: NOW })
    return JSON.stringify(step?.contained(null))
  }
  const about = { changes: [], policy: parsePolicy({ version: 2 }) }

  it('ends all sessions of the incident where no evidence singles one out, and says so before and after', () => {
    const many = role(sessions(names(85)))
    const said = 'every session of role deploy that was issued until then ends, the 85 of this incident and all others; new ones go on.'
    expect(whatReviewDoes('contain', many, about)).toContain(said)
    expect(policyOf(many)).not.toContain('aws:userid')
    expect(sessionsText(ordered(many))).toBe(said)
    const two = role(sessions(names(2)))
    expect(whatReviewDoes('contain', two, about)).toContain('sessions build-0 and build-1 of role deploy end.')
    for (const name of names(2)) expect(policyOf(two)).toContain(`:${name}`)
  })

  it('ends the session that the evidence singles out, and says how many go on', () => {
    const one = role(sessions(names(85), 7))
    expect(whatReviewDoes('contain', one, about)).toContain('session build-7 of role deploy ends; 84 more of this incident go on')
    expect(policyOf(one)).toContain(':build-7')
    expect(policyOf(one)).not.toContain(':build-8')
  })

  it('asks back in Slack with the same words, for a user too', async () => {
    const button = (incident: Incident) => buttonsIn(incident, []).find(({ action_id }) => action_id === 'contain')
    expect(button(role(sessions(names(85))))?.confirm?.text.text).toContain('the 85 of this incident and all others')
    expect(button((await consoleWorld(ASK)).incident)).toMatchObject({ action_id: 'contain' })
    expect(button((await consoleWorld(ASK)).incident)?.confirm?.text.text).toMatch(/^Stops it now/)
  })
})

describe('releasing', () => {
  it('says that it is final, for how many hours the same evidence opens nothing, and how many calls were refused', async () => {
    const world = await consoleWorld({ policy: { release: { suppressionHours: 6 } } })
    const { target, incident, respond, ports } = world
    const denied = Array.from({ length: 15 }, (_, n) =>
      call(`iam:List${n}`, { id: `r${n}`, time: NOW + 60_000 + n, error: 'AccessDenied' }),
    )
    await respond(denied)
    const refused = refusedAfter(incident, await ports.incidents.signals(incident.id))
    expect(refused).toBeGreaterThan(0)
    const said = await whatFollows(target, incident.id, 'legitimate')
    expect(said).toContain('That is final: a released incident is not contained again from here')
    expect(said).toContain('for 6 hours the same evidence opens no incident')
    expect(said).toContain(`Since the containment: ${refused} calls refused.`)
    // The calls are counted from the restriction on, so they are said to be since then.
    const changes = await changesOf(world)
    const before = { ...incident, restrictedAt: NOW }
    expect(whatReviewDoes('legitimate', before, { changes, policy: parsePolicy({ version: 3 }), refused })).toContain(
      `Since the restriction: ${refused} calls refused.`,
    )
    const button = buttonsIn(incident, changes).find(({ action_id }) => action_id === 'legitimate')
    expect(button?.confirm?.text.text).toContain('That is final')
    expect(button?.confirm?.text.text).toContain('for 24 hours')
  })

  it('says in Slack’s dialog that it is final, however long the names are of what is taken back', async () => {
    const { incident } = await consoleWorld()
    const changes = ['a', 'b', 'c'].flatMap((letter, at) => {
      const about = {
        target: `user-policy:${letter}`,
        from: null,
        to: 'deny all',
        at: '2026-03-02T12:00:00.000Z',
        actor: 'countersign:contain',
      }
      const title = `${letter.repeat(64)} denied everything, by an inline policy`
      return [
        { ...about, kind: 'step-planned', why: title, number: at * 2 + 1 },
        { ...about, kind: 'step-done', why: 'read back', number: at * 2 + 2 },
      ]
    }) as unknown as Change[]
    const button = buttonsIn(incident, changes).find(({ action_id }) => action_id === 'legitimate')
    const text = button?.confirm?.text.text ?? ''
    expect(text).toContain('restored as it was. That is final: a released incident is not contained again from here, and for 24 hours')
    expect(text.length).toBeLessThanOrEqual(300)
  })

  it('says for how many days the same is not asked about, whole in Slack’s dialog too, and nothing of that where nothing is accepted', async () => {
    const longest = await consoleWorld({ policy: { ...ASK.policy, release: { suppressionHours: 720, patternDays: 366 } } })
    const accepts = 'What of it can be accepted is not asked about for 366 days (release.patternDays).'
    expect(await whatFollows(longest.target, longest.incident.id, 'legitimate')).toContain(accepts)
    const policy = parsePolicy({ version: 3, release: { suppressionHours: 720, patternDays: 366 } })
    const button = buttonsIn(longest.incident, [], policy).find(({ action_id }) => action_id === 'legitimate')
    expect(button?.confirm?.text.text.endsWith(accepts)).toBe(true)
    const none = await consoleWorld({ policy: { release: { patternDays: 0 } } })
    expect(await whatFollows(none.target, none.incident.id, 'legitimate')).not.toContain('patternDays')
  })

  it('says afterwards where nothing of it was accepted', async () => {
    const says = 'Nothing of it was accepted: the same again is asked about after that.'
    const releasedBy = async (policy: object) => {
      const { target, incident } = await consoleWorld({ policy })
      return releaseIncident(target, incident.id, { reason: 'a drill', isJson: false })
    }
    expect(await releasedBy({ ...ASK.policy, release: { patternDays: 0 } })).toContain(says)
    expect(await releasedBy(ASK.policy)).not.toContain(says)
  })

  it('says that something is restored only where something was contained', async () => {
    const asking = await consoleWorld(ASK)
    expect(await whatFollows(asking.target, asking.incident.id, 'legitimate')).toContain('so nothing is restored')
    const contained = await consoleWorld()
    expect(await whatFollows(contained.target, contained.incident.id, 'legitimate')).toContain('is restored as it was')
  })

  it('is shown in the record as an undone step, and not by the words for the step', async () => {
    const world = await consoleWorld()
    await world.target.review(world.incident.id, { kind: 'legitimate', reason: 'a drill' })
    const undone = (await changesOf(world)).filter(({ kind }) => kind === 'step-undone')
    expect(undone.length).toBeGreaterThan(0)
    for (const change of undone) expect(whyOf(change)).toMatch(/^release; until then: /)
    expect(whyOf({ kind: 'step-done', why: 'read: back' })).toBe('read: back')
  })
})

describe('explain', () => {
  it('names the commands that the state of the incident allows, and what each does', async () => {
    for (const [mode, state] of [
      ['ask', 'asking'],
      ['contain', 'contained'],
    ] satisfies [string, IncidentState][]) {
      const words = { legitimate: mode === 'ask' ? 'dismiss' : 'release', compromised: 'confirm', contain: 'contain', extend: 'extend' }
      const { target, incident } = await consoleWorld({ policy: { mode }, options: '--data here' })
      expect(incident.state).toBe(state)
      const said = await explainIncident(target, incident.id, { model: undefined, isJson: false, paint: plain })
      const printed = said.split('What you can run')[1]?.split('Facts')[0] ?? ''
      const commands = printed.match(/countersign -- \w+ inc-\w+ --data here/g) ?? []
      expect(commands).toEqual(offeredFor(incident).map((kind) => `countersign -- ${words[kind]} ${incident.id} --data here`))
    }
  })

  it('names none once the incident is closed', async () => {
    const { target, incident } = await consoleWorld()
    await target.review(incident.id, { kind: 'legitimate', reason: 'a drill' })
    expect(await explainIncident(target, incident.id, { model: undefined, isJson: false, paint: plain })).not.toContain('What you can run')
  })
})
