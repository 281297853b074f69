/** The deepest that the text of a row is nested: that of a record's identity is three deep. */
const MAX_DEPTH = 8

/**
 * Parses a structure as Athena and CloudTrail Lake print it, `{type=IAMUser, arn=arn:…, sessionContext={attributes={…}}}`. A value ends where the next
 * `, name=` begins, or with the structure. Undefined for other text, and where a structure has a name twice: one of both may stand in a text that a caller chose.
 *
 * A comma without a blank behind it belongs to the value: names of users and sessions may have `,` and `=`, and no blanks.
 *
 * @example parseRowText('{type=Root, invokedby=null}') // { type: 'Root', invokedby: null }
 */
export function parseRowText(text: string): Record<string, unknown> | undefined {
  const reader = { text, at: 0 }
  const value = /^\{\s*\w+=/.test(text) ? readStructure(reader, 0) : undefined
  return value !== undefined && reader.at === text.length ? value : undefined
}

interface Reader {
  readonly text: string
  at: number
}

const NAME = /\s*(\w+)=/y

function readStructure(reader: Reader, depth: number): Record<string, unknown> | undefined {
  if (depth > MAX_DEPTH) return undefined
  const entries: [string, unknown][] = []
  reader.at += 1
  for (;;) {
    NAME.lastIndex = reader.at
    const [whole, name] = NAME.exec(reader.text) ?? []
    if (whole === undefined || name === undefined || entries.some(([other]) => other === name)) return undefined
    reader.at += whole.length
    const value = reader.text[reader.at] === '{' ? readStructure(reader, depth + 1) : readPlain(reader)
    if (value === undefined) return undefined
    entries.push([name, value])
    const next = reader.text[reader.at++]
    if (next === '}') return Object.fromEntries(entries)
    if (next !== ',') return undefined
  }
}

const END = /,\s+\w+=|\}/g

function readPlain(reader: Reader): string | null | undefined {
  END.lastIndex = reader.at
  const end = END.exec(reader.text)?.index
  if (end === undefined) return undefined
  const value = reader.text.slice(reader.at, end)
  reader.at = end
  return value === 'null' ? null : value
}
