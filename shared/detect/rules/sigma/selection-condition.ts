import type { Condition } from '../condition.ts'
import { Refusal } from '../refusal.ts'
import { itemCondition, keywordCondition } from './item-condition.ts'

/** The condition of a selection: all lines of a map, or one of a list of maps; texts without a field are looked for in the whole record. */
export function selectionCondition(name: string, value: unknown): Condition {
  if (Array.isArray(value)) return ofList(name, value)
  if (isMap(value)) return ofMap(name, value)
  if (value === null || value === undefined) throw new Refusal(`${name} is empty`)
  return keywordCondition([value])
}

function ofList(name: string, members: readonly unknown[]): Condition {
  if (members.length === 0) throw new Refusal(`${name} is an empty list, which nothing matches`)
  const maps = members.filter(isMap)
  const words = members.filter((member) => !isMap(member))
  const conditions = [...maps.map((one) => ofMap(name, one)), ...(words.length === 0 ? [] : [keywordCondition(words)])]
  return conditions.length === 1 ? (conditions[0] as Condition) : { kind: 'any', of: conditions }
}

function ofMap(name: string, map: Readonly<Record<string, unknown>>): Condition {
  const conditions = Object.entries(map).map(([key, value]) => itemCondition(key, value))
  if (conditions.length === 0) throw new Refusal(`${name} is an empty map, which every record would match`)
  return conditions.length === 1 ? (conditions[0] as Condition) : { kind: 'all', of: conditions }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
