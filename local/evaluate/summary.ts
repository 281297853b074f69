import { ACTIONS, type Action } from '../../shared/domain/action.ts'
import { counted } from '../../shared/domain/counted.ts'
import { type Decisions, type SourceFigures, share } from './figures.ts'

/** What a reader needs first of each source, as text for a terminal. */
export function renderSummary(sources: Readonly<Record<string, SourceFigures>>): string {
  return Object.entries(sources)
    .map(([name, figures]) => [name, ...summaryLines(figures).map((line) => `  ${line}`)].join('\n'))
    .join('\n')
}

/** What a reader needs first of one source: what would have been done to benign cases and to malicious ones, and at what price. A line says one thing. */
export function summaryLines({ decisions, identities, interventions, beforeIrreversible, collateral, stopped }: SourceFigures): string[] {
  const lines: string[] = []
  const { benign, malicious } = decisions
  if (benign.total > 0) {
    const { total, contain } = identities.benign
    lines.push(`of ${counted(benign.total, 'benign case')}: ${strongestFirst(benign)}`)
    lines.push(`of ${counted(total, 'benign identity', 'benign identities')} that can be contained: ${contain} contain`)
    const { perCase, most } = interventions.benign
    lines.push(`questions, restrictions and containments in a benign case: ${round(perCase ?? 0)} on average, at most ${most}`)
  }
  if (malicious.total > 0) lines.push(`of ${counted(malicious.total, 'malicious case')}: ${strongestFirst(malicious)}`)
  if (beforeIrreversible.total > 0) {
    const before = `${strongestFirst({ observe: 0, ...beforeIrreversible }, ['observe'])}, ${beforeIrreversible.none} none`
    lines.push(`before the first irreversible call of ${counted(beforeIrreversible.total, 'malicious case')}: ${before}`)
  }
  if (malicious.total > 0)
    lines.push(`refused of the malicious calls from the first suspicious one on: ${percent(stopped.median ?? 0)} in the median case`)
  if (collateral.benign > 0)
    lines.push(
      `refused of the ${counted(collateral.benign, 'benign call')} within 24 hours after an action: ${collateral.refused} (${percent(share(collateral.refused, collateral.benign))})`,
    )
  return lines
}

/** The number of each decision, the strongest first. */
function strongestFirst(counts: Decisions, without: readonly Action[] = []): string {
  return ACTIONS.toReversed()
    .filter((action) => !without.includes(action))
    .map((action) => `${counts[action]} ${action}`)
    .join(', ')
}

function percent(part: number): string {
  return `${Math.round(part * 1000) / 10} %`
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100)
}
