import type { Signal } from '../../shared/domain/signal.ts'
import { isOfProfile } from '../../shared/sense/join.ts'
import { type Column, table } from '../render/table.ts'
import { wrapText } from '../render/wrap.ts'
import type { RowOutcome } from './signal-kinds.ts'

/**
 * What became of the rows of one kind. A row is a signal where it makes at least one. `named`: it says itself whom it means; `lookedUp`: it names a credential or an
 * instance, whose owner IAM or CloudTrail is asked for; `nobody`: it names neither, so a person is asked. `reasons`: why the others are none.
 */
export interface KindFigures {
  rows: number
  signals: number
  named: number
  lookedUp: number
  nobody: number
  readonly reasons: Record<string, number>
  /** Rows that are neither. */
  unexplained: number
}

export function noFigures(): KindFigures {
  return { rows: 0, signals: 0, named: 0, lookedUp: 0, nobody: 0, reasons: {}, unexplained: 0 }
}

export function addOutcome(figures: KindFigures, outcome: RowOutcome): void {
  figures.rows += 1
  if (outcome === undefined) {
    figures.unexplained += 1
    return
  }
  if (outcome.kind === 'none') {
    figures.reasons[outcome.reason] = (figures.reasons[outcome.reason] ?? 0) + 1
    return
  }
  figures.signals += 1
  figures[outcome.signals.map(joinOf).find((join) => join !== 'nobody') ?? 'nobody'] += 1
}

function joinOf({ identity, credential }: Signal): 'named' | 'lookedUp' | 'nobody' {
  if (identity.kind !== 'unknown') return 'named'
  const isAskedFor = credential.kind === 'access-key' || credential.kind === 'session' || isOfProfile(identity)
  return isAskedFor ? 'lookedUp' : 'nobody'
}

const COLUMNS: readonly Column[] = [
  { name: 'KIND', isText: true },
  { name: 'ROWS', align: 'right' },
  { name: 'SIGNALS', align: 'right' },
  { name: 'NAMED', align: 'right', worth: 3 },
  { name: 'LOOKED UP', align: 'right', worth: 1 },
  { name: 'NOBODY', align: 'right', worth: 2 },
  { name: 'UNEXPLAINED', align: 'right', worth: 4 },
]

/** The figures as a table, and under it the reasons of each kind. */
export function renderSignals(kinds: Readonly<Record<string, KindFigures>>, width?: number): string {
  const all = Object.entries(kinds).sort(([a], [b]) => (a < b ? -1 : 1))
  const total = noFigures()
  for (const [, one] of all) for (const name of COUNTS) total[name] += one[name]
  const rows = [...all, ['all', total] as const].map(([kind, one]) => [kind, ...COUNTS.map((name) => String(one[name]))])
  const reasons = all.flatMap(([kind, one]) => {
    const lines = Object.entries(one.reasons).sort((a, b) => b[1] - a[1])
    const left = one.unexplained > 0 ? [['', String(one.unexplained), 'neither a signal nor known to be none'] as const] : []
    return [...lines.map(([reason, count]) => ['', String(count), reason] as const), ...left].map(([, count, reason], at) => [
      at === 0 ? kind : '',
      count,
      reason,
    ])
  })
  const told = [
    table(COLUMNS, rows, { width }),
    '',
    'Named: it says whom it means. Looked up: IAM or CloudTrail is asked whose the credential is. Nobody: a person is asked.',
    ...(reasons.length === 0 ? [] : ['', 'No signal, and why', table([{}, { align: 'right' }, { isText: true }], reasons, { width })]),
  ]
  return wrapText(told.join('\n'), width)
}

const COUNTS = ['rows', 'signals', 'named', 'lookedUp', 'nobody', 'unexplained'] as const
