import type { Random } from '../../local/synthetic/random.ts'

/** Fields of generated rules, which all hold texts, and one that holds numbers and one that holds addresses. */
const TEXTS = ['eventName', 'eventSource', 'userAgent', 'requestParameters.name', 'userIdentity.arn'] as const
const NUMBER = 'requestParameters.count'
const ADDRESS = 'sourceIPAddress'

/** Pieces of values: among them what SQL, LIKE, GLOB and regular expressions take for their own. */
const PIECES = ['a', 'B', 'ab', 'Put', '%', '_', '[', ']', '^', "'", '"', '.', '-', '\\*', '\\?', '*', '?', ' ', '/'] as const

/** A rule of every modifier and every form of condition that both engines know, as YAML can have it. */
export function generatedRule(
  random: Random,
  number: number,
): { readonly title: string; readonly detection: Record<string, unknown> } & Record<string, unknown> {
  const names = ['one', 'two', 'filter_a', 'filter_b'].slice(0, random.whole(1, 4))
  const detection: Record<string, unknown> = Object.fromEntries(names.map((name) => [name, selection(random)]))
  detection.condition = condition(random, names, 3)
  return {
    title: `generated ${number}`,
    id: random.uuid(),
    status: 'test',
    logsource: { product: 'aws', service: 'cloudtrail' },
    detection,
    level: 'medium',
  }
}

function selection(random: Random): unknown {
  const map = () => Object.fromEntries(Array.from({ length: random.whole(1, 2) }, () => item(random)))
  return random.chance(0.2) ? [map(), map()] : map()
}

function item(random: Random): readonly [string, unknown] {
  const text = random.pick(TEXTS)
  const values = () => (random.chance(0.4) ? [value(random), value(random)] : value(random))
  switch (random.whole(0, 9)) {
    case 0:
      return [`${text}|exists`, random.chance(0.5)]
    case 1:
      return [text, null]
    case 2:
      return [`${text}|re${random.chance(0.3) ? '|i' : ''}`, random.pick(EXPRESSIONS)]
    case 3:
      return [`${NUMBER}|${random.pick(['gt', 'gte', 'lt', 'lte'])}`, random.whole(0, 4)]
    case 4:
      return [`${ADDRESS}|cidr`, random.pick(['192.0.2.0/24', '192.0.2.128/25', '198.51.100.0/30'])]
    case 5:
      return [`${text}|${random.pick(['contains', 'startswith', 'endswith'])}|cased`, values()]
    case 6:
      return [`${text}|contains|all`, [value(random), value(random)]]
    case 7:
      return [`${text}|${random.pick(['contains', 'startswith', 'endswith'])}`, values()]
    case 8:
      return [`${text}|cased`, values()]
    default:
      return [text, values()]
  }
}

const EXPRESSIONS = [
  '^a',
  'b$',
  'Put[A-Z]?',
  'a.b',
  '(ab|Put)+',
  '[^ab]',
  '\\.',
  'a{2,3}',
  '^$',
  '\\w-\\w',
  '^(?:a|b)*$',
  '%|_',
  '\\d',
  '^[a-c/]+$',
] as const

/** A text without a backslash at its end, which would take away the meaning of what a modifier adds. */
function value(random: Random): string {
  return Array.from({ length: random.whole(1, 3) }, () => random.pick(PIECES)).join('')
}

function condition(random: Random, names: readonly string[], depth: number): string {
  if (depth === 0 || random.chance(0.3)) return random.pick(names)
  const inner = () => condition(random, names, depth - 1)
  switch (random.whole(0, 5)) {
    case 0:
      return `not ${bracketed(inner())}`
    case 1:
      return random.pick(['1 of them', 'all of them', 'not 1 of them'])
    case 2:
      return names.includes('filter_a') ? random.pick(['1 of filter_*', 'all of filter*', 'not 1 of filter_*']) : random.pick(names)
    case 3:
      return `${inner()} or ${inner()} and ${inner()}`
    default:
      return `${bracketed(inner())} ${random.pick(['and', 'or', 'and not'])} ${bracketed(inner())}`
  }
}

function bracketed(text: string): string {
  return text.includes(' ') ? `(${text})` : text
}

/** A record with the fields of generated rules, of which each may be missing or null. */
export function generatedRecord(random: Random): Record<string, unknown> {
  const text = () => random.pick([...Array.from({ length: 6 }, () => plain(random)), null, undefined])
  return {
    eventName: text(),
    eventSource: text(),
    userAgent: text(),
    requestParameters: random.chance(0.1) ? null : { name: text(), count: random.pick([0, 1, 2, 3, 4, 2.5, undefined]) },
    userIdentity: { arn: text() },
    sourceIPAddress: random.pick(['192.0.2.1', '192.0.2.200', '198.51.100.3', '198.51.100.4', undefined]),
  }
}

function plain(random: Random): string {
  return value(random).replace(/\\([*?])/g, '$1')
}
