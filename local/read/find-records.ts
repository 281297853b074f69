import { gunzipSync } from 'node:zlib'
import { type Fields, fieldsOf, isFields } from '../../shared/sense/fields.ts'
import { recordFromColumns, recordIn } from './cloudtrail-record.ts'
import { isEmpty, isLikeRecord, type Neighbour, neighbourOf } from './neighbours.ts'

/** The deepest that records are looked for in a value. Envelopes of AWS in envelopes of AWS are ten deep. */
const MAX_DEPTH = 24

/** The members in which AWS lists records and their envelopes. */
const LISTS: ReadonlySet<string> = new Set(['Records', 'Events'])

/** The most text that is expanded out of the fields of one value. */
const MAX_EXPANDED_BYTES = 32 * 1024 * 1024

/** One thing that a value holds. `row`: a record of which a table has some columns only. `unknown`: what stands where a record should and is none. */
export type Found =
  | { readonly kind: 'record' | 'row'; readonly record: object }
  | { readonly kind: 'neighbour'; readonly name: Neighbour }
  | { readonly kind: 'unknown'; readonly value: unknown }

/** Says which object is a record; by default, one of CloudTrail. */
export type RecordOf = (value: Fields) => object | undefined

/**
 * Finds the records in a value, in whatever envelopes: in lists, in members, in JSON text in a field, plain, in base64 or compressed, and in rows of tables. In a list of records,
 * what is none is unknown.
 */
export function findRecords(value: unknown, recordOf: RecordOf = recordIn): Found[] {
  const record = isFields(value) ? recordOf(value) : undefined
  if (record !== undefined) return [{ kind: 'record', record }]
  const search: Search = { recordOf, found: [], budget: MAX_EXPANDED_BYTES }
  if (find(value, 0, search)) return search.found
  return isFields(value) && isEmpty(value) ? [{ kind: 'neighbour', name: 'empty lists' }] : unknownIn(value)
}

interface Search {
  readonly recordOf: RecordOf
  found: Found[]
  budget: number
}

/** Where nothing is known, each element of the list that the value is, or that AWS calls so, is unknown by itself. */
function unknownIn(value: unknown): Found[] {
  const { Records, Events } = fieldsOf(value)
  const list = [value, Records, Events].find(Array.isArray) as unknown[] | undefined
  return (list ?? [value]).map((element) => ({ kind: 'unknown', value: element }))
}

function find(value: unknown, depth: number, search: Search): boolean {
  if (depth > MAX_DEPTH) return false
  if (typeof value === 'string') return findInText(value, depth, search)
  if (Array.isArray(value)) return findInList(value, depth, search, depth === 0)
  if (!isFields(value)) return false
  const record = search.recordOf(value)
  if (record !== undefined) return add(search, { kind: 'record', record })
  const name = neighbourOf(value)
  if (name !== undefined) return add(search, { kind: 'neighbour', name })
  if (isTable(value)) return find(rowsOf(value), depth + 1, search)
  let isFound = false
  for (const key in value) {
    const member = value[key]
    const isIn = Array.isArray(member) ? findInList(member, depth + 1, search, LISTS.has(key)) : find(member, depth + 1, search)
    if (isIn) isFound = true
  }
  const row = isFound || search.recordOf !== recordIn ? undefined : recordFromColumns(value)
  return row === undefined ? isFound : add(search, { kind: 'row', record: row })
}

function add(search: Search, found: Found): true {
  search.found.push(found)
  return true
}

function findInList(list: readonly unknown[], depth: number, search: Search, isStrict: boolean): boolean {
  if (depth > MAX_DEPTH) return false
  const row = rowOf(list)
  if (row !== undefined && find(row, depth + 1, search)) return true
  const before = search.found
  const found: Found[] = []
  let isFound = false
  for (const value of list) {
    search.found = []
    if (find(value, depth + 1, search)) isFound = true
    else search.found = isStrict || isDamaged(value) ? [{ kind: 'unknown', value }] : []
    for (const one of search.found) found.push(one)
  }
  search.found = before
  if (isFound) for (const one of found) before.push(one)
  return isFound
}

/** What stands beside records and was to be one: something of a record, or text that begins as one. */
function isDamaged(value: unknown): boolean {
  const texts = isFields(value) ? Object.values(value) : [value]
  return isLikeRecord(value) || texts.some((text) => typeof text === 'string' && text.startsWith('{'))
}

/** CloudTrail Lake writes a row as a list of objects, one for each column. */
function rowOf(list: readonly unknown[]): Fields | undefined {
  if (list.length < 2 || !list.every((cell) => isFields(cell) && Object.keys(cell).length === 1)) return undefined
  const row: Fields = Object.assign({}, ...list)
  return Object.keys(row).length === list.length ? row : undefined
}

/** What `aws athena get-query-results` prints: rows of cells, of which the first holds the names of the columns. */
function isTable({ Rows }: Fields): boolean {
  return Array.isArray(Rows) && Array.isArray(fieldsOf(Rows[0]).Data)
}

function rowsOf({ Rows }: Fields): Fields[] {
  const cells = (Rows as unknown[]).map((row) => {
    const { Data } = fieldsOf(row)
    return Array.isArray(Data) ? Data.map((cell) => fieldsOf(cell).VarCharValue) : []
  })
  const [names = [], ...rows] = cells
  return rows.map((row) => Object.fromEntries(names.map((name, at) => [String(name), row[at] ?? null])))
}

function findInText(text: string, depth: number, search: Search): boolean {
  const json = jsonIn(text, search)
  if (json === undefined) return false
  search.budget -= json.length
  if (search.budget < 0) return false
  try {
    return find(JSON.parse(json), depth + 1, search)
  } catch {
    return false
  }
}

/** The JSON in a text: all of it, what its base64 says, what that expands to, or what follows a prefix such as syslog's. */
function jsonIn(text: string, search: Search): string | undefined {
  const first = text[0]
  if (first === '{' || first === '[' || first === '"') return text
  if (text.startsWith('H4sI')) return expanded(text, search.budget)
  if (/^(?:eyJ|ewo|ew0|W3s|Wwo|IHs|Ins)/.test(text)) return Buffer.from(text, 'base64').toString('utf8')
  const brace = text.includes('"eventName"') || /^\s/.test(text) ? text.search(/[{[]/) : -1
  return brace < 0 ? undefined : text.slice(brace, Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1)
}

function expanded(base64: string, budget: number): string | undefined {
  try {
    return gunzipSync(Buffer.from(base64, 'base64'), { maxOutputLength: Math.max(1, budget) }).toString('utf8')
  } catch {
    return undefined
  }
}

/** Why what stands where a record should is none. */
export function whyNone(value: unknown): string {
  if (typeof fieldsOf(value).CloudTrailEvent === 'string') return 'its CloudTrailEvent is not a JSON object'
  return 'the record is not a JSON object'
}
