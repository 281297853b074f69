import { describe, expect, it } from 'vitest'
import { commandOn } from '../../local/command-name.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { assign } from '../../shared/review/assign.ts'
import { comment } from '../../shared/review/comment.ts'
import { review } from '../../shared/review/review.ts'
import { consoleWorld, PAYLOAD, TOKEN } from '../console.ts'
import { NOW } from '../embedded.ts'
import { accountOf, asksAbout } from '../several-incidents.ts'

const textOf = async (answer: Response | Promise<Response>) => (await answer).text()
const pathOf = ({ id }: Incident) => `/incidents/${id}`
/** A part of a page that a person opens, from its place to the next one. */
const sectionOf = (page: string, id: string) => page.match(new RegExp(`<div id="${id}">.*?</details>`, 's'))?.[0] ?? ''

describe('who works on an incident', () => {
  it('is said at the top of its page, with a form that assigns it to a name, to oneself and to nobody', async () => {
    const { get, post, incident, ports } = await consoleWorld({ caller: 'local:bea' })
    const path = pathOf(incident)
    expect(await textOf(get(path))).toContain('<a href="#team">assigned to <strong>nobody</strong></a>')
    const seenOn = async () => (await textOf(get(path))).match(/name="seen" value="(\d+)"/)?.[1] ?? ''
    const steps = [
      [{ who: 'named', to: ' Anna Example ' }, 'Anna Example'],
      [{ who: 'me', to: 'ignored' }, 'local:bea'],
      [{ who: 'nobody', to: '' }, null],
    ] as const
    for (const [form, to] of steps) {
      const answer = await post(`${path}/assign`, { ...form, seen: await seenOn() })
      expect(answer.status).toBe(303)
      expect(answer.headers.get('location')).toBe(`/${TOKEN}${path}?said=assigned#team`)
      expect((await ports.incidents.get(incident.id))?.value.assignment).toMatchObject({ to, by: 'local:bea' })
      expect(await textOf(get(path))).toContain(`assigned to <strong>${to ?? 'nobody'}</strong>`)
    }
    expect(await textOf(get(`${path}?said=assigned`))).toContain('Noted in the record: the assignment.')
  })

  it('is not taken from somebody who took it since the page was shown', async () => {
    const { post, incident, ports } = await consoleWorld()
    await assign(incident.id, { to: 'local:bea', by: 'local:bea' }, ports)
    const answer = await post(`${pathOf(incident)}/assign`, { who: 'me', to: '', seen: '0' })
    expect(answer.status).toBe(409)
    expect(await answer.text()).toContain('is assigned to local:bea since you saw it')
    expect((await ports.incidents.get(incident.id))?.value.assignment?.to).toBe('local:bea')
  })

  it.each([
    ['no name', { who: 'named', to: '  ' }],
    ['a name that is too long', { who: 'named', to: 'x'.repeat(201) }],
    ['no such button', { who: 'all', to: 'x' }],
    ['no number', { who: 'me', to: '', seen: 'x' }],
    ['a field too many', { who: 'me', to: '', by: 'local:root' }],
  ])('is refused with %s', async (_, form) => {
    const { post, incident, ports } = await consoleWorld()
    const before = await ports.record.list(incidentSubject(incident.id))
    expect((await post(`${pathOf(incident)}/assign`, { seen: '0', ...form })).status).toBe(400)
    expect(await ports.record.list(incidentSubject(incident.id))).toEqual(before)
  })

  it('is a column and a filter of the list, nobody among the choices, and a word of the search', async () => {
    const names = ['ana', 'bo', 'cy']
    const { get, ports } = await consoleWorld({
      policy: { mode: 'ask' },
      account: accountOf(names),
      events: names.flatMap((name) => asksAbout(name)),
    })
    const open = await ports.incidents.listOpen(9)
    const named = (name: string) => open.find(({ identity }) => identity.name === name) as Incident
    expect(await textOf(get('/'))).not.toContain('<th scope="col" class="">Assigned</th>')
    await assign(named('ana').id, { to: 'arn:aws:sts::123456789012:assumed-role/Lead/dora@example.com', by: 'x' }, ports)
    await assign(named('bo').id, { to: 'Emil', by: 'x' }, ports)
    const listed = async (query: string) => {
      const page = await textOf(get(`/?${query}`))
      return names.filter((name) => page.includes(pathOf(named(name))))
    }
    const page = await textOf(get('/'))
    expect(page).toContain('<th scope="col" class="">Assigned</th>')
    expect(page).toMatch(/data-label="Assigned"><div>dora@example\.com</)
    expect([...sectionOfSelect(page, 'assignee').matchAll(/<option value="([^"]*)"/g)].map(([, value]) => value)).toEqual([
      '',
      'nobody',
      'Emil',
      'arn:aws:sts::123456789012:assumed-role/Lead/dora@example.com',
    ])
    expect(await listed('')).toEqual(names)
    expect(await listed('assignee=nobody')).toEqual(['cy'])
    expect(await listed('assignee=Emil')).toEqual(['bo'])
    expect(await listed('assignee=Emil&q=ana')).toEqual([])
    expect(await listed('assignee=Gone')).toEqual([])
    expect(await listed('q=dora')).toEqual(['ana'])
    expect(await textOf(get('/?assignee=Gone'))).toContain('<option value="Gone" selected>')
    await assign(named('bo').id, { to: null, by: 'x' }, ports)
    expect(await listed('assignee=nobody')).toEqual(['bo', 'cy'])
  })
})

const sectionOfSelect = (page: string, id: string) => page.match(new RegExp(`<select id="${id}".*?</select>`, 's'))?.[0] ?? ''

describe('a comment', () => {
  it('is written on the page, also of a closed incident, and stands there and in the timeline with who and when', async () => {
    const { get, post, incident, ports, setNow } = await consoleWorld({ caller: 'local:bea' })
    const path = pathOf(incident)
    setNow(NOW + 90_000)
    const answer = await post(`${path}/comment`, { text: 'asked the owner\r\nno answer yet' })
    expect(answer.headers.get('location')).toBe(`/${TOKEN}${path}?said=commented#team`)
    await review(incident.id, { kind: 'compromised', by: 'local:anna', reason: 'stolen' }, ports)
    expect((await post(`${path}/comment`, { text: 'closed by Anna' })).status).toBe(303)
    const page = await textOf(get(path))
    for (const part of [sectionOf(page, 'team'), sectionOf(page, 'timeline')]) {
      expect(part).toContain('local:bea')
      expect(part).toContain('<br>asked the owner<br>no answer yet')
      expect(part).toContain('<br>closed by Anna')
    }
  })

  it.each([
    ['no text', { text: ' ' }],
    ['a text that is too long', { text: 'x'.repeat(1541) }],
    ['more lines than it may have', { text: 'x\n'.repeat(60) }],
    ['a field too many', { text: 'x', by: 'local:root' }],
  ])('is refused with %s', async (_, form) => {
    const { post, incident, ports } = await consoleWorld()
    const before = await ports.record.list(incidentSubject(incident.id))
    expect((await post(`${pathOf(incident)}/comment`, form)).status).toBe(400)
    expect(await ports.record.list(incidentSubject(incident.id))).toEqual(before)
  })

  it('fits into a form with the longest characters that a browser sends', async () => {
    const { post, incident } = await consoleWorld()
    expect((await post(`${pathOf(incident)}/comment`, { text: '語'.repeat(1500) })).status).toBe(303)
  })

  it('is one of the latest twenty, where there are more, and the timeline has some more', async () => {
    const { get, incident, ports } = await consoleWorld()
    for (let at = 1; at <= 22; at++) await comment(incident.id, { text: `note ${at}.`, by: 'local:bea' }, ports)
    const page = await textOf(get(pathOf(incident)))
    const notesIn = (part: string) => [...sectionOf(page, part).matchAll(/note (\d+)\./g)].map(([, at]) => Number(at))
    expect(sectionOf(page, 'team')).toContain(
      `The latest 20 of 22 comments; <code>${commandOn({ options: '' }, `incidents show ${incident.id}`)}</code> has all.`,
    )
    expect(notesIn('team')).toEqual(Array.from({ length: 20 }, (_, at) => at + 3))
    expect(notesIn('timeline')).toEqual(Array.from({ length: 22 }, (_, at) => at + 1))
  })

  it('is on the page of the timeline that its time belongs to', async () => {
    const { get, incident, ports, setNow } = await consoleWorld()
    const [signal] = await ports.incidents.signals(incident.id)
    if (signal === undefined) throw new Error('no signal')
    for (let at = 0; at < 230; at++)
      await ports.incidents.addSignal(incident.id, {
        ...signal,
        id: `m${at}`,
        action: `ec2:Call${at % 10}`,
        time: NOW + 10_000 + at * 1000,
      })
    for (const [text, at] of [
      ['before all of it', NOW - 1],
      ['in the first part', NOW + 20_500],
      ['in the second part', NOW + 10_000 + 225_500],
      ['after all of it', NOW + 9_000_000],
    ] as const) {
      setNow(at)
      await comment(incident.id, { text, by: 'local:bea' }, ports)
    }
    const shownOn = async (part: number) =>
      [
        ...sectionOf(await textOf(get(`${pathOf(incident)}?part=${part}`)), 'timeline').matchAll(
          /<strong>comment<\/strong> by local:bea<br>([^<]+)/g,
        ),
      ].map(([, text]) => text)
    expect(await shownOn(0)).toEqual(['before all of it', 'in the first part'])
    expect(await shownOn(1)).toEqual(['in the second part', 'after all of it'])
  })
})

describe('the forms of a team', () => {
  it('are refused from other sites, and without the token', async () => {
    const { post, app, incident, ports } = await consoleWorld()
    const before = await ports.record.list(incidentSubject(incident.id))
    for (const path of [`${pathOf(incident)}/assign`, `${pathOf(incident)}/comment`, '/dismiss', '/dismiss/given']) {
      expect((await post(path, {}, { origin: 'http://127.0.0.1:4001' })).status, path).toBe(403)
      expect((await post(path, {}, { 'sec-fetch-site': 'cross-site' })).status, path).toBe(403)
      expect((await app.request(`/not-the-token${path}`, { method: 'POST', headers: { host: '127.0.0.1:4000' } })).status, path).toBe(404)
      expect((await post(path, { reason: 'x'.repeat(20_000) })).status, path).toBe(413)
    }
    expect(await ports.record.list(incidentSubject(incident.id))).toEqual(before)
  })

  it('show what was written as text, and a page that is open notices it', async () => {
    const { get, post, incident } = await consoleWorld()
    const page = await textOf(get(pathOf(incident)))
    const [, path = '', stamp] = page.match(/data-pulse="\/[^/]+([^"]+)" data-stamp="([^"]+)"/) ?? []
    expect(await textOf(get(path))).toBe(stamp)
    await post(`${pathOf(incident)}/comment`, { text: PAYLOAD })
    const commented = await textOf(get(path))
    expect(commented).not.toBe(stamp)
    await post(`${pathOf(incident)}/assign`, { who: 'named', to: PAYLOAD, seen: '0' })
    expect(await textOf(get(path))).not.toBe(commented)
    for (const one of [
      '/',
      '/?all=1',
      `/?assignee=${encodeURIComponent(PAYLOAD)}`,
      pathOf(incident),
      '/record',
      '/record?kind=comment',
      '/record?kind=assignment',
    ]) {
      const shown = await textOf(get(one))
      expect(shown, one).toContain('&lt;x-poison')
      expect(shown, one).not.toMatch(/<x-poison|<img src=x|<script>window/)
      for (const character of '\u202e\u0007') expect(shown, one).not.toContain(character)
    }
  })
})
