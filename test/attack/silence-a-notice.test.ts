import { describe, expect, it } from 'vitest'
import { UnreadableEntry, UnreadableItem } from '../../shared/errors.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { noticeOf, sendOwedNotice } from '../../shared/record/notice.ts'
import { sweep } from '../../shared/review/sweep.ts'
import { ATTACK, embedded, NOW } from '../embedded.ts'

const MINUTE = 60_000

/** An incident that asks, whose notice is owed. */
async function asking() {
  const world = await embedded({ policy: { mode: 'ask' } })
  await world.respond(ATTACK)
  const [incident] = await world.incidents()
  const stored = await world.ports.incidents.get(incident?.id ?? '')
  if (stored === undefined) throw new Error('no incident')
  await world.ports.incidents.save({ ...stored.value, owedNotice: 'ask' }, stored.version)
  const owing = await world.ports.incidents.get(stored.value.id)
  if (owing === undefined) throw new Error('no incident')
  return { ...world, owing, before: world.notices.length }
}

type World = Awaited<ReturnType<typeof asking>>

/** The record, in which the chain of the incident fails and no other. */
function failing({ ports, owing }: World, cause: Error) {
  const own = incidentSubject(owing.value.id)
  return { record: { ...ports.record, list: (subject: string) => (subject === own ? Promise.reject(cause) : ports.record.list(subject)) } }
}

/** What whoever may write the table can do to what a notice is told with. */
const DAMAGED: readonly (readonly [string, (world: World) => object])[] = [
  ['an entry of the chain that cannot be read', (world) => failing(world, new UnreadableEntry(incidentSubject(world.owing.value.id), 1))],
  ['a chain that fails in another way', (world) => failing(world, new Error('throttled'))],
  [
    'a timeline that fails',
    ({ ports }) => ({ incidents: { ...ports.incidents, signals: () => Promise.reject(new UnreadableItem('INCIDENT#x', 'not JSON')) } }),
  ],
]

describe('people are told of an incident', () => {
  it.each(DAMAGED)('although there is %s, and are told that too', async (_, damage) => {
    const world = await asking()
    const after = await sendOwedNotice(world.owing, { ...world.ports, ...damage(world) })
    expect(after.value.owedNotice).toBeUndefined()
    const [notice, ...others] = world.notices.slice(world.before)
    expect(others).toEqual([])
    expect(notice).toMatchObject({ kind: 'ask', incidentId: world.owing.value.id })
    expect(notice?.body).toContain('could not be read for this notice')
    expect(notice?.body).toContain('countersign release')
  })

  // A chain that cannot be read ends the sweep of its incident, which has an alarm of its own.
  it.each(DAMAGED.slice(2))('by the page of the on-call too, although there is %s', async (_, damage) => {
    const world = await asking()
    await sendOwedNotice(world.owing, world.ports)
    world.setNow(NOW + 120 * MINUTE)
    await sweep({ ...world.ports, ...damage(world) } as never)
    expect(world.pages.map(({ kind }) => kind)).toContain('paged')
    expect(world.pages.find(({ kind }) => kind === 'paged')?.body).toContain('could not be read for this notice')
  })

  it('without that sentence where everything was read', async () => {
    const world = await asking()
    await sendOwedNotice(world.owing, world.ports)
    expect(world.notices.at(-1)?.body).not.toContain('could not be read for this notice')
  })

  it('with the command of their stack', () => {
    return asking().then(({ owing }) => {
      const { body } = noticeOf(owing.value, 'ask', { name: 'Countersign', region: 'us-east-1' }, { isUnread: true })
      expect(body).toContain('`countersign changes verify --stack Countersign --region us-east-1`')
    })
  })
})
