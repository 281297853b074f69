import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { flag, has, items, jsonOf, number, oneOrMore, texts, valueAt } from '../../shared/domain/parameters.ts'

const request = {
  yes: true,
  no: 'False',
  none: null,
  zero: 0,
  count: '10',
  blank: ' ',
  list: ['a', 7, 'b'],
  one: 'a',
  nested: { list: [{ name: 'x' }] },
  long: ['y'.repeat(600)],
}

describe('the accessors of parameters', () => {
  it('read a value at a path, and only what an object has itself', () => {
    expect(valueAt(request, 'nested', 'list', '0', 'name')).toBe('x')
    expect(valueAt(request, 'none')).toBeUndefined()
    expect(valueAt(request, 'constructor')).toBeUndefined()
    expect(valueAt(request, 'one', 'length')).toBeUndefined()
    expect([has(request, 'zero'), has(request, 'none'), has(request, 'missing')]).toEqual([true, false, false])
  })

  it('read flags and numbers from text as well, and nothing else for them', () => {
    expect([flag(request, 'yes'), flag(request, 'no'), flag(request, 'zero'), flag(request, 'none')]).toEqual([
      true,
      false,
      undefined,
      undefined,
    ])
    expect([number(request, 'zero'), number(request, 'count'), number(request, 'blank'), number(request, 'yes')]).toEqual([
      0,
      10,
      undefined,
      undefined,
    ])
  })

  it('read lists, and a single text as a list of one', () => {
    expect(items(request, 'nested', 'list')).toHaveLength(1)
    expect(items(request, 'one')).toEqual([])
    expect([oneOrMore(request, 'one'), oneOrMore(request, 'nested', 'list'), oneOrMore(request, 'none')]).toEqual([
      ['a'],
      [{ name: 'x' }],
      [],
    ])
    expect([texts(request, 'list'), texts(request, 'one'), texts(request, 'missing')]).toEqual([['a', 'b'], ['a'], []])
    expect(texts(request, 'long')[0]).toHaveLength(512)
  })

  it('give JSON for what may stand anywhere', () => {
    expect([jsonOf(request, 'nested'), jsonOf(request, 'missing')]).toEqual(['{"list":[{"name":"x"}]}', ''])
  })
})

const COMMENTS_AND_TEXTS = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'/g

/** What reads a parameter by itself: a check of its type, a cast, its JSON, a member of the request or the answer. */
const RAW =
  /\btypeof\b|Array\.isArray|\bas (?:unknown|never|any|string|number|boolean|[A-Z]\w*<)|JSON\.\w+|\b(?:request|response|details)\??[.[]/g

describe('the detectors', () => {
  const folder = join(import.meta.dirname, '../../shared/detect/detectors')
  const files = readdirSync(folder)

  it.each(files)('%s reads parameters by the accessors alone', (file) => {
    const code = readFileSync(join(folder, file), 'utf8').replace(COMMENTS_AND_TEXTS, '')
    expect(code.match(RAW)).toBeNull()
  })
})
