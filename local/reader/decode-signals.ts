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
  readonly shared: readonly number[]
  readonly fields: readonly object[]
}

/** What repeats of a signal, with a place for each of its other members, and the names of those whose values come with the signal. */
interface Head {
  readonly template: Signal
  readonly shared: readonly Member[]
  readonly fields: readonly Member[]
}

const NOTHING = Object.freeze({})

/** Makes signals of what a `SignalEncoder` wrote: equal to those that were encoded, with their members in the same order. */
export class SignalDecoder {
  #shapes: (readonly string[])[] = []
  #shared: object[] = []
  #heads: Head[] = []

  decode({ isReset, newShapes, newShared, newHeads, heads, ids, times, shared, fields }: ParsedColumns): Signal[] {
    if (isReset) {
      this.#shapes = []
      this.#shared = []
      this.#heads = []
    }
    for (const shape of newShapes) this.#shapes.push(shape)
    for (const values of newShared) this.#shared.push(this.#objectOf(values))
    for (const values of newHeads) this.#heads.push(headOf(this.#objectOf(values)))
    let [nextShared, nextFields] = [0, 0]
    return heads.map((number, at) => {
      const head = this.#heads[number] as Head
      const signal: Record<string, unknown> = { ...head.template, id: ids[at], time: times[at] }
      for (const name of head.shared) signal[name] = this.#shared[shared[nextShared++] as number]
      for (const name of head.fields) signal[name] = fields[nextFields++]
      return signal as unknown as Signal
    })
  }

  #objectOf([shape, ...values]: Values): Record<string, unknown> {
    const object: Record<string, unknown> = {}
    for (const [at, name] of (this.#shapes[shape as number] as readonly string[]).entries()) object[name] = values[at] ?? undefined
    return object
  }
}

function headOf(members: Record<string, unknown>): Head {
  const names = Object.keys(members) as Member[]
  const own = (way: 'shared' | 'fields') => names.filter((name) => MEMBERS[name] === way && members[name] === OWN)
  const fields = own('fields')
  // What is neither with the signal nor undefined is an empty object.
  for (const name of names) if (MEMBERS[name] === 'fields' && members[name] !== undefined) members[name] = NOTHING
  return { template: members as unknown as Signal, shared: own('shared'), fields }
}
