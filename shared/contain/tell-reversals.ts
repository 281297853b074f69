import type { Change } from '../domain/change.ts'
import { MINUTE_MS } from '../domain/time.ts'

/** After the first notice of a reversal the next one waits a minute, then two, four and eight: nobody reads a hundred notices in ten minutes. */
const FIRST_WAIT_MS = MINUTE_MS

/** The longest wait. A look can be scheduled no later than this (SQS), and what is reversed all day is told four times an hour. */
const LONGEST_WAIT_MS = 15 * MINUTE_MS

/**
 * What people are to be told of the reversals in an incident's chain.
 *
 * `none`: they know of all. `due`: `lines` says, for each step that was reversed since they were told, how often it was so far. `waits`: they are told
 * at `at` (epoch milliseconds), of `count` reversals.
 */
export type ReversalNews =
  | { readonly kind: 'none' }
  | { readonly kind: 'due'; readonly lines: readonly string[] }
  | { readonly kind: 'waits'; readonly at: number; readonly count: number }

/** Why a step is done once more that somebody else had reversed. */
export const SET_AGAIN = 'set again'

/** Reads from the chain what people were not told yet. A step that was reversed is set again each time, whether or not that is told. */
export function reversalNews(changes: readonly Change[], now: number): ReversalNews {
  const notices = changes.filter(({ kind, to }) => kind === 'notice' && to === 'reversed')
  const told = notices.at(-1)
  const reversals = changes.filter(({ kind, why }) => kind === 'step-done' && why === SET_AGAIN)
  const untold = reversals.filter(({ number }) => number > (told?.number ?? 0))
  if (untold.length === 0) return { kind: 'none' }
  const wait = Math.min(FIRST_WAIT_MS * 2 ** (notices.length - 1), LONGEST_WAIT_MS)
  const at = told === undefined ? now : Date.parse(told.at) + wait
  if (now < at) return { kind: 'waits', at, count: untold.length }
  const targets = [...new Set(untold.map(({ target }) => target))]
  return { kind: 'due', lines: targets.map((target) => lineOf(target, reversals.filter((one) => one.target === target).length)) }
}

function lineOf(target: string, times: number): string {
  return `${target} was reversed by somebody else${times === 1 ? '' : ` ${times} times`}, and is set again`
}

/** True for a reason that `reversalNews` gave about the same step, when it had been reversed less often. */
export function isOlderLine(line: string, lines: readonly string[]): boolean {
  const subject = / was reversed by somebody else(?: \d+ times)?, and is set again$/
  return subject.test(line) && lines.some((one) => subject.test(one) && one.replace(subject, '') === line.replace(subject, ''))
}
