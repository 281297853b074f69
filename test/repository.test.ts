import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { documents } from './generated-docs.ts'

const ROOT = join(import.meta.dirname, '..')
const FORMS = '.github/ISSUE_TEMPLATE'

/** What an element of an issue form may be: https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema */
const ELEMENTS = ['markdown', 'input', 'textarea', 'dropdown', 'checkboxes']

interface Form {
  readonly name: string
  readonly description: string
  readonly body: readonly {
    readonly type: string
    readonly id?: string
    readonly attributes: { readonly label?: string; readonly value?: string; readonly options?: readonly unknown[] }
  }[]
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<
    Record<
      string,
      { readonly permissions?: object; readonly 'timeout-minutes': number; readonly steps: readonly { readonly uses?: string }[] }
    >
  >
}

function parse<T>(path: string): T {
  const document = parseDocument(readFileSync(join(ROOT, path), 'utf8'), { strict: true, uniqueKeys: true })
  expect([...document.errors, ...document.warnings], path).toEqual([])
  return document.toJS() as T
}

const filesOf = (folder: string) => readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`)
const forms = filesOf(FORMS).filter((path) => !path.endsWith('/config.yml'))

/** The anchor that GitHub makes of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')

/** Links of a document to files and headings that are not there. */
function broken(path: string, text: string): string[] {
  return [...text.matchAll(/\[[^\]]*\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].flatMap(([link, target = '', anchor]) => {
    const file = target === '' ? path : relative(ROOT, join(ROOT, dirname(path), target))
    const read = () => readFileSync(join(ROOT, file), 'utf8')
    try {
      if (anchor === undefined)
        return readdirSync(join(ROOT, dirname(file))).includes(file.split('/').at(-1) ?? '') ? [] : [`${path}: ${link}`]
      return [...read().matchAll(/^#+ (.+)$/gm)].some(([, heading = '']) => anchorOf(heading) === anchor) ? [] : [`${path}: ${link}`]
    } catch {
      return [`${path}: ${link}`]
    }
  })
}

describe('the repository', () => {
  it('says of security fixes that the version that it is gets them, and of every older one in the changelog where to update to', () => {
    const minorOf = (version: string) => version.split('.').slice(0, 2).join('.')
    const own = minorOf((JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version)
    const released = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8').matchAll(/^## \[(\d+\.\d+\.\d+)\]/gm)
    const older = [...new Set([...released].map(([, version = '']) => minorOf(version)))].filter((minor) => minor !== own)
    const rows = [...readFileSync(join(ROOT, 'SECURITY.md'), 'utf8').matchAll(/^\| (\d[^|]*) \| ([^|]*) \|$/gm)].map(
      ([, version, fixed]) => [version, fixed],
    )
    expect(older.length).toBeGreaterThan(0)
    expect(rows.slice(0, older.length + 1)).toEqual([
      [`${own}.x`, 'yes'],
      ...older.map((minor) => [`${minor}.x`, `no: update to ${own}.x`]),
    ])
  })

  it.each(forms)('%s is a form that GitHub takes, and asks for clean data', (path) => {
    const { name, description, body } = parse<Form>(path)
    expect([name, description].every((text) => typeof text === 'string' && text !== '')).toBe(true)
    const asked = body.filter(({ type }) => type !== 'markdown')
    expect(body.map(({ type }) => type).filter((type) => !ELEMENTS.includes(type))).toEqual([])
    expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length)
    for (const { type, id, attributes } of body) {
      const text = type === 'markdown' ? attributes.value : attributes.label
      expect(typeof text === 'string' && text !== '', `${path}: ${type} ${id}`).toBe(true)
      if (type === 'dropdown') expect(attributes.options?.filter((option) => typeof option !== 'string')).toEqual([])
    }
    if (!path.endsWith('/new-detector.yml'))
      expect(asked.at(-1)).toMatchObject({ id: 'clean', attributes: { options: [{ required: true }] } })
  })

  it('takes no issue without a form, and sends vulnerabilities elsewhere', () => {
    const config = parse<{ blank_issues_enabled: boolean; contact_links: { name: string; url: string; about: string }[] }>(
      `${FORMS}/config.yml`,
    )
    expect(config.blank_issues_enabled).toBe(false)
    expect(config.contact_links.map(({ about }) => about).join()).toContain('SECURITY.md')
  })

  it.each(filesOf('.github/workflows'))('%s has the least rights, a limit of time, and actions of a version', (path) => {
    const { permissions, jobs } = parse<Workflow>(path)
    expect(Object.values(permissions).filter((right) => right !== 'read')).toEqual([])
    for (const [name, job] of Object.entries(jobs)) {
      expect(job['timeout-minutes'], name).toBeGreaterThan(0)
      const actions = job.steps.flatMap(({ uses }) => uses ?? [])
      expect(actions.filter((action) => !/^[\w-]+\/[\w-]+@v\d+(\.\d+)*$/.test(action))).toEqual([])
    }
  })

  it('publishes a release from a job that runs none of its code', () => {
    const { jobs } = parse<Workflow>('.github/workflows/release.yml')
    expect(jobs.build?.permissions).toEqual({ contents: 'read' })
    expect(jobs.publish?.permissions).toEqual({ contents: 'write', 'id-token': 'write', attestations: 'write' })
    expect(jobs.publish?.steps.flatMap(({ uses }) => uses ?? []).filter((action) => action.startsWith('actions/checkout'))).toEqual([])
  })

  it('has every kind of dependency updated', () => {
    const { updates } = parse<{ updates: { 'package-ecosystem': string; directory: string }[] }>('.github/dependabot.yml')
    expect(updates.map((one) => `${one['package-ecosystem']} ${one.directory}`)).toEqual(['npm /', 'github-actions /', 'pip /test/aws'])
  })

  it('has a changelog whose first version is that of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
    const versions = [...readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8').matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading)
    expect(versions[0]).toMatch(new RegExp(`^\\[${version.replaceAll('.', '\\.')}\\] - (Unreleased|\\d{4}-\\d{2}-\\d{2})$`))
    for (const heading of versions) expect(heading).toMatch(/^\[\d+\.\d+\.\d+\] - (Unreleased|\d{4}-\d{2}-\d{2})$/)
  })

  it('says of every script of package.json what it needs and how long it takes, and of no other; and names its present version', () => {
    const { scripts, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object; version: string }
    const contributing = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')
    const [, table = ''] = contributing.split('| command, of all |')
    const rows = table.split('\n\n')[0]?.matchAll(/^\| ((?:`npm run [a-z:-]+`(?:, )?)+) \| .+ \| .+ \| .+ \|$/gm) ?? []
    const named = [...rows].flatMap(([, cell = '']) => [...cell.matchAll(/`npm run ([a-z:-]+)`/g)].map(([, name = '']) => name))
    expect(named.sort()).toEqual(Object.keys(scripts).sort())
    const [, release = ''] = contributing.split('## Release')
    expect(release).toContain(`npm version ${version} `)
    expect(release).toContain(`git tag -s v${version} `)
  })

  it('has documents whose links lead to files and headings that are there', () => {
    const all = documents()
    expect(all.length).toBeGreaterThan(20)
    expect(all.flatMap((path) => broken(path, readFileSync(join(ROOT, path), 'utf8')))).toEqual([])
  })

  it.each([
    ['a file', '[x](docs/nowhere.md)'],
    ['a folder', '[x](nowhere/x.md)'],
    ['a heading', '[x](README.md#nothing-of-the-kind)'],
  ])('would be told of a link to %s that is not there', (_, link) => {
    expect(broken('README.md', link)).toEqual([`README.md: ${link}`])
  })
})

describe('what is said of who may invoke a function', () => {
  it('names every function of a stack in a row, and no other', () => {
    const wired = readdirSync(join(ROOT, 'infra'))
      .filter((name) => name.endsWith('-function.ts'))
      .flatMap((name) => [...readFileSync(join(ROOT, 'infra', name), 'utf8').matchAll(/entry: '([a-z-]+)'/g)].map(([, entry]) => entry))
    const [, section = ''] = readFileSync(join(ROOT, 'docs/trust.md'), 'utf8').split('### Who may invoke a function')
    const rows = [...section.matchAll(/^\| ([a-z, -]+) \| /gm)]
      .flatMap(([, names = '']) => names.split(', '))
      .filter((name) => /^[a-z]/.test(name))
    expect(wired.length).toBeGreaterThan(10)
    expect(rows.filter((name) => !name.startsWith('function')).sort()).toEqual(wired.sort())
  })
})
