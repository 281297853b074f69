import { describe, expect, it } from 'vitest'
import { seenOf } from '../../local/dismiss-each.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { review } from '../../shared/review/review.ts'
import { consoleWorld, PAYLOAD, plantPoison } from '../console.ts'
import { accountOf, asksAbout } from '../several-incidents.ts'

const textOf = async (answer: Response | Promise<Response>) => (await answer).text()
const NAMES = ['ana', 'bo', 'cy']

async function asking(policy: object = {}) {
  const world = await consoleWorld({
    policy: { mode: 'ask', ...policy },
    account: accountOf(NAMES),
    events: NAMES.flatMap((name) => asksAbout(name)),
  })
  const open = await world.ports.incidents.listOpen(9)
  const named = (name: string) => open.find(({ identity }) => identity.name === name) as Incident
  const stateOf = async (name: string) => (await world.ports.incidents.get(named(name).id))?.value.state
  return { ...world, open, named, stateOf }
}

const boxesIn = (page: string) => [...page.matchAll(/<input type="checkbox" name="pick" value="([^"]+)" form="dismiss"[^>]*?( checked)?>/g)]
const hiddenIn = (page: string) => [...page.matchAll(/type="hidden" name="pick" value="([^"]+)"/g)].map(([, value]) => value ?? '')

describe('the list', () => {
  it('has a tick box for what may be dismissed alone, named for its incident, and one form that needs a reason', async () => {
    const { get, named, ports } = await asking()
    await review(named('bo').id, { kind: 'contain', by: 'local:bea', reason: 'stop it' }, ports)
    const page = await textOf(get('/'))
    expect(
      boxesIn(page)
        .map(([, id]) => id)
        .sort(),
    ).toEqual([named('ana').id, named('cy').id].sort())
    expect(page).toContain(`aria-label="Dismiss ${named('ana').id}, ana"`)
    expect(page).toMatch(/<form id="dismiss" method="post" action="[^"]+\/dismiss">.*<textarea id="why" name="reason"[^>]*required>/s)
    expect(boxesIn(page).filter(([, , checked]) => checked !== undefined)).toEqual([])
  })

  it('ticks all of what it shows by a link, which keeps what it is asked for', async () => {
    const { get } = await asking()
    const page = await textOf(get('/?state=asking&order=oldest'))
    const [, address = ''] = page.match(/href="\/[^/"]+(\/\?[^"]*)">Tick all of them/) ?? []
    expect(address.replaceAll('&amp;', '&')).toBe('/?state=asking&order=oldest&ticked=1')
    const ticked = await textOf(get(address.replaceAll('&amp;', '&')))
    expect(boxesIn(ticked).filter(([, , checked]) => checked !== undefined)).toHaveLength(3)
  })

  it('has neither boxes nor the form where nothing can be dismissed', async () => {
    const { get } = await consoleWorld()
    const page = await textOf(get('/'))
    expect(boxesIn(page)).toEqual([])
    expect(page).not.toContain('id="dismiss"')
  })
})

describe('a dismissal of several', () => {
  it('is asked about first, each incident in words with what will happen, and then done one by one', async () => {
    const { post, named, stateOf, ports } = await asking()
    await review(named('bo').id, { kind: 'contain', by: 'local:bea', reason: 'stop it' }, ports)
    const picked = NAMES.map((name) => ['pick', named(name).id] as const)
    const asked = await textOf(post('/dismiss', [...picked, ['reason', 'a <b>pen test</b>']]))
    expect(asked).toContain('Dismiss 2 incidents?')
    expect(asked).toContain('Not done yet.')
    expect(asked).toMatch(/ana.*It is asking, risk \d/s)
    expect(asked).toContain('It was legitimate. Nothing was contained, so nothing is restored.')
    expect(asked).toMatch(/Cannot be dismissed.*it is contained: a dismissal is for incidents/s)
    expect(asked).toContain('a &lt;b&gt;pen test&lt;/b&gt;')
    expect(hiddenIn(asked).sort()).toEqual([named('ana'), named('cy')].map((one) => `${one.id}:${seenOf(one)}`).sort())
    expect(await Promise.all(NAMES.map(stateOf))).toEqual(['asking', 'contained', 'asking'])

    const form = [...hiddenIn(asked).map((value) => ['pick', value] as const), ['reason', 'a pen test'] as const]
    const done = await textOf(post('/dismiss/given', form))
    expect(done).toContain('2 dismissed.')
    expect(done).toMatch(
      /2 patterns were accepted: what they cover is not asked about until they end or are revoked\. <a href="\/[^/]+\/patterns">Accepted<\/a> lists them.*<code>npm run --silent countersign -- patterns<\/code>/,
    )
    expect(await Promise.all(NAMES.map(stateOf))).toEqual(['released', 'contained', 'released'])
    // Loaded again, it changes nothing and says so.
    const again = await textOf(post('/dismiss/given', form))
    expect(again).toContain('0 dismissed, 2 refused.')
    expect(again).not.toContain('accepted:')
    expect(again).toContain('it is dismissed already, by local:anna')
  })

  it('says of each what was refused and why, where it changed after the page that asks', async () => {
    const { post, named, stateOf, ports } = await asking()
    const asked = await textOf(post('/dismiss', [...NAMES.map((name) => ['pick', named(name).id] as const), ['reason', 'x']]))
    await review(named('ana').id, { kind: 'contain', by: 'local:bea', reason: 'stop it' }, ports)
    await review(named('bo').id, { kind: 'extend', by: 'local:bea', reason: 'asking' }, ports)
    const done = await textOf(post('/dismiss/given', [...hiddenIn(asked).map((value) => ['pick', value] as const), ['reason', 'x']]))
    expect(done).toContain('1 dismissed, 2 refused.')
    expect(done).toContain('it is contained: a dismissal is for incidents')
    expect(done).toContain('has changed since you saw it')
    expect(await Promise.all(NAMES.map(stateOf))).toEqual(['contained', 'asking', 'released'])
  })

  it('shows what others wrote as text, in the question and in the results', async () => {
    const { post, ports, named } = await asking()
    const id = await plantPoison(ports, named('ana'))
    const asked = await textOf(
      post('/dismiss', [
        ['pick', id],
        ['reason', PAYLOAD],
      ]),
    )
    expect(asked).toContain('Dismiss 1 incident?')
    expect(asked.split('&lt;x-poison').length).toBeGreaterThan(3)
    const given = await textOf(
      post('/dismiss/given', [
        ['pick', hiddenIn(asked)[0] ?? ''],
        ['reason', PAYLOAD],
      ]),
    )
    expect(given).toContain('1 dismissed.')
    const again = await textOf(
      post('/dismiss/given', [
        ['pick', hiddenIn(asked)[0] ?? ''],
        ['reason', PAYLOAD],
      ]),
    )
    for (const page of [asked, given, again]) {
      expect(page).not.toMatch(/<x-poison|<img src=x|<script>window/)
      for (const character of '\u202e\u0007') expect(page).not.toContain(character)
    }
  })

  it('says that a second person is waited for, under four eyes', async () => {
    const { post, named } = await asking({ fourEyes: [{ verdicts: ['legitimate'] }] })
    const picked = ['pick', `${named('ana').id}:${seenOf(named('ana'))}`] as const
    const done = await textOf(post('/dismiss/given', [picked, ['reason', 'x']]))
    expect(done).toContain('0 dismissed, 1 noted for a second person.')
    expect(done).toContain('another person has to give the same verdict')
  })

  it.each([
    ['nothing ticked', '/dismiss', [['reason', 'x']]],
    [
      'no reason',
      '/dismiss',
      [
        ['pick', 'inc-1'],
        ['reason', ' '],
      ],
    ],
    [
      'a reason that is too long',
      '/dismiss',
      [
        ['pick', 'inc-1'],
        ['reason', 'x'.repeat(501)],
      ],
    ],
    [
      'what is no id',
      '/dismiss',
      [
        ['pick', '<b>'],
        ['reason', 'x'],
      ],
    ],
    ['more than a hundred', '/dismiss', [...Array.from({ length: 101 }, (_, at) => ['pick', `inc-${at}`]), ['reason', 'x']]],
    [
      'a revision that is none',
      '/dismiss/given',
      [
        ['pick', 'inc-1:x'],
        ['reason', 'x'],
      ],
    ],
    [
      'a field too many',
      '/dismiss/given',
      [
        ['pick', `inc-1:${'0'.repeat(16)}`],
        ['reason', 'x'],
        ['by', 'local:root'],
      ],
    ],
  ] as const)('is refused with %s', async (_, path, form) => {
    const { post, stateOf } = await asking()
    const answer = await post(path, form as readonly (readonly [string, string])[])
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('[usage]')
    expect(await Promise.all(NAMES.map(stateOf))).toEqual(['asking', 'asking', 'asking'])
  })

  it('fits into the form with as many as may be, and the longest reason', async () => {
    const { post } = await asking()
    const picked = Array.from({ length: 100 }, (_, at) => ['pick', `inc-${String(at).padStart(12, '0')}:${'0'.repeat(16)}`] as const)
    const done = await post('/dismiss/given', [...picked, ['reason', '語'.repeat(500)]])
    expect(done.status).toBe(200)
    expect(await done.text()).toContain('0 dismissed, 100 refused.')
  })
})
