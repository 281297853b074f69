import type { Check, CheckState } from '../doctor/check.ts'
import { type Column, layTable } from './table.ts'
import { wrapText } from './wrap.ts'

const COLUMNS: readonly Column[] = [{}, {}, { isText: true, least: 24 }]

/** How states are counted, the worst first. */
const COUNTED: readonly (readonly [state: CheckState, words: string])[] = [
  ['broken', 'broken'],
  ['not known', 'not known'],
  ['look', 'to look at'],
  ['ok', 'ok'],
]

/** Checks, one a row with its state, what was found and below it what to do, after a line that counts them. */
export function renderChecks(name: string, checks: readonly Check[], width?: number): string {
  const counts = COUNTED.flatMap(([state, words]) => {
    const count = checks.filter((check) => check.state === state).length
    return count === 0 ? [] : [`${count} ${words}`]
  })
  const laid = layTable(
    COLUMNS,
    checks.map((check) => [check.state, check.name, check.fact]),
    { width, indent: 2 },
  )
  const rows = checks.flatMap(({ todo }, at) => [
    ...(laid.rows[at] ?? []),
    ...(todo === undefined ? [] : [wrapText(`      →  ${todo}`, width)]),
  ])
  return [wrapText(`${name.slice(0, 1).toUpperCase()}${name.slice(1)}: ${counts.join(', ')}.`, width), ...rows].join('\n')
}
