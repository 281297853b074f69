import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

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

/** Who may import what. All that is not named is forbidden. */
const RULES: readonly Rule[] = [
  { folder: 'shared/domain/', own: CORE, packages: ['zod', 'node:crypto'], isPure: true },
  {
    folder: 'shared/stages/',
    own: [...CORE, 'shared/ports.ts', 'shared/stages/'],
    packages: ['zod', 'node:crypto', 'node:net'],
    isPure: true,
  },
  { folder: 'shared/pipeline.ts', own: [...CORE, 'shared/ports.ts', 'shared/stages/'], packages: [], isPure: true },
  { folder: 'shared/ports.ts', own: CORE, packages: [], isPure: true },
  { folder: 'shared/errors.ts', own: [], packages: [], isPure: true },
  { folder: 'shared/config.ts', own: ['shared/errors.ts'], packages: ['zod'], isPure: true },
  {
    folder: 'shared/aws/',
    own: [...CORE, 'shared/ports.ts', 'shared/aws/', 'shared/stages/asff.ts'],
    packages: ['@aws-sdk/', 'zod', 'node:zlib'],
  },
  { folder: 'shared/memory/', own: [...CORE, 'shared/ports.ts', 'shared/memory/'], packages: ['zod'] },
  {
    folder: 'shared/geo/',
    own: ['shared/domain/network.ts', 'shared/errors.ts', 'shared/geo/', 'shared/ports.ts'],
    packages: ['maxmind', 'node:fs', 'node:net'],
  },
  {
    folder: 'shared/slack/',
    own: [...CORE, 'shared/ports.ts', 'shared/stages/', 'shared/slack/'],
    packages: ['@slack/', 'zod', 'node:crypto'],
    isPure: true,
  },
  {
    folder: 'functions/',
    own: ['shared/', 'functions/'],
    packages: ['@aws-lambda-powertools/', '@middy/core', 'aws-lambda', 'zod', 'node:fs/promises', 'node:path', 'node:timers/promises'],
  },
  {
    folder: 'infra/',
    own: ['infra/', 'shared/', 'local/policy-file.ts', 'local/place-databases.ts'],
    packages: ['aws-cdk-lib', 'aws-cdk-lib/', 'cdk-nag', 'constructs', 'node:fs', 'node:module', 'node:os', 'node:path'],
  },
  {
    folder: 'local/',
    own: ['shared/', 'local/'],
    packages: ['commander', 'dynalite', 'echarts', 'hono', 'hono/', '@hono/node-server', 'yaml', 'zod', 'node:'],
  },
]

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

function sourcesBelow(folder: string): string[] {
  return filesBelow(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
}

describe('the house', () => {
  const files = ['shared', 'functions', 'infra', 'local'].flatMap(sourcesBelow)

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

  it('is text: no download, no archive and no picture lies in it', () => {
    const ignored = readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n')
    const parts = readdirSync(ROOT, { withFileTypes: true }).filter(({ name }) => name !== '.git' && !ignored.includes(`${name}/`))
    const all = parts.flatMap((part) => (part.isDirectory() ? filesBelow(part.name) : [part.name]))
    expect(all.length).toBeGreaterThan(500)
    const isText = (file: string) => statSync(join(ROOT, file)).size < 2 ** 20 && !readFileSync(join(ROOT, file)).includes(0)
    expect(all.filter((file) => !isText(file))).toEqual([])
  })

  it.each([
    ['shared/stages/x.ts', "import { IAMClient } from '@aws-sdk/client-iam'", 'must not import @aws-sdk/client-iam'],
    ['shared/stages/x.ts', "import { handler } from '../../functions/respond.ts'", 'must not import ../../functions/respond.ts'],
    ['shared/domain/x.ts', "export { pipeline } from '../pipeline.ts'", 'must not import ../pipeline.ts'],
    ['shared/domain/x.ts', 'const at = Date.now()', 'must not use Date.now'],
    ['shared/stages/x.ts', "const load = () => import('node:fs')", 'must not import node:fs'],
    ['shared/memory/x.ts', "import { keys } from '../aws/table.ts'", 'must not import ../aws/table.ts'],
    ['local/x.ts', "import {\n  IAMClient,\n} from '@aws-sdk/client-iam'", 'must not import @aws-sdk/client-iam'],
    ['elsewhere/x.ts', '', 'no rule says'],
  ])('would catch a breach in %s: %s', (path, text, complaint) => {
    expect(violations(path, text).join()).toContain(complaint)
  })
})
