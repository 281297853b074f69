/** The largest row that is accepted. */
const MAX_ROW_CHARACTERS = 4 * 1024 * 1024

/** Rows of CSV (RFC 4180) as lines of JSON, with the names of the first row; undefined where the beginning is no table. Of a table without the columns of an event the columns are told as damage. */
export function csvRows(
  chunks: AsyncIterable<Buffer>,
  beginning: string,
  onDamage: (reason: string) => void,
): AsyncGenerator<Buffer> | undefined {
  const [line = ''] = beginning.split(/\r?\n/, 1)
  if (/^\s*(?:[{[]|"[{[])/.test(line)) return undefined
  const plain = line
    .toLowerCase()
    .replace(/[^a-z,]/g, '')
    .split(',')
  if (plain.includes('eventname') && plain.includes('eventtime')) return rowsOf(chunks, onDamage)
  const columns = otherColumns(beginning)
  return columns && objectsBehind(chunks, () => onDamage(whyNoEvents(columns)))
}

/** The names of columns in the first row of a table, one beside the other; a name has letters and no sign of JSON. */
const HEAD = /^(?:[\w .@/()-]{1,64}|"[\w .@/()-]{1,64}")(?:[,;\t](?:[\w .@/()-]{1,64}|"[\w .@/()-]{1,64}"))+$/

/** The names of the columns of what looks like a table of something else than events: two rows or more with as many cells, and no JSON. */
function otherColumns(beginning: string): readonly string[] | undefined {
  const [head = '', next = ''] = beginning.split(/\r?\n/, 2)
  if (!HEAD.test(head) || beginning.includes('{')) return undefined
  const [separator = ','] = /[,;\t]/.exec(head) ?? []
  const columns = head.split(separator)
  return next.split(separator).length === columns.length ? columns.map((one) => one.replaceAll('"', '')) : undefined
}

/** How many columns are named. */
const COLUMNS_SHOWN = 8

function whyNoEvents(columns: readonly string[]): string {
  const more = columns.length > COLUMNS_SHOWN ? `, … ${columns.length - COLUMNS_SHOWN} more` : ''
  return `it is a table whose columns (${columns.slice(0, COLUMNS_SHOWN).join(', ')}${more}) are none of CloudTrail's: event history as CSV has Event name and Event time among them`
}

/** The chunks from the first on in which an object may begin: what stands before it is told of. */
async function* objectsBehind(chunks: AsyncIterable<Buffer>, tell: () => void): AsyncGenerator<Buffer> {
  tell()
  let isBehind = false
  for await (const chunk of chunks) {
    isBehind ||= chunk.includes(0x7b)
    if (isBehind) yield chunk
  }
}

async function* rowsOf(chunks: AsyncIterable<Buffer>, onDamage: (reason: string) => void): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder()
  let names: readonly string[] | undefined
  let rest = ''
  const take = function* (isFinal: boolean): Generator<Buffer> {
    const { rows, damaged, used } = parseRows(rest, isFinal)
    rest = rest.slice(used)
    // They are no JSON either, and are told of as such.
    for (const line of damaged) yield Buffer.from(`${line.trim()}\n`)
    for (const row of rows) {
      if (names === undefined) names = row
      else if (row.length > 1) yield Buffer.from(`${JSON.stringify(Object.fromEntries(names.map((name, at) => [name, row[at] ?? ''])))}\n`)
    }
  }
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true })
    yield* take(false)
    if (rest.length > MAX_ROW_CHARACTERS) return onDamage(`a row of CSV is larger than ${MAX_ROW_CHARACTERS} characters`)
  }
  if (!rest.endsWith('\n')) rest += '\n'
  yield* take(true)
}

const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y

/** The rows that are complete in a text, the lines that are none, and how many characters they take. */
function parseRows(text: string, isFinal: boolean): { rows: string[][]; damaged: string[]; used: number } {
  const rows: string[][] = []
  const damaged: string[] = []
  let used = 0
  let row: string[] = []
  CELL.lastIndex = 0
  while (CELL.lastIndex < text.length) {
    const cell = CELL.exec(text)
    if (cell === null) {
      if (!isFinal && text.indexOf('"', used) >= 0) break
      damaged.push(text.slice(used, nextLine(text, used)))
      used = nextLine(text, used)
      CELL.lastIndex = used
      row = []
      continue
    }
    const [, quoted, plain, end] = cell
    if (end === '' && !isFinal) break
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === ',') continue
    rows.push(row)
    row = []
    used = CELL.lastIndex
  }
  return { rows, damaged, used }
}

function nextLine(text: string, from: number): number {
  const next = text.indexOf('\n', from)
  return next < 0 ? text.length : next + 1
}
