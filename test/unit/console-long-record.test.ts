import { describe, expect, it } from 'vitest'
import { commandOn } from '../../local/command-name.ts'
import { type Change, chain } from '../../shared/domain/change.ts'
import { COMMENT_LIMIT, COMMENT_LINES } from '../../shared/domain/comment.ts'
import { headOf, incidentSubject } from '../../shared/record/append.ts'
import { commentIn } from '../../shared/review/comment.ts'
import { consoleWorld } from '../console.ts'

/** The most bytes of a page, which a browser on a phone still opens at once. */
const PAGE_BYTES = 1_000_000

const textOf = async (answer: Response | Promise<Response>) => (await answer).text()
const columnOf = (page: string, id: string) => page.slice(page.indexOf(`<div id="${id}">`)).split('</details>\n')[0] ?? ''

/** The largest comment: a quote takes six bytes as HTML, and lines are elements. */
const LONGEST = Array.from({ length: COMMENT_LINES }, () => '"'.repeat(COMMENT_LIMIT / COMMENT_LINES - 1)).join('\n')

/** Adds entries to the chain of an incident, whose head stays that of its own last entry, as with comments. */
async function append(
  { ports, incident }: Awaited<ReturnType<typeof consoleWorld>>,
  drafts: readonly Pick<Change, 'kind' | 'target' | 'from' | 'to'>[],
): Promise<void> {
  const subject = incidentSubject(incident.id)
  let last = (await ports.record.list(subject)).at(-1)
  const begun = Date.parse(last?.at ?? '')
  for (const [index, draft] of drafts.entries()) {
    const entry = chain(subject, headOf(last), {
      ...draft,
      at: new Date(begun + 1000 * (index + 1)).toISOString(),
      actor: `"${'x'.repeat(118)}"`,
      why: 'x',
    })
    if (!(await ports.record.append(entry))) throw new Error('somebody else wrote to the chain')
    last = entry
  }
}

const comments = (texts: readonly string[]) => texts.map((to) => ({ kind: 'comment', target: 'incident', from: null, to }) as const)

describe('a page of an incident', () => {
  it('with 3,000 comments of the greatest length has at most 1 MB, and says what has the rest', async () => {
    const world = await consoleWorld({ options: '--data folder' })
    const { get, incident } = world
    const said = Array.from({ length: 3000 }, (_, at) => `c${at}. ${LONGEST}`.slice(0, COMMENT_LIMIT))
    expect(commentIn(said[7] ?? '')).toBe(said[7])
    await append(world, comments(said))
    const page = await textOf(get(`/incidents/${incident.id}`))
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(PAGE_BYTES)
    const on = { options: '--data folder' }
    const command = `<code>${commandOn(on, `incidents show ${incident.id}`)}</code> has all.`
    for (const [id, text] of [
      ['team', 'The latest 20 of 3000 comments; '],
      ['timeline', 'The latest 30 of 3000 comments and assignments of this time; '],
      ['changes', /The latest 100 of 30\d\d entries; /],
    ] as const) {
      const part = columnOf(page, id)
      expect(part).toMatch(text)
      expect(part).toContain(command)
      expect(part).toContain('c2999.')
      expect(part).toContain('c2980.')
      expect(part).not.toContain('c2800.')
    }
    const changes = columnOf(page, 'changes')
    expect(changes).toMatch(/Values of \d+ older entries are shown in short; /)
    expect(changes).toContain(`<code>${commandOn(on, 'changes export')}</code> has them in full.`)
    expect(page).toContain('The chain is intact')
  })

  it('shows all of a few, and says nothing of a rest', async () => {
    const world = await consoleWorld()
    await append(world, comments(Array.from({ length: 20 }, (_, at) => `c${at}.`)))
    const page = await textOf(world.get(`/incidents/${world.incident.id}`))
    for (const id of ['team', 'timeline', 'changes']) expect(columnOf(page, id)).toContain('c0.')
    expect(page).not.toContain('has all.')
    expect(page).not.toContain('are shown in short')
  })

  it('with 3,000 steps and values of policies has at most 1 MB', async () => {
    const world = await consoleWorld()
    const document = JSON.stringify({ Statement: Array.from({ length: 200 }, () => ({ Effect: 'Deny', Action: '*', Resource: '*' })) })
    const steps = Array.from({ length: 1500 }, (_, at) => {
      const target = `user-policy:u${at}/p`
      return [
        { kind: 'step-planned', target, from: document, to: document } as const,
        { kind: 'step-done', target, from: document, to: document } as const,
      ]
    })
    await append(world, steps.flat())
    const page = await textOf(world.get(`/incidents/${world.incident.id}`))
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(PAGE_BYTES)
    expect(columnOf(page, 'done')).toMatch(/The latest 200 of 15\d\d steps; /)
  })
})

describe('the page of a chain', () => {
  it('is turned from the latest entries to the first, each page of at most 1 MB', async () => {
    const world = await consoleWorld()
    const { get, incident } = world
    await append(world, comments(Array.from({ length: 300 }, (_, at) => `c${at}. ${LONGEST}`.slice(0, COMMENT_LIMIT))))
    const subject = encodeURIComponent(incidentSubject(incident.id))
    const seen = new Set<string>()
    let path: string | undefined = `/record?subject=${subject}`
    for (let pages = 0; path !== undefined; pages++) {
      expect(pages).toBeLessThan(10)
      const page: string = await textOf(get(path))
      expect(Buffer.byteLength(page)).toBeLessThanOrEqual(PAGE_BYTES)
      for (const [, entry = ''] of page.matchAll(/data-label="#"><div>(\d+)</g)) seen.add(entry)
      path = page.match(/href="\/[^/]+(\/record\?[^"]+)">Earlier/)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(seen.size).toBe((await world.ports.record.list(incidentSubject(incident.id))).length)
    const first = await textOf(get(`/record?subject=${subject}&part=0`))
    expect(first).toContain('Entries 1 to 100 of ')
    expect(first).toContain('>Later</a>')
    expect(first).not.toContain('>Earlier</a>')
    // Any other number leads to the latest.
    for (const part of ['99', 'x', '-1', '1e999']) expect(await textOf(get(`/record?subject=${subject}&part=${part}`))).toContain('c299.')
  })
})
