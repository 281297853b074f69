import { hint } from '../../../domain/schema-issues.ts'
import { Refusal } from '../refusal.ts'

/** What the modifiers behind a field's name say, as in `requestParameters.name|contains|all`. */
export interface Modifiers {
  /** How texts are changed before they are compared, in this order. */
  readonly encodings: readonly Encoding[]
  /** How values are compared. */
  readonly compared: 'text' | 'contains' | 'startswith' | 'endswith' | 're' | 'cidr' | 'exists' | 'lt' | 'lte' | 'gt' | 'gte'
  readonly isField: boolean
  readonly isAll: boolean
  readonly isCased: boolean
  readonly isNegated: boolean
  /** Letters of the flags of a regular expression. */
  readonly flags: string
}

export type Encoding = 'windash' | 'utf16le' | 'utf16be' | 'utf16' | 'base64' | 'base64offset'

const ENCODINGS: ReadonlyMap<string, Encoding> = new Map([
  ['windash', 'windash'],
  ['wide', 'utf16le'],
  ['utf16le', 'utf16le'],
  ['utf16be', 'utf16be'],
  ['utf16', 'utf16'],
  ['base64', 'base64'],
  ['base64offset', 'base64offset'],
])
const COMPARED = ['contains', 'startswith', 'endswith', 're', 'cidr', 'exists', 'lt', 'lte', 'gt', 'gte'] as const
const OTHERS: readonly string[] = ['all', 'cased', 'fieldref', 'neq']
const NAMES: readonly string[] = [...ENCODINGS.keys(), ...COMPARED, ...OTHERS]
const WIDE: readonly Encoding[] = ['utf16le', 'utf16be', 'utf16']

/** Modifiers of Sigma that are known and not supported, and why. */
const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ['expand', 'stands for values that a pipeline puts in, of which there are none here; write them out'],
  ...['minute', 'hour', 'day', 'week', 'month', 'year'].map((part) => [part, 'compares a part of a time, which is not supported'] as const),
])

/** Reads modifiers. Throws a `Refusal` for one that is unknown or not supported, and for those that say nothing together. */
export function readModifiers(field: string, names: readonly string[]): Modifiers {
  const where = `the modifiers ${names.join('|')} of ${field === '' ? 'a keyword' : field}`
  const seen = new Set<string>()
  const encodings: Encoding[] = []
  const flags = new Set<string>()
  let compared: Modifiers['compared'] = 'text'
  for (const name of names) {
    const unsupported = UNSUPPORTED.get(name)
    if (unsupported !== undefined) throw new Refusal(`the modifier ${name} of ${field} ${unsupported}`)
    if (seen.has(name)) throw new Refusal(`${where}: ${name} stands twice`)
    seen.add(name)
    const encoding = ENCODINGS.get(name)
    const comparison = COMPARED.find((one) => one === name)
    if (encoding !== undefined) encodings.push(encoding)
    else if (comparison !== undefined) {
      if (compared !== 'text') throw new Refusal(`${where}: ${compared} and ${name} do not go together`)
      compared = comparison
    } else if (compared === 're' && ['i', 'm', 's'].includes(name)) flags.add(name)
    else if (!OTHERS.includes(name)) throw new Refusal(`the modifier ${name} of ${field} is unknown${hint(name, NAMES)}`)
  }
  const isField = seen.has('fieldref')
  const isText = ['text', 'contains', 'startswith', 'endswith'].includes(compared)
  if (!isText && (encodings.length > 0 || isField || seen.has('cased'))) throw new Refusal(`${where} do not go together`)
  if (isField && encodings.length > 0) throw new Refusal(`${where} do not go together`)
  if (field === '' && (isField || compared === 'exists')) throw new Refusal(`${where} need a field`)
  const wide = encodings.findIndex((one) => WIDE.includes(one))
  if (wide >= 0 && !/^base64/.test(encodings[wide + 1] ?? ''))
    throw new Refusal(`${where}: ${names[wide] ?? 'wide'} makes bytes, so base64 or base64offset has to follow`)
  return {
    encodings,
    compared,
    isField,
    isAll: seen.has('all'),
    isCased: seen.has('cased'),
    isNegated: seen.has('neq'),
    flags: [...flags].join(''),
  }
}
