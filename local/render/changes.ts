import { briefValue } from '../../shared/contain/steps/steps.ts'
import type { Change } from '../../shared/domain/change.ts'
import { printable } from '../../shared/domain/printable.ts'
import { isOrderChain } from '../../shared/record/orders.ts'
import { moment, type Paint } from './style.ts'
import { type Column, table } from './table.ts'

const CHANGE_COLUMNS: readonly Column[] = [
  { align: 'right' },
  {},
  { isText: true, least: 12 },
  { isText: true },
  { isText: true },
  { isText: true, least: 24 },
]

/** The entries of the incident's chain, one a line. Notices in between are of another chain, so they have no number of this one. */
export function renderChanges(changes: readonly Change[], paint: Paint, width?: number): string {
  const rows = changes.map(({ subject, number, at, kind, target, actor, from, to, why }) => [
    isOrderChain(subject) ? '' : `#${number}`,
    `${at.slice(0, 10)} ${at.slice(11, 23)}`,
    kind,
    printable(target, 80),
    kind.startsWith('step') || from !== null ? `${brief(from, target)} → ${brief(to, target)}` : brief(to, target),
    `${printable(actor, 120)}: ${printable(whyOf({ kind, why }), 600)}`,
  ])
  return `${paint('bold', 'Changes')} (UTC)\n${table(CHANGE_COLUMNS, rows, { width, indent: 2 })}`
}

/** The reason of an entry. That of an undone step ends in the title of the step, which says what was set and not what is now. */
export function whyOf({ kind, why }: Pick<Change, 'kind' | 'why'>): string {
  const [, cause, title] = kind === 'step-undone' ? (why.match(/^(.*?): (.*)$/s) ?? []) : []
  return title === undefined ? why : `${cause}; until then: ${title}`
}

/** A value of the record in a word or two. `target` is that of its entry: a step has words of its own for what it sets. */
export function brief(value: unknown, target: string): string {
  if (value === null || value === undefined) return 'absent'
  const word = typeof value === 'object' ? wordIn(value) : undefined
  if (word !== undefined) return printable(word, 40)
  if (typeof value !== 'string') return printable(JSON.stringify(value), 40)
  return briefValue(target, value) ?? printable(value, 40)
}

/** The action of a decision, the state at a verdict, or the end (epoch ms) of an extension. */
function wordIn(value: object): string | undefined {
  const { action, state, says, until } = value as { action?: unknown; state?: unknown; says?: unknown; until?: unknown }
  if (typeof until === 'number' && !Number.isNaN(new Date(until).getTime())) return `until ${moment(until)}`
  return [action, state, says].find((one) => typeof one === 'string')
}
