type Fields = Readonly<Record<string, unknown>>

/**
 * What a detection says of a record, read word for word by other means than the project's: regular expressions of JavaScript for texts, and the condition as an expression of
 * JavaScript. For rules of `generated-rule.ts` alone.
 */
export function holdsByHand({ condition, ...selections }: Fields, record: Fields): boolean {
  const held = new Map(Object.entries(selections).map(([name, selection]) => [name, selectionHolds(selection, record)]))
  const said = String(condition)
    .replace(/\b(1|all) of (them|\w+\*)/g, (_, many: string, what: string) => {
      const of = [...held].filter(([name]) => what === 'them' || name.startsWith(what.slice(0, -1))).map(([, one]) => one)
      return String(many === '1' ? of.includes(true) : !of.includes(false))
    })
    .replace(/\b(?:one|two|filter_a|filter_b)\b/g, (name) => String(held.get(name)))
    .replace(/\bnot\b/g, '!')
    .replace(/\band\b/g, '&&')
    .replace(/\bor\b/g, '||')
  if (!/^(?:true|false|[!&|() ])+$/.test(said)) throw new Error(`not a condition of a generated rule: ${said}`)
  return Boolean(new Function(`return (${said})`)())
}

function selectionHolds(selection: unknown, record: Fields): boolean {
  if (Array.isArray(selection)) return selection.some((one) => selectionHolds(one, record))
  return Object.entries(selection as Fields).every(([key, value]) => lineHolds(key, value, record))
}

function lineHolds(key: string, value: unknown, record: Fields): boolean {
  const [field = '', ...modifiers] = key.split('|')
  const found = field.split('.').reduce<unknown>((at, name) => (at as Fields | null | undefined)?.[name], record)
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  const held = values.map((one) => valueHolds(found, one, modifiers))
  return modifiers.includes('all') ? !held.includes(false) : held.includes(true)
}

function valueHolds(found: unknown, value: unknown, modifiers: readonly string[]): boolean {
  const isThere = found !== undefined && found !== null
  if (modifiers.includes('exists')) return isThere === value
  if (value === null) return !isThere
  if (!isThere) return false
  const text = String(found)
  if (modifiers.includes('re')) return new RegExp(String(value), modifiers.includes('i') ? 'i' : '').test(text)
  if (modifiers.includes('cidr')) return inRange(text, String(value))
  if (modifiers.includes('gt')) return Number(text) > Number(value)
  if (modifiers.includes('gte')) return Number(text) >= Number(value)
  if (modifiers.includes('lt')) return Number(text) < Number(value)
  if (modifiers.includes('lte')) return Number(text) <= Number(value)
  const [before, after] = [
    modifiers.includes('contains') || modifiers.includes('endswith'),
    modifiers.includes('contains') || modifiers.includes('startswith'),
  ]
  const pattern = String(value).replace(/\\[*?]|[*?]|[^\w\s]/g, (one) => (one === '*' ? '.*' : one === '?' ? '.' : `\\${one.at(-1)}`))
  return new RegExp(`^${before ? '.*' : ''}${pattern}${after ? '.*' : ''}$`, modifiers.includes('cased') ? 's' : 'is').test(text)
}

function inRange(address: string, range: string): boolean {
  const [net = '', bits = '32'] = range.split('/')
  const numberOf = (one: string) => one.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const size = 2 ** (32 - Number(bits))
  return Math.floor(numberOf(address) / size) === Math.floor(numberOf(net) / size)
}
