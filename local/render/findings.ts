import type { Contribution } from '../../shared/domain/assessment.ts'
import { exceptedLines } from '../../shared/domain/excepted-lines.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { printable } from '../../shared/domain/printable.ts'
import { runbookLine } from '../../shared/domain/runbook.ts'
import type { Paint } from './style.ts'
import { layTable } from './table.ts'
import { wrapText } from './wrap.ts'

/** Of a detector that found something in several credentials the runbook stands once. */
const RUNBOOK_INDENT = '       '

/** Findings as rows, each with what to do first below it. `weaker`: those of which a weaker one, before, was a reason. */
export function renderFindings(
  contributions: readonly Contribution[],
  { hasShares = true, weaker = new Set(), width }: { hasShares?: boolean; weaker?: ReadonlySet<string>; width?: number | undefined } = {},
): string {
  const { rows } = layTable(
    [...(hasShares ? [{}] : []), {}, {}, { isText: true }],
    contributions.map(({ finding, share }) => [
      // What rests on a fact that another finding rests on counts with that one.
      ...(hasShares ? [share === 0 ? ' same' : `+${share.toFixed(1).padStart(4)}`] : []),
      finding.detector,
      finding.technique,
      `${printable(finding.reason, 110)}${weaker.has(finding.detector) ? ' (a weaker one, before, was a reason)' : ''}`,
    ]),
    { width },
  )
  const isFirst = (at: number) => contributions.findIndex(({ finding }) => finding.detector === contributions[at]?.finding.detector) === at
  return contributions
    .flatMap(({ finding }, at) => [
      ...(rows[at] ?? []),
      ...(isFirst(at) ? runbookLine(finding.detector).map((line) => wrapText(`${RUNBOOK_INDENT}${line}`, width)) : []),
    ])
    .join('\n')
}

/** What the policy does not count: people see it all the same. */
export function renderExcepted(incident: Incident, paint: Paint): string[] {
  const lines = exceptedLines(incident)
  return lines.length === 0 ? [] : ['', paint('bold', 'Seen, and not counted'), ...lines.map((line) => `  ${printable(line, 600)}`)]
}
