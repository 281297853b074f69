import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

/** Licences that let everybody use, change and pass on, asking at most that they are named. SPDX ids. */
const PERMISSIVE = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC0-1.0', 'ISC', 'MIT', 'MIT-0', 'Unlicense']

/** Data that asks to be named, and is: at the end of README. */
const NAMED = new Map([['@ip-location-db/asn', 'SEE LICENSE IN ROUTEVIEWS-LICENSE and DBIP-LICENSE (CC-BY-4.0)']])

/** Packages that are released together and are meant to be used at one version. */
const LINES = ['@aws-lambda-powertools/', '@aws-sdk/']

/** Clients of a version of their own, where no registry has that of the others. A test holds that they use the same core. */
const APART = ['@aws-sdk/client-accessanalyzer']

type Versions = Readonly<Record<string, string>>

interface Package {
  readonly name: string
  readonly version: string
  readonly license?: unknown
}

interface Locked {
  readonly dependencies?: Versions
  readonly optionalDependencies?: Versions
  readonly version: string
  readonly resolved?: string
  readonly integrity?: string
  /** Comes inside another package, and is held by that one's integrity. */
  readonly inBundle?: boolean
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as T
}

const { dependencies, devDependencies } = read<{ dependencies: Versions; devDependencies: Versions }>('package.json')
const direct = { ...dependencies, ...devDependencies }
const locked = Object.entries(read<{ packages: Record<string, Locked> }>('package-lock.json').packages).filter(([path]) => path !== '')

/**
 * Folders of the packages that are passed on: what the sources of functions and command line name, which is bundled, what is installed
 * beside them, and what those need.
 */
function shipped(): string[] {
  const sources = ['functions', 'local', 'shared'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
  )
  const isNamed = (name: string) => sources.some((text) => text.includes(`'${name}'`) || text.includes(`'${name}/`))
  const all = new Map(locked)
  const found = new Set<string>()
  const add = (name: string, from: string): void => {
    // As Node looks: in the folder of who asks, then one further out each time.
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
      const path = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`
      const entry = all.get(path)
      if (entry !== undefined && existsSync(join(ROOT, path))) {
        if (found.has(path)) return
        found.add(path)
        for (const one of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) add(one, path)
        return
      }
      if (at === '') return
    }
  }
  for (const name of [...Object.keys(dependencies), ...Object.keys(devDependencies).filter(isNamed)]) add(name, '')
  return [...found]
}

function unpinned(versions: Versions): string[] {
  return Object.entries(versions).flatMap(([name, version]) =>
    /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version) ? [] : [`${name} must have an exact version, got "${version}"`],
  )
}

function mixed(versions: Versions): string[] {
  return LINES.flatMap((prefix) => {
    const found = new Set(
      Object.entries(versions).flatMap(([name, version]) => (name.startsWith(prefix) && !APART.includes(name) ? [version] : [])),
    )
    return found.size === 1 ? [] : [`${prefix}* must be of one version, got ${[...found].join(', ') || 'none'}`]
  })
}

/** A package's licence; packages from before 2015 may give it as `{ "type": "MIT" }`. */
function licenceOf({ license }: Package): unknown {
  return typeof license === 'object' && license !== null && 'type' in license ? license.type : license
}

function unlicensed(packages: readonly Package[]): string[] {
  return packages.flatMap((one) => {
    const licence = licenceOf(one)
    const isPermissive = typeof licence === 'string' && (PERMISSIVE.includes(licence) || NAMED.get(one.name) === licence)
    return isPermissive ? [] : [`${one.name}: no licence that is known to be permissive, got ${JSON.stringify(licence) ?? 'none'}`]
  })
}

describe('the dependencies', () => {
  it('have exact versions, and are installed as such', () => {
    expect(unpinned(direct)).toEqual([])
    for (const [name, version] of Object.entries(direct))
      expect(read<Package>(`node_modules/${name}/package.json`).version, name).toBe(version)
  })

  it('have one version of the AWS SDK and one of Powertools', () => {
    expect(mixed(direct)).toEqual([])
    expect(APART.filter((name) => direct[name] === undefined)).toEqual([])
    const cores = locked.flatMap(([path]) => (/node_modules\/@(aws-sdk|smithy)\/core$/.test(path) ? [path] : []))
    expect(cores.sort()).toEqual(['node_modules/@aws-sdk/core', 'node_modules/@smithy/core'])
  })

  it('that are bundled or installed have permissive licences, those of dependencies of dependencies too', () => {
    const packages = shipped().map((path) => read<Package>(`${path}/package.json`))
    const names = packages.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining([...Object.keys(dependencies), '@aws-sdk/client-iam', '@middy/core', 'echarts', 'zod']))
    expect(names).not.toContain('vitest')
    expect(unlicensed(packages)).toEqual([])
    expect([...NAMED.keys()].filter((name) => !packages.some((one) => one.name === name))).toEqual([])
  })

  it('are held by the integrity of each package, and the lock names no place that they come from', () => {
    expect(locked.filter(([, { integrity, inBundle }]) => integrity === undefined && inBundle !== true)).toEqual([])
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
  })

  it.each([
    ['a range', unpinned({ a: '^1.2.3' }), 'a must have an exact version, got "^1.2.3"'],
    ['a tag', unpinned({ a: 'latest' }), 'a must have an exact version'],
    ['an address', unpinned({ a: 'github:a/b' }), 'a must have an exact version'],
    [
      'two versions of the SDK',
      mixed({ '@aws-sdk/a': '1.0.0', '@aws-sdk/b': '1.1.0' }),
      '@aws-sdk/* must be of one version, got 1.0.0, 1.1.0',
    ],
    ['a copyleft licence', unlicensed([{ name: 'a', version: '1.0.0', license: 'GPL-3.0-only' }]), 'got "GPL-3.0-only"'],
    ['a copyleft licence in the old form', unlicensed([{ name: 'a', version: '1.0.0', license: { type: 'GPL-3.0' } }]), 'got "GPL-3.0"'],
    ['no licence', unlicensed([{ name: 'a', version: '1.0.0' }]), 'got none'],
    ['the licence of other data', unlicensed([{ name: 'a', version: '1.0.0', license: [...NAMED.values()][0] }]), 'a: no licence'],
  ])('would be told of %s', (_, faults, complaint) => {
    expect(faults.join('\n')).toContain(complaint)
  })
})
