import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sift } from '../../shared/sense/intake/sift.ts'
import { bedrockKeys, type LeakedKey, leakedKeys, WRITTEN } from '../leaked-keys.ts'

/** What stands around a key: no character is special there, and none makes a key of its own. */
const around = fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => text.replace(/A(?=KIA|SIA|BIA|CCA|BSK)/g, 'a'))

/** Pieces of which hostile texts are made: beginnings of ids, of escapes and of markup, secrets and parts of them. */
const PIECES = ['AKIA', 'AKIARZPU', 'AKIARZPUZDIKLIJVPG67', 'ABSK', '"', '{', '<', '*', '\\', '\\u00', '%', '&#', '\u001b[3', '/', '=', ' ']
const MORE = ['"text":', '"text":"', '"+', 'q7Zt/3mXb+8RkWv1LyNfPc5HsDgJ0aUeTi4oKw9B', 'q7Zt/3mXb', 'secret', '\u200b', '" "', 'A', 'a']
const repeated = fc.array(fc.constantFrom(...PIECES, ...MORE), { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''))

const stepsFor = (text: string) => {
  const meter = { steps: 0 }
  sift(text, meter)
  return meter.steps
}

describe('sifting', () => {
  it('finds every random id, however it is written, in the midst of other text', () => {
    const ways = Object.entries(WRITTEN)
    fc.assert(
      fc.property(leakedKeys, fc.constantFrom(...ways), around, around, (key, [, write], before, behind) => {
        const found = sift(`${before} ${write(key)} ${behind}`)
        expect(found.map(({ credentialId }) => credentialId)).toContain(key.id)
      }),
      { numRuns: 2_000 },
    )
  })

  it('finds the secret with all but one in a thousand random keys', () => {
    let missed = 0
    fc.assert(
      fc.property(leakedKeys, fc.constantFrom(...Object.values(WRITTEN)), (key, write) => {
        if (!sift(write(key)).some(({ credentialId, hasSecret }) => credentialId === key.id && hasSecret)) missed += 1
      }),
      { numRuns: 2_000 },
    )
    expect(missed).toBeLessThanOrEqual(3)
  })

  it('returns nothing that was not an id or a name: no part of a secret', () => {
    const texts = fc.oneof(
      leakedKeys.chain((key) => fc.constantFrom(...Object.values(WRITTEN)).map((write) => [key, write(key)] as const)),
      bedrockKeys.map((key) => [key, `token ${key.secret}`] as const),
    )
    fc.assert(
      fc.property(texts, ([key, text]: readonly [LeakedKey, string]) => {
        const found = sift(text)
        expect(found.map(({ credentialId }) => credentialId)).toEqual([key.id])
        expect(Object.keys(found[0] ?? {})).toEqual(['credentialId', 'hasSecret'])
      }),
      { numRuns: 2_000 },
    )
  })

  it('takes steps in proportion to the length of any text', () => {
    fc.assert(
      fc.property(repeated, (piece) => {
        const long = piece.repeat(Math.ceil(5_000 / piece.length))
        const [once, fourTimes] = [stepsFor(long), stepsFor(long.repeat(4))]
        // A search by halves adds a step for each doubling.
        expect(fourTimes).toBeLessThanOrEqual(once * 4.3 + 2_000)
        expect(once).toBeLessThanOrEqual(long.length * 200)
      }),
      { numRuns: 200 },
    )
  })
})
