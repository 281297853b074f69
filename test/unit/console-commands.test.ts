import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { typedLine } from '../../local/console/typed-line.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { consoleWorld } from '../console.ts'
import { incidentOf } from '../contract/samples.ts'
import { ATTACK, exposed } from '../embedded.ts'
import { faultOf } from '../printed-command.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const ON_STACK = '--stack Countersign --region us-east-1'

/** A command by the bare name, which only an installed package has. */
const BARE = /\bcountersign [a-z][\w-]*/g

type World = Awaited<ReturnType<typeof consoleWorld>>

/** Every page that links lead to from the first, as text by its path; of lists that a query makes, the first pages. */
async function pagesOf({ get }: Pick<World, 'get'>): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>()
  const next = ['/', '/?all=1']
  for (let path = next.shift(); path !== undefined && pages.size < 80; path = next.shift()) {
    if (pages.has(path)) continue
    const page = await (await get(path)).text()
    pages.set(path, page)
    const links = [...page.matchAll(/href="\/[^/"]+(\/[^"#]*)"/g)].map(([, to = '']) => to.replaceAll('&amp;', '&'))
    next.push(...links.filter((to) => !to.endsWith('.css')))
  }
  return pages
}

function textOf(page: string): string {
  return page
    .replace(/<[^>]+>/g, ' ')
    .replace(/&(?:quot|#34);/g, '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&#39;', "'")
}

/** Worlds whose pages together have every part of the console that says a command. */
async function worlds(): Promise<World[]> {
  const [contained, asking, confirmed] = await Promise.all([
    consoleWorld({ options: ON_STACK }),
    consoleWorld({ policy: { mode: 'ask' } }),
    consoleWorld({ events: [exposed(), ...ATTACK] }),
  ])
  await confirmed.answer({ kind: 'compromised', reason: 'a drill', revision: revisionOf(confirmed.incident) })
  const root = { id: 'arn:aws:iam::123456789012:root', kind: 'root', name: 'root', account: '123456789012' } as const
  await asking.ports.incidents.save(incidentOf('inc-0123456789ab', { state: 'asking', identity: root }), 0)
  return [contained, asking, confirmed]
}

describe('a command on a page of the console', () => {
  it('is called as the console was, and can be run as it stands', async () => {
    const commands = new Set<string>()
    for (const world of await worlds()) {
      const pages = await pagesOf(world)
      expect(pages.size).toBeGreaterThan(12)
      for (const [path, page] of pages) {
        expect([path, textOf(page).match(BARE)]).toEqual([path, null])
        for (const [, code = ''] of page.matchAll(/<code>(npm run [^<]*)<\/code>/g)) commands.add(textOf(code).replace(/^.*? -- /, ''))
      }
    }
    expect([...commands].flatMap((words) => faultOf(words) ?? [])).toEqual([])
    expect([...commands].map((words) => words.split(' ')[0])).toEqual(
      expect.arrayContaining(['policy', 'ingest', 'doctor', 'report', 'root-keys']),
    )
  })

  it.each(['console', 'page', 'replay'])('is made by the one function in every file of local/%s', (folder) => {
    const files = readdirSync(join(ROOT, 'local', folder)).filter((name) => name.endsWith('.ts'))
    const printed = files.flatMap((name) =>
      readFileSync(join(ROOT, 'local', folder, name), 'utf8')
        .split('\n')
        .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
        .flatMap((line) => line.match(BARE) ?? [])
        .map((command) => `${name}: ${command}`),
    )
    expect(files.length).toBeGreaterThan(5)
    expect(printed).toEqual([])
  })

  it('of an error is typed so too', async () => {
    const { get } = await consoleWorld({ options: ON_STACK })
    const page = await (await get('/incidents/inc-nothing')).text()
    expect(textOf(page).match(BARE)).toBeNull()
  })

  it('stands as code where a line has it in backticks, and a backtick that nothing closes as it is', async () => {
    const said = async (line: string) => String(await typedLine(line, { options: '' }))
    expect(await said('run `countersign changes verify` now')).toBe('run <code>npm run --silent countersign -- changes verify</code> now')
    expect(await said('`rotation.users` of <b> `x')).toBe('<code>rotation.users</code> of &lt;b&gt; `x')
    expect(await said('plain')).toBe('plain')
  })
})
