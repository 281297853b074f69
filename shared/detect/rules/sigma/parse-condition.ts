import type { Condition } from '../condition.ts'
import { Refusal } from '../refusal.ts'

/** The longest condition, in characters, and how deep its parentheses may stand in each other. */
const LENGTH_LIMIT = 4_000
const DEPTH_LIMIT = 50

/** The selections of a rule by their names. */
export type Selections = ReadonlyMap<string, Condition>

/** Reads a condition such as `selection and not 1 of filter_*`. `not` binds more than `and`, `and` more than `or`. Throws a `Refusal`. */
export function parseCondition(text: string, selections: Selections): Condition {
  if (text.length > LENGTH_LIMIT) throw new Refusal(`the condition has ${text.length} characters, and may have ${LENGTH_LIMIT}`)
  if (text.includes('|'))
    throw new Refusal(
      `the condition counts or relates records ("${text.slice(text.indexOf('|'), text.indexOf('|') + 30).trim()}"), which takes a detector in code`,
    )
  return new ConditionReader(text.match(/[()]|[^\s()]+/g) ?? [], selections).read()
}

const COUNTS: ReadonlyMap<string, 'any' | 'all'> = new Map([
  ['1', 'any'],
  ['any', 'any'],
  ['all', 'all'],
])

class ConditionReader {
  readonly #words: readonly string[]
  readonly #selections: Selections
  #at = 0

  constructor(words: readonly string[], selections: Selections) {
    this.#words = words
    this.#selections = selections
  }

  read(): Condition {
    if (this.#words.length === 0) throw new Refusal('the condition is empty')
    const condition = this.#either(0)
    const left = this.#words[this.#at]
    if (left !== undefined) throw new Refusal(`the condition has ${JSON.stringify(left)} where and, or or its end should be`)
    return condition
  }

  #either(depth: number): Condition {
    const parts = [this.#both(depth)]
    while (this.#take('or')) parts.push(this.#both(depth))
    return together('any', parts)
  }

  #both(depth: number): Condition {
    const parts = [this.#one(depth)]
    while (this.#take('and')) parts.push(this.#one(depth))
    return together('all', parts)
  }

  #one(depth: number): Condition {
    if (depth > DEPTH_LIMIT) throw new Refusal(`the condition has more than ${DEPTH_LIMIT} levels`)
    if (this.#take('not')) return { kind: 'not', of: this.#one(depth + 1) }
    if (this.#take('(')) {
      const inner = this.#either(depth + 1)
      if (!this.#take(')')) throw new Refusal('the condition has a ( without a )')
      return inner
    }
    const word = this.#words[this.#at++]
    if (word === undefined) throw new Refusal('the condition ends where a selection should be')
    const next = this.#words[this.#at]?.toLowerCase()
    if (next === 'of') return this.#several(word)
    if (['and', 'or', ')', 'of', 'near'].includes(word.toLowerCase()) || word.includes('*'))
      throw new Refusal(`the condition has ${JSON.stringify(word)} where a selection should be`)
    return this.#selection(word)
  }

  #several(many: string): Condition {
    const kind = COUNTS.get(many.toLowerCase())
    if (kind === undefined) throw new Refusal(`the condition has "${many} of", and only 1 of, any of and all of are known`)
    this.#at += 1
    const pattern = this.#words[this.#at++]
    if (pattern === undefined || pattern === '(' || pattern === ')') throw new Refusal(`the condition says "${many} of" and not of what`)
    const isThem = pattern.toLowerCase() === 'them'
    const names = [...this.#selections.keys()].filter((name) => (isThem ? !name.startsWith('_') : isLike(name, pattern)))
    if (names.length === 0) throw new Refusal(`the condition says "${many} of ${pattern}", and no selection is called so`)
    return together(
      kind,
      names.map((name) => this.#selection(name)),
    )
  }

  #selection(name: string): Condition {
    const selection = this.#selections.get(name)
    if (selection !== undefined) return selection
    throw new Refusal(
      `the condition names ${JSON.stringify(name)}, and the selections are ${[...this.#selections.keys()].slice(0, 10).join(', ')}`,
    )
  }

  #take(word: string): boolean {
    if (this.#words[this.#at]?.toLowerCase() !== word) return false
    this.#at += 1
    return true
  }
}

function together(kind: 'all' | 'any', parts: readonly Condition[]): Condition {
  return parts.length === 1 ? (parts[0] as Condition) : { kind, of: parts }
}

/** True for a name that a pattern with `*` stands for. */
function isLike(name: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return name === pattern
  if (!name.startsWith(first)) return false
  let at = first.length
  for (const part of others) {
    at = name.indexOf(part, at)
    if (at < 0) return false
    at += part.length
  }
  return name.length - last.length >= at && name.endsWith(last)
}
