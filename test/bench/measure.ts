/** One figure of the bench. `target` says what it should be, in words a script can read: `>= 0.4`. The value is null where it cannot be measured here. */
export interface Figure {
  readonly value: number | null
  readonly unit: string
  readonly target: string | null
  readonly note?: string
}

export type Figures = Record<string, Figure>

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

export function rounded(value: number, digits = 2): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}

/** True where a figure is what its target says; null where it has none. */
export function isMet({ value, target }: Figure): boolean | null {
  const [, sign, bound] = target?.match(/^(>=|<=) ([\d.]+)$/) ?? []
  if (bound === undefined || value === null) return null
  return sign === '>=' ? value >= Number(bound) : value <= Number(bound)
}
