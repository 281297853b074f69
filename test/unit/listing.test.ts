import { describe, expect, it } from 'vitest'
import { listing } from '../../shared/domain/listing.ts'

describe('names in a sentence', () => {
  it.each([
    [[], ''],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
  ])('%j are %j', (names, text) => expect(listing(names)).toBe(text))

  it('are as many as may be named, and how many more there are', () => {
    expect(listing(['a', 'b', 'c'], 3)).toBe('a, b and c')
    expect(listing(['a', 'b', 'c', 'd', 'e'], 3)).toBe('a, b, c and 2 more')
  })
})
