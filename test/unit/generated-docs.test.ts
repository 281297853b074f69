import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Policy } from '../../shared/domain/policy.ts'
import { POLICY_VERSION } from '../../shared/domain/policy-migration.ts'
import { documents, filled, generatedDocs, PARTS } from '../generated-docs.ts'
import { MESSAGE_SAMPLES } from '../message-samples.ts'
import { withDefaults } from '../option-table.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** History, and what was decided or measured at a time, keeps the numbers of its time. */
const isDated = (path: string) => path === 'CHANGELOG.md' || path === 'docs/evaluation.md' || path.startsWith('docs/decisions/')

describe('the documents', () => {
  it('say what the code says; `npm run docs` makes them anew', () => {
    for (const { path, text } of generatedDocs()) expect(textOf(path), path).toBe(text)
  })

  it('use everything that can be written for them', () => {
    const used = documents().flatMap((path) => [...textOf(path).matchAll(/<!-- generated: (\S+) -->/g)].map(([, name]) => name))
    expect([...new Set(used)].sort()).toEqual(Object.keys(PARTS).sort())
  })

  it('have no count of detectors or alarms that was written by hand', () => {
    const written = documents()
      .filter((path) => !isDated(path) && path !== 'docs/detectors.md')
      .flatMap(
        (path) =>
          textOf(path)
            .match(/\b\d+ (detectors|alarms)\b/g)
            ?.map((count) => `${path}: ${count}`) ?? [],
      )
    expect(written).toEqual([])
  })
})

describe('the samples of messages', () => {
  it('are those of the default policy: what decides them reaches its bounds', () => {
    const { thresholds, evidence } = Policy.parse({ version: POLICY_VERSION })
    const decision = /^Decision: .*$/m.exec(MESSAGE_SAMPLES['mail-contained'])?.[0]
    expect(decision).toContain(`reaches contain ${thresholds.contain};`)
    expect(decision).toMatch(
      new RegExp(`compromise [\\d.]+ reaches ${evidence.suspectFrom}, harm [\\d.]+ reaches ${evidence.containSuspectFrom}:`),
    )
    for (const sample of Object.values(MESSAGE_SAMPLES)) expect(sample).not.toMatch(/reaches 0\b/)
  })
})

describe('a marked part', () => {
  const parts = { count: () => '3', line: (text: string) => text.toUpperCase() }

  it('is written anew, and what stands around it is left', () => {
    const text = 'It has <!-- generated: count -->2<!-- /generated --> doors.\n\n<!-- generated: line -->\na\n<!-- /generated -->\nb\n'
    const wanted = 'It has <!-- generated: count -->3<!-- /generated --> doors.\n\n<!-- generated: line -->\nA\n<!-- /generated -->\nb\n'
    expect(filled('x.md', text, parts)).toBe(wanted)
    expect(filled('x.md', wanted, parts)).toBe(wanted)
  })

  it.each([
    ['of a name that is not known', 'a <!-- generated: other -->2<!-- /generated -->', 'x.md: generated: other must be one of count, line'],
    ['that has no end', '<!-- generated: count -->2', 'x.md: each <!-- generated: NAME --> must have its <!-- /generated -->'],
    ['that begins inside another', '<!-- generated: count -->2<!-- generated: line -->a<!-- /generated -->', 'before the next begins'],
    [
      'that begins a line of text',
      'It has\n  <!-- generated: count -->3<!-- /generated --> doors.',
      'a mark that begins a line must be alone on it',
    ],
  ])('is an error %s', (_, text, complaint) => {
    expect(() => filled('x.md', text, parts)).toThrow(complaint)
  })
})

describe('a table of options', () => {
  const table = (cells: readonly [string, string][]) => cells.map(([keys, value]) => `| ${keys} | ${value} | meaning |`).join('\n')

  it('gets the defaults of the schema, in the width that the cells have', () => {
    const defaults = { mode: 'observe', a: { band: [40, 90], most: 5, list: [] }, on: false, lock: { kind: 'x', days: 1 }, version: 2 }
    const keys = ['mode', 'a.band', 'a.most', 'a.list', 'on', 'lock', 'version', 'unset']
    const before: [string, string][] = [
      ['`mode`', '`ask`    '],
      ['`a.band`', '?'],
      ['`a.most` `.list`', '?'],
      ['`on`', '`true` '],
      ['`lock`', '?'],
      ['`version`', 'required, `1`'],
      ['`a.list[].name`', 'by hand'],
      ['`unset`', 'the region'],
    ]
    const after: [string, string][] = [
      ['`mode`', '`observe`'],
      ['`a.band`', '`[40, 90]`'],
      ['`a.most` `.list`', '5, none'],
      ['`on`', '`false`'],
      ['`lock`', '`{ "kind": "x", "days": 1 }`'],
      ['`version`', 'required, `2`'],
      ...before.slice(6),
    ]
    expect(withDefaults(table(before), defaults, keys)).toBe(table(after))
  })

  it('must name every key, and nothing else', () => {
    expect(() => withDefaults(table([['`a.band`', '1']]), { a: { band: 1, most: 2 } })).toThrow('no row for a.most')
    expect(() => withDefaults(table([['`a.band` `.least`', '1']]), { a: { band: 1 } })).toThrow('a row for a.least, which is no key')
  })
})
