import type { Random } from '../random.ts'

/** Values in a random order, at most `count` of them. */
export function drawSome<T>(random: Random, values: readonly T[], count = values.length): T[] {
  const left = [...values]
  const drawn: T[] = []
  while (drawn.length < count && left.length > 0) drawn.push(...left.splice(random.whole(0, left.length - 1), 1))
  return drawn
}

/** As many values as `count`, each made from its place. */
export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}
