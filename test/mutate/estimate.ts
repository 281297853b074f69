import type { Random } from '../../local/synthetic/random.ts'

/** What became of the mutants of one declaration: how many there are that count, and how many of them a test noticed. */
export interface Tally {
  readonly folder: string
  readonly detected: number
  readonly mutants: number
}

/** A share with the interval that holds it in 95 of 100 samples, in percent. */
export interface Estimate {
  readonly score: number
  readonly low: number
  readonly high: number
  readonly mutants: number
  readonly declarations: number
}

const RESAMPLES = 4000

/** Draws the same share of the items of each folder, at least one of each, without replacement. */
export function drawn<T>(items: readonly T[], folderOf: (item: T) => string, { share, random }: { share: number; random: Random }): T[] {
  return [...Map.groupBy(items, folderOf).values()].flatMap((all) => {
    const left = [...all]
    const count = Math.max(1, Math.round(all.length * share))
    return Array.from({ length: Math.min(count, all.length) }, () => left.splice(random.whole(0, left.length - 1), 1)).flat()
  })
}

/**
 * The share of mutants that tests notice, estimated as a ratio. The interval is that of a bootstrap of whole declarations inside each folder, because the
 * mutants of one declaration are noticed, or missed, together.
 */
export function estimateOf(tallies: readonly Tally[], random: Random): Estimate {
  const folders = [...Map.groupBy(tallies, ({ folder }) => folder).values()]
  const resampled = Array.from({ length: RESAMPLES }, () => scoreOf(folders.flatMap((all) => all.map(() => random.pick(all)))))
  const sorted = resampled.filter((score) => !Number.isNaN(score)).sort((a, b) => a - b)
  const quantile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
  return {
    score: scoreOf(tallies),
    low: quantile(0.025),
    high: quantile(0.975),
    mutants: sumOf(tallies, ({ mutants }) => mutants),
    declarations: tallies.length,
  }
}

function scoreOf(tallies: readonly Tally[]): number {
  return (100 * sumOf(tallies, ({ detected }) => detected)) / sumOf(tallies, ({ mutants }) => mutants)
}

function sumOf(tallies: readonly Tally[], countOf: (tally: Tally) => number): number {
  return tallies.reduce((sum, tally) => sum + countOf(tally), 0)
}
