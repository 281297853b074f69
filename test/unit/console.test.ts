import { describe, expect, it } from 'vitest'
import { LATEST_INCIDENTS, latestSubjects } from '../../local/console/latest-subjects.ts'
import { serveConsole } from '../../local/console/serve.ts'
import type { Change } from '../../shared/domain/change.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { ResponderError } from '../../shared/errors.ts'
import { memoryChangeRecord, type StoredChains } from '../../shared/memory/change-record.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { seal } from '../../shared/record/seal.ts'
import { consoleWorld, PAYLOAD, plantPoison, poisoned, TOKEN } from '../console.ts'
import { chainOf } from '../contract/samples.ts'
import { ACCOUNT, ATTACK, arnOf, call, KEY, NOW } from '../embedded.ts'
import { drawingsIn } from '../page.ts'

const textOf = async (answer: Response | Promise<Response>) => (await answer).text()
const said = (incident: Parameters<typeof revisionOf>[0], parts: object = {}) => ({
  kind: 'legitimate',
  reason: 'a drill',
  revision: revisionOf(incident),
  ...parts,
})

describe('the list', () => {
  it('shows what is open with what waits, and the closed ones on demand', async () => {
    const { get, answer, incident } = await consoleWorld()
    const open = await textOf(get('/'))
    expect(open).toContain('Open incidents')
    expect(open).toContain(`/${TOKEN}/incidents/${incident.id}`)
    expect(open).toContain('contained</span>')
    await answer(said(incident))
    expect(await textOf(get('/'))).toContain('No incident is open')
    expect(await textOf(get('/?all=1'))).toContain('released</span>')
  })

  it('says which mode is in force', async () => {
    const { get } = await consoleWorld({
      policy: { override: { mode: 'observe', until: '2026-03-03T00:00:00Z', by: 'x', reason: 'y' } },
      events: [call('iam:CreateUser', { id: 'c' }), ...ATTACK],
    })
    expect(await textOf(get('/'))).toContain('observe, overridden')
  })
})

describe('one incident', () => {
  it('says what it is, why, what was done from what to what, where from, what it made, and that its chain is whole', async () => {
    const { get, incident } = await consoleWorld()
    const page = await textOf(get(`/incidents/${incident.id}`))
    for (const word of ['iam-user ci-build', KEY, 'in place', 'Active', 'Inactive', 'The chain is intact', 'user backdoor', 'RS.MI-01'])
      expect(page).toContain(word)
    for (const { finding } of incident.assessment.contributions) expect(page).toContain(finding.title)
    expect(page.match(/<picture>/g)).toHaveLength(3)
    expect(drawingsIn(page)[0]).toContain('contained')
  })

  it('shows the risk at the decision beside that of now where they differ, and one where they do not', async () => {
    const { get, incident, ports } = await consoleWorld()
    const leadOf = async () =>
      (await textOf(get(`/incidents/${incident.id}`))).match(/class="lead">(.+?)<\/p>/s)?.[1]?.replace(/<[^>]+>/g, '')
    const save = async (parts: Partial<typeof incident>) => {
      const stored = await ports.incidents.get(incident.id)
      await ports.incidents.save({ ...(stored?.value ?? incident), ...parts }, stored?.version ?? 0)
    }
    const { decision, assessment } = incident
    const decided = (why: string) => ({ decision: { ...decision, why: [why] }, assessment: { ...assessment, risk: 91 } })
    await save(decided('risk 87.5 reaches contain 85; who and what'))
    expect(await leadOf()).toContain('risk 87.5 at the decision, 91 now')
    await save(decided('risk 91 reaches contain 85; who and what'))
    expect(await leadOf()).toMatch(/risk 91(?! now)[^a]/)
    await save(decided('ordered by local:anna: contain now'))
    expect(await leadOf()).not.toContain('at the decision')
  })

  it('marks the deciding call, the decision, and what was complete when, on the drawing of the risk, with a legend', async () => {
    const { get, incident, ports } = await consoleWorld()
    const wordsIn = async () => (drawingsIn(await textOf(get(`/incidents/${incident.id}`)))[0] ?? '').replace(/<[^>]+>/g, ' ')
    for (const word of ['risk after each call', 'deciding call', 'decision: contain', 'contained', 'contain 85', 'ask 55'])
      expect(await wordsIn()).toContain(word)
    const drawing = drawingsIn(await textOf(get(`/incidents/${incident.id}`)))[0] ?? ''
    // The names of thresholds stand beside the plot, right of every line.
    const [, right = 0] = /<path d="M(?:[\d.]+) [\d.]+L([\d.]+) [\d.]+"[^>]*stroke-dasharray/.exec(drawing) ?? []
    const named = [...drawing.matchAll(/translate\(([\d.]+) [\d.]+\)"[^>]*>(?:contain 85|ask 55|restrict \d+)</g)].map(([, x]) => Number(x))
    expect(named.length).toBeGreaterThanOrEqual(2)
    for (const x of named) expect(x).toBeGreaterThan(Number(right))
    const stored = await ports.incidents.get(incident.id)
    const { containedAt: _, ...open } = stored?.value ?? incident
    await ports.incidents.save({ ...open, containedAt: undefined, restrictedAt: NOW + 600_000 }, stored?.version ?? 0)
    expect(await wordsIn()).toContain('restricted')
    expect(await wordsIn()).not.toContain('contained')
  })

  it('folds out what a link names, and a page of the timeline that somebody turned to', async () => {
    const { get, incident } = await consoleWorld()
    const opened = async (path: string) =>
      [...(await textOf(get(`/incidents/${incident.id}${path}`))).matchAll(/<details class="part" open><summary><h2>([^<]+)/g)].map(
        ([, title]) => title,
      )
    expect(await opened('')).toEqual([])
    expect(await opened('?part=0')).toEqual(['Timeline'])
    const page = await textOf(get(`/incidents/${incident.id}`))
    for (const id of ['done', 'who', 'why', 'where', 'created', 'timeline', 'changes', 'facts', 'next'])
      expect(page).toMatch(new RegExp(`<details class="part"><summary>.+?</summary><div id="${id}">`, 's'))
  })

  it('turns the pages of a long timeline, and takes any number for a page', async () => {
    const many = Array.from({ length: 230 }, (_, at) =>
      call('iam:CreateUser', { id: `m${at}`, time: NOW + 5000 + at, request: { userName: `u${at}` } }),
    )
    const { get, incident, ports } = await consoleWorld()
    const [signal] = await ports.incidents.signals(incident.id)
    if (signal === undefined) throw new Error('no signal')
    for (const [at] of many.entries())
      await ports.incidents.addSignal(incident.id, {
        ...signal,
        id: `m${at}`,
        action: `ec2:Call${at % 10}`,
        time: NOW + 10_000 + at * 1000,
      })
    expect(await textOf(get(`/incidents/${incident.id}`))).toContain('Calls 1 to 200 of 2')
    for (const part of ['1', '99', '1e9'])
      expect(await textOf(get(`/incidents/${incident.id}?part=${part}`))).toMatch(/Calls 201 to 2\d\d of 2/)
    for (const part of ['-1', 'x', 'NaN', ''])
      expect(await textOf(get(`/incidents/${incident.id}?part=${part}`))).toContain('Calls 1 to 200')
  })

  it('says what a thinned timeline leaves out, with no markup of others', async () => {
    const { get, incident, ports } = await consoleWorld()
    const [signal] = await ports.incidents.signals(incident.id)
    if (signal === undefined) throw new Error('no signal')
    const sampled = { ...signal, id: 'sampled', address: '<b>192.0.2.9</b>', representedCalls: 4096 }
    await ports.incidents.addSignal(incident.id, sampled, true)
    const page = await textOf(get(`/incidents/${incident.id}`))
    expect(page).toContain('and about 4100 more like these that are not kept')
    expect(page).toContain('from &lt;b&gt;192.0.2.9')
  })

  it('shows that somebody edited the chain', async () => {
    const { get, incident, ports } = await consoleWorld()
    const changes = await ports.record.list(incidentSubject(incident.id))
    ports.record.list = async () => changes.map((change, at) => (at === 1 ? { ...change, why: 'nothing to see' } : change))
    expect(await textOf(get(`/incidents/${incident.id}`))).toMatch(/The chain is not as it was written.+entry 2 was edited.+What happened/s)
  })

  it('knows no incident that is not there', async () => {
    const { get } = await consoleWorld()
    const answer = await get('/incidents/inc-nothing')
    expect(answer.status).toBe(404)
    expect(await answer.text()).toContain('there is no incident with that id')
  })
})

describe('a verdict', () => {
  it('is applied with its reason in the caller’s name, and leads back to the incident', async () => {
    const { answer, get, incident, ports } = await consoleWorld({ caller: 'local:bea' })
    const given = await answer(said(incident, { reason: '  it was our test  ' }))
    expect(given.status).toBe(303)
    const location = given.headers.get('location') ?? ''
    expect(location).toBe(`/${TOKEN}/incidents/${incident.id}?said=done`)
    const page = await textOf(get(location.slice(TOKEN.length + 1)))
    expect(page).toContain('Noted: the incident is released')
    expect(page).toContain('restored</span>')
    expect((await ports.incidents.get(incident.id))?.value.verdict).toMatchObject({
      by: 'local:bea',
      kind: 'legitimate',
      reason: 'it was our test',
    })
  })

  it('is refused where the incident has changed since the page was shown', async () => {
    const { post, incident, ports } = await consoleWorld()
    const answer = await post(`/incidents/${incident.id}/verdict`, said(incident, { revision: '0123456789abcdef' }))
    expect(answer.status).toBe(409)
    expect(await answer.text()).toContain('[review.stale]')
    expect((await ports.incidents.get(incident.id))?.value.state).toBe('contained')
  })

  it.each([
    ['no reason', { reason: '   ' }],
    ['a reason that is too long', { reason: 'x'.repeat(501) }],
    ['no such kind', { kind: 'delete' }],
    ['a revision that is none', { revision: 'x' }],
    ['a field too many', { by: 'local:root' }],
  ])('is refused with %s', async (_, parts) => {
    const { post, incident, ports } = await consoleWorld()
    const answer = await post(`/incidents/${incident.id}/verdict`, said(incident, parts))
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('[usage]')
    expect((await ports.incidents.get(incident.id))?.value.state).toBe('contained')
  })

  it('is refused where the form is larger than a form can be', async () => {
    const { post, incident } = await consoleWorld()
    expect((await post(`/incidents/${incident.id}/verdict`, said(incident, { reason: 'x'.repeat(20_000) }))).status).toBe(413)
  })

  it('is refused from somebody whom the policy does not let', async () => {
    const { answer, incident } = await consoleWorld({ policy: { approvers: ['arn:aws:iam::123456789012:user/lead'] } })
    const given = await answer(said(incident))
    expect(given.status).toBe(409)
    expect(await given.text()).toContain('not among the policy')
  })

  it('waits for a second person where the policy asks for four eyes', async () => {
    const { answer, get, incident } = await consoleWorld({ policy: { fourEyes: [{ verdicts: ['legitimate'] }] } })
    const given = await answer(said(incident))
    expect(given.headers.get('location')).toMatch(/said=second$/)
    expect(await textOf(get(`/incidents/${incident.id}?said=second`))).toContain('another person has to give the same verdict')
  })

  it('may be that more time is needed, for as long as the policy allows, and is never given by Enter in a field', async () => {
    const { post, get, answer: give, incident, ports } = await consoleWorld({ policy: { review: { maxExtensionHours: 6 } } })
    const path = `/incidents/${incident.id}/verdict`
    const form = (await textOf(get(`/incidents/${incident.id}`))).match(/<form.+?<\/form>/s)?.[0] ?? ''
    expect([...form.matchAll(/<option value="(\d+)"/g)].map(([, hours]) => hours)).toEqual(['1', '2', '4', '6'])
    // Enter in a field of one line would press the first button, which releases.
    expect(form.match(/<input type="(?!hidden)|<input (?![^>]*type="hidden")/)).toBeNull()
    expect((await post(path, said(incident, { kind: 'extend', hours: '7' }))).status).toBe(400)
    expect((await post(path, said(incident, { kind: 'extend', hours: 'x' }))).status).toBe(400)
    const answer = await post(path, said(incident, { kind: 'extend', hours: '4' }))
    expect(answer.headers.get('location')).toMatch(/said=extended$/)
    expect(await textOf(get(`/incidents/${incident.id}?said=extended`))).toContain('no reminders until then')
    const stored = await ports.incidents.get(incident.id)
    expect(stored?.value).toMatchObject({ state: 'contained', extendedUntil: NOW + 4 * 3_600_000 })
    // The hours that a form holds mean nothing to another verdict.
    expect((await give(said(stored?.value ?? incident, { hours: '9' }))).status).toBe(303)
  })

  it('is offered only as far as it fits', async () => {
    const { get, incident, ports } = await consoleWorld({ policy: { mode: 'ask' } })
    const asking = await textOf(get(`/incidents/${incident.id}`))
    expect([...asking.matchAll(/name="kind" value="([a-z]+)"/g)].map(([, kind]) => kind)).toEqual([
      'legitimate',
      'compromised',
      'contain',
      'extend',
    ])
    const stored = await ports.incidents.get(incident.id)
    await ports.incidents.save({ ...(stored?.value ?? incident), state: 'confirmed' }, stored?.version ?? 0)
    expect(await textOf(get(`/incidents/${incident.id}`))).not.toContain('name="kind"')
  })
})

describe('identities', () => {
  it('are listed and searched, and show what is normal and what a reviewer expects', async () => {
    const { get, post } = await consoleWorld({ events: [call('s3:ListAllMyBuckets', { id: 'b1', time: NOW - 86_400_000 }), ...ATTACK] })
    const id = arnOf('ci-build')
    expect(await textOf(get('/identities'))).toContain(id)
    expect(await textOf(get('/identities?q=CI-BU'))).toContain(id)
    expect(await textOf(get('/identities?q=nobody'))).toContain('No identity of that name')
    const path = `/identities/${encodeURIComponent(id)}`
    expect(await textOf(get(path))).toContain('s3:ListAllMyBuckets')
    const answer = await post(`${path}/expected`, { value: 'country=DE', reason: 'new office' })
    expect(answer.headers.get('location')).toBe(`/${TOKEN}${path}?said=done`)
    expect(await textOf(get(path))).toContain('country=DE')
    expect((await post(`${path}/expected`, { value: 'mood=good', reason: 'x' })).status).toBe(400)
    expect((await get('/identities/nobody')).status).toBe(400)
  })
})

describe('the record', () => {
  it('has on its first page what was just said of an incident that is closed by it, who was told, and what was accepted', async () => {
    const { target, get, incident, ports } = await consoleWorld({ policy: { mode: 'ask' } })
    await target.review(incident.id, { kind: 'legitimate', reason: 'the pen test of this week' })
    expect(await ports.incidents.listOpen(10)).toEqual([])
    const page = await textOf(get('/record'))
    expect(page).toContain('<strong>verdict</strong>')
    expect(page).toContain('the pen test of this week')
    expect(page).toContain('<strong>decision</strong>')
    expect(page).toMatch(/>PATTERN#[^<]*<\/a>/)
  })

  it('reads no more chains than those of the incidents that changed last', async () => {
    const { incident } = await consoleWorld()
    const stored = Array.from(
      { length: 200 },
      (_, at): Incident => ({ ...incident, id: `inc-${at}`, updatedAt: at % 2 === 0 ? at : 1000 - at }),
    )
    const verdict = { kind: 'legitimate', by: 'local:anna', reason: 'x', at: new Date(5000).toISOString() } as const
    const incidents = {
      async *listAll() {
        yield { ...incident, id: 'inc-answered', updatedAt: 0, verdict }
        yield* stored
      },
    } as unknown as Parameters<typeof latestSubjects>[0]['incidents']
    const subjects = await latestSubjects({ incidents }, () => {})
    const shown = subjects.filter((subject) => subject.startsWith('INCIDENT#'))
    expect(shown[0]).toBe('INCIDENT#inc-answered')
    expect(shown.slice(1)).toEqual(Array.from({ length: LATEST_INCIDENTS - 1 }, (_, at) => `INCIDENT#inc-${2 * at + 1}`))
    expect(subjects).toHaveLength(2 + 2 * LATEST_INCIDENTS)
  })

  it('is searched in every field, a chain at a time, and by kind', async () => {
    const { get, incident } = await consoleWorld()
    expect(await textOf(get('/record'))).toContain(
      'The latest 200 entries of the policy and of the 30 incidents that changed last, open or closed',
    )
    const found = await textOf(get(`/record?q=${KEY}`))
    expect(found).toMatch(/\d+ of \d+ entries fit/)
    expect(found).toContain(`access-key:ci-build/${KEY}`)
    expect(await textOf(get('/record?kind=policy'))).toContain('>POLICY</a>')
    expect(await textOf(get('/record?q=nothing-like-it'))).toContain('No entry was found')
    const chain = await textOf(get(`/record?subject=${encodeURIComponent(incidentSubject(incident.id))}`))
    expect(chain).toContain('The chain is intact: ')
    expect(await textOf(get('/record?subject=NOTHING'))).toContain('There is no chain with that name')
    expect((await get('/record?kind=nonsense')).status).toBe(400)
    expect((await get(`/record?q=${'x'.repeat(300)}`)).status).toBe(400)
  })

  it('is checked against every seal', async () => {
    const { get, target, ports, vault } = await consoleWorld()
    expect(await textOf(get('/record/check'))).toContain('there is no seal yet')
    await seal({ record: ports.record, vault, clock: ports.clock, notifier: ports.notifier, log: ports.log })
    expect(await textOf(get('/record/check'))).toContain('agrees with every seal')
    const list = ports.record.list
    target.record.list = async (subject) => (await list(subject)).slice(1)
    expect(await textOf(get('/record/check'))).toContain('The record is not as it was written')
  })
})

describe('the check of the record', () => {
  it('tells what seals found when they were made, and that a chain was restored since', async () => {
    const chains: StoredChains = new Map()
    const { get, target, vault, ports } = await consoleWorld()
    const record = memoryChangeRecord(chains)
    Object.assign(target, { record, incidents: memoryIncidentStore() })
    const [entry] = chainOf('POLICY', 1)
    const sealing = { ...ports, record, vault }
    await record.append(entry as Change)
    await seal(sealing)
    chains.delete('POLICY')
    await seal(sealing)
    expect(await textOf(get('/record/check'))).toContain('Seal 2 found: POLICY is gone: it was sealed with 1 entry')
    await record.append(entry as Change)
    await seal(sealing)
    const text = await textOf(get('/record/check'))
    expect(text).toContain('seal 3 found it no more')
    expect(text).toContain('Every chain is intact')
  })
})

describe('what others wrote', () => {
  it('is text on every page, in every field, beside the drawings and in them', async () => {
    const { get, ports, incident } = await consoleWorld()
    const id = await plantPoison(ports, incident)
    const stored = (await ports.identities.load([incident.identity.id])).get(incident.identity.id)?.state
    if (stored === undefined) throw new Error('the identity has no state')
    const { baseline } = stored.value
    const features = poisoned(baseline.features)
    const keys = new Map([...baseline.keys].map(([key, habit]) => [`${key}${PAYLOAD}`, poisoned(habit)]))
    const evil = {
      ...stored.value,
      identity: poisoned(stored.value.identity),
      baseline: { ...baseline, features, keys, expected: new Set([PAYLOAD]) },
    }
    await ports.identities.saveState(evil, 0)
    const paths = [
      '/',
      '/?all=1',
      `/incidents/${id}`,
      '/identities',
      `/identities?q=${encodeURIComponent(PAYLOAD)}`,
      `/identities/${encodeURIComponent(evil.identity.id)}`,
      '/record',
      '/record?q=poison',
      `/record?q=${encodeURIComponent(PAYLOAD)}`,
      `/record?subject=${encodeURIComponent(`INCIDENT#${id}`)}`,
      `/record?subject=${encodeURIComponent(PAYLOAD)}`,
      `/incidents/${encodeURIComponent(PAYLOAD)}`,
      '/record/check',
      '/sources',
      '/policy',
    ]
    for (const path of paths) {
      const page = await textOf(get(path))
      expect(page, path).not.toMatch(/<x-poison|<img src=x|<script>window/)
      expect(
        [...'\u202e\u0007'].filter((character) => page.includes(character)),
        path,
      ).toEqual([])
      expect(page.match(/<script/g), path).toHaveLength(1)
      for (const drawing of drawingsIn(page)) expect(drawing, path).not.toMatch(/<x-poison|<img|<script|<foreignObject/i)
    }
    const page = await textOf(get(`/incidents/${id}`))
    expect(page.split('&lt;x-poison').length).toBeGreaterThan(60)
    expect(drawingsIn(page).some((drawing) => drawing.includes('&lt;x-poison'))).toBe(true)
  })
})

describe('the console', () => {
  it('notices that something has changed since a page was shown', async () => {
    const { get, answer, incident } = await consoleWorld()
    const page = await textOf(get(`/incidents/${incident.id}`))
    const [, path, stamp] = page.match(/data-pulse="\/[^/]+([^"]+)" data-stamp="([^"]+)"/) ?? []
    expect(await textOf(get(path ?? ''))).toBe(stamp)
    await answer(said(incident))
    expect(await textOf(get(path ?? ''))).not.toBe(stamp)
    const [, listed] = (await textOf(get('/'))).match(/data-stamp="([^"]+)"/) ?? []
    expect(await textOf(get('/pulse'))).toBe(listed)
  })

  it('says what failed without what a stranger may have put into the error', async () => {
    const { get, ports } = await consoleWorld()
    ports.incidents.listOpen = async () => {
      throw new TypeError(`secret of ${ACCOUNT}`)
    }
    const answer = await get('/')
    expect(answer.status).toBe(500)
    expect(await answer.text()).toContain('The page could not be made: TypeError.')
    ports.incidents.listOpen = async () => {
      throw new ResponderError('store.unavailable', 'the table could not be read')
    }
    expect((await get('/')).status).toBe(503)
  })

  it('is served on loopback alone, under a new token each time, until it is closed', async () => {
    const { target, ports } = await consoleWorld()
    const parts = { target, geoIp: ports.geoIp, clock: ports.clock }
    const served = await serveConsole(parts, { port: 0 })
    const other = await serveConsole(parts, { port: 0 })
    expect(served.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/$/)
    expect(new URL(other.url).pathname).not.toBe(new URL(served.url).pathname)
    const answer = await fetch(served.url)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('Open incidents')
    await expect(serveConsole(parts, { port: Number(new URL(served.url).port) })).rejects.toThrow('--port 0 takes a free one')
    await Promise.all([served.close(), other.close()])
    await expect(fetch(served.url)).rejects.toThrow()
  })
})
