import type { Random } from '../../local/synthetic/random.ts'

type Fields = Record<string, unknown>

/**
 * Records by which rules can be told apart: real ones, into which what a rule names was written, and of those some in which one value is another one. Without
 * them most rules match nothing, and two engines that say "no" agree about nothing.
 */
export function samplesOf(detection: Readonly<Record<string, unknown>>, bases: readonly object[], random: Random, count: number): Fields[] {
  const selections = Object.entries(detection).filter(([name]) => name !== 'condition' && name !== 'timeframe')
  return Array.from({ length: count }, () => {
    const record = structuredClone(random.pick(bases)) as Fields
    if (random.chance(0.7)) for (const name of ['errorCode', 'errorMessage']) delete record[name]
    // The first selections are what a rule is about; its filters come after them, and are written in less often.
    for (const [at, [, selection]] of selections.entries()) if (random.chance(at === 0 ? 0.95 : 0.35)) write(record, selection, random)
    if (random.chance(0.3)) spoil(record, selections, random)
    return record
  })
}

function write(record: Fields, selection: unknown, random: Random): void {
  const map = Array.isArray(selection) ? random.pick(selection) : selection
  if (typeof map !== 'object' || map === null) return
  for (const [key, value] of Object.entries(map)) {
    const [field = '', ...modifiers] = key.split('|')
    if (field === '') continue
    const values: readonly unknown[] = Array.isArray(value) ? value : [value]
    const isAll = modifiers.includes('all')
    put(record, field, isAll ? values.map((one) => like(one, modifiers, random)).join(' ') : like(random.pick(values), modifiers, random))
  }
}

/** A value that a line of a rule may match. */
function like(value: unknown, modifiers: readonly string[], random: Random): unknown {
  if (modifiers.includes('exists')) return value === true || value === 'true' ? 'AccessDenied' : null
  if (modifiers.includes('fieldref')) return 'arn:aws:iam::123456789012:user/example'
  if (typeof value === 'number') return modifiers.some((one) => /^[gl]te?$/.test(one)) ? value + random.whole(-1, 1) : value
  if (typeof value !== 'string') return value
  const text = value.replace(/\\([*?\\])|[*?]/g, (_, escaped: string | undefined) => escaped ?? (random.chance(0.5) ? 'x' : ''))
  const [before, after] = [random.pick(['', 'a-', '{"a":"']), random.pick(['', '-z', '"}'])]
  const isOpen = (where: string) => modifiers.includes('contains') || modifiers.includes(where)
  const whole = `${isOpen('endswith') ? before : ''}${text}${isOpen('startswith') ? after : ''}`
  return random.chance(0.15) ? (random.chance(0.5) ? whole.toUpperCase() : whole.toLowerCase()) : whole
}

/** Takes one of the fields that a rule names away, or makes it null, a list, longer or shorter. */
function spoil(record: Fields, selections: readonly (readonly [string, unknown])[], random: Random): void {
  const fields = selections.flatMap(([, selection]) => fieldsIn(selection))
  if (fields.length === 0) return
  const field = random.pick(fields)
  const before = at(record, field)
  put(record, field, random.pick([undefined, null, [before], `${String(before)}s`, String(before).slice(1), '']))
}

function fieldsIn(selection: unknown): string[] {
  const maps: readonly unknown[] = Array.isArray(selection) ? selection : [selection]
  return maps
    .flatMap((map) => (typeof map === 'object' && map !== null ? Object.keys(map).map((key) => key.split('|')[0] ?? '') : []))
    .filter((one) => one !== '')
}

function at(record: Fields, field: string): unknown {
  return field
    .split('.')
    .reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? (value as Fields)[name] : undefined), record)
}

function put(record: Fields, field: string, value: unknown): void {
  const names = field.split('.')
  const last = names.pop() as string
  let holder = record
  for (const name of names) {
    const next = holder[name]
    if (typeof next !== 'object' || next === null || Array.isArray(next)) holder[name] = {}
    holder = holder[name] as Fields
  }
  if (value === undefined) delete holder[last]
  else holder[last] = value
}
