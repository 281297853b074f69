import { describe, expect, it } from 'vitest'
import { checkPolicy } from '../../local/commands/policy.ts'
import { DEFAULT_POLICY } from '../../local/default-policy.ts'
import { renderIncident } from '../../local/render/incident.ts'
import { renderList } from '../../local/render/incident-list.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { joinedStanding, type Known, standingOf, standingText } from '../../shared/domain/standing.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { consoleWorld, PAYLOAD } from '../console.ts'
import { incidentOf } from '../contract/samples.ts'

const plain = (_: unknown, text: string) => text
const user = (name: string) => `arn:aws:iam::123456789012:user/${name}`
const DEFAULT = parsePolicy({ version: 3 })
const of = (known: Partial<Known>, policy = DEFAULT) => standingOf(policy, { names: [user('ci')], tags: {}, ...known })

describe('what an identity matters by default', () => {
  it.each([
    [{ environment: 'production' }, 'production', 0.5],
    [{ Environment: 'PROD' }, 'production', 0.5],
    [{ env: 'prod' }, 'production', 0.5],
    [{ 'acme:ops:Environment': 'Production' }, 'production', 0.5],
    [{ DataClassification: 'restricted' }, 'sensitive-data', 0.5],
    [{ data_classification: 'secret' }, 'sensitive-data', 0.5],
    [{ classification: 'secret' }, undefined, 0],
    [{ environment: 'prod', 'acme:environment': 'test' }, 'production', 0.5],
    [{ 'acme:environment': 'test', environment: 'prod' }, 'production', 0.5],
    [{ 'data-classification': 'Confidential' }, 'sensitive-data', 0.5],
    [{ criticality: 'high', environment: 'production' }, 'crown-jewel', 1],
    [{ environment: 'staging' }, undefined, 0],
    [{ environment: 'production-like' }, undefined, 0],
    [{ stage: 'production' }, undefined, 0],
  ])('by the tags %j', (tags, rule, raise) => expect(of({ tags }).criticality).toEqual({ ...(rule && { rule }), raise, isKnown: true }))

  it('is not known without its tags, which raises nothing and is said', () => {
    const standing = of({ tags: undefined })
    expect(standing).toEqual({ criticality: { raise: 0, isKnown: false } })
    expect(standingText(standing)).toBe('not known: its tags are not known, so it may matter more')
    expect(standingText(of({}))).toBeUndefined()
  })
})

describe('what an identity matters by the map of a policy', () => {
  const policy = parsePolicy({
    version: 3,
    criticality: [
      { name: 'some', match: { tags: { tier: '1' } }, raise: 0.3 },
      { name: 'payments', match: { arns: ['arn:*:iam::*:user/pay-*'], tags: { tier: ['0', 'zero'] } } },
    ],
    owners: { tags: ['contact', 'Team'] },
  })

  it('is that of the rule that raises most, by any pattern or any tag', () => {
    expect(of({ names: [user('pay-out')], tags: { tier: '1' } }, policy).criticality).toEqual({ rule: 'payments', raise: 1, isKnown: true })
    expect(of({ tags: { Tier: 'Zero' } }, policy).criticality).toMatchObject({ rule: 'payments' })
    expect(of({ tags: { tier: '1' } }, policy).criticality).toMatchObject({ rule: 'some', raise: 0.3 })
    expect(of({ tags: { environment: 'production' } }, policy).criticality).toEqual({ raise: 0, isKnown: true })
  })

  it('by a pattern needs no tags, and goes by every name that a user had', () => {
    const known = of({ names: [user('x'), user('pay-out')], tags: undefined }, policy)
    expect(known.criticality).toEqual({ rule: 'payments', raise: 1, isKnown: false })
    expect(standingText(known)).toBe('payments; its tags are not known, so it may matter more')
  })

  it('names nothing where the policy has no rule, and no owner where it names no tags', () => {
    const none = parsePolicy({ version: 3, criticality: [], owners: { tags: [] } })
    expect(of({ tags: { environment: 'production', owner: 'x' } }, none)).toEqual({})
  })

  it.each([
    ['a rule of nobody', [{ name: 'none', match: {} }]],
    ['a raise above 1', [{ name: 'x', match: { tags: { a: 'b' } }, raise: 1.1 }]],
    ['a negative raise', [{ name: 'x', match: { tags: { a: 'b' } }, raise: -0.1 }]],
    ['a tag without values', [{ name: 'x', match: { tags: { a: [] } } }]],
  ])('refuses %s', (_, criticality) => expect(() => parsePolicy({ version: 3, criticality })).toThrow(/criticality/))

  it('has the first owner tag with a text, as IAM compares keys', () => {
    expect(of({ tags: { team: 'pay', Contact: '  ' } }, policy).owner).toBe('pay')
    expect(of({ tags: { Team: 'pay', contact: ' ann ' } }, policy).owner).toBe('ann')
    expect(of({ tags: { owner: 'x' } }, policy)).not.toHaveProperty('owner')
  })
})

describe('a tag that the incident changed', () => {
  it('never lowers what matters, and names no owner', () => {
    for (const changes of [['environment'], ['Environment=test']])
      expect(of({ tags: { environment: 'test' }, changes }).criticality).toMatchObject({ rule: 'production', raise: 0.5 })
    expect(of({ tags: { owner: 'mallory', team: 'pay' }, changes: ['owner=mallory'] }).owner).toBe('pay')
  })

  it('takes nothing back of what was known before', () => {
    const before = of({ tags: { criticality: 'high', owner: 'pay' } })
    expect(joinedStanding(before, of({ tags: { owner: 'mallory' } }))).toEqual(before)
    expect(joinedStanding(before, of({ tags: undefined }))).toEqual(before)
    expect(joinedStanding(of({ tags: undefined }), before)).toEqual(before)
    expect(joinedStanding({}, before)).toEqual(before)
  })
})

describe('people', () => {
  const HOSTILE = 'pay\n<!channel> `x` <script>alert(1)</script>\u202e\u200b&'.padEnd(256, 'z')
  const critical = (owner: string): Incident =>
    incidentOf('inc-0123456789ab', { owner, criticality: { rule: 'production', raise: 0.5, isKnown: true } })

  it('read the owner and why it matters in a notice, in Slack, in the list and in full', () => {
    const incident = critical('payments')
    expect(noticeOf(incident, 'ask').body).toContain('\nOwner: payments\nCritical: production\n')
    expect(JSON.stringify(messageOf({ incident, changes: [], policy: DEFAULT }).blocks)).toContain(
      '*Owner* `payments`\\n*Critical* production',
    )
    const shown = renderIncident(incident, plain)
    expect(shown).toMatch(/owner +payments\n +critical +production/)
    expect(
      renderList([incident])
        .split('\n')
        .map((line) => line.split(/ {2,}/)[5]),
    ).toEqual(['OWNER', 'payments'])
    expect(renderList([incidentOf('inc-x')])).not.toContain('OWNER')
  })

  it('are shown no sign of the text of a tag that does more than be read, and no more of it than has room', () => {
    const incident = critical(HOSTILE)
    const owner = noticeOf(incident, 'ask')
      .body.split('\n')
      .filter((line) => line.startsWith('Owner: '))
    expect(owner).toHaveLength(1)
    expect(owner[0]?.length).toBeLessThanOrEqual('Owner: '.length + 120)
    const slack = JSON.stringify(messageOf({ incident, changes: [], policy: DEFAULT }).blocks)
    expect(slack).not.toMatch(/<!channel>|<script>/)
    for (const text of [...owner, slack, renderIncident(incident, plain), renderList([incident])])
      expect(text).not.toMatch(/[\u202e\u200b]/)
  })

  it('read it on the console, where the text of a tag is text', async () => {
    const { incident, ports, get } = await consoleWorld()
    const stored = await ports.incidents.get(incident.id)
    const criticality = { rule: 'production', raise: 0.5, isKnown: true }
    expect(await ports.incidents.save({ ...incident, owner: PAYLOAD, criticality }, stored?.version ?? 0)).toBe(true)
    const [list, page] = await Promise.all(['/', `/incidents/${incident.id}`].map(async (path) => (await get(path)).text()))
    expect(page).toMatch(/<dt>Owner<\/dt><dd>&quot;&#39;&gt;&lt;x-poison/)
    expect(page).toContain('<dt>Critical</dt><dd>production</dd>')
    expect(list).toContain('>Owner</th>')
    for (const text of [list, page]) expect(text).not.toMatch(/<x-poison|<img src=x|\u202e/)
  })

  it('are told by `policy check` what is critical and which tags name an owner', async () => {
    const said = await checkPolicy(DEFAULT_POLICY)
    expect(said).toContain(
      'Critical as crown-jewel (adds 100 % of the most that criticality adds to a priority): tag criticality=crown-jewel or critical or high.',
    )
    expect(said).toContain('The owner of an identity is named by its tag owner, else team.')
  })
})
