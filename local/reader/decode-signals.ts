import type { Signal } from '../../shared/domain/signal.ts'
import { OWN, type SignalColumns } from './encode-signals.ts'
import { MEMBERS, type Member } from './signal-members.ts'

type Values = readonly (string | number | boolean | null)[]

/** Columns whose lists are parsed. */
export interface ParsedColumns extends Readonly<Record<Exclude<keyof SignalColumns, 'isReset'>, readonly unknown[]>> {
  readonly isReset: boolean
  readonly newShapes: readonly (readonly string[])[]
  readonly newShared: readonly Values[]
  readonly newHeads: readonly Values[]
  readonly heads: readonly number[]
  readonly ids: readonly string[]
  readonly times: readonly number[]
  readonly fields: readonly object[]
}

/** What repeats of a signal, with a place for each of its other members, and the names of those whose values come with the signal. */
interface Head {
  readonly template: Signal
  readonly own: readonly Member[]
}

const NOTHING = Object.freeze({})

/** Makes signals of what a `SignalEncoder` wrote: equal to those that were encoded, with their members in the same order. */
export class SignalDecoder {
  #shapes: (readonly string[])[] = []
  #shared: object[] = []
  #heads: Head[] = []

  decode({ isReset, newShapes, newShared, newHeads, heads, ids, times, fields }: ParsedColumns): Signal[] {
    if (isReset) {
      this.#shapes = []
      this.#shared = []
      this.#heads = []
    }
    for (const shape of newShapes) this.#shapes.push(shape)
    for (const values of newShared) this.#shared.push(Object.fromEntries(this.#membersOf(values)))
    for (const values of newHeads) this.#heads.push(this.#headOf(values))
    let next = 0
    return heads.map((number, at) => {
      const { template, own } = this.#heads[number] as Head
      const signal = { ...template, id: ids[at] as string, time: times[at] as number }
      for (const name of own) (signal as Record<string, unknown>)[name] = fields[next++]
      return signal
    })
  }

  #headOf(values: Values): Head {
    const members = this.#membersOf(values)
    const own = members.flatMap(([name, value]) => (MEMBERS[name] === 'fields' && value === OWN ? [name] : []))
    return { template: Object.fromEntries(members.map(([name, value]) => [name, this.#valueOf(name, value)])) as unknown as Signal, own }
  }

  #valueOf(name: Member, value: Values[number] | undefined): unknown {
    if (value === undefined) return undefined
    const way = MEMBERS[name]
    if (way === 'shared') return this.#shared[value as number]
    return way === 'fields' ? NOTHING : value
  }

  #membersOf([shape, ...values]: Values): [Member, Values[number] | undefined][] {
    const names = this.#shapes[shape as number] as readonly Member[]
    return names.map((name, at) => [name, values[at] ?? undefined])
  }
}
