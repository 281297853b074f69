import { closest, distance } from 'fastest-levenshtein'

/** A known word, and by how many edits (a character that is put in, left out or another) it differs from what was written. */
export interface Nearest {
  readonly word: string
  readonly edits: number
}

/** The known word that is spelled most like what was written. `known` has one at least. */
export function nearest(written: string, known: readonly string[]): Nearest {
  const word = closest(written, [...known])
  return { word, edits: distance(written, word) }
}
