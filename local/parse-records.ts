/** The object that stands between two indexes, or undefined where it is not valid JSON. */
export function parseObject(bytes: Buffer, start: number, end: number): object | undefined {
  return asObject(bytes.toString('utf8', start, end))
}

/** The records of a comma-separated stretch, unwrapped, or undefined where one of them needs a look of its own. */
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

/** The record that lookup-events holds as text; anything else is its own record. Undefined where the text is no object. */
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
