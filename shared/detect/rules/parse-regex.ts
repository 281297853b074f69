import type { RegexProgram, RegexStep } from './regex-program.ts'
import { type RegexFlags, RegexReader, STEPS_LIMIT, tooLong } from './regex-reader.ts'

/**
 * Reads a regular expression of the kind that all engines share, and makes a program of it whose work grows with the text and no faster. Throws a
 * `Refusal` for what such a program cannot do (looking around, references back), for what is too long, and for what is no expression.
 */
export function parseRegex(source: string, flags: RegexFlags): ParsedRegex {
  const reader = new RegexReader(source, flags)
  const program: RegexStep[] = [...reader.read()(0), { kind: 'found' }]
  if (program.length > STEPS_LIMIT) throw tooLong(program.length)
  return { program, needs: neededBy(program), ...(reader.isFolded ? { isFolded: true } : {}) }
}

/** A program, and the longest text that stands in whatever it matches: in small letters where it has no regard to case, and empty where there is none. */
export interface ParsedRegex {
  readonly program: RegexProgram
  readonly needs: string
  readonly isFolded?: true
}

/** Characters of ASCII that are read one after the other by whatever way: no step before them goes past them, and none from elsewhere comes between them. */
function neededBy(program: RegexProgram): string {
  const [either, joined] = [new Set<number>(), new Set<number>()]
  for (const [at, step] of program.entries()) {
    const targets = step.kind === 'either' ? step.to : step.kind === 'jump' ? [step.to] : []
    for (const to of targets) {
      joined.add(to)
      // What lies between a step and where it may go to may be left out, or come again.
      for (let between = Math.min(at, to); between < Math.max(at, to); between++) either.add(between)
    }
  }
  let [longest, run] = ['', '']
  for (const [at, step] of program.entries()) {
    const isOne = step.kind === 'read' && step.ranges.length === 2 && step.ranges[0] === step.ranges[1] && (step.ranges[0] as number) < 128
    if (joined.has(at)) run = ''
    run = isOne && !either.has(at) ? run + String.fromCharCode(step.ranges[0] as number) : ''
    if (run.length > longest.length) longest = run
  }
  return program.some((step) => step.kind === 'read' && step.isFolded === true) ? longest.toLowerCase() : longest
}
