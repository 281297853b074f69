import { accessFact } from '../../shared/domain/access-finding.ts'
import { listedHolder } from '../../shared/domain/listed-holder.ts'
import { printable } from '../../shared/domain/printable.ts'
import type { StoredReach } from '../../shared/domain/stored-reach.ts'
import { minuteText } from '../../shared/domain/time.ts'
import { type Column, table } from './table.ts'
import { wrapText } from './wrap.ts'

const COLUMNS: readonly Column[] = [
  { name: 'REACH', align: 'right' },
  { name: 'KIND', worth: 2 },
  { name: 'NAME', isText: true },
  { name: 'PATHS', align: 'right', worth: 1 },
  { name: 'CHANGED', isText: true, worth: 3 },
  { name: 'GRAVEST', isText: true, worth: 4 },
]

/** Identities as a list, one a line, and when the inventory was taken. */
export function renderStoredReaches(found: readonly StoredReach[], width?: number): string {
  const rows = found.map((one) => [
    String(one.score),
    listedHolder(one.id).kind,
    printable(listedHolder(one.id).name, 64),
    String(one.paths.length),
    changeText(one),
    printable(one.reasons[0] ?? 'nothing that counts', 100),
  ])
  const latest = Math.max(...found.map(({ at }) => at))
  const older = found.filter(({ at }) => at < latest).length
  const told = [
    table(COLUMNS, rows, { width }),
    `As of ${minuteText(latest)}.`,
    ...(older === 0 ? [] : [`${older} of an earlier inventory: they are gone, or their account could not be read since.`]),
  ]
  return wrapText(told.join('\n'), width)
}

/** Said where nothing of it was read. */
const UNASKED = 'Access Analyzer: not known; the region has no analyzer, or it could not be read'

/** One identity in full. */
export function renderStoredReach(one: StoredReach, width?: number): string {
  const { id, score, reasons, paths, gained = [], at, access } = one
  const change = changeText(one)
  const told = [
    `${printable(id, 300)}  reach ${score} of 100, as of ${minuteText(at)}`,
    ...reasons.map((reason) => `  ${printable(reason, 300)}`),
    ...(reasons.length === 0 ? ['  nothing that counts'] : []),
    ...(change === '' ? [] : [`Changed ${change}`, ...gained.map((reason) => `  new: ${printable(reason, 300)}`)]),
    ...(paths.length === 0 ? [] : [`Paths: ${paths.join(', ')}; with --file the same command shows their steps`]),
    ...(access ?? []).map((finding) => `Access Analyzer: ${accessFact(finding)}`),
    ...(access === undefined ? [UNASKED] : access.length === 0 ? ['Access Analyzer: nothing found'] : []),
  ]
  return wrapText(told.join('\n'), width)
}

/** How its reach changed, and since which inventory; empty where it never did. */
export function changeText({ score, before, since }: StoredReach): string {
  return before === undefined ? '' : `${before} → ${score} since ${new Date(since).toISOString().slice(0, 10)}`
}
