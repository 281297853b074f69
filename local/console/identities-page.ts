import { html } from 'hono/html'
import { type Baseline, maturity } from '../../shared/domain/baseline.ts'
import type { Identity } from '../../shared/domain/signal.ts'
import { shown, table } from '../page/document.ts'
import { moment } from '../render/style.ts'
import { identityLink, incidentLink, type Page, type Room } from './frame.ts'

/** The most identities on the page. */
export const IDENTITIES = 100

/** An identity that the responder has seen, with its baseline. */
export interface KnownIdentity {
  readonly identity: Identity
  readonly baseline: Baseline
  readonly incidentId: string | undefined
}

/** Identities that the responder has seen, whose names or ARNs contain a text. */
export function identitiesPage(
  { known, q, isMore }: { known: readonly KnownIdentity[]; q: string; isMore: boolean },
  { base }: Room,
): Page {
  const columns = [
    { name: 'Identity', kind: 'wide' },
    { name: 'Kind' },
    { name: 'Baseline' },
    { name: 'Calls', kind: 'number' },
    { name: 'Refused', kind: 'number' },
    { name: 'Last seen (UTC)', kind: 'time' },
    { name: 'Last incident' },
  ] as const
  const rows = [...known]
    .sort((a, b) => b.baseline.lastSeen - a.baseline.lastSeen)
    .map(({ identity, baseline, incidentId }) => [
      html`${identityLink(base, identity)} <span class="id faint">${shown(identity.id, 160)}</span>`,
      identity.kind,
      maturity(baseline) >= 1 ? 'mature' : `${Math.round(maturity(baseline) * 100)} % mature`,
      baseline.calls,
      `${Math.round(baseline.errorRate * 100)} %`,
      baseline.calls === 0 ? '' : moment(baseline.lastSeen).slice(0, 16),
      incidentId === undefined ? '' : incidentLink(base, incidentId),
    ])
  const body = html`<form class="line" method="get" action="${base}/identities" role="search"><div><label for="q">Part of a name or ARN</label>
<input id="q" name="q" type="search" maxlength="200" value="${q}"></div><button>Search</button></form>
${rows.length === 0 ? html`<p>No identity${q === '' ? ' was seen yet' : ' of that name is known'}.</p>` : table(columns, rows, 'Identities, the latest seen first')}
${isMore ? html`<p class="note">The first ${IDENTITIES} that were found are shown: search for a part of the name.</p>` : ''}`
  return { title: 'Identities', body }
}
