import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import config from '../vitest.config.ts'

const ROOT = join(import.meta.dirname, '..')

interface Rule {
  /** Files below this path. The longest that fits a file counts. */
  readonly folder: string
  /** Own files that may be imported: prefixes of paths from the root. */
  readonly own: readonly string[]
  /** Packages that may be imported: names, or prefixes that end in `/`. */
  readonly packages: readonly string[]
  /** Pure: no clock, no chance, no environment, no network. */
  readonly isPure?: true
}

const CORE = ['shared/domain/', 'shared/errors.ts']
const PORTS = [...CORE, 'shared/ports/']

/** The stages in the order of the flow. Each may import those before it, and `record`, into which every effect goes. */
const FLOW = ['sense', 'detect', 'decide', 'contain', 'review', 'learn'] as const

const STAGES: readonly Rule[] = FLOW.map((stage, at) => ({
  folder: `shared/${stage}/`,
  own: [...PORTS, 'shared/record/', ...FLOW.slice(0, at + 1).map((one) => `shared/${one}/`)],
  packages: ['zod', 'node:crypto', 'node:net'],
  isPure: true,
}))

/** Who may import what. All that is not named is forbidden. */
const RULES: readonly Rule[] = [
  { folder: 'shared/domain/', own: CORE, packages: ['zod', 'node:crypto', 'fastest-levenshtein'], isPure: true },
  { folder: 'shared/ports/', own: PORTS, packages: [], isPure: true },
  { folder: 'shared/record/', own: [...PORTS, 'shared/record/'], packages: ['zod'], isPure: true },
  // What is exported of a step is declared by the step.
  {
    folder: 'shared/record/export/',
    own: [...PORTS, 'shared/record/', 'shared/contain/steps/'],
    packages: ['zod', 'node:net'],
    isPure: true,
  },
  ...STAGES,
  // Who signed a report is for the signers' own packages to say.
  {
    folder: 'shared/sense/intake/',
    own: [...PORTS, 'shared/record/notice.ts', 'shared/sense/fields.ts', 'shared/sense/intake/'],
    packages: ['zod', 'node:crypto', '@octokit/webhooks-methods', 'standardwebhooks'],
    isPure: true,
  },
  { folder: 'shared/pipeline.ts', own: [...PORTS, 'shared/record/', ...FLOW.map((one) => `shared/${one}/`)], packages: [], isPure: true },
  { folder: 'shared/errors.ts', own: [], packages: [], isPure: true },
  {
    folder: 'shared/config.ts',
    own: [
      'shared/errors.ts',
      'shared/domain/log-groups.ts',
      'shared/domain/reserved-concurrency.ts',
      'shared/domain/schema-issues.ts',
      'shared/report-settings.ts',
    ],
    packages: ['zod'],
    isPure: true,
  },
  { folder: 'shared/report-settings.ts', own: [], packages: ['zod'], isPure: true },
  { folder: 'shared/environment.ts', own: ['shared/config.ts', 'shared/domain/report-party.ts'], packages: ['zod'], isPure: true },
  {
    folder: 'shared/aws/',
    own: [...PORTS, 'shared/aws/', 'shared/record/export/asff.ts'],
    packages: ['@aws-sdk/', 'zod', 'node:timers/promises', 'node:zlib'],
  },
  { folder: 'shared/memory/', own: [...PORTS, 'shared/memory/'], packages: ['zod'] },
  {
    folder: 'shared/geo/',
    own: ['shared/domain/network.ts', 'shared/domain/special-ranges.ts', 'shared/errors.ts', 'shared/geo/', 'shared/ports/'],
    packages: ['maxmind', 'node:fs', 'node:net'],
  },
  {
    folder: 'shared/slack/',
    own: [...PORTS, 'shared/record/', ...FLOW.map((one) => `shared/${one}/`), 'shared/slack/'],
    packages: ['@slack/', 'zod', 'node:crypto'],
    isPure: true,
  },
  { folder: 'shared/github/', own: [...PORTS, 'shared/github/'], packages: ['@octokit/', 'zod'] },
  {
    folder: 'functions/',
    own: ['shared/', 'functions/'],
    packages: [
      '@aws-lambda-powertools/',
      '@middy/core',
      'aws-lambda',
      'zod',
      'node:fs',
      'node:fs/promises',
      'node:path',
      'node:timers/promises',
      'node:zlib',
    ],
  },
  {
    folder: 'infra/',
    own: ['infra/', 'shared/', 'local/policy-file.ts', 'local/geo-databases.ts', 'local/rules/'],
    packages: ['aws-cdk-lib', 'aws-cdk-lib/', 'cdk-nag', 'constructs', 'node:fs', 'node:module', 'node:os', 'node:path'],
  },
  { folder: 'build/', own: ['build/', 'local/geo-databases.ts'], packages: ['esbuild', 'node:'] },
  {
    folder: 'local/',
    own: ['shared/', 'local/'],
    packages: [
      'commander',
      'dynalite',
      'echarts',
      'hono',
      'hono/',
      '@hono/node-server',
      'hyparquet',
      'hyparquet/src/',
      'modern-tar',
      'yaml',
      'yauzl',
      'zod',
      'node:',
    ],
  },
]

/** One idea a file: the longest that a source file may be, in lines. */
const LINES_LIMIT = 250

/** Lists, which grow by a line for each thing that they list. */
const DATA: ReadonlySet<string> = new Set([])

/** What a pure file must not name. `new Date(x)` is a conversion; without an argument it is the clock. */
const IMPURE = /process\.env|Date\.now|Math\.random|\bfetch\(|new Date\(\)|performance\.now/

function violations(path: string, text: string): string[] {
  const rule = RULES.filter(({ folder }) => path.startsWith(folder)).sort((a, b) => b.folder.length - a.folder.length)[0]
  if (rule === undefined) return [`${path}: no rule says what it may import`]
  const found = importsOf(text)
    .filter((name) => !isAllowed(path, name, rule))
    .map((name) => `${path} must not import ${name}`)
  const impure = rule.isPure === true ? text.match(IMPURE) : null
  return impure === null ? found : [...found, `${path} must not use ${impure[0]}`]
}

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:^|[\s;}])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|import\s*\(?\s*['"]([^'"]+)['"]/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  )
}

function isAllowed(path: string, name: string, rule: Rule): boolean {
  if (!name.startsWith('.')) return rule.packages.some((allowed) => name === allowed || (/[/:]$/.test(allowed) && name.startsWith(allowed)))
  const target = relative(ROOT, join(ROOT, dirname(path), name))
  return rule.own.some((allowed) => target === allowed || (allowed.endsWith('/') && target.startsWith(allowed)))
}

/** Own files that a file imports, as paths from the root. */
function ownImportsOf(path: string, text: string): string[] {
  return importsOf(text)
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(ROOT, join(ROOT, dirname(path), name)))
}

/** The first circle that a walk from each file meets. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const circles: string[] = []
  const walk = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) {
      circles.push([...way.slice(way.indexOf(file)), file].join(' → '))
      return
    }
    if (done.has(file)) return
    for (const next of graph.get(file) ?? []) walk(next, [...way, file])
    done.add(file)
  }
  for (const file of graph.keys()) walk(file, [])
  return circles
}

function sourcesBelow(folder: string): string[] {
  return filesBelow(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
}

/** What outlives a test file in the process that it shares with others: doubles, a clock, the environment, settings of fast-check. */
const LASTING = /\bvi\.\w+|\bprocess\.(?:env|chdir)\b|\bconfigureGlobal\b/

/** A hook outside of any function. In a helper it counts for the first file alone that imports it. */
const HOOK = /^(?:before|after)(?:All|Each)\(/m

function lastingIn(path: string, text: string): string[] {
  const found = [text.match(LASTING)?.[0], path.endsWith('.test.ts') ? undefined : text.match(HOOK)?.[0]]
  return found.filter((one) => one !== undefined).map((one) => `${path} shares its process and must not use ${one}`)
}

describe('the project', () => {
  const files = ['shared', 'functions', 'infra', 'local', 'build'].flatMap(sourcesBelow)

  it('is scanned: every rule meets at least one file', () => {
    expect(files.length).toBeGreaterThan(80)
    for (const { folder } of RULES)
      expect(
        files.filter((file) => file.startsWith(folder)),
        folder,
      ).not.toEqual([])
  })

  it('imports one way only, and keeps domain and stages pure', () => {
    expect(files.flatMap((file) => violations(file, readFileSync(join(ROOT, file), 'utf8')))).toEqual([])
  })

  it('has no circles: what a file needs never needs that file', () => {
    expect(circlesIn(new Map(files.map((file) => [file, ownImportsOf(file, readFileSync(join(ROOT, file), 'utf8'))])))).toEqual([])
  })

  it('would find a circle of two and of three', () => {
    const graph = (edges: Record<string, string[]>) => circlesIn(new Map(Object.entries(edges)))
    expect(graph({ a: ['b'], b: ['a'] })).toEqual(['a → b → a'])
    expect(graph({ a: ['b', 'c'], b: ['c'], c: ['a'] })).toEqual(['a → b → c → a'])
    expect(graph({ a: ['b', 'c'], b: ['c'], c: [] })).toEqual([])
  })

  it('is walked through in ARCHITECTURE.md by files and functions that are there', () => {
    const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8')
    const [, walk = ''] = text.split("## A newcomer's walk")
    const walks = (walk.split('## State and effects')[0] ?? '').split('### ').slice(1)
    const hops = walks.map((one) => [...one.matchAll(/^\d+\. `([^`]+)`(?: `(\w+)`)?/gm)])
    // One record, one press, one replay: a change that makes a way longer has to say so here.
    expect(hops.map(({ length }) => length)).toEqual([25, 13, 8])
    for (const [, file = '', name] of hops.flat()) {
      const source = readFileSync(join(ROOT, file), 'utf8')
      if (name !== undefined) expect(source, file).toMatch(new RegExp(`export (async )?(const|function\\*?) ${name}\\b`))
    }
  })

  it('moves an incident in one place only', () => {
    const writes = /\bstate: '(watching|asking|containing|contained|releasing|rotating|released|confirmed|expired)'/
    const found = files.filter((file) => writes.test(readFileSync(join(ROOT, file), 'utf8')))
    expect(found).toEqual(['shared/domain/incident-machine.ts'])
  })

  it('has no file of more than 250 lines, but for data', () => {
    const long = files.filter((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length > LINES_LIMIT + 1)
    expect(long.filter((file) => !DATA.has(file))).toEqual([])
  })

  it('is text: no download, no archive and no picture lies in it', () => {
    const ignored = readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n')
    // `npm pack` leaves its archive in the checkout, where git ignores it.
    const isIgnored = (name: string) => ignored.includes(`${name}/`) || (name.endsWith('.tgz') && ignored.includes('/*.tgz'))
    const parts = readdirSync(ROOT, { withFileTypes: true }).filter(({ name }) => name !== '.git' && !isIgnored(name))
    const all = parts.flatMap((part) => (part.isDirectory() ? filesBelow(part.name) : [part.name]))
    expect(all.length).toBeGreaterThan(500)
    const isText = (file: string) => statSync(join(ROOT, file)).size < 2 ** 20 && !readFileSync(join(ROOT, file)).includes(0)
    expect(all.filter((file) => !isText(file))).toEqual([])
  })

  it.each([
    ['shared/detect/x.ts', "import { IAMClient } from '@aws-sdk/client-iam'", 'must not import @aws-sdk/client-iam'],
    ['shared/contain/x.ts', "import { handler } from '../../functions/respond.ts'", 'must not import ../../functions/respond.ts'],
    ['shared/domain/x.ts', "export { pipeline } from '../pipeline.ts'", 'must not import ../pipeline.ts'],
    ['shared/domain/x.ts', 'const at = Date.now()', 'must not use Date.now'],
    ['shared/sense/x.ts', "const load = () => import('node:fs')", 'must not import node:fs'],
    ['shared/sense/x.ts', "import { decide } from '../decide/decide.ts'", 'must not import ../decide/decide.ts'],
    ['shared/record/x.ts', "import { contain } from '../contain/contain.ts'", 'must not import ../contain/contain.ts'],
    ['shared/memory/x.ts', "import { keys } from '../aws/table.ts'", 'must not import ../aws/table.ts'],
    ['local/x.ts', "import {\n  IAMClient,\n} from '@aws-sdk/client-iam'", 'must not import @aws-sdk/client-iam'],
    ['elsewhere/x.ts', '', 'no rule says'],
  ])('would catch a breach in %s: %s', (path, text, complaint) => {
    expect(violations(path, text).join()).toContain(complaint)
  })
})

describe('test files that share a process', () => {
  const folders = (config.test?.projects ?? []).flatMap((project) =>
    typeof project === 'object' && 'test' in project && project.test?.isolate === false ? [String(project.test.name)] : [],
  )

  it('leave it as they found it', () => {
    expect(folders).toEqual(expect.arrayContaining(['unit', 'property', 'contract', 'infra']))
    const below = folders.flatMap((name) => sourcesBelow(join('test', name)))
    const helpers = readdirSync(join(ROOT, 'test')).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    const all = [...below, ...helpers.map((name) => join('test', name))]
    expect(all.length).toBeGreaterThan(80)
    expect(all.flatMap((file) => lastingIn(file, readFileSync(join(ROOT, file), 'utf8')))).toEqual([])
  })

  it.each([
    ['test/unit/x.test.ts', "vi.mock('./y.ts')", 'vi.mock'],
    ['test/unit/x.test.ts', "process.env.AWS_REGION = 'us-east-1'", 'process.env'],
    ['test/property/x.test.ts', 'fc.configureGlobal({ numRuns: 5 })', 'configureGlobal'],
    ['test/unit/x.ts', 'const made = 1\nafterAll(() => {})', 'afterAll('],
  ])('would be caught in %s: %s', (path, text, complaint) => {
    expect(lastingIn(path, text)).toEqual([`${path} shares its process and must not use ${complaint}`])
  })
})

/** An embedded account is of one partition, so the files that make one up may name it. */
const OF_ONE_PARTITION = ['local/commands/start.ts', 'local/memory-ports.ts', 'local/synthetic/']

describe('an ARN', () => {
  it('is built with the partition that it is of: no code names the commercial one', () => {
    const named = ['shared', 'local'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(folder, name))
        .filter((path) => /^[^*/]*['"`]arn:aws:/m.test(readFileSync(join(ROOT, path), 'utf8'))),
    )
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((path) => !OF_ONE_PARTITION.some((allowed) => path.startsWith(allowed)))).toEqual([])
  })
})
