import { describe, expect, it } from 'vitest'
import { listIncidents } from '../../local/commands/incidents.ts'
import { showIncident } from '../../local/commands/show-incident.ts'
import { assignmentIn } from '../../shared/domain/assignment.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import { COMMENT_LIMIT, COMMENT_LINES, commentsIn } from '../../shared/domain/comment.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { assign } from '../../shared/review/assign.ts'
import { comment } from '../../shared/review/comment.ts'
import { review } from '../../shared/review/review.ts'
import { waitOf } from '../../shared/review/wait.ts'
import { consoleWorld } from '../console.ts'
import { embedded, exposed, NOW } from '../embedded.ts'

const [ANNA, BEA] = ['local:anna', 'local:bea']

async function contained() {
  const world = await embedded({ policy: { breaker: { maxUserFraction: 1 } } })
  await world.respond([exposed()])
  const only = async () => (await world.incidents())[0] as Incident
  const { id } = await only()
  const chain = () => world.ports.record.list(incidentSubject(id))
  return { ...world, only, id, chain }
}

/** An incident without the members that an assignment may write. */
const rest = ({ assignment: _, ...others }: Incident) => others

describe('an assignment', () => {
  it('is in the chain with who, from whom, to whom and when, and on the incident, of which nothing else changes', async () => {
    const { ports, only, id, chain, notices, called } = await contained()
    const before = await only()
    const [told, contains] = [notices.length, called.length]
    await assign(id, { to: '  Bea Example ', by: ANNA }, ports)
    await assign(id, { to: ANNA, by: ANNA }, ports)
    const changes = await chain()
    const at = new Date(NOW).toISOString()
    expect(changes.slice(-2)).toMatchObject([
      { kind: 'assignment', actor: ANNA, at, from: null, to: 'Bea Example', target: `incident:${id}`, why: 'is to work on it' },
      { kind: 'assignment', actor: ANNA, at, from: 'Bea Example', to: ANNA, why: 'works on it' },
    ])
    const after = await only()
    expect(after.assignment).toEqual({ to: ANNA, by: ANNA, at, entry: changes.length })
    expect(after.assignment).toEqual(assignmentIn(changes))
    expect(rest(after)).toEqual(rest(before))
    expect([notices.length, called.length]).toEqual([told, contains])
    expect(verifyChain(incidentSubject(id), changes, after.head)).toBeUndefined()
  })

  it('is given back, and the same again changes nothing', async () => {
    const { ports, only, id, chain } = await contained()
    const none = await chain()
    await assign(id, { to: null, by: BEA }, ports)
    expect(await chain()).toEqual(none)
    for (const to of [ANNA, ANNA, null, null]) await assign(id, { to, by: BEA }, ports)
    const written = (await chain()).slice(none.length)
    expect(written.map(({ from, to, why }) => [from, to, why])).toEqual([
      [null, ANNA, 'is to work on it'],
      [ANNA, null, 'nobody works on it'],
    ])
    expect((await only()).assignment).toMatchObject({ to: null, by: BEA })
  })

  it('postpones no reminder, page or expiry', async () => {
    const { ports, only, id, chain, setNow } = await contained()
    const now = NOW + 7_200_000
    setNow(now)
    const before = waitOf(await only(), { changes: await chain(), orders: [], now })
    await assign(id, { to: ANNA, by: ANNA }, ports)
    await comment(id, { text: 'asking the owner', by: ANNA }, ports)
    expect(waitOf(await only(), { changes: await chain(), orders: [], now })).toEqual(before)
  })

  it('is refused from whoever saw another one than the last, and taken from whoever saw the last', async () => {
    const { ports, id } = await contained()
    const first = await assign(id, { to: ANNA, by: ANNA, seen: 0 }, ports)
    await expect(assign(id, { to: BEA, by: BEA, seen: 0 }, ports)).rejects.toMatchObject({
      code: 'review.stale',
      message: `incident ${id} is assigned to ${ANNA} since you saw it, by ${ANNA}; look at it again`,
    })
    // The same press twice is no other one.
    expect(await assign(id, { to: ANNA, by: ANNA, seen: 0 }, ports)).toEqual(first)
    const seen = first.assignment?.entry
    expect((await assign(id, { to: BEA, by: BEA, seen }, ports)).assignment?.to).toBe(BEA)
  })

  it('is completed by the next one where its author was interrupted before the incident was written', async () => {
    const { ports, only, id, chain } = await contained()
    const save = ports.incidents.save
    ports.incidents.save = async () => Promise.reject(new Error('interrupted'))
    await expect(assign(id, { to: ANNA, by: ANNA }, ports)).rejects.toThrow('interrupted')
    ports.incidents.save = save
    expect((await only()).assignment).toBeUndefined()
    await assign(id, { to: ANNA, by: BEA }, ports)
    expect((await only()).assignment).toMatchObject({ to: ANNA, by: ANNA })
    expect((await chain()).filter(({ kind }) => kind === 'assignment')).toHaveLength(1)
  })

  it.each([
    ['no name', '   ', 'has 1 to 200 characters'],
    ['the sign that printed commands show', '…', 'has 1 to 200 characters'],
    ['a name that is too long', 'x'.repeat(201), 'has 1 to 200 characters'],
    ['the word for no assignee', 'Nobody', 'say --nobody'],
  ])('is refused with %s, and nothing is written', async (_, to, message) => {
    const { ports, id, chain } = await contained()
    const before = await chain()
    await expect(assign(id, { to, by: ANNA }, ports)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(message) })
    expect(await chain()).toEqual(before)
  })
})

describe('a comment', () => {
  it('is in the chain with who, when and its text, and leaves the incident as it is', async () => {
    const { ports, only, id, chain } = await contained()
    const before = await only()
    await comment(id, { text: ' asked the owner\r\nno answer yet\n', by: BEA }, ports)
    expect((await chain()).at(-1)).toMatchObject({ kind: 'comment', actor: BEA, from: null, to: 'asked the owner\nno answer yet' })
    expect(commentsIn(await chain())).toEqual([{ at: new Date(NOW).toISOString(), by: BEA, text: 'asked the owner\nno answer yet' }])
    expect(await only()).toEqual(before)
  })

  it('makes no button and no form stale, and an assignment neither', async () => {
    const { ports, only, id } = await contained()
    const revision = revisionOf(await only())
    await comment(id, { text: 'looks like ours', by: BEA }, ports)
    await assign(id, { to: BEA, by: BEA }, ports)
    expect(revisionOf(await only())).toBe(revision)
    await review(id, { kind: 'legitimate', by: ANNA, reason: 'a drill', revision }, ports)
    expect((await only()).state).toBe('released')
  })

  it('is written on a closed incident, and assigned', async () => {
    const { ports, only, id, chain } = await contained()
    await review(id, { kind: 'compromised', by: ANNA, reason: 'stolen' }, ports)
    await comment(id, { text: 'the owner has a new user', by: BEA }, ports)
    await assign(id, { to: BEA, by: ANNA }, ports)
    expect(await only()).toMatchObject({ state: 'confirmed', assignment: { to: BEA } })
    expect(commentsIn(await chain())).toHaveLength(1)
  })

  it.each([
    ['no text', ' \n ', 'needs a text'],
    ['the sign that printed commands show', '…', 'needs a text'],
    ['too many characters', 'x'.repeat(COMMENT_LIMIT + 1), `got ${COMMENT_LIMIT + 1} characters in 1 line`],
    ['too many lines', `x${'\nx'.repeat(COMMENT_LINES)}`, `${COMMENT_LINES + 1} lines`],
  ])('is refused with %s, and nothing is written', async (_, text, message) => {
    const { ports, id, chain } = await contained()
    const before = await chain()
    await expect(comment(id, { text, by: ANNA }, ports)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(message) })
    expect(await chain()).toEqual(before)
  })

  it('needs an incident that is there', async () => {
    const { ports } = await contained()
    await expect(comment('inc-nothing', { text: 'x', by: ANNA }, ports)).rejects.toMatchObject({ code: 'incident.unknown' })
    await expect(assign('inc-nothing', { to: 'x', by: ANNA }, ports)).rejects.toMatchObject({ code: 'incident.unknown' })
    expect(await ports.record.list(incidentSubject('inc-nothing'))).toEqual([])
  })
})

describe('as JSON', () => {
  it('an incident has its assignment and its comments, in the list and by itself', async () => {
    const { target, incident } = await consoleWorld()
    await assign(incident.id, { to: 'Bea Example', by: ANNA }, target)
    await comment(incident.id, { text: 'asked the owner', by: BEA }, target)
    const listed = JSON.parse(await listIncidents(target, { isJson: true, isAll: false }))
    const shown = JSON.parse(await showIncident(target, incident.id, { isJson: true, paint: (_, text) => text }))
    for (const one of [listed, shown.incident]) expect(one.assignment).toMatchObject({ to: 'Bea Example', by: ANNA })
    expect(shown.comments).toEqual([{ at: new Date(NOW).toISOString(), by: BEA, text: 'asked the owner' }])
  })
})

describe('several people at once', () => {
  it('lose nothing: every comment and assignment is in the chain once, the last assignment counts, and a verdict among them is applied', async () => {
    const { ports, only, id, chain } = await contained()
    const before = (await chain()).length
    const texts = ['one', 'two', 'three']
    const names = ['anna', 'bea', 'cleo']
    await Promise.all([
      ...texts.map((text) => comment(id, { text, by: BEA }, ports)),
      ...names.map((to) => assign(id, { to, by: ANNA }, ports)),
      review(id, { kind: 'legitimate', by: ANNA, reason: 'a drill' }, ports),
    ])
    const changes = await chain()
    const incident = await only()
    const written = changes.slice(before)
    expect(
      commentsIn(written)
        .map(({ text }) => text)
        .sort(),
    ).toEqual([...texts].sort())
    const assigned = written.filter(({ kind }) => kind === 'assignment')
    expect(assigned.map(({ to }) => to).sort()).toEqual([...names].sort())
    // Each says from whom it took the incident.
    expect(assigned.map(({ from }) => from)).toEqual([null, ...assigned.slice(0, -1).map(({ to }) => to)])
    expect(incident.assignment).toEqual(assignmentIn(changes))
    expect(incident.state).toBe('released')
    expect(verifyChain(incidentSubject(id), changes, incident.head)).toBeUndefined()
  })

  it('who saw that nobody works on it take it once, and all others are told who did', async () => {
    const { ports, only, id } = await contained()
    const names = ['anna', 'bea', 'cleo', 'dora']
    const taken = await Promise.allSettled(names.map((to) => assign(id, { to, by: `local:${to}`, seen: 0 }, ports)))
    const winner = (await only()).assignment?.to
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const one of taken)
      if (one.status === 'rejected')
        expect(one.reason).toMatchObject({ code: 'review.stale', message: expect.stringContaining(`assigned to ${winner}`) })
  })
})
