type Fields = Readonly<Record<string, unknown>>

/** Fields at the top of a record that hold whole parts of it. Exports write them as JSON text, where CloudTrail writes an object or a list. */
export const WHOLE_PARTS: ReadonlySet<string> = new Set([
  'additionalEventData',
  'requestParameters',
  'resources',
  'responseElements',
  'serviceEventDetails',
  'tlsDetails',
  'userIdentity',
])

const NO_PATH: readonly string[] = []

/** The longest JSON text that is read as an object, in characters: as for signals. */
const JSON_LIMIT = 1_048_576

/** The values of one field, and their texts as they are and in small letters. */
export interface FieldValues {
  /** Numbers, texts and booleans as they stand, objects as JSON text. */
  readonly texts: readonly string[]
  readonly small: readonly string[]
}

/** One record as rules see it. Each field is read once, however many rules ask for it. */
export class RecordView {
  readonly #record: Fields
  readonly #fields = new Map<string, FieldValues>()
  readonly #objects = new Map<string, unknown>()
  #all: FieldValues | undefined

  constructor(record: Fields) {
    this.#record = record
  }

  /** The values at a path with dots: of a list, those of each of its members. None where there is nothing or null. */
  at(path: string): FieldValues {
    const known = this.#fields.get(path)
    if (known !== undefined) return known
    const found: string[] = []
    if (path.includes('.')) {
      const [name = '', ...rest] = path.split('.')
      collect(this.#top(name), rest, found)
    } else collect(this.#top(path), NO_PATH, found)
    const values = valuesOf(found)
    this.#fields.set(path, values)
    return values
  }

  /** Every text, number and boolean of the record. */
  all(): FieldValues {
    if (this.#all === undefined) {
      const found: string[] = []
      for (const name of Object.keys(this.#record)) leaves(this.#top(name), found)
      this.#all = valuesOf(found)
    }
    return this.#all
  }

  #top(name: string): unknown {
    if (!Object.hasOwn(this.#record, name)) return undefined
    const value = this.#record[name]
    if (typeof value !== 'string' || !WHOLE_PARTS.has(name)) return value
    if (!this.#objects.has(name)) this.#objects.set(name, parsed(value))
    return this.#objects.get(name)
  }
}

function valuesOf(texts: readonly string[]): FieldValues {
  return { texts, small: texts.map((text) => text.toLowerCase()) }
}

/** The object that a text stands for; the text itself where it is none. */
function parsed(text: string): unknown {
  if (text.length > JSON_LIMIT || !/^\s*[[{"]/.test(text)) return text
  try {
    return JSON.parse(text)
  } catch (cause) {
    if (cause instanceof RangeError) throw cause
    return text
  }
}

function collect(value: unknown, path: readonly string[], found: string[]): void {
  if (Array.isArray(value)) {
    for (const member of value) collect(member, path, found)
    return
  }
  if (value === undefined || value === null) return
  const [name, ...rest] = path
  if (name === undefined) found.push(typeof value === 'object' ? JSON.stringify(value) : String(value))
  else if (typeof value === 'object' && Object.hasOwn(value, name)) collect((value as Fields)[name], rest, found)
}

function leaves(value: unknown, found: string[]): void {
  if (typeof value !== 'object') {
    if (value !== undefined) found.push(String(value))
    return
  }
  if (value !== null) for (const member of Object.values(value)) leaves(member, found)
}
