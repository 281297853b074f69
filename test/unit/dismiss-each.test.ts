import { describe, expect, it } from 'vitest'
import { dismissIncidents, whatDismissalDoes } from '../../local/commands/dismiss.ts'
import { DISMISS_LIMIT, dismissEach, lookAtEach, seenOf } from '../../local/dismiss-each.ts'
import { whyNotDismissable } from '../../shared/domain/dismissable.ts'
import { INCIDENT_STATES, type Incident } from '../../shared/domain/incident.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { listPatterns } from '../../shared/record/patterns.ts'
import { review } from '../../shared/review/review.ts'
import { consoleWorld } from '../console.ts'
import { incidentOf } from '../contract/samples.ts'
import { accountOf, asksAbout } from '../several-incidents.ts'

const idsOf = (incidents: readonly Incident[]) => incidents.map(({ id }) => id)
const picks = (incidents: readonly Incident[]) => incidents.map((one) => ({ id: one.id, revision: seenOf(one) }))

async function asking(names: readonly string[], policy: object = {}) {
  const world = await consoleWorld({
    policy: { mode: 'ask', ...policy },
    account: accountOf(names),
    events: names.flatMap((name) => asksAbout(name)),
  })
  const open = await world.ports.incidents.listOpen(100)
  expect(open.map(({ state }) => state)).toEqual(names.map(() => 'asking'))
  const now = async (id: string) => (await world.ports.incidents.get(id))?.value as Incident
  return { ...world, open, now }
}

describe('what can be dismissed', () => {
  it.each(INCIDENT_STATES)('of an incident that is %s', (state) => {
    const why = whyNotDismissable({ ...incidentOf('inc-000000000001'), state })
    expect(why === undefined).toBe(state === 'watching' || state === 'asking')
  })

  it('is not what was contained or restricted before, or has steps in place', async () => {
    const { incident, ports } = await consoleWorld()
    const changes = await ports.record.list(incidentSubject(incident.id))
    const asking = { ...incident, state: 'asking', containedAt: undefined } as const
    expect(whyNotDismissable(asking, [])).toBeUndefined()
    expect(whyNotDismissable(asking, changes)).toMatch(/steps are in place/)
    expect(whyNotDismissable({ ...asking, containedAt: 1 })).toContain('was contained before')
    expect(whyNotDismissable({ ...asking, restrictedAt: 1 })).toContain('was restricted before')
  })
})

describe('a dismissal of several', () => {
  it('gives each a verdict of its own with the reason, in its own chain', async () => {
    const { target, open, now, ports } = await asking(['a', 'b', 'c'])
    const results = await dismissEach(target, picks(open), 'a pen test')
    expect(results).toEqual(
      open.map(({ id, identity }) => ({
        id,
        who: `iam-user ${identity.name}`,
        outcome: 'dismissed',
        why: 'nothing had been contained or restricted',
        accepted: [expect.stringMatching(/^pat-[0-9a-f]{12}$/)],
      })),
    )
    const stored = await listPatterns(ports.record, () => {})
    expect(results.flatMap(({ accepted }) => accepted).sort()).toEqual(stored.map(({ id }) => id).sort())
    for (const { id } of open) {
      expect(await now(id)).toMatchObject({ state: 'released', verdict: { kind: 'legitimate', by: 'local:anna', reason: 'a pen test' } })
      const verdicts = (await ports.record.list(incidentSubject(id))).filter(({ kind }) => kind === 'verdict')
      expect(verdicts).toMatchObject([{ actor: 'local:anna', why: 'a pen test' }])
    }
  })

  it('refuses one that made another credential since it was shown, though its decision is the same', async () => {
    const { target, open, now, ports } = await asking(['a', 'b'])
    const [first] = open as [Incident]
    const stored = await ports.incidents.get(first.id)
    const edge = {
      parent: first.credentials[0]?.id,
      kind: 'user',
      id: 'user:more',
      owner: 'more',
      signalId: 'x',
      time: first.openedAt,
    } as unknown as Incident['lineage'][number]
    await ports.incidents.save({ ...first, lineage: [...first.lineage, edge] }, stored?.version ?? 0)
    const results = await dismissEach(target, picks(open), 'a pen test')
    expect(results.map(({ outcome }) => outcome)).toEqual(['refused', 'dismissed'])
    expect(results[0]?.why).toContain('has changed since you saw it')
    expect((await now(first.id)).verdict).toBeUndefined()
  })

  it('says of one whose verdict stands that it goes on by itself, where what follows failed', async () => {
    const { target, open } = await asking(['a'])
    const failing = {
      ...target,
      review: async (...of: Parameters<typeof target.review>) => {
        await target.review(...of)
        throw Object.assign(new Error('slow down'), { name: 'TooManyRequestsException' })
      },
    }
    const [result] = await dismissEach(failing, picks(open), 'a pen test')
    expect(result).toMatchObject({
      outcome: 'dismissed',
      why: expect.stringContaining('the verdict is in its record'),
      accepted: [expect.stringMatching(/^pat-/)],
    })
  })

  it('refuses what changed, was contained or closed meanwhile, and what is not there, each with its reason, and dismisses the rest', async () => {
    const { target, open, now, ports, respond } = await asking(['a', 'b', 'c', 'd'])
    const [grown, contained, closed, left] = open as [Incident, Incident, Incident, Incident]
    const seen = picks(open)
    await review(contained.id, { kind: 'contain', by: 'local:bea', reason: 'stop it' }, ports)
    await review(closed.id, { kind: 'compromised', by: 'local:bea', reason: 'it was' }, ports)
    await respond(asksAbout(grown.identity.name, { more: true }))
    expect(revisionOf(await now(grown.id))).not.toBe(revisionOf(grown))
    const results = await dismissEach(target, [...seen, { id: 'inc-nothing', revision: '0'.repeat(16) }], 'a pen test')
    const whyOf = (id: string) => results.find((one) => one.id === id)
    expect(whyOf(grown.id)).toMatchObject({ outcome: 'refused', why: expect.stringContaining('has changed since you saw it') })
    expect(whyOf(contained.id)).toMatchObject({ outcome: 'refused', why: expect.stringMatching(/^it is contained: /) })
    expect(whyOf(closed.id)).toMatchObject({ outcome: 'refused', why: 'it is confirmed already, by local:bea' })
    expect(whyOf('inc-nothing')).toMatchObject({ outcome: 'refused', why: 'there is no incident with that id' })
    expect(whyOf(left.id)).toMatchObject({ outcome: 'dismissed' })
    expect((await now(grown.id)).state).toBe('asking')
    expect((await now(contained.id)).state).toBe('contained')
  })

  it('is refused where the containment begins between the look and the verdict', async () => {
    const { target, open, now, ports } = await asking(['a'])
    const [one] = open as [Incident]
    const given = target.review
    target.review = async (id, said) => {
      await review(id, { kind: 'contain', by: 'local:bea', reason: 'stop it' }, ports)
      return given(id, said)
    }
    expect(await dismissEach(target, picks(open), 'x')).toMatchObject([
      { outcome: 'refused', why: expect.stringContaining('changed since you saw it') },
    ])
    expect((await now(one.id)).state).toBe('contained')
  })

  it('goes on after one that fails, and says of a foreign error its name alone', async () => {
    const { target, open } = await asking(['a', 'b'])
    const given = target.review
    target.review = async (id, said) => (id === open[0]?.id ? Promise.reject(new TypeError('a secret')) : given(id, said))
    expect(await dismissEach(target, picks(open), 'x')).toMatchObject([
      { outcome: 'refused', why: 'it failed: TypeError' },
      { outcome: 'dismissed' },
    ])
  })

  it('says of one that is not released after its verdict that something is left to do', async () => {
    const { target, open } = await asking(['a'])
    target.review = async () => ({ ...(open[0] as Incident), awaitsSecond: false })
    expect(await dismissEach(target, picks(open), 'x')).toMatchObject([
      { outcome: 'refused', why: expect.stringContaining('it is asking: look at what is left') },
    ])
  })

  it('waits for a second person where the policy asks for four eyes', async () => {
    const { target, open, now } = await asking(['a', 'b'], { fourEyes: [{ verdicts: ['legitimate'] }] })
    const results = await dismissEach(target, picks(open), 'x')
    expect(results.map(({ outcome }) => outcome)).toEqual(['second', 'second'])
    for (const { id } of open) expect((await now(id)).state).toBe('asking')
  })

  it('takes each once, wants a reason, and at most as many as it says', async () => {
    const { target, open } = await asking(['a'])
    await expect(dismissEach(target, picks(open), ' … ')).rejects.toMatchObject({ code: 'usage' })
    await expect(dismissEach(target, [], 'x')).rejects.toThrow('name at least one')
    const many = Array.from({ length: DISMISS_LIMIT + 1 }, (_, at) => `inc-${at}`)
    await expect(lookAtEach(target, many)).rejects.toThrow(
      `up to ${DISMISS_LIMIT} incidents are dismissed at once, got ${DISMISS_LIMIT + 1}`,
    )
    expect(await dismissEach(target, [...picks(open), ...picks(open)], 'x')).toHaveLength(1)
  })
})

describe('on the command line', () => {
  it('each is told in words with what will happen, before and after', async () => {
    const { target, open, incident } = await asking(['a', 'b'])
    const looked = await lookAtEach(target, [...idsOf(open), 'inc-nothing'])
    const asked = whatDismissalDoes(target, looked)
    for (const { id, identity } of open)
      expect(asked).toMatch(new RegExp(`${id}: .*${identity.name}.* was used from .*First reason: .* It is asking, risk`))
    expect(asked).toContain('It was legitimate. Nothing was contained, so nothing is restored.')
    expect(asked).toContain('Not dismissed, inc-nothing: there is no incident with that id')
    const { output, isWhole } = await dismissIncidents(target, looked, { reason: 'a pen test', isJson: false })
    expect(isWhole).toBe(false)
    expect(output).toContain(`Dismissed ${incident.id}, iam-user ${incident.identity.name}: nothing had been contained or restricted.`)
    expect(output).toContain('Not dismissed inc-nothing: there is no incident with that id.')
    expect(output.split('\n').at(-1)).toBe(
      '2 patterns were accepted: what they cover is not asked about until they end or are revoked. `npm run --silent countersign -- patterns` lists them, each with the command that revokes it.',
    )
    const again = await lookAtEach(target, idsOf(open))
    expect(() => whatDismissalDoes(target, again)).toThrow('it is dismissed already, by local:anna')
    const json = await dismissIncidents(target, again, { reason: 'x', isJson: true })
    expect(json.output.split('\n').map((line) => JSON.parse(line).outcome)).toEqual(['refused', 'refused'])
    expect((await dismissIncidents(target, again, { reason: 'x', isJson: false })).output).not.toContain('accepted')
  })

  it('says so where nothing was accepted', async () => {
    const { target, open } = await asking(['a'], { release: { patternDays: 0 } })
    const { output } = await dismissIncidents(target, await lookAtEach(target, idsOf(open)), { reason: 'x', isJson: false })
    expect(output.split('\n').at(-1)).toBe(
      'No pattern was accepted: after the hours of release.suppressionHours the same again is asked about.',
    )
  })

  it('refuses what changed while the question stood', async () => {
    const { target, open, ports, now } = await asking(['a'])
    const [one] = open as [Incident]
    const looked = await lookAtEach(target, [one.id])
    await review(one.id, { kind: 'extend', by: 'local:bea', reason: 'asking the owner' }, ports)
    const { output } = await dismissIncidents(target, looked, { reason: 'x', isJson: false })
    expect(output).toContain('has changed since you saw it')
    expect((await now(one.id)).state).toBe('asking')
  })
})
