import { html } from 'hono/html'
import { accessFact } from '../../shared/domain/access-finding.ts'
import { listedHolder } from '../../shared/domain/listed-holder.ts'
import type { StoredReach } from '../../shared/domain/stored-reach.ts'
import { minuteText } from '../../shared/domain/time.ts'
import { commandName, commandOn } from '../command-name.ts'
import { type Markup, shown, table } from '../page/document.ts'
import { changeText } from '../render/stored-reach.ts'
import { identityLink, type Page, type Room } from './frame.ts'

/** The most identities on the page. */
const LISTED = 200

/** Ranges of reach as docs/reach.md has them: from so many points, what that is. */
const RANGES = [
  [90, 'can come to all rights, or nearly'],
  [75, 'can end logging, keys or backups'],
  [50, 'can read secrets or data, delete, or run machines'],
  [0, 'less'],
] as const

/** What the identities of an account could break, the gravest first, and how many are how grave. */
export function reachPage(found: readonly StoredReach[], room: Room): Page {
  const { base } = room
  if (found.length === 0) return { title: 'Reach', body: html`<p>${NONE}</p>` }
  const sorted = found.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
  const counts = RANGES.map(([from, says], at) => {
    const below = RANGES[at - 1]?.[0] ?? 101
    return [
      from === 0 ? `below ${below}` : below === 101 ? `${from} and more` : `${from} to ${below - 1}`,
      countIn(found, from, below),
      says,
    ]
  })
  const changed = sorted.filter(({ before }) => before !== undefined)
  const body = html`<p>What each user and role could do, reach and break by its policies and by the roles that it can come to, 0 to 100. As of
${minuteText(Math.max(...found.map(({ at }) => at)))}.</p>
${table([{ name: 'Reach' }, { name: 'Identities', kind: 'number' }, { name: 'What that is', kind: 'wide' }], counts, 'The account at a glance')}
${
  changed.length === 0
    ? ''
    : listOf(
        changed.toSorted((a, b) => b.since - a.since),
        base,
        'Changed, the latest first',
      )
}
${listOf(sorted, base, 'The gravest first')}
${sorted.length > LISTED ? html`<p class="note">The first ${LISTED} of ${sorted.length} are shown; <code>${shown(commandOn(room, 'blast-radius'), 300)}</code> lists all.</p>` : ''}`
  return { title: 'Reach', body }
}

const NONE = 'No policies are known: a deployed stack reads them every night, and a replay has them with --account.'

/** What one identity could break, for its own page. */
export function reachSection(reach: StoredReach | undefined): Markup {
  if (reach === undefined) return html`<h2>What it could break</h2><p>${NONE}</p>`
  const { score, reasons, paths, at, access = [] } = reach
  const change = changeText(reach)
  return html`<h2>What it could break</h2><p><meter min="0" max="100" value="${score}" aria-label="reach ${score} of 100"></meter> <strong>${score}</strong> of 100,
as of ${minuteText(at)}${change === '' ? '' : `: ${change}`}</p>
<ul>${(reasons.length === 0 ? ['nothing that counts'] : reasons).map((reason) => html`<li>${shown(reason, 300)}</li>`)}</ul>
${paths.length === 0 ? '' : html`<p class="faint">Paths to more rights: ${shown(paths.join(', '), 600)}. <code>${commandName()} blast-radius --file FILE</code>, where FILE has what <code>aws iam get-account-authorization-details</code> prints, shows their steps.</p>`}
${access.length === 0 ? '' : html`<h3>What IAM Access Analyzer found</h3><ul>${access.map((finding) => html`<li>${shown(accessFact(finding), 120)}</li>`)}</ul>`}`
}

function listOf(found: readonly StoredReach[], base: string, caption: string): Markup {
  const columns = [
    { name: 'Reach', kind: 'number' },
    { name: 'Identity', kind: 'wide' },
    { name: 'Kind' },
    { name: 'Paths', kind: 'number' },
    { name: 'Changed' },
    { name: 'Gravest' },
  ] as const
  const rows = found.slice(0, LISTED).map((one) => {
    const { kind, name } = listedHolder(one.id)
    return [
      one.score,
      identityLink(base, { id: one.id, name }),
      kind,
      one.paths.length,
      changeText(one),
      shown(one.reasons[0] ?? 'nothing that counts', 120),
    ]
  })
  return html`${table(columns, rows, caption)}`
}

function countIn(found: readonly StoredReach[], from: number, below: number): number {
  return found.filter(({ score }) => score >= from && score < below).length
}
