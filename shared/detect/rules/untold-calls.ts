import { type Calls, callsOf } from './calls-of.ts'
import type { Condition, Test } from './condition.ts'
import { actionsOfCalls } from './rule-actions.ts'

/** A selection by which the calls of a rule cannot be told, and what it says of them. `selection` is absent for what stands in several. */
interface Cause {
  readonly selection: string | undefined
  readonly says: string
}

/** What a rule is asked for, with the field of a record that has it and what it is called. */
interface Asked {
  readonly key: keyof Calls
  readonly field: string
  readonly noun: string
  readonly none: string
}

const CALLS: Asked = { key: 'names', field: 'eventName', noun: 'call', none: 'no calls' }
const SERVICE: Asked = { key: 'sources', field: 'eventSource', noun: 'service', none: 'no service' }

/**
 * Why the calls that a condition can hold for cannot be told, in words such as `names no calls`, or with the selections that it lies in where others name
 * theirs. Undefined where the calls can be told.
 */
export function whyUntold(condition: Condition, selections: ReadonlyMap<string, Condition>): string | undefined {
  if (actionsOfCalls(callsOf(condition)) !== undefined) return undefined
  const nameOf = new Map([...selections].map(([name, one]) => [one, name]))
  for (const asked of [CALLS, SERVICE]) {
    if (!isUntold(condition, asked)) continue
    const causes = new Causes(nameOf, asked).of(condition, undefined)
    if (causes.length > 0) return textOf(causes, { asked, whole: nameOf.get(condition) })
    if (condition.kind === 'not') return `names ${asked.none}`
  }
  return 'names more calls than there is room for in event rules'
}

function isUntold(condition: Condition, { key }: Asked): boolean {
  return callsOf(condition).some((one) => one[key] === undefined)
}

class Causes {
  readonly #nameOf: ReadonlyMap<Condition, string>
  readonly #asked: Asked

  constructor(nameOf: ReadonlyMap<Condition, string>, asked: Asked) {
    this.#nameOf = nameOf
    this.#asked = asked
  }

  of(condition: Condition, outer: string | undefined): readonly Cause[] {
    const selection = this.#nameOf.get(condition) ?? outer
    switch (condition.kind) {
      case 'not':
        return []
      case 'any':
        return condition.of.filter((one) => isUntold(one, this.#asked)).flatMap((one) => this.of(one, selection))
      case 'test':
        return [{ selection, says: (condition.field === this.#asked.field && saysOf(condition.test, this.#asked)) || this.#asked.none }]
      case 'all':
        return this.#ofAll(condition.of, selection)
    }
  }

  /** Of parts that all have to hold, those say most that name something at least: the others name other fields. */
  #ofAll(parts: readonly Condition[], selection: string | undefined): readonly Cause[] {
    const partly = parts.filter((one) => one.kind === 'any' && one.of.some((branch) => !isUntold(branch, this.#asked)))
    if (partly.length > 0) return partly.flatMap((one) => this.of(one, selection))
    const near = parts.flatMap((one) => this.of(one, selection)).filter(({ says }) => says !== this.#asked.none)
    return near.length > 0 ? near : [{ selection, says: this.#asked.none }]
  }
}

/** What a test of the right field says of calls that it does not name whole; undefined for one that is about something else. */
function saysOf(test: Test, { noun }: Asked): string | undefined {
  if (test.kind === 'regex') return `a ${noun} by a regular expression`
  if (test.kind !== 'text') return undefined
  const [first, last] = [test.pattern[0], test.pattern.at(-1)]
  const texts = test.pattern.filter((one) => typeof one === 'string')
  if (texts.length === 0) return undefined
  if (texts.length === 1 && test.pattern.length === 2)
    return typeof first === 'string' ? `only the beginning of a ${noun}` : `only the end of a ${noun}`
  return typeof first === 'string' && typeof last === 'string' ? `only the beginning and the end of a ${noun}` : `only a part of a ${noun}`
}

/** The causes in words. What is true of the whole rule names no selection. */
function textOf(causes: readonly Cause[], { asked, whole }: { readonly asked: Asked; readonly whole: string | undefined }): string {
  const groups = Map.groupBy(causes, ({ says }) => says)
  return [...groups]
    .map(([says, those]) => {
      const names = [...new Set(those.map(({ selection }) => selection))]
      const isWhole = says === asked.none && names.includes(whole)
      if (isWhole || names.includes(undefined)) return `names ${says}`
      const shown = names.slice(0, 3).map((name) => `\`${name}\``)
      const more = names.length > 3 ? ` and ${names.length - 3} more` : ''
      return `${shown.join(', ')}${more} ${names.length === 1 ? 'names' : 'name'} ${says}`
    })
    .join(', ')
}
