import { afterEach, describe, expect, it } from 'vitest'
import { showIncident } from '../../local/commands/show-incident.ts'
import type { Paint } from '../../local/render/style.ts'
import { UnreadableEntry } from '../../shared/errors.ts'
import { noteNotice, orderSubject } from '../../shared/record/orders.ts'
import { consoleWorld } from '../console.ts'
import { NOW } from '../embedded.ts'

const paint: Paint = (_, text) => text
const plain = { isJson: false, paint }

/** A contained incident of which nobody answered for half an hour, and then for an hour, and a page that was written before it was contained. */
async function unanswered() {
  const world = await consoleWorld()
  const { incident, target } = world
  await noteNotice(incident.id, { at: NOW - 60_000, notice: 'escalated', why: 'of an earlier day' }, target.record)
  await noteNotice(incident.id, { at: NOW + 30 * 60_000, notice: 'escalated', why: 'nobody answered for 30 minutes' }, target.record)
  await noteNotice(incident.id, { at: NOW + 60 * 60_000, notice: 'paged', why: 'nobody answered for 60 minutes' }, target.record)
  return world
}

describe('who was told that nobody answers', () => {
  afterEach(() => {
    process.exitCode = 0
  })

  it('stands among the changes of the incident, in the order of time and without a number of its chain', async () => {
    const { incident, target } = await unanswered()
    const lines = (await showIncident(target, incident.id, plain)).split('\n')
    const changes = lines.slice(lines.findIndex((line) => line.startsWith('Changes')))
    const told = changes.filter((line) => line.includes(' notice '))
    expect(told.map((line) => line.includes('#'))).toEqual([false, false, false])
    const at = (text: string) => changes.findIndex((line) => line.includes(text))
    expect(at('of an earlier day')).toBeLessThan(at('#1 '))
    expect(at('nobody answered for 30 minutes')).toBeGreaterThan(at('contained'))
    expect(at('nobody answered for 60 minutes')).toBe(at('nobody answered for 30 minutes') + 1)
  })

  it('is in the JSON apart from the chain, which stays what is hashed', async () => {
    const { incident, target } = await unanswered()
    const { changes, notices } = JSON.parse(await showIncident(target, incident.id, { ...plain, isJson: true }))
    expect(notices.map(({ to }: { to: string }) => to)).toEqual(['escalated', 'escalated', 'paged'])
    expect(changes).toEqual(JSON.parse(JSON.stringify(await target.record.list(`INCIDENT#${incident.id}`))))
  })

  it('stands in the console among the changes, with a link to its own chain, and the chain of the incident is intact', async () => {
    const { incident, get } = await unanswered()
    const page = await (await get(`/incidents/${incident.id}`)).text()
    expect(page).toContain('nobody answered for 60 minutes')
    expect(page).toContain(`record?subject=${encodeURIComponent(orderSubject(incident.id))}">told</a>`)
    expect(page).toContain('The chain is intact')
  })

  it('is left out where its chain cannot be read, which is said, and the incident is shown', async () => {
    const { incident, target } = await unanswered()
    const { record } = target
    const broken: typeof record = {
      ...record,
      list: async (subject) => {
        if (subject === orderSubject(incident.id)) throw new UnreadableEntry(subject, 1)
        return record.list(subject)
      },
    }
    const shown = await showIncident({ ...target, record: broken }, incident.id, plain)
    expect(shown).toContain('contained')
    expect(shown).not.toContain(' notice ')
    expect(process.exitCode).toBe(3)
  })
})
