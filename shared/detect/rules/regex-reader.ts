import { Refusal } from './refusal.ts'
import type { Place, RegexStep } from './regex-program.ts'
import { CLASSES, EVERY, inverted, otherCases, pointOf, type Ranges } from './regex-ranges.ts'

/** Flags of an expression: without regard to case, `^` and `$` at each line, `.` for a new line too. */
export interface RegexFlags {
  readonly i: boolean
  readonly m: boolean
  readonly s: boolean
}

/** The most steps of one expression: what is counted, as in `a{1000}`, is that many steps. */
export const STEPS_LIMIT = 500

/** How deep groups may stand in groups. */
const DEPTH_LIMIT = 20

/** A part of a program, whose own steps are numbered from `at`. */
type Part = (at: number) => RegexStep[]

/** Reads the text of one regular expression. `read` gives a function that makes its steps, numbered from the place where they will stand. */
export class RegexReader {
  readonly #points: readonly string[]
  #flags: RegexFlags
  #at = 0

  constructor(source: string, flags: RegexFlags) {
    const [whole = '', letters = ''] = source.match(/^\(\?([a-z]+)\)/) ?? []
    for (const letter of letters)
      if (!'ims'.includes(letter)) throw new Refusal(`the regular expression has the flag ${letter}, and only i, m and s are known`)
    this.#flags = { i: flags.i || letters.includes('i'), m: flags.m || letters.includes('m'), s: flags.s || letters.includes('s') }
    this.#points = [...source.slice(whole.length)]
  }

  get isFolded(): boolean {
    return this.#flags.i
  }

  read(): Part {
    const part = this.#alternatives(0)
    if (this.#at < this.#points.length) throw this.#fault('has a ) without a (')
    return part
  }

  #fault(what: string): Refusal {
    return new Refusal(`the regular expression ${what}, at character ${this.#at + 1}`)
  }

  #alternatives(depth: number): Part {
    if (depth > DEPTH_LIMIT) throw this.#fault(`has more than ${DEPTH_LIMIT} groups in each other`)
    const parts = [this.#sequence(depth)]
    while (this.#points[this.#at] === '|') {
      this.#at += 1
      parts.push(this.#sequence(depth))
    }
    return parts.reduceRight((others, one) => (at) => {
      const first = one(at + 1)
      const second = others(at + first.length + 2)
      const end = at + first.length + second.length + 2
      return [{ kind: 'either', to: [at + 1, at + first.length + 2] }, ...first, { kind: 'jump', to: end }, ...second]
    })
  }

  #sequence(depth: number): Part {
    const parts: Part[] = []
    while (this.#at < this.#points.length && this.#points[this.#at] !== '|' && this.#points[this.#at] !== ')')
      parts.push(this.#repeated(this.#atom(depth)))
    return (at) => bounded(parts, at)
  }

  /** One that may be repeated: `*`, `+`, `?`, `{2,5}`. Whether as few as possible are taken makes no difference to whether it matches. */
  #repeated(atom: Part): Part {
    const counts = this.#counts()
    if (counts === undefined) return atom
    const [least, most] = counts
    if (this.#points[this.#at] === '?') this.#at += 1
    else if (this.#points[this.#at] === '+') throw this.#fault('takes all it can (possessive), which is not supported')
    if (this.#counts() !== undefined) throw this.#fault('repeats a repetition')
    // Nothing, however often, is nothing; counted out it would be as slow as the numbers are large.
    if (atom(0).length === 0) return atom
    const optional: Part = (at) => {
      const inner = atom(at + 1)
      return [{ kind: 'either', to: [at + 1, at + 1 + inner.length] }, ...inner]
    }
    const again: Part = (at) => {
      const inner = atom(at + 1)
      return [{ kind: 'either', to: [at + 1, at + 2 + inner.length] }, ...inner, { kind: 'jump', to: at }]
    }
    const more = most === undefined ? [again] : Array<Part>(most - least).fill(optional)
    const parts = [...Array<Part>(least).fill(atom), ...more]
    return (at) => bounded(parts, at)
  }

  #counts(): readonly [number, number | undefined] | undefined {
    const character = this.#points[this.#at]
    const simple =
      character === '*'
        ? ([0, undefined] as const)
        : character === '+'
          ? ([1, undefined] as const)
          : character === '?'
            ? ([0, 1] as const)
            : undefined
    if (simple !== undefined) {
      this.#at += 1
      return simple
    }
    if (character !== '{') return undefined
    const [whole, low = '', comma, high = ''] =
      this.#points
        .slice(this.#at, this.#at + 12)
        .join('')
        .match(/^\{(\d{1,4})(,(\d{1,4})?)?\}/) ?? []
    if (whole === undefined) return undefined
    this.#at += whole.length
    const least = Number(low)
    const most = comma === undefined ? least : high === '' ? undefined : Number(high)
    if (Math.max(least, most ?? 0) > STEPS_LIMIT) throw tooLong(Math.max(least, most ?? 0))
    if (most !== undefined && most < least) throw this.#fault('repeats at most fewer times than at least')
    return [least, most]
  }

  #atom(depth: number): Part {
    const character = this.#points[this.#at++] as string
    switch (character) {
      case '(':
        return this.#group(depth)
      case '[':
        return this.#reading(this.#set())
      case '.':
        return this.#reading(this.#flags.s ? EVERY : inverted([10, 10]))
      case '^':
        return placed(this.#flags.m ? 'line-start' : 'start')
      case '$':
        return placed(this.#flags.m ? 'line-end' : 'end')
      case '\\':
        return this.#escaped()
      case '*':
      case '+':
      case '?':
        this.#at -= 1
        throw this.#fault(`repeats nothing with ${character}`)
      default:
        return this.#reading(pointOf(character))
    }
  }

  #group(depth: number): Part {
    if (this.#points[this.#at] === '?') {
      const head = this.#points.slice(this.#at, this.#at + 64).join('')
      if (/^\?<?[=!]/.test(head)) throw this.#fault('looks around, which is not supported')
      const [whole] = head.match(/^\?(?::|P?<[A-Za-z_]\w*>)/) ?? []
      if (whole === undefined) throw this.#fault('has a group of a kind that is not supported')
      this.#at += whole.length
    }
    const part = this.#alternatives(depth + 1)
    if (this.#points[this.#at] !== ')') throw this.#fault('has a ( without a )')
    this.#at += 1
    return part
  }

  #reading(ranges: Ranges): Part {
    const step: RegexStep = this.#flags.i ? { kind: 'read', ranges, isFolded: true } : { kind: 'read', ranges }
    return () => [step]
  }

  #escaped(): Part {
    const character = this.#points[this.#at++]
    if (character === 'b') return placed('edge')
    if (character === 'B') return placed('no-edge')
    if (character === 'A') return placed('start')
    if (character === 'z' || character === 'Z') return placed('end')
    return this.#reading(this.#class(character))
  }

  /** What an escape stands for, which may stand in a set too. */
  #class(character: string | undefined): Ranges {
    if (character === undefined) throw this.#fault('ends with a \\')
    const known = CLASSES[character]
    if (known !== undefined) return known
    const code = character === 'x' ? /^[0-9a-f]{2}/i : character === 'u' ? /^[0-9a-f]{4}/i : undefined
    if (code !== undefined) {
      const [digits] =
        this.#points
          .slice(this.#at, this.#at + 4)
          .join('')
          .match(code) ?? []
      if (digits === undefined) throw this.#fault(`has \\${character} without its digits`)
      this.#at += digits.length
      const point = Number.parseInt(digits, 16)
      return [point, point]
    }
    if (/[0-9]/.test(character)) throw this.#fault('refers back to a group, which is not supported')
    if (/[A-Za-z]/.test(character)) throw this.#fault(`has \\${character}, which is not supported`)
    return pointOf(character)
  }

  #set(): Ranges {
    const isNegated = this.#points[this.#at] === '^'
    if (isNegated) this.#at += 1
    const ranges: number[] = []
    for (let isFirst = true; this.#points[this.#at] !== ']' || isFirst; isFirst = false) {
      const low = this.#member()
      if (low.length !== 2 || low[0] !== low[1] || this.#points[this.#at] !== '-' || this.#points[this.#at + 1] === ']') {
        ranges.push(...low)
        continue
      }
      this.#at += 1
      const high = this.#member()
      if (high.length !== 2 || high[0] !== high[1] || (high[0] as number) < (low[0] as number))
        throw this.#fault('has a range that ends before it begins')
      ranges.push(low[0] as number, high[0] as number)
    }
    this.#at += 1
    if (!isNegated) return ranges
    // What is left out in one case is left out in the other.
    return inverted(this.#flags.i ? [...ranges, ...otherCases(ranges)] : ranges)
  }

  #member(): Ranges {
    const character = this.#points[this.#at++]
    if (character === undefined) throw this.#fault('has a [ without a ]')
    if (character === '[' && this.#points[this.#at] === ':') throw this.#fault('has a class of POSIX, which is not supported')
    return character === '\\' ? this.#class(this.#points[this.#at++]) : pointOf(character)
  }
}

/** The refusal of an expression that takes more steps than it may. */
export function tooLong(steps: number): Refusal {
  return new Refusal(`the regular expression takes ${steps} steps, and may take ${STEPS_LIMIT}: use shorter repetitions`)
}

const placed =
  (place: Place): Part =>
  () => [{ kind: 'at', place }]

function bounded(parts: readonly Part[], at: number): RegexStep[] {
  const steps: RegexStep[] = []
  for (const part of parts) {
    for (const step of part(at + steps.length)) steps.push(step)
    if (steps.length > STEPS_LIMIT) throw tooLong(steps.length)
  }
  return steps
}
