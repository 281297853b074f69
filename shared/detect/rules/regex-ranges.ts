/** First and last code points by turns. */
export type Ranges = readonly number[]

const LAST = 0x10ffff
const DIGIT = [48, 57]
const WORD = [48, 57, 65, 90, 95, 95, 97, 122]
const SPACE = [9, 13, 32, 32, 160, 160, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000]

/** Every character. */
export const EVERY: Ranges = [0, LAST]

/** One character. */
export function pointOf(character: string): Ranges {
  const point = character.codePointAt(0) as number
  return [point, point]
}

/** What the letter of an escape stands for. */
export const CLASSES: Readonly<Record<string, Ranges>> = Object.assign(Object.create(null), {
  d: DIGIT,
  D: inverted(DIGIT),
  w: WORD,
  W: inverted(WORD),
  s: SPACE,
  S: inverted(SPACE),
  n: [10, 10],
  r: [13, 13],
  t: [9, 9],
  f: [12, 12],
  v: [11, 11],
})

/** All characters that the ranges leave out. */
export function inverted(ranges: Ranges): Ranges {
  const pairs = Array.from({ length: ranges.length / 2 }, (_, at) => [ranges[2 * at] as number, ranges[2 * at + 1] as number] as const)
  const left: number[] = []
  let from = 0
  for (const [low, high] of pairs.sort((a, b) => a[0] - b[0])) {
    if (low > from) left.push(from, low - 1)
    from = Math.max(from, high + 1)
  }
  return from <= LAST ? [...left, from, LAST] : left
}

/** Letters of ASCII in the other case. */
export function otherCases(ranges: Ranges): number[] {
  const found: number[] = []
  for (let at = 0; at < ranges.length; at += 2)
    for (const [first, shift] of [
      [65, 32],
      [97, -32],
    ] as const) {
      const [low, high] = [Math.max(first, ranges[at] as number), Math.min(first + 25, ranges[at + 1] as number)]
      if (low <= high) found.push(low + shift, high + shift)
    }
  return found
}
