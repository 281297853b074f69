import type { LineageEdge } from '../../shared/domain/incident.ts'
import { type FoundSince, sessionsBefore } from '../../shared/domain/issued-before.ts'
import { printable } from '../../shared/domain/printable.ts'
import { clockText } from '../../shared/domain/time.ts'

/** The most lines of a lineage that are printed. */
const ROWS = 25

/** The lineage as a tree: each credential of the incident, below it what it created or issued, and so on. */
export function renderLineage(incident: FoundSince): string[] {
  const { lineage } = incident
  const before = new Set(sessionsBefore(incident))
  const made = Map.groupBy(lineage, ({ parent }) => parent)
  const known = new Set(lineage.map(({ id }) => id))
  const lines: string[] = []
  const shown = new Set<string>()
  const branch = (edges: readonly LineageEdge[], indent: string) => {
    for (const [at, edge] of edges.entries()) {
      const isLast = at === edges.length - 1
      lines.push(`${indent}${isLast ? '└─' : '├─'} ${labelOf(edge, before)}`)
      // A role chain may have circles: each item is drawn once.
      if (shown.has(edge.id)) continue
      shown.add(edge.id)
      branch(made.get(edge.id) ?? [], `${indent}${isLast ? '   ' : '│  '}`)
    }
  }
  for (const [parent, edges] of made) {
    if (known.has(parent) && [...made.keys()].some((other) => !known.has(other))) continue
    if (shown.has(parent)) continue
    lines.push(printable(parent, 64))
    shown.add(parent)
    branch(edges, '')
  }
  return lines.length > ROWS ? [...lines.slice(0, ROWS), `… ${lines.length - ROWS} more (--json shows all)`] : lines
}

/** What an edge of the lineage created, in words. `before`: the sessions that were issued before the first finding, of which it says when. */
export function labelOf(edge: LineageEdge, before: ReadonlySet<LineageEdge>): string {
  const { kind, id, owner, time } = edge
  const thing = printable(id, 90)
  const when = time !== undefined && before.has(edge) ? `, issued at ${clockText(time)}, before the first finding` : ''
  switch (kind) {
    case 'user':
    case 'role':
      return `${kind} ${printable(owner, 64)}`
    case 'backdoor':
      return `backdoor: ${thing}`
    case 'tag':
      return `tag: ${thing}`
    case 'console':
      return `console password of ${printable(owner, 64)}`
    default:
      return `${kind} ${thing} of ${printable(owner, 100)}${when}`
  }
}
