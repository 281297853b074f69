import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { ResponderError } from '../../shared/errors.ts'
import { whyUnreadable } from '../list-files.ts'
import type { SourceFigures } from './figures.ts'

const Share = z.number().min(0).max(1)

/** The figures that a source must reach. Shares are 0 to 1; a figure that is not named is not checked. */
const Bar = z.strictObject({
  /** Share of malicious cases found, at least. */
  found: Share.optional(),
  /** Share of benign cases with a decision ≥ ask, at most. */
  falseCases: Share.optional(),
  /** Share of benign credentials with a risk ≥ ask, at most. */
  benignCredentialsAsk: Share.optional(),
  /** Benign credentials with a risk ≥ contain, at most: a number. */
  benignCredentialsContain: z.number().int().min(0).optional(),
})
const Bars = z.record(z.string(), Bar)
export type Bars = z.infer<typeof Bars>

/** Reads and checks a file of bars. */
export async function readBars(path: string): Promise<Bars> {
  const fail = (reason: string, cause?: unknown) => new ResponderError('usage', `cannot read the bars in ${path}: ${reason}`, { cause })
  let content: unknown
  try {
    content = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw fail(cause instanceof SyntaxError ? cause.message : whyUnreadable(cause), cause)
  }
  const parsed = Bars.safeParse(content)
  if (parsed.success) return parsed.data
  throw fail(parsed.error.issues.map(({ path: at, message }) => `${at.join('.') || 'the file'}: ${message}`).join('; '))
}

/** A figure that has a bar, and of what it was counted. */
interface Figure {
  readonly value: number
  readonly of: { readonly what: string; readonly count: number }
  readonly bound: number | undefined
  readonly isAtLeast: boolean
}

/** The missed bars, one line each. A source that has bars but no records, and a figure that nothing was measured for, are missed bars too. */
export function shortfalls(bars: Bars, sources: Readonly<Record<string, SourceFigures>>): string[] {
  return Object.entries(bars).flatMap(([name, bar]) => {
    const figures = sources[name]
    if (figures === undefined) return [`${name}: no such source in the files`]
    const malicious = figures.cases.filter((one) => one.malicious)
    const benign = figures.cases.filter((one) => !one.malicious)
    const { total, ask, contain } = figures.credentials.benign
    const lines: string[] = []
    const check = (what: string, { value, of, bound, isAtLeast }: Figure) => {
      if (bound === undefined) return
      if (of.count === 0)
        lines.push(`${name}: ${what} was not measured: there is no ${of.what} in the files, so remove the bar or add some`)
      else if (isAtLeast ? value < bound : value > bound)
        lines.push(`${name}: ${what} is ${Math.round(value * 1000) / 1000}, must be ${isAtLeast ? 'at least' : 'at most'} ${bound}`)
    }
    const found = malicious.filter((one) => one.detected).length
    const alarms = benign.filter(({ trigger }) => trigger !== null).length
    const cases = { what: 'benign case', count: benign.length }
    const credentials = { what: 'benign credential', count: total }
    const ofMalicious = { what: 'malicious case', count: malicious.length }
    check('found', { value: share(found, malicious.length), of: ofMalicious, bound: bar.found, isAtLeast: true })
    check('falseCases', { value: share(alarms, benign.length), of: cases, bound: bar.falseCases, isAtLeast: false })
    check('benignCredentialsAsk', { value: share(ask, total), of: credentials, bound: bar.benignCredentialsAsk, isAtLeast: false })
    check('benignCredentialsContain', { value: contain, of: credentials, bound: bar.benignCredentialsContain, isAtLeast: false })
    return lines
  })
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
