import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Bundle, bundle } from '../../build/bundle.ts'
import { packageFolder, thirdPartyNotices } from '../../build/third-party.ts'

const ROOT = join(import.meta.dirname, '..', '..')

let built: Bundle
beforeAll(async () => {
  built = await bundle()
})

/** The file of the output that a group of dynamic imports is in. */
function outputOf(group: string): string {
  const found = Object.keys(built.metafile.outputs).filter((path) => new RegExp(`^dist/${group}(-[A-Z0-9]{8})?\\.js$`).test(path))
  if (found.length !== 1) throw new Error(`${found.length} files of the output are ${group}`)
  return found[0] as string
}

/** What is loaded with a file of the output, without what it imports dynamically: files of the output, and packages that are not in them. */
function loadedWith(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen
  seen.add(path)
  for (const { kind, path: imported, external } of built.metafile.outputs[path]?.imports ?? []) {
    if (kind !== 'import-statement') continue
    if (external === true) seen.add(imported)
    else loadedWith(imported, seen)
  }
  return seen
}

/** The packages whose code is loaded with a group. */
function packagesOf(group: string): string[] {
  const packages = [...loadedWith(outputOf(group))].flatMap((path) => {
    const { outputs } = built.metafile
    if (outputs[path] === undefined) return path.startsWith('node:') ? [] : [path]
    return Object.keys(outputs[path].inputs).flatMap((file) => file.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? [])
  })
  return [...new Set(packages)].sort()
}

const HEAVY = /^(@aws-sdk|@smithy|@hono|hono|echarts|zrender|dynalite)/

describe('the built command line', () => {
  it('begins with a file that loads nothing else, so that an old Node gets as far as the complaint', () => {
    expect(packagesOf('countersign')).toEqual([])
    const own = [...loadedWith(outputOf('countersign'))].flatMap((path) => Object.keys(built.metafile.outputs[path]?.inputs ?? {}))
    expect(own.sort()).toEqual(['local/countersign.ts', 'local/node-version.ts'])
  })

  it('knows its commands by commander alone: --version and --help load nothing else', () => {
    expect(packagesOf('main')).toEqual(['commander'])
  })

  it.each(['commands', 'replay'])('does %s without pages, the table or the SDK', (group) => {
    const packages = packagesOf(group)
    expect(packages).toContain('zod')
    expect(packages.filter((name) => HEAVY.test(name))).toEqual([])
  })

  it('loads Hono for pages only, ECharts for drawings only, and the table for the embedded account only', () => {
    expect(packagesOf('charts')).toContain('echarts')
    expect(packagesOf('pages')).toContain('hono')
    expect(packagesOf('pages').filter((name) => /^(dynalite|echarts|zrender)$/.test(name))).toEqual([])
    expect(packagesOf('embedded')).toContain('dynalite')
    expect(packagesOf('stack')).toContain('@aws-sdk/client-cloudformation')
    for (const group of ['embedded', 'stack']) expect(packagesOf(group).filter((name) => /^(echarts|hono)$/.test(name))).toEqual([])
    expect(packagesOf('stack')).not.toContain('dynalite')
  })

  it('needs no package but those that are installed with it', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const outside = Object.values(built.metafile.outputs).flatMap(({ imports }) =>
      imports.filter(({ external, path }) => external === true && !path.startsWith('node:')).map(({ path }) => path),
    )
    const builtIn = new Set(process.getBuiltinModule('node:module').builtinModules)
    expect([...new Set(outside)].filter((name) => !builtIn.has(name))).toEqual(Object.keys(dependencies))
  })

  it('has the thread that reads for a replay in one file, which needs no other', () => {
    expect([...loadedWith(outputOf('read-thread'))].filter((path) => path.endsWith('.js'))).toEqual(['dist/read-thread.js'])
    expect(packagesOf('read-thread').filter((name) => HEAVY.test(name))).toEqual([])
  })

  it('lies flat in one folder: what reads a file beside itself finds it', () => {
    const paths = built.outputFiles.map(({ path }) => path.slice(ROOT.length + 1))
    expect(paths.filter((path) => !/^dist\/[^/]+$/.test(path))).toEqual([])
  })
})

describe('the notices of third parties', () => {
  it('name each package with its licence and its text, once', () => {
    const folders = ['zod', 'commander', 'zod'].map((name) => join(ROOT, 'node_modules', name))
    const text = thirdPartyNotices(folders, ['/* kept */'])
    expect(text.match(/^zod [\d.]+, MIT, text \d$/gm)).toHaveLength(1)
    expect(text).toMatch(/^commander [\d.]+, MIT, text \d$/m)
    expect(text).toContain('Permission is hereby granted')
    expect(text).toContain('/* kept */')
  })

  it('are refused for a package without a licence', () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-unlicensed-'))
    try {
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'found', version: '1.0.0' }))
      expect(() => thirdPartyNotices([folder], [])).toThrow('found 1.0.0 names no licence: it must not be passed on')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('know the package that a file is of', () => {
    expect(packageFolder(join(ROOT, 'node_modules', 'hono', 'dist', 'html', 'x.js'))).toBe(join(ROOT, 'node_modules', 'hono'))
    expect(packageFolder(join(ROOT, 'local', 'main.ts'))).toBeUndefined()
  })
})
