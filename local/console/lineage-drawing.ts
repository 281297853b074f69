import { html } from 'hono/html'
import type { Incident } from '../../shared/domain/incident.ts'
import { type FoundSince, sessionsBefore } from '../../shared/domain/issued-before.ts'
import { chart } from '../page/chart.ts'
import { type Markup, shown } from '../page/document.ts'
import { labelOf } from '../render/lineage.ts'

/** The most items that are drawn. The list below the drawing has all of them. */
const DRAWN = 40

interface Issued {
  readonly name: string
  readonly children: readonly Issued[]
}

/** What an incident's credentials created or issued, and what that created: as a drawing, and as a list for screen readers. */
export function lineageDrawing(incident: Incident): Markup {
  const { lineage } = incident
  if (lineage.length === 0) return html`<p>The credential created nothing that outlives it.</p>`
  const roots = treesOf(incident)
  const list = (made: readonly Issued[]): Markup =>
    html`<ul>${made.map(({ name, children }) => html`<li>${name}${children.length === 0 ? '' : list(children)}</li>`)}</ul>`
  const drawing =
    lineage.length > DRAWN ? html`<p class="faint">${lineage.length} items: too many to draw.</p>` : roots.map((root) => drawn(root))
  return html`${drawing}<ul class="tree">${roots.map(({ name, children }) => html`<li>${name}${list(children)}</li>`)}</ul>`
}

function drawn(root: Issued): Markup {
  const clipped = ({ name, children }: Issued): object => ({ name: shown(withoutArns(name), 56), children: children.map(clipped) })
  return chart(
    {
      series: [
        {
          type: 'tree',
          data: [clipped(root)],
          // Left to right with one line per item, so that long labels fit beside their dots.
          orient: 'LR',
          top: 20,
          bottom: 20,
          left: 12,
          right: '52%',
          symbolSize: 9,
          initialTreeDepth: -1,
          color: '#4a7bd0',
          label: { position: 'top', align: 'left', fontSize: 12, distance: 8 },
          leaves: { label: { position: 'right', distance: 5 } },
        },
      ],
    },
    { title: `Created by ${shown(root.name, 64)}`, height: 60 + 46 * sizeOf(root) },
  )
}

/** A name with what its ARNs end in: a drawing has no room for the rest, which stands in the list below. */
function withoutArns(name: string): string {
  return name.replace(/arn:[\w-]*:(?:iam|sts)::\d*:(?:assumed-role|role|user)\//g, '')
}

function sizeOf({ children }: Issued): number {
  return children.length === 0 ? 1 : children.reduce((sum, child) => sum + sizeOf(child), 0)
}

function treesOf(incident: FoundSince): Issued[] {
  const { lineage } = incident
  const before = new Set(sessionsBefore(incident))
  const made = Map.groupBy(lineage, ({ parent }) => parent)
  const known = new Set(lineage.map(({ id }) => id))
  const drawnOnce = new Set<string>()
  const childrenOf = (parent: string): Issued[] => {
    // A role chain may have circles: each item is drawn once.
    if (drawnOnce.has(parent)) return []
    drawnOnce.add(parent)
    return (made.get(parent) ?? []).map((edge) => ({ name: labelOf(edge, before), children: childrenOf(edge.id) }))
  }
  const roots = [...made.keys()].filter((parent) => !known.has(parent))
  return (roots.length === 0 ? [...made.keys()].slice(0, 1) : roots).map((parent) => ({
    name: shown(parent, 128),
    children: childrenOf(parent),
  }))
}
