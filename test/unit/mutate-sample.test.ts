import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { randomOf } from '../../local/synthetic/random.ts'
import { type Declaration, declarationsOf, holds, rangeOf } from '../mutate/declarations.ts'
import { drawn, estimateOf } from '../mutate/estimate.ts'

const SOURCE = `import { a } from './a.ts'
export type { B } from './b.ts'
export * from './c.ts'

/** “Typographic” signs and 🙂 count as JavaScript counts them. */ export const first = [1, 2]
export interface Left { out: true }
type Right = 'out'
function second(): number {
  return a('“🙂”') + 1
}

export class Third {}; second()
`

describe('the declarations of a file', () => {
  const found = declarationsOf('x.ts', SOURCE)

  it('are its statements that hold code, with their places as Stryker counts them', () => {
    expect(found.map(rangeOf)).toEqual(['x.ts:5:67-5:94', 'x.ts:8:0-10:1', 'x.ts:12:0-12:21', 'x.ts:12:21-12:22', 'x.ts:12:23-12:31'])
  })

  it.each<[line: number, column: number, index: number]>([
    [5, 66, -1],
    [5, 67, 0],
    [5, 93, 0],
    [5, 94, -1],
    [7, 5, -1],
    [8, 0, 1],
    [9, 70, 1],
    [10, 0, 1],
    [10, 1, -1],
    [12, 20, 2],
    [12, 23, 4],
  ])('hold a place each, or none: line %i, column %i', (line, column, index) => {
    expect(found.flatMap((one, at) => (holds(one, { line, column }) ? [at] : []))).toEqual(index < 0 ? [] : [index])
  })

  it('follow one another in every file that is mutated', () => {
    const isBefore = ({ end }: Declaration, { start }: Declaration) =>
      end.line < start.line || (end.line === start.line && end.column <= start.column)
    for (const file of ['shared/contain/contain.ts', 'shared/domain/incident.ts', 'shared/review/review.ts']) {
      const all = declarationsOf(file, readFileSync(file, 'utf8'))
      expect(all.length, file).toBeGreaterThan(3)
      for (const [at, one] of all.slice(1).entries()) expect(isBefore(all[at] as Declaration, one), rangeOf(one)).toBe(true)
    }
  })
})

describe('a sample', () => {
  const items = Array.from({ length: 100 }, (_, at) => ({ at, folder: at < 90 ? 'large' : 'small' }))
  const sampleOf = (share: number, seed: number) => drawn(items, ({ folder }) => folder, { share, random: randomOf(seed) })

  it('takes the same share of each folder, at least one, each once, and the same for the same seed', () => {
    expect(Map.groupBy(sampleOf(0.1, 1), ({ folder }) => folder).get('large')).toHaveLength(9)
    expect(Map.groupBy(sampleOf(0.01, 1), ({ folder }) => folder).get('small')).toHaveLength(1)
    expect(new Set(sampleOf(1, 1)).size).toBe(100)
    expect(sampleOf(0.1, 1)).toEqual(sampleOf(0.1, 1))
    expect(sampleOf(0.1, 1)).not.toEqual(sampleOf(0.1, 2))
  })
})

describe('the estimate', () => {
  const tally = (detected: number, mutants: number, folder = 'a') => ({ detected, mutants, folder })

  it('is the share of all mutants, not the mean of the shares of declarations', () => {
    expect(estimateOf([tally(0, 1), tally(9, 9), tally(0, 0)], randomOf(1))).toMatchObject({ score: 90, mutants: 10, declarations: 3 })
  })

  it('has no width where every declaration is alike, and is wider the fewer there are', () => {
    const alike = Array.from({ length: 10 }, () => tally(4, 5))
    expect(estimateOf(alike, randomOf(1))).toMatchObject({ score: 80, low: 80, high: 80 })
    const mixed = (count: number) => Array.from({ length: count }, (_, at) => tally(at % 5 === 0 ? 0 : 5, 5))
    const widthOf = (count: number) => {
      const { low, high } = estimateOf(mixed(count), randomOf(1))
      return high - low
    }
    expect(widthOf(20)).toBeGreaterThan(widthOf(200) * 2)
  })

  it('holds the true score in about 95 of 100 samples', () => {
    const random = randomOf(7)
    const population = Array.from({ length: 2000 }, () => {
      const mutants = random.whole(1, 30)
      const share = random.chance(0.3) ? 0.5 : 0.95
      return tally(Array.from({ length: mutants }, () => random.chance(share)).filter(Boolean).length, mutants)
    })
    const truth = estimateOf(population, randomOf(1)).score
    const isHeld = (seed: number) => {
      const { low, high } = estimateOf(
        drawn(population, () => 'a', { share: 0.03, random: randomOf(seed) }),
        randomOf(seed),
      )
      return low <= truth && truth <= high
    }
    const held = Array.from({ length: 100 }, (_, seed) => isHeld(seed)).filter(Boolean).length
    expect(held).toBeGreaterThanOrEqual(88)
  })
})
