import * as z from 'zod'

/** Where in a text nothing is read and something has to be so: its beginning or end, those of a line, the edge of a word or none. */
export const Place = z.enum(['start', 'end', 'line-start', 'line-end', 'edge', 'no-edge'])
export type Place = z.infer<typeof Place>

/**
 * A step of a regular expression. `read`: one character of the ranges (first and last code points by turns), in either case where `isFolded`; then the next step.
 * `either`: two steps to go on from. `at`: a place; then the next step. `found`: the expression matches.
 */
export const RegexStep = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('read'), ranges: z.array(z.number()).readonly(), isFolded: z.literal(true).exactOptional() }).readonly(),
  z.strictObject({ kind: z.literal('either'), to: z.tuple([z.number(), z.number()]).readonly() }).readonly(),
  z.strictObject({ kind: z.literal('jump'), to: z.number() }).readonly(),
  z.strictObject({ kind: z.literal('at'), place: Place }).readonly(),
  z.strictObject({ kind: z.literal('found') }).readonly(),
])
export type RegexStep = z.infer<typeof RegexStep>

/** A regular expression, ready to run. */
export const RegexProgram = z.array(RegexStep).readonly()
export type RegexProgram = z.infer<typeof RegexProgram>

/** The most characters that a regular expression looks at, of all values of one field together: with the most steps that it may have, some tenths of a second. */
export const REGEX_TEXT_LIMIT = 16_384

/**
 * A function that says whether an expression matches somewhere in a text. It follows all ways at once, so it takes at most the number of steps times that of
 * characters, whatever both are: no expression and no text makes it slow.
 */
export function regexMatcher(program: RegexProgram): (text: string) => boolean {
  const size = program.length
  const marks = new Uint32Array(size)
  let round = 0
  return (whole) => {
    const text = whole.length > REGEX_TEXT_LIMIT ? whole.slice(0, REGEX_TEXT_LIMIT) : whole
    let now: number[] = []
    let next: number[] = []
    /** Adds a step and all that follow from it without reading. True where one of them is the end. */
    const add = (list: number[], first: number, at: number): boolean => {
      const open = [first]
      for (let step = open.pop(); step !== undefined; step = open.pop()) {
        if (marks[step] === round) continue
        marks[step] = round
        const one = program[step] as RegexStep
        if (one.kind === 'found') return true
        if (one.kind === 'read') list.push(step)
        else if (one.kind === 'jump') open.push(one.to)
        else if (one.kind === 'either') open.push(one.to[1], one.to[0])
        else if (isAt(one.place, text, at)) open.push(step + 1)
      }
      return false
    }
    const newRound = () => {
      round += 1
      if (round < 0xffffffff) return
      marks.fill(0)
      round = 1
    }
    newRound()
    for (let at = 0; ; ) {
      // The search may begin at every place.
      if (add(now, 0, at)) return true
      if (at >= text.length) return false
      const point = text.codePointAt(at) as number
      at += point > 0xffff ? 2 : 1
      newRound()
      next.length = 0
      for (const step of now) {
        const one = program[step] as Extract<RegexStep, { kind: 'read' }>
        if (reads(one, point) && add(next, step + 1, at)) return true
      }
      ;[now, next] = [next, now]
    }
  }
}

function reads({ ranges, isFolded }: Extract<RegexStep, { kind: 'read' }>, point: number): boolean {
  if (includes(ranges, point)) return true
  if (isFolded !== true) return false
  const text = String.fromCodePoint(point)
  return [text.toLowerCase(), text.toUpperCase()].some((other) => other !== text && includes(ranges, other.codePointAt(0) as number))
}

function includes(ranges: readonly number[], point: number): boolean {
  for (let at = 0; at < ranges.length; at += 2) if (point >= (ranges[at] as number) && point <= (ranges[at + 1] as number)) return true
  return false
}

function isAt(place: Place, text: string, at: number): boolean {
  switch (place) {
    case 'start':
      return at === 0
    case 'end':
      return at === text.length
    case 'line-start':
      return at === 0 || text[at - 1] === '\n'
    case 'line-end':
      return at === text.length || text[at] === '\n'
    case 'edge':
      return isWord(text[at - 1]) !== isWord(text[at])
    case 'no-edge':
      return isWord(text[at - 1]) === isWord(text[at])
  }
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /\w/.test(character)
}
