import type { Pattern } from '../condition.ts'

const ANY_TEXT = { wildcard: '*' } as const
const ANY_CHARACTER = { wildcard: '?' } as const

/**
 * The pattern that a text of a rule stands for. `*` and `?` are wildcards; a backslash before one of them, or before a backslash, makes it stand for itself, and
 * before any other character is a backslash.
 */
export function textPattern(text: string): Pattern {
  const parts: (string | typeof ANY_TEXT | typeof ANY_CHARACTER)[] = []
  let plain = ''
  const end = () => {
    if (plain !== '') parts.push(plain)
    plain = ''
  }
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string
    const next = text[at + 1]
    if (character === '\\' && next !== undefined && '*?\\'.includes(next)) {
      plain += next
      at += 1
    } else if (character === '*' || character === '?') {
      end()
      parts.push(character === '*' ? ANY_TEXT : ANY_CHARACTER)
    } else plain += character
  }
  end()
  return parts
}

/** A pattern within any text, at its beginning or at its end. */
export function within(pattern: Pattern, where: 'contains' | 'startswith' | 'endswith'): Pattern {
  const before = where === 'startswith' ? [] : [ANY_TEXT]
  const after = where === 'endswith' ? [] : [ANY_TEXT]
  return [...before, ...pattern, ...after]
}
