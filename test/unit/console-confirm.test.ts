import { describe, expect, it } from 'vitest'
import type { Incident } from '../../shared/domain/incident.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { applyPolicy, readPolicy } from '../../shared/record/policy-in-force.ts'
import { consoleWorld, ORIGIN, PAYLOAD, TOKEN } from '../console.ts'

const ASK = { policy: { mode: 'ask' } }
/** Of the policy by which an incident of risk 80 asks and is no high risk. */
const MILD = { policy: { mode: 'ask', thresholds: { notify: 20, ask: 40, contain: 100 } } }

const said = (incident: Incident, parts: Readonly<Record<string, string>> = {}) => ({
  kind: 'legitimate',
  reason: 'a drill',
  revision: revisionOf(incident),
  ...parts,
})

async function world(parts: Parameters<typeof consoleWorld>[0] = {}) {
  const of = await consoleWorld(parts)
  const { ports, incident, post } = of
  const stateNow = async () => (await ports.incidents.get(incident.id))?.value.state
  const say = (form: Readonly<Record<string, string>>) => post(`/incidents/${incident.id}/verdict`, form)
  const entries = async () => (await ports.record.list(incidentSubject(incident.id))).length
  return { ...of, stateNow, say, entries }
}

/** Makes an incident one that the policy would not contain. */
async function calmed({ ports, incident }: Awaited<ReturnType<typeof world>>): Promise<Incident> {
  const stored = await ports.incidents.get(incident.id)
  const calm: Incident = {
    ...incident,
    decision: { ...incident.decision, would: 'ask' },
    assessment: { ...incident.assessment, risk: 50, isConfirmed: false },
  }
  if (!(await ports.incidents.save(calm, stored?.version ?? 0))) throw new Error('the incident changed meanwhile')
  return calm
}

describe('a verdict on the console asks back', () => {
  it.each([
    ['legitimate', {}, 'Release: ci-build?', 'That is final: a released incident is not contained again from here', 'Release'],
    ['compromised', {}, 'Confirm compromise: ci-build?', 'That verdict is final.', 'Confirm compromise'],
    ['legitimate', ASK, 'Dismiss: ci-build?', 'Nothing was contained, so nothing is restored.', 'Dismiss'],
    ['compromised', ASK, 'Confirm without containing?', 'This verdict stops nothing', 'Confirm, I stop it by hand'],
    ['contain', ASK, 'Contain now: ci-build?', 'Stops it now, in any mode of its tier', 'Contain now'],
  ])('%s, %o: what it does, the reason, the button and a way back, and nothing is done', async (kind, parts, title, does, label) => {
    const { say, incident, stateNow, entries } = await world(parts)
    const [before, count] = [await stateNow(), await entries()]
    const answer = await say(said(incident, { kind, reason: 'it is <ours>' }))
    expect(answer.status).toBe(200)
    const page = await answer.text()
    expect(page).toContain(`<h1>${title}</h1>`)
    expect(page).toMatch(/role="alert"><strong>Not done yet\.<\/strong> /)
    expect(page).toContain(does)
    expect(page).toContain('Why (for the record, as local:anna):</p><blockquote class="reason">it is &lt;ours&gt;</blockquote>')
    expect(page).toContain(`name="confirms" value="${kind}">${label}</button>`)
    expect(page).not.toContain('name="kind"')
    expect(page).toContain(`<a href="/${TOKEN}/incidents/${incident.id}#verdict">Back to the incident, without a verdict</a>`)
    expect([await stateNow(), await entries()]).toEqual([before, count])
  })

  it('and gives it by the button of that page, with the reason as it was shown', async () => {
    const { answer, incident, ports, stateNow } = await world()
    const reason = 'our own exercise\r\n\r\nasked "Bea" & Co'
    expect((await answer(said(incident, { reason }))).status).toBe(303)
    expect(await stateNow()).toBe('released')
    const shown = 'our own exercise\n\nasked "Bea" & Co'
    expect((await ports.incidents.get(incident.id))?.value.verdict?.reason).toBe(shown)
  })

  it('shows what somebody wrote as the reason as text, and records what it showed', async () => {
    const { say, answer, incident, ports } = await world()
    const form = said(incident, { reason: PAYLOAD })
    const page = await (await say(form)).text()
    expect(page.split('&lt;x-poison').length).toBe(3)
    expect(page).not.toContain('<x-poison')
    await answer(form)
    expect((await ports.incidents.get(incident.id))?.value.verdict?.reason).toBe(PAYLOAD.replace(/[\p{Cc}\p{Cf}]/gu, '·'))
  })

  it('gives more time at one press: it decides nothing', async () => {
    const { say, incident, stateNow } = await world()
    const answer = await say(said(incident, { kind: 'extend', hours: '4' }))
    expect(answer.headers.get('location')).toMatch(/said=extended$/)
    expect(await stateNow()).toBe('contained')
  })

  it('is bound to the revision that was seen: a change before the page, and one after it, are refused', async () => {
    const { say, incident, target, ports, stateNow } = await world(ASK)
    const policy = String((await readPolicy(ports.record)).number)
    const page = await (await say(said(incident))).text()
    expect(page).toContain(`name="revision" value="${revisionOf(incident)}"`)
    await target.review(incident.id, { kind: 'contain', reason: 'said elsewhere' })
    for (const form of [said(incident), { confirms: 'legitimate', reason: 'a drill', revision: revisionOf(incident), policy }]) {
      const late = await say(form)
      expect(late.status).toBe(409)
      expect(await late.text()).toContain(`incident ${incident.id} has changed since you saw it`)
    }
    expect(await stateNow()).toBe('contained')
  })

  it('is bound to the policy by which the page said what it does', async () => {
    const { post, say, incident, ports, stateNow } = await world()
    expect(await (await say(said(incident, { kind: 'compromised' }))).text()).toContain('the incident is closed. That verdict is final.')
    const { policy, number } = await readPolicy(ports.record)
    const given = { confirms: 'compromised', reason: 'an attack', revision: revisionOf(incident) }
    const rotating = { ...policy, rotation: { ...policy.rotation, users: [incident.identity.id] } }
    await applyPolicy(ports.record, { policy: rotating, by: 'local:bea', why: 'keys are made anew', at: '2026-01-31T12:00:00.000Z' })
    for (const seen of [{ policy: String(number) }, {}]) {
      const late = await post(`/incidents/${incident.id}/verdict`, { ...given, ...seen })
      expect(late.status).toBe(409)
      expect(await late.text()).toContain('the policy has changed since you were asked')
    }
    expect(await stateNow()).toBe('contained')
    expect(await (await say(said(incident, { kind: 'compromised' }))).text()).toContain('Its keys are made anew')
    expect((await say({ ...given, policy: String(number + 1) })).status).toBe(303)
  })

  it.each([
    ['has the field of an older release', { isKnown: 'yes' }],
    ['says yes to nothing that was asked', { confirms: 'yes' }],
    ['has the fields of both pages', { confirms: 'legitimate' }],
  ])('is not skipped by a form that %s', async (_, parts) => {
    const { say, incident, stateNow } = await world()
    const answer = await say(said(incident, parts))
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('[usage]')
    expect(await stateNow()).toBe('contained')
  })

  it('needs a button of one of both pages, and asks nothing about more time', async () => {
    const { say, incident } = await world()
    const { kind: _, ...rest } = said(incident)
    for (const form of [rest, { ...rest, confirms: 'extend' }]) expect((await say(form)).status).toBe(400)
  })

  it('asks nothing where the verdict would be refused: no reason that says anything, and a state that does not allow it', async () => {
    const { say, incident } = await world()
    expect((await say(said(incident, { reason: '…' }))).status).toBe(400)
    const again = await say(said(incident, { kind: 'contain' }))
    expect(again.status).toBe(409)
    expect(await again.text()).toContain('[incident.state]')
  })

  it('keeps out another site', async () => {
    const { post, incident, stateNow } = await world()
    const form = { confirms: 'legitimate', reason: 'x', revision: revisionOf(incident) }
    const answer = await post(`/incidents/${incident.id}/verdict`, form, { origin: `${ORIGIN}1` })
    expect(answer.status).toBe(403)
    expect(await stateNow()).toBe('contained')
  })
})

describe('the button of a release', () => {
  const buttonsOf = (page: string) =>
    [...page.matchAll(/<button class="(\w*)" name="(?:kind|confirms)" value="legitimate">/g)].map(([, colour]) => colour)

  it('is never green where the policy would contain, on no page', async () => {
    for (const parts of [{}, ASK]) {
      const { get, say, incident, post } = await world(parts)
      expect(buttonsOf(await (await get(`/incidents/${incident.id}`)).text())).toEqual([''])
      expect(buttonsOf(await (await say(said(incident))).text())).toEqual([''])
      if (incident.state !== 'asking') continue
      const several = await (await post('/dismiss', { pick: incident.id, reason: 'x' })).text()
      expect(several).toContain('<button class="">Dismiss this incident</button>')
    }
  })

  it('is green where it would not', async () => {
    const of = await world(MILD)
    const calm = await calmed(of)
    expect(buttonsOf(await (await of.get(`/incidents/${calm.id}`)).text())).toEqual(['good'])
    expect(buttonsOf(await (await of.say(said(calm))).text())).toEqual(['good'])
    const several = await (await of.post('/dismiss', { pick: calm.id, reason: 'x' })).text()
    expect(several).toContain('<button class="good">Dismiss this incident</button>')
  })
})
