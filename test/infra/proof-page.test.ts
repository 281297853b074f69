import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { templateOf } from './template-of.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'proof.md'), 'utf8')
const { Resources, Outputs } = templateOf({
  settings: {
    slack: { secretName: 'countersign/slack', channel: 'C0123ABCD' },
    onCall: { email: 'oncall@example.com' },
  },
  policy: parsePolicy({ version: 2 }),
}).toJSON() as { Resources: Record<string, { Properties?: { FunctionName?: string } }>; Outputs: object }

const named = (pattern: RegExp) => [...new Set([...page.matchAll(pattern)].map(([, name = '']) => name))]

describe('the commands of docs/proof.md', () => {
  it('name resources that the template has, by the logical id without its hash', () => {
    const names = named(/\$\(id (\w+)\)/g)
    const known = new Set(Object.keys(Resources).map((id) => id.slice(0, -8)))
    expect(names.length).toBeGreaterThan(5)
    expect(names.filter((name) => !known.has(name))).toEqual([])
  })

  it('name outputs and functions that it has', () => {
    const outputs = named(/\$\(output (\w+)\)/g)
    expect(outputs.length).toBeGreaterThan(3)
    expect(outputs.filter((name) => !(name in Outputs))).toEqual([])
    const functions = Object.values(Resources).flatMap(({ Properties }) => Properties?.FunctionName ?? [])
    const called = named(/"\$STACK-(\w+)"/g)
    expect(called.length).toBeGreaterThan(1)
    expect(called.filter((name) => !functions.includes(`Countersign-${name}`))).toEqual([])
  })
})
