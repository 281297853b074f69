/** Values that are deeper are written without recursion, which would exhaust the stack. */
const PLAIN_DEPTH = 100

/**
 * JSON from which `JSON.parse` makes the same value again, for any value that came from `JSON.parse`: also numbers that `JSON.stringify` changes
 * (`-0`, and what is too large for a number), and any depth.
 */
export function exactJson(value: unknown): string {
  return isPlain(value, 0) ? JSON.stringify(value) : written(value)
}

/** True where `JSON.stringify` writes the value as it is. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true
  if (typeof value === 'number') return isPlainNumber(value)
  if (typeof value !== 'object' || depth === PLAIN_DEPTH) return false
  for (const member of Object.values(value)) if (!isPlain(member, depth + 1)) return false
  return true
}

function isPlainNumber(number: number): boolean {
  return Number.isFinite(number) && !Object.is(number, -0)
}

/** What is left to write: text as it is, or a value. */
type Rest = { readonly text: string } | { readonly value: unknown }

function written(root: unknown): string {
  const parts: string[] = []
  const rest: Rest[] = [{ value: root }]
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if ('text' in next) parts.push(next.text)
    else if (typeof next.value === 'object' && next.value !== null) for (const member of membersOf(next.value).reverse()) rest.push(member)
    else parts.push(scalar(next.value))
  }
  return parts.join('')
}

function membersOf(value: object): Rest[] {
  const members: Rest[] = Array.isArray(value)
    ? value.flatMap((member, at) => [{ text: at === 0 ? '' : ',' }, { value: member }])
    : Object.entries(value).flatMap(([name, member], at) => [{ text: `${at === 0 ? '' : ','}${JSON.stringify(name)}:` }, { value: member }])
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return [{ text: open as string }, ...members, { text: close as string }]
}

function scalar(value: unknown): string {
  if (typeof value === 'number' && !isPlainNumber(value)) {
    if (Object.is(value, -0)) return '-0'
    // A number beyond the largest is read as infinity.
    if (!Number.isNaN(value)) return value > 0 ? '1e999' : '-1e999'
  }
  const text = Number.isNaN(value) ? undefined : JSON.stringify(value)
  if (text === undefined) throw new TypeError(`${typeof value} is no value of JSON`)
  return text
}
