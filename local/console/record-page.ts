import { html } from 'hono/html'
import * as z from 'zod'
import { type ChainFault, type Change, ChangeKind, verifyChain } from '../../shared/domain/change.ts'
import type { Audit } from '../../shared/record/audit.ts'
import type { RecordSearchResult } from '../../shared/record/search.ts'
import { figures, type Markup, shown } from '../page/document.ts'
import { faultText, sealedText, uncomparedText } from '../render/fault.ts'
import { changesTable } from './changes-table.ts'
import { incidentLink, type Page, type Room } from './frame.ts'
import { LATEST_INCIDENTS } from './latest-subjects.ts'

/** The most entries that one search reads, and shows. The embedded account reads 100,000 entries in a few seconds. */
export const SEARCH_LIMITS = { examined: 100_000, found: 200 }

/** The query of the page. Without a query, it shows the latest entries. */
export const RecordAsked = z.object({
  q: z.string().max(200).default(''),
  kind: ChangeKind.or(z.literal('').transform(() => undefined)).optional(),
  subject: z.string().max(2100).optional(),
  /** The page of the chain, from 0; without it, the one with the latest entries. */
  part: z.coerce.number().int().min(0).optional().catch(undefined),
})
export type RecordAsked = z.infer<typeof RecordAsked>

/** The page of the record: the latest entries, or the result of a search. */
export function recordPage({ found, asked }: { found: RecordSearchResult; asked: RecordAsked | undefined }, room: Room): Page {
  const { base } = room
  const { changes, examined, matched, isComplete, unreadable } = found
  const isSearch = asked !== undefined
  const said = isSearch
    ? `${matched} of ${examined} entries fit${matched > changes.length ? `; the latest ${changes.length} are shown` : ''}.${isComplete ? '' : ' The search stopped at its limit: narrow it, or export the record.'}`
    : `The latest ${SEARCH_LIMITS.found} entries of the policy and of the ${LATEST_INCIDENTS} incidents that changed last, open or closed, with who was told and what was accepted. A search reads the whole record; a kind alone does too.`
  const body = html`${searchForm(asked, base)}
${unreadable.map((subject) => html`<p class="note bad" role="alert">${shown(subject, 120)} has an entry that cannot be read: run the check of all chains.</p>`)}
<p>${said}</p>${changes.length === 0 ? html`<p>No entry was found.</p>` : changesTable(changes, room, { isMixed: true, caption: isSearch ? 'Entries of the record that fit, the latest first' : 'Entries of the record, the latest first' })}
<form method="get" action="${base}/record/check"><button>Check all chains and seals</button></form>`
  return { title: 'Record', body }
}

function searchForm(asked: RecordAsked | undefined, base: string): Markup {
  return html`<form class="line" method="get" action="${base}/record" role="search"><div><label for="q">Text in any field</label>
<input id="q" name="q" type="search" maxlength="200" value="${asked?.q ?? ''}"></div><div><label for="kind">Kind</label>
<select id="kind" name="kind"><option value="">every kind</option>${ChangeKind.options.map((kind) => html`<option${asked?.kind === kind ? html` selected` : ''}>${kind}</option>`)}</select></div>
<button>Search</button></form>`
}

/** Entries on one page of a chain. */
const ROWS = 100

/** The page of one chain, with its check: the latest entries, and links to those before. */
export function chainPage(
  { subject, changes, part }: { subject: string; changes: readonly Change[]; part: number | undefined },
  room: Room,
): Page {
  const { base } = room
  const last = Math.max(0, Math.ceil(changes.length / ROWS) - 1)
  const at = Math.min(part ?? last, last)
  const link = (to: number, text: string) =>
    html`<a href="${base}/record?subject=${encodeURIComponent(subject)}&amp;part=${to}">${text}</a> `
  const [first, end] = [at * ROWS, Math.min(changes.length, (at + 1) * ROWS)]
  const caption = last === 0 ? 'Oldest first' : `Entries ${first + 1} to ${end} of ${changes.length}, oldest first`
  const fault = verifyChain(subject, changes)
  const incident = subject.startsWith('INCIDENT#') ? html`<p>${incidentLink(base, subject.slice('INCIDENT#'.length))}</p>` : ''
  const body = html`${incident}${verdictOn(fault, changes.length)}${
    changes.length === 0
      ? html`<p>There is no chain with that name.</p>`
      : changesTable(changes.slice(first, end), room, { isMixed: false, caption })
  }<p>${at > 0 ? link(at - 1, 'Earlier') : ''}${at < last ? link(at + 1, 'Later') : ''}<a href="${base}/record">The whole record</a></p>`
  return { title: `Chain ${shown(subject, 160)}`, body }
}

function verdictOn(fault: ChainFault | undefined, entries: number): Markup {
  return fault === undefined
    ? html`<p class="note good">The chain is intact: ${entries} entries, each linked to the one before. <em>Check all chains</em> compares it with the seals too.</p>`
    : html`<p class="note bad" role="alert">${shown(faultText(fault))}</p>`
}

/** The page with the check of every chain and every seal. */
export function auditPage({ chains, entries, seals, sealedAt, faults, discrepancies, uncompared }: Audit, { base }: Room): Page {
  const found = [...discrepancies.map(sealedText), ...uncomparedText(uncompared)]
  const body = html`${figures([
    ['Chains', chains],
    ['Entries', entries],
    ['Seals', seals],
    ['Last seal', sealedAt ?? 'none'],
    ['Damaged', faults.length],
  ])}${
    faults.length === 0
      ? html`<p class="note good" role="status">Every chain is intact${seals > 0 ? ', and agrees with every seal' : '; there is no seal yet to compare them with'}.</p>`
      : html`<div class="note bad" role="alert"><p><strong>The record is not as it was written.</strong> The first bad entry of each chain:</p><ul>${faults.map((fault) => html`<li>${shown(faultText(fault), 300)}</li>`)}</ul></div>`
  }${found.length === 0 ? '' : html`<div class="note bad" role="alert"><p><strong>What seals found when they were made:</strong></p><ul>${found.map((line) => html`<li>${shown(line, 400)}</li>`)}</ul></div>`}<p><a href="${base}/record">The record</a></p>`
  return { title: 'All chains and seals', body }
}
