import * as z from 'zod'
import { printable } from '../../shared/domain/printable.ts'
import { issueText } from '../../shared/domain/schema-issues.ts'
import { addOutcome, type KindFigures, noFigures, renderSignals } from '../evaluate/signal-figures.ts'
import { outcomeOf } from '../evaluate/signal-kinds.ts'
import { readRecords } from '../read/read-records.ts'
import { jsonText } from '../render/json-text.ts'
import { InputTally } from './input-tally.ts'

/** A labelled signal of any source: `kind` says by which way it comes, `event` is it, `headers` those of the request that brought it. */
const LabelledSignal = z.object({
  id: z.string().nullish(),
  kind: z.string().min(1).max(100),
  event: z.unknown().refine((event) => event !== undefined, { error: 'missing' }),
  headers: z.record(z.string(), z.string()).nullish(),
})

/** The most kinds that are told apart. */
const KINDS = 200

/** The most rows that are named because nobody knows what they are; all are counted. */
const NAMED = 20

export interface EvaluateSignalsOptions {
  readonly files: readonly string[]
  readonly isJson: boolean
  /** That of the terminal. */
  readonly width?: number | undefined
  /** Epoch milliseconds. */
  readonly now: number
  readonly complain: (line: string) => void
}

/**
 * Says of labelled signals of all sources, kind by kind, how many become signals and whom those mean, and why the others become none. `isWhole`: every row was read, and
 * is a signal or known to be none.
 */
export async function evaluateSignals({
  files,
  isJson,
  width,
  now,
  complain,
}: EvaluateSignalsOptions): Promise<{ output: string; isWhole: boolean }> {
  const kinds = new Map<string, KindFigures>()
  let problems = 0
  const passed = new InputTally({ write: complain })
  const fail = (line: string) => {
    problems += 1
    if (problems <= NAMED) complain(line)
  }
  let number = 0
  for await (const batch of readRecords(files, {
    onProblem: ({ file, position, reason }) => fail(`${printable(file, 300)}: byte ${position}: ${printable(reason, 300)}`),
    recordOf: (line) => line,
    onSkip: passed.onSkip,
  }))
    for (const line of batch) {
      number += 1
      const parsed = LabelledSignal.safeParse(line)
      if (!parsed.success) {
        const [issue] = parsed.error.issues
        const why = issue === undefined ? '' : `${issue.path.join('.') || 'the line'}: ${issueText(issue, LabelledSignal, line)}`
        fail(`record ${number}: ${printable(why, 300)}; a row has id, kind, label, event and headers`)
        continue
      }
      const { id, kind, event, headers } = parsed.data
      const name = kinds.has(kind) || kinds.size < KINDS ? printable(kind, 60) : 'other kinds'
      const figures = kinds.get(name) ?? noFigures()
      kinds.set(name, figures)
      const outcome = outcomeOf({ kind, event, headers: headers ?? {} }, now)
      addOutcome(figures, outcome)
      if (outcome === undefined)
        fail(
          `record ${number}${typeof id === 'string' ? ` (${printable(id, 80)})` : ''}, ${printable(kind, 60)}: neither a signal nor known to be none`,
        )
    }
  if (number === 0) fail(`no row was read${passed.passedOver.length === 0 ? '' : `; passed over: ${passed.passedOver.join(', ')}`}`)
  const told = Object.fromEntries([...kinds].sort(([a], [b]) => (a < b ? -1 : 1)))
  return { output: isJson ? jsonText({ kinds: told }) : renderSignals(told, width), isWhole: problems === 0 }
}
