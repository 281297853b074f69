/** What a JSON text looks like from outside. */
export interface JsonOutline {
  /** Its signs without the white space between tokens. */
  readonly length: number
  /** How many names of members it has: one that is given twice counts twice, which a parsed object does not show. */
  readonly names: number
  /** How deep its objects and lists are nested. */
  readonly depth: number
}

/** Looks at a JSON text without parsing it, in one go, whatever is nested in it. Of a text that is no JSON it says nothing in particular. */
export function jsonOutline(text: string): JsonOutline {
  let [length, names, depth, nested] = [0, 0, 0, 0]
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] as string
    if (isSpace(sign)) continue
    length += 1
    if (sign === '"') {
      const end = endOfString(text, at)
      length += end - at
      at = end
    } else if (sign === ':') names += 1
    else if (sign === '{' || sign === '[') {
      nested += 1
      depth = Math.max(depth, nested)
    } else if (sign === '}' || sign === ']') nested -= 1
  }
  return { length, names, depth }
}

/** How many names of members a parsed value has. */
export function namesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
  return (Array.isArray(value) ? 0 : members.length) + members.reduce((sum: number, member) => sum + namesIn(member), 0)
}

/** The place of the sign that ends the string which begins at a place, or that of the last sign. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '"') return at
  }
  return text.length - 1
}

function isSpace(sign: string): boolean {
  return sign === ' ' || sign === '\n' || sign === '\r' || sign === '\t'
}
