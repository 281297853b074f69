import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { requireKnownContext } from '../../infra/require-known-context.ts'

const cdkJson: { readonly context: Record<string, unknown> } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'cdk.json'), 'utf8'),
)

describe('the keys of the context', () => {
  it.each([
    ['countersing', 'countersign'],
    ['Countersign', 'countersign'],
    ['counter-sign', 'countersign'],
    ['countersigns', 'countersign'],
    ['countersign.readOnlyEvents', 'countersign'],
    ['countersign:mode', 'countersign'],
    ['forwader', 'forwarder'],
    ['forward', 'forwarder'],
    ['members', 'member'],
    ['Home', 'home'],
  ])('are refused with what is meant: %s', (key, meant) => {
    expect(() => requireKnownContext({ ...cdkJson.context, [key]: {} })).toThrow(
      `the context has the key "${key}", which is not read; did you mean ${meant}? The keys that are read are countersign, forwarder, member, home`,
    )
  })

  it('may be those of CDK and of others', () => {
    const others = [
      'name',
      'env',
      'stage',
      'aws:cdk:bundling-stacks',
      'aws:cdk:version-reporting',
      'availability-zones:account=1',
      '',
      'for',
    ]
    expect(() =>
      requireKnownContext({ ...cdkJson.context, home: 'Countersign', ...Object.fromEntries(others.map((key) => [key, 1])) }),
    ).not.toThrow()
  })

  it('are all that the app reads', () => {
    const source = readFileSync(join(import.meta.dirname, '..', '..', 'infra', 'synthesize.ts'), 'utf8')
    const read = [...source.matchAll(/tryGetContext\('([^']+)'\)/g)].map(([, key]) => key as string)
    expect(read.toSorted()).toEqual(['countersign', 'forwarder', 'home', 'member'])
    for (const key of read) expect(() => requireKnownContext({ [`${key}x`]: 1 })).toThrow(`did you mean ${key}?`)
  })
})
