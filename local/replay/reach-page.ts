import { html } from 'hono/html'
import type { Reach } from '../../shared/decide/reach/account-reach.ts'
import { type FoundPath, isCertain, unknownOf } from '../../shared/decide/reach/found-paths.ts'
import { commandName } from '../command-name.ts'
import { atAGlance, type Markup, shown, standAlone, table } from '../page/document.ts'
import { leftOut, tableWithin, withinBytes } from '../page/within-bytes.ts'

/** The bytes that the table of identities may take, and what each of them could do; the paths are known ones, and each stands once. */
const LISTED_BYTES = 220_000
const WHOLE_BYTES = 480_000

/** From this reach on an identity could do the account grave harm: it may change rights, or destroy what cannot be brought back. */
const GRAVE = 80

const ALL = `${commandName()} blast-radius --file FILE --json`

/** The most boxes of a drawing, and their size in pixels. */
const BOXES = 6
const [BOX_WIDTH, BOX_HEIGHT, GAP] = [190, 44, 46] as const

/** What identities could do, as one page without scripts, which loads nothing. The gravest come first. */
export async function reachPage(found: readonly Reach[]): Promise<string> {
  const whole = await withinBytes(found, WHOLE_BYTES, section)
  const rows = found.map(({ name, kind, reach, reasons, paths }, at) => [
    at < whole.parts.length ? html`<a href="#i${at}">${shown(name, 64)}</a>` : shown(name, 64),
    kind,
    reach,
    paths.length,
    shown(reasons[0] ?? 'nothing that counts'),
  ])
  const listed = await tableWithin(COLUMNS, rows, { caption: 'Users and roles, by reach', limit: LISTED_BYTES })
  const unlisted = Math.min(listed.left, whole.left)
  return standAlone(
    'Countersign blast radius',
    html`<h1>Blast radius</h1><p class="note">By the policies of an account, as they were printed. What a condition makes depend on something unknown counts as possible.</p>${glanceOf(found)}
<h2>Who could do what</h2>${listed.table}${leftOut(unlisted, ['identity', 'identities'], ALL)}${whole.parts}${leftOut(whole.left, ['identity', 'identities'], ALL)}${pathsSection(found)}`,
  )
}

const COLUMNS = [
  { name: 'Who', kind: 'wide' },
  { name: 'Kind', kind: 'word' },
  { name: 'Reach', kind: 'number' },
  { name: 'Paths', kind: 'number' },
  { name: 'Gravest', kind: 'wide' },
] as const

function glanceOf(found: readonly Reach[]): Markup {
  const count = (test: (one: Reach) => boolean) => found.filter(test).length
  return atAGlance([
    ['Users', count(({ kind }) => kind === 'iam-user'), ''],
    ['Roles', count(({ kind }) => kind !== 'iam-user'), 'permission sets of Identity Center among them; service-linked roles are left out'],
    [`Reach of ${GRAVE} or more`, count(({ reach }) => reach >= GRAVE), 'they could do the account grave harm'],
    [
      'With a path to more rights',
      count(({ paths }) => paths.some(isCertain)),
      'they could get rights that they were not given, whatever is not known',
    ],
    [
      'With a possible path only',
      count(({ paths }) => paths.length > 0 && !paths.some(isCertain)),
      'it depends on something that is not known',
    ],
    ['Come to other roles', count(({ hops }) => hops.length > 0), 'by assuming them, or by a path'],
  ])
}

function section(reach: Reach, at: number): Markup {
  const { name, id, reasons, paths, hops } = reach
  const possible = paths.filter((path) => !isCertain(path))
  return html`<section class="incident" id="i${at}"><h3>${shown(name, 64)} <span class="badge">reach ${reach.reach}</span></h3><p>${
    reasons.length === 0
      ? 'It could do nothing that counts.'
      : `It ${reasons
          .slice(0, 3)
          .map((reason) => shown(reason, 300))
          .join('; ')}.`
  }</p>${hops.length === 0 ? '' : drawing(reach)}<details><summary>All that it could do</summary><p class="id">${shown(id, 300)}</p><ul>${reasons.map((reason) => html`<li>${shown(reason, 300)}</li>`)}</ul>${
    paths.length === 0 ? '' : html`<p>Paths to more rights: ${paths.filter(isCertain).map(pathLink)}</p>`
  }${possible.length === 0 ? '' : html`<p>Possible paths:</p><ul>${possible.map((path) => html`<li>${pathLink(path)}: depends on ${shown(unknownOf(path).join(', '), 120)}</li>`)}</ul>`}</details></section>`
}

function pathLink({ path: { name } }: FoundPath): Markup {
  return html`<a href="#${name}">${name}</a> `
}

/** Each path that somebody has, once: what it needs, and its steps. */
function pathsSection(found: readonly Reach[]): Markup | '' {
  const paths = new Map(found.flatMap(({ paths: all }) => all.map(({ path }) => [path.name, path] as const)))
  if (paths.size === 0) return html`<h2>Paths to more rights</h2><p>Nobody has one of the known paths.</p>`
  const rows = [...paths.values()]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, category, permissions, steps }) => [
      html`<span id="${name}">${name}</span>`,
      category,
      permissions.join(', '),
      steps.join(' '),
    ])
  const columns = [
    { name: 'Path', kind: 'word' },
    { name: 'Category' },
    { name: 'Permissions', kind: 'wide' },
    { name: 'Steps', kind: 'wide' },
  ] as const
  return html`<h2>Paths to more rights</h2>${table(columns, rows, 'What each path needs, and its steps')}`
}

/** The identity and the roles that it comes to, as boxes from left to right. */
function drawing({ name, hops }: Reach): Markup {
  const nodes = [name, ...hops.map(({ to }) => to.slice(to.lastIndexOf('/') + 1))]
  const drawn = nodes.length > BOXES ? [...nodes.slice(0, BOXES - 1), `${nodes.length - BOXES + 1} more`] : nodes
  const width = drawn.length * (BOX_WIDTH + GAP) - GAP + 2
  const left = (at: number) => at * (BOX_WIDTH + GAP) + 1
  const middle = BOX_HEIGHT / 2 + 1
  const label = drawn.map((node) => shown(node, 24)).join(' → ')
  return html`<p class="wide-only"><svg viewBox="0 0 ${width} ${BOX_HEIGHT + 2}" width="${width}" height="${BOX_HEIGHT + 2}" style="max-width:100%;height:auto" role="img" aria-label="${label}">${drawn.map(
    (node, at) => html`<rect x="${left(at)}" y="1" width="${BOX_WIDTH}" height="${BOX_HEIGHT}" rx="6" fill="none" stroke="currentColor"/>
<text x="${left(at) + BOX_WIDTH / 2}" y="${middle + 5}" text-anchor="middle" fill="currentColor" font-size="14">${shown(node, 24)}</text>${
      at === 0 ? '' : html`<path d="M${left(at) - GAP + 4} ${middle}H${left(at) - 6}m-7 -5l7 5l-7 5" fill="none" stroke="currentColor"/>`
    }`,
  )}</svg></p><p class="narrow-only">${label}</p>`
}
