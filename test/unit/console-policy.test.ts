import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IncidentsQuery, matching } from '../../local/console/incidents-query.ts'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { consoleWorld, PAYLOAD } from '../console.ts'
import { call, NOW } from '../embedded.ts'

const textOf = async (answer: Response | Promise<Response>) => (await answer).text()

describe('the list of incidents', () => {
  it('finds by name, credential, finding and state, whatever the case', async () => {
    const { get, incident } = await consoleWorld()
    const words = [
      incident.identity.name.toUpperCase(),
      incident.credentials[0]?.id ?? '',
      incident.findings[0]?.detector ?? '',
      incident.id,
      `${incident.identity.name} ${incident.state}`,
    ]
    for (const q of words) expect(await textOf(get(`/?q=${encodeURIComponent(q)}`)), q).toContain(`/incidents/${incident.id}`)
    for (const q of ['nobody-is-called-so', `${incident.identity.name} nothing`])
      expect(await textOf(get(`/?q=${encodeURIComponent(q)}`)), q).toContain('No incident is like that.')
    expect(await textOf(get(`/?state=${incident.state}`))).toContain(`/incidents/${incident.id}`)
    expect(await textOf(get('/?state=watching'))).toContain('No incident is like that.')
  })

  it('takes any query, and shows what was asked without markup', async () => {
    const { get, incident } = await consoleWorld()
    for (const path of ['/?state=<b>', '/?order=%00', '/?all=2', '/?q=', '/?q[]=x', '/?q=a&q=b'])
      expect((await get(path)).status, path).toBe(200)
    expect(await textOf(get('/?state=nonsense&order=nonsense'))).toContain(`/incidents/${incident.id}`)
    const page = await textOf(get(`/?q=${encodeURIComponent(PAYLOAD)}`))
    expect(page).not.toContain('<x-poison')
    expect(page).toContain('No incident is like that.')
  })

  it('has the order that is asked for', async () => {
    const { incidents, respond } = await consoleWorld()
    await respond([call('guardduty:DeleteDetector', { id: 'other', time: NOW + 60_000, user: 'second', key: 'AKIAI44QH8DHBEXAMPLE' })])
    const all = await incidents()
    expect(all.length).toBeGreaterThan(1)
    const times = (order: string) => matching(all, IncidentsQuery.parse({ order })).map(({ openedAt }) => openedAt)
    expect(times('newest')).toEqual(times('oldest').toReversed())
    expect(times('oldest')).toEqual(times('oldest').toSorted((a, b) => a - b))
    const risks = matching(all, IncidentsQuery.parse({ order: 'risk' })).map(({ assessment }) => assessment.risk)
    expect(risks).toEqual(risks.toSorted((a, b) => b - a))
  })

  it('never shows more than there is, and loses nothing without a query', async () => {
    const { incidents } = await consoleWorld()
    const all = await incidents()
    fc.assert(
      fc.property(
        fc.record({ q: fc.string(), state: fc.string(), order: fc.string(), all: fc.string() }, { requiredKeys: [] }),
        (asked) => {
          const query = IncidentsQuery.parse(asked)
          const found = matching(all, query)
          expect(all).toEqual(expect.arrayContaining([...found]))
          if (query.q === '' && query.state === '') expect(found).toHaveLength(all.length)
        },
      ),
    )
  })
})

describe('the pages of the policy', () => {
  it('say what is in force, of which revision, and warn', async () => {
    const { get } = await consoleWorld({ policy: { tiers: [{ name: 'all', match: { arns: ['*'] }, mode: 'ask' }] } })
    const page = await textOf(get('/policy'))
    expect(page).toContain('<h1>Policy in force</h1>')
    expect(page).toMatch(/<dt>Revision<\/dt><dd>1/)
    expect(page).toContain('all')
    expect(page).toContain('Canaries, of whom any use is confirmed')
    expect(page).toContain('Warning: ')
  })

  it('list every detector with what to do first', async () => {
    const { get } = await consoleWorld({ policy: { detectors: { 'new-country': { weight: 0.5 } } } })
    const page = await textOf(get('/detectors'))
    for (const { id } of CATALOGUE) expect(page).toContain(`id="${id}"`)
    expect(page).toMatch(/id="new-country".*0\.5/s)
    expect(page).toContain('as it is, always')
  })
})
