import { printable } from '../printable.ts'

/** A text that somebody outside may have written, in a sentence of ours: every channel shows it apart, in quotes or as code. */
export interface Named {
  readonly name: string
}

/** A part of a sentence: words of ours, or a name. */
export type Part = string | Named

/** A sentence, with the ids of the facts that it rests on. */
export interface Told {
  readonly parts: readonly Part[]
  readonly facts: readonly string[]
}

/** The most characters of a name: IAM allows 64. */
const NAME_LIMIT = 64

/** A name, clipped and without characters that a terminal or a chat obeys. One without any text is a question mark. */
export function named(text: string): Named {
  const clean = printable(text, NAME_LIMIT).trim()
  return { name: clean === '' ? '?' : clean }
}

/** Tags a template whose values are numbers, names, or parts; text of ours stands in the template. */
export function say(words: readonly string[], ...values: readonly (number | Part | readonly Part[])[]): Part[] {
  return words.flatMap((word, at) => {
    const value = values[at]
    return [word, ...(value === undefined ? [] : Array.isArray(value) ? value : [typeof value === 'number' ? String(value) : value])]
  }) as Part[]
}

/** Parts with a separator of ours in between. */
export function joined(all: readonly (readonly Part[])[], separator = ', '): Part[] {
  return all.flatMap((parts, at) => (at === 0 ? parts : [separator, ...parts]))
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(all: readonly (readonly Part[])[]): Part[] {
  if (all.length < 2) return joined(all)
  return [...joined(all.slice(0, -1)), ' and ', ...(all.at(-1) ?? [])]
}

/** A name as IAM gives them to users and roles: one word, which cannot be read as a sentence. */
const PLAIN_WORD = /^[A-Za-z0-9][\w+=@-]{0,63}$/

/** Parts as plain text. A name that is more than one word of letters and digits stands in quotes, and holds none. */
export function plainText(parts: readonly Part[]): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part
      return PLAIN_WORD.test(part.name) ? part.name : `“${part.name.replace(/[“”"]/g, "'")}”`
    })
    .join('')
}
