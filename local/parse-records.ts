/** Parses the object between two indexes; undefined where it is not valid JSON. */
export function parseObject(bytes: Buffer, start: number, end: number): object | undefined {
  return asObject(bytes.toString('utf8', start, end))
}

/** Parses comma-separated records between two indexes; undefined where one of them has to be parsed by itself. */
export function parseObjects(bytes: Buffer, start: number, end: number): object[] | undefined {
  const records = parse(`[${bytes.toString('utf8', start, end)}]`) as unknown[] | undefined
  if (records === undefined) return undefined
  for (let index = 0; index < records.length; index++) {
    const record = records[index]
    const inner = isObject(record) ? unwrap(record) : undefined
    if (inner === undefined) return undefined
    records[index] = inner
  }
  return records as object[]
}

/** The record that an entry of lookup-events has as text; any other object is the record itself. Undefined where the text is not an object. */
export function unwrap(element: object): object | undefined {
  const text = (element as { CloudTrailEvent?: unknown }).CloudTrailEvent
  return typeof text === 'string' ? asObject(text) : element
}

function asObject(text: string): object | undefined {
  const value = parse(text)
  return isObject(value) ? value : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
