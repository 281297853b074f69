/** Pseudo-random values: the same seed gives the same sequence on every machine. Not for secrets. */
export interface Random {
  /** A number from 0 up to, but not including, 1. */
  next(): number
  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number
  pick<T>(values: readonly T[]): T
  chance(probability: number): boolean
  text(length: number, alphabet: string): string
  uuid(): string
}

const HEX = '0123456789abcdef'

/** The sequence for a seed, by mulberry32 (Tommy Ettinger, public domain). */
export function randomOf(seed: number): Random {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  const text = (length: number, alphabet: string) => {
    let letters = ''
    while (letters.length < length) letters += alphabet[whole(0, alphabet.length - 1)]
    return letters
  }
  return {
    next,
    whole,
    text,
    pick: <T>(values: readonly T[]) => values[whole(0, values.length - 1)] as T,
    chance: (probability) => next() < probability,
    uuid: () => `${text(8, HEX)}-${text(4, HEX)}-4${text(3, HEX)}-${text(1, '89ab')}${text(3, HEX)}-${text(12, HEX)}`,
  }
}

/** An id in the form of IAM's: `AKIA…`, `ASIA…`, `AIDA…`, `AROA…`. */
export function iamId(random: Random, prefix: string, length = 20): string {
  return prefix + random.text(length - prefix.length, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')
}
