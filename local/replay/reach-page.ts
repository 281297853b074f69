import { html } from 'hono/html'
import type { Reach } from '../../shared/decide/reach/account-reach.ts'
import { type FoundPath, isCertain, unknownOf } from '../../shared/decide/reach/found-paths.ts'
import { type Markup, shown, standAlone, table } from '../page/document.ts'

/** The most identities that stand on the page, and that are shown in full. */
const LISTED = 1000
const WHOLE = 100

/** The most boxes of a drawing, and their size in pixels. */
const BOXES = 6
const [BOX_WIDTH, BOX_HEIGHT, GAP] = [190, 44, 46] as const

/** What identities could do, as one page without scripts, which loads nothing. The gravest come first. */
export async function reachPage(found: readonly Reach[]): Promise<string> {
  const rows = found
    .slice(0, LISTED)
    .map(({ name, kind, reach, reasons, paths }, at) => [
      at < WHOLE ? html`<a href="#i${at}">${shown(name, 64)}</a>` : shown(name, 64),
      kind,
      reach,
      paths.length,
      shown(reasons[0] ?? 'nothing that counts'),
    ])
  return standAlone(
    'Countersign blast radius',
    html`<h1>Blast radius</h1><p class="note">By the policies of an account, as they were printed. What a condition makes depend on something unknown counts as possible.</p>${table(
      [
        { name: 'who' },
        { name: 'kind' },
        { name: 'reach', kind: 'number' },
        { name: 'paths', kind: 'number' },
        { name: 'gravest', kind: 'wide' },
      ],
      rows,
      'Users and roles, by reach',
    )}${found.length > LISTED ? html`<p>… ${found.length - LISTED} more (--json shows all)</p>` : ''}${found.slice(0, WHOLE).map(section)}`,
  )
}

function section(reach: Reach, at: number): Markup {
  const { name, id, reasons, paths, hops } = reach
  return html`<section id="i${at}"><h2>${shown(name, 64)} · reach ${reach.reach}</h2><p>${shown(id, 300)}</p>${
    hops.length === 0 ? '' : drawing(reach)
  }<ul>${reasons.map((reason) => html`<li>${shown(reason, 300)}</li>`)}</ul>${
    paths.length === 0
      ? ''
      : table(
          [{ name: 'path' }, { name: 'category' }, { name: 'permissions' }, { name: 'steps', kind: 'wide' }],
          paths.map(rowOf),
          'Paths to more rights',
        )
  }</section>`
}

function rowOf(found: FoundPath): readonly string[] {
  const { name, category, permissions, steps } = found.path
  const possible = isCertain(found) ? '' : ` (possible: ${shown(unknownOf(found).join(', '), 120)})`
  return [`${name}${possible}`, category, permissions.join(', '), steps.join(' ')]
}

/** The identity and the roles that it comes to, as boxes from left to right. */
function drawing({ name, hops }: Reach): Markup {
  const nodes = [name, ...hops.map(({ to }) => to.slice(to.lastIndexOf('/') + 1))]
  const drawn = nodes.length > BOXES ? [...nodes.slice(0, BOXES - 1), `${nodes.length - BOXES + 1} more`] : nodes
  const width = drawn.length * (BOX_WIDTH + GAP) - GAP + 2
  const left = (at: number) => at * (BOX_WIDTH + GAP) + 1
  const middle = BOX_HEIGHT / 2 + 1
  const label = drawn.map((node) => shown(node, 24)).join(' → ')
  return html`<svg viewBox="0 0 ${width} ${BOX_HEIGHT + 2}" width="${width}" height="${BOX_HEIGHT + 2}" style="max-width:100%" role="img" aria-label="${label}">${drawn.map(
    (node, at) => html`<rect x="${left(at)}" y="1" width="${BOX_WIDTH}" height="${BOX_HEIGHT}" rx="6" fill="none" stroke="currentColor"/>
<text x="${left(at) + BOX_WIDTH / 2}" y="${middle + 5}" text-anchor="middle" fill="currentColor" font-size="14">${shown(node, 24)}</text>${
      at === 0 ? '' : html`<path d="M${left(at) - GAP + 4} ${middle}H${left(at) - 6}m-7 -5l7 5l-7 5" fill="none" stroke="currentColor"/>`
    }`,
  )}</svg>`
}
