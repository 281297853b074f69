import type { Reach } from '../../shared/decide/reach/account-reach.ts'
import { type FoundPath, isCertain, unknownOf } from '../../shared/decide/reach/found-paths.ts'
import { listedHolder } from '../../shared/domain/listed-holder.ts'
import { printable } from '../../shared/domain/printable.ts'
import { type Column, table } from './table.ts'
import { wrapText } from './wrap.ts'

/** The most statements that are named for one permission. */
const STATEMENTS = 3

const COLUMNS: readonly Column[] = [
  { name: 'REACH', align: 'right' },
  { name: 'KIND', worth: 2 },
  { name: 'NAME', isText: true },
  { name: 'PATHS', align: 'right', worth: 1 },
  { name: 'BY ROLE', isText: true, worth: 3 },
  { name: 'GRAVEST', isText: true, worth: 4 },
]

/** Identities as a list, one a line. */
export function renderReaches(found: readonly Reach[], serviceLinked: number, width?: number): string {
  const rows = found.map(({ id, reach, reasons, paths, hops }) => [
    String(reach),
    listedHolder(id).kind,
    printable(listedHolder(id).name, 64),
    String(paths.length),
    hops.length === 0 ? '' : hops.map(({ to }) => printable(to.slice(to.lastIndexOf('/') + 1), 40)).join(' → '),
    printable(reasons[0] ?? 'nothing that counts', 100),
  ])
  const left = serviceLinked === 0 ? [] : [`Left out: ${serviceLinked} service-linked roles, which only their services use.`]
  return wrapText([table(COLUMNS, rows, { width }), ...left].join('\n'), width)
}

/** One identity in full: why, the roles that it comes to, and each path in steps. */
export function renderReach({ id, reach, reasons, paths, hops }: Reach, width?: number): string {
  const told = [
    `${printable(id, 300)}  reach ${reach} of 100`,
    ...reasons.map((reason) => `  ${printable(reason, 200)}`),
    ...(reasons.length === 0 ? ['  nothing that counts'] : []),
    ...(hops.length === 0 ? [] : ['', 'By these roles']),
    ...hops.map(({ to, reason }, at) => `  ${at + 1}. ${printable(reason, 100)}  (${printable(to, 200)})`),
    ...paths.flatMap(renderPath),
  ]
  return wrapText(told.join('\n'), width)
}

function renderPath(found: FoundPath): string[] {
  const { path, rights } = found
  const ifPossible = isCertain(found) ? '' : `  possible: it depends on ${printable(unknownOf(found).join(', '), 120)}`
  const permissions = path.permissions.map((permission, at) => {
    const by = new Set((rights[at]?.because ?? []).map(({ policy, name, statement }) => `${statement.effect} by ${policy}, ${name}`))
    return `     ${permission}  ${printable([...by].slice(0, STATEMENTS).join('; '), 160)}`
  })
  return [
    '',
    `${path.name}  ${path.category}${ifPossible}`,
    ...path.steps.map((step, at) => `  ${at + 1}. ${step}`),
    ...permissions,
    `     ${path.source}: ${path.reference}`,
  ]
}
