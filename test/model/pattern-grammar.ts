/** A class of characters that a letter after a backslash names. */
const CLASSES: Readonly<Record<string, string>> = { d: '[0-9]', w: '[0-9A-Za-z_]' }

/** Characters that may stand after a backslash for themselves. */
const PUNCTUATION = /^[.\-/+*?()[\]{}|^$]$/

const COUNT = /^[?*+{]/

/** Parts of a pattern, one at a time. */
const PART = /\(|\)|\||\[[^\]^\\"][^\]\\"]*\]|\\.|\{\d+(?:,\d*)?\}|[?*+]|[A-Za-z0-9_ :,;@#%&=/-]/y

/**
 * The grammar (GBNF) of the texts that a regular expression of JSON Schema fits. The expression begins with `^` and ends with `$`; it has literals, classes,
 * groups, alternatives inside groups, and counts. Throws on everything else.
 */
export function patternGrammar(pattern: string): string {
  const [, inner] = pattern.match(/^\^(.*)\$$/s) ?? []
  if (inner === undefined) throw new Error(`the pattern ${pattern} must begin with ^ and end with $`)
  const parts: string[] = []
  let depth = 0
  PART.lastIndex = 0
  for (let at = 0; at < inner.length; at = PART.lastIndex) {
    PART.lastIndex = at
    const part = PART.exec(inner)?.[0]
    if (part === undefined) throw new Error(`no grammar is made for the pattern ${pattern} at "${inner.slice(at)}"`)
    const before = parts.at(-1)
    if (COUNT.test(part) && (before === undefined || before === '(' || before === '|' || COUNT.test(before)))
      throw new Error(`the pattern ${pattern} has "${part}" where there is nothing to count`)
    if (part === '(') depth += 1
    if (part === ')') depth -= 1
    // Outside a group, ^ and $ would each belong to one alternative only.
    if (depth < 0 || (part === '|' && depth === 0))
      throw new Error(`the pattern ${pattern} has an alternative outside a group, or a group without a beginning`)
    parts.push(grammarOf(part, pattern))
  }
  if (depth !== 0) throw new Error(`the pattern ${pattern} has a group without an end`)
  // A count belongs to the part before it, so no space may come between.
  return parts.join(' ').replace(/ (?=[?*+{](?:\d|$| ))/g, '')
}

function grammarOf(part: string, pattern: string): string {
  if (/^[()|?*+{[]/.test(part)) return part
  if (part.length === 1) return `"${part}"`
  const named = part[1] as string
  const known = CLASSES[named] ?? (PUNCTUATION.test(named) ? `"${named}"` : undefined)
  if (known === undefined) throw new Error(`no grammar is made for ${part} in the pattern ${pattern}`)
  return known
}
