/** A row of a table whose first cell names keys and whose second says their defaults. */
const ROW = /^\| (`.*?) +\| (.*?)( *) \| /gm

/** What stands behind a key whose value is a list, or entries by id. */
const ENTRY = /(?:\[\]|\.<id>).*$/

type Options = Readonly<Record<string, unknown>>

/**
 * Writes a schema's defaults into a Markdown table of options, `| keys | default | … |`. The first cell names keys by their path
 * (`advisor.band`), further keys of the same row in short (`.maxShift`). A key without a default keeps its text; `required` stays before the
 * one allowed value. Throws where a key has no row, or a row names a key that does not exist.
 */
export function withDefaults(table: string, defaults: Options, keys: readonly string[] = leaves(defaults)): string {
  const named = [...table.matchAll(ROW)].flatMap(([, cell = '']) => pathsOf(cell)).map((path) => path.replace(ENTRY, ''))
  const missing = keys.filter((key) => !named.includes(key))
  if (missing.length > 0) throw new Error(`the table of options has no row for ${missing.join(', ')}; write one`)
  const unknown = named.filter((name) => !keys.includes(name))
  if (unknown.length > 0)
    throw new Error(`the table of options has a row for ${unknown.join(', ')}, which is no key; the keys are ${keys.join(', ')}`)
  return table.replace(ROW, (row, names: string, cell: string, space: string) => {
    // Keys of the entries of a list (`tiers[].name`) or by id (`detectors.<id>.weight`) have no default of the policy.
    const paths = pathsOf(names).map((path) => path.replace(/\[\]$/, ''))
    const values = paths.filter((path) => !ENTRY.test(path)).map((path) => valueAt(defaults, path))
    if (values.length === 0 || values.includes(undefined)) return row
    const texts = values.map(shown)
    const value = new Set(texts).size === 1 ? `${texts[0]}` : texts.join(', ')
    const text = cell.startsWith('required') ? `required, \`${value}\`` : value
    return row.replace(`| ${cell}${space} | `, () => `| ${text.padEnd(cell.length + space.length)} | `)
  })
}

/** `advisor.perHour` `.band` → both with their full path. */
function pathsOf(cell: string): string[] {
  const named = [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
  const parent = named[0]?.replace(/\.[^.]*$/, '') ?? ''
  return named.map((name) => (name.startsWith('.') ? parent + name : name))
}

function leaves(options: Options, prefix = ''): string[] {
  return Object.entries(options).flatMap(([key, value]) =>
    isGroup(value) && Object.keys(value).length > 0 ? leaves(value, `${prefix}${key}.`) : [`${prefix}${key}`],
  )
}

function valueAt(options: Options, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (isGroup(at) ? at[key] : undefined), options)
}

function isGroup(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(value: unknown): string {
  // A list of entries with members of their own has a section below the table.
  if (Array.isArray(value) && value.some(isGroup)) return 'see below'
  if (typeof value === 'number') return `${value}`
  if (typeof value === 'string') return `\`${value}\``
  const text = JSON.stringify(value, null, 1).replace(/\n */g, ' ')
  return text === '[]' || text === '{}' ? 'none' : `\`${text.replace(/^\[ (.*) \]$/, '[$1]')}\``
}
