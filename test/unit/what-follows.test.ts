import { describe, expect, it } from 'vitest'
import { explainIncident } from '../../local/commands/explain.ts'
import { confirmIncident, whatFollows } from '../../local/commands/incidents.ts'
import { whyOf } from '../../local/render/incident.ts'
import type { Paint } from '../../local/render/style.ts'
import type { Incident, IncidentState } from '../../shared/domain/incident.ts'
import { offeredFor } from '../../shared/domain/offered.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { leftUsable, whatReviewDoes } from '../../shared/review/what-follows.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { consoleWorld } from '../console.ts'
import { incidentOf, user } from '../contract/samples.ts'
import { KEY } from '../embedded.ts'

const plain: Paint = (_, text) => text
const ASK = { policy: { mode: 'ask' } }

async function changesOf({ ports, incident }: Awaited<ReturnType<typeof consoleWorld>>) {
  return ports.record.list(incidentSubject(incident.id))
}

function confirmButton(incident: Incident, changes: Awaited<ReturnType<typeof changesOf>>) {
  const blocks = messageOf({ incident, changes, policy: parsePolicy({ version: 2 }) }).blocks as unknown as readonly {
    readonly elements?: readonly { readonly action_id?: string; readonly confirm?: { readonly text: { readonly text: string } } }[]
  }[]
  return blocks.flatMap(({ elements }) => elements ?? []).find(({ action_id }) => action_id === 'compromised')
}

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
    const { post, incident, ports } = await consoleWorld(ASK)
    const form = { kind: 'compromised', reason: 'stolen <laptop>', revision: revisionOf(incident) }
    const page = await (await post(`/incidents/${incident.id}/verdict`, form)).text()
    expect(page).toContain('Not done yet.')
    expect(page).toContain(`access-key ${KEY}`)
    expect(page).toContain('value="contain">Contain now')
    expect(page).toContain('value="stolen &lt;laptop&gt;"')
    expect((await ports.incidents.get(incident.id))?.value.state).toBe('asking')
    const answer = await post(`/incidents/${incident.id}/verdict`, { ...form, isKnown: 'yes' })
    expect(answer.status).toBe(303)
    expect((await ports.incidents.get(incident.id))?.value.state).toBe('confirmed')
  })

  it('can be turned into a containment on the page that asks back', async () => {
    const { post, incident, ports } = await consoleWorld(ASK)
    const form = { kind: 'contain', reason: 'stolen', revision: revisionOf(incident), isKnown: 'yes' }
    expect((await post(`/incidents/${incident.id}/verdict`, form)).status).toBe(303)
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
    expect(whatReviewDoes('compromised', root, [])).toContain('Stop it by hand first.')
  })

  it('says where only a part was contained', async () => {
    const world = await consoleWorld()
    const partly = { ...world.incident, state: 'asking' as const }
    expect(leftUsable(partly, await changesOf(world))).toMatch(/^Only a part is contained \(\d+ steps are in place\)/)
  })
})

describe('confirming what is contained', () => {
  it('asks back nowhere, and says that it stays contained', async () => {
    const world = await consoleWorld()
    const { target, incident, post, ports } = world
    expect(confirmButton(incident, await changesOf(world))?.confirm).toBeUndefined()
    expect(await whatFollows(target, incident.id, 'compromised')).toContain('What was contained stays contained')
    await post(`/incidents/${incident.id}/verdict`, { kind: 'compromised', reason: 'stolen', revision: revisionOf(incident) })
    const closed = (await ports.incidents.get(incident.id))?.value as Incident
    expect(closed.state).toBe('confirmed')
    expect(noticeOf(closed, 'confirmed').title).toContain('the containment stays')
  })
})

describe('releasing', () => {
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
    const words = { legitimate: 'release', compromised: 'confirm', contain: 'contain', extend: 'extend' }
    for (const [mode, state] of [
      ['ask', 'asking'],
      ['contain', 'contained'],
    ] satisfies [string, IncidentState][]) {
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
