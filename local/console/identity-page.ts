import { html } from 'hono/html'
import * as z from 'zod'
import { FEATURE_LIMITS, type Feature, maturity } from '../../shared/domain/baseline.ts'
import { heaviest } from '../../shared/domain/frequency.ts'
import type { StoredReach } from '../../shared/domain/stored-reach.ts'
import { type Markup, shown, table } from '../page/document.ts'
import { fencePlaces, renderPlaces } from '../render/places.ts'
import { duration, moment } from '../render/style.ts'
import { changeForm } from './change-form.ts'
import { incidentLink, type Page, type Room } from './frame.ts'
import type { KnownIdentity } from './identities-page.ts'
import { reachSection } from './reach-page.ts'

/** The most values of a feature that are shown. */
const VALUES = 10

/** The fields of the form that marks a value as expected. */
export const ExpectedForm = z.strictObject({
  value: z.string().min(1).max(200),
  reason: z.string().trim().min(1, 'write a reason').max(500),
})

const NAMES: Readonly<Record<Feature, string>> = {
  service: 'Services',
  action: 'Actions',
  region: 'Regions',
  country: 'Countries',
  network: 'Networks',
  agentFamily: 'Tools',
  hourOfWeek: 'Hours of the week (UTC)',
  peer: 'Roles that it assumes',
  assumer: 'Who assumes it',
  habit: 'Findings on several days (weight, detector, action)',
  object: 'Secrets, parameters, buckets, functions and keys that it uses, by prefix',
  newObject: 'Prefixes seen for the first time: normal when seen again 20 hours later',
}

/** The page of an identity's baseline, feature by feature. */
export function identityPage(
  { identity, baseline, incidentId }: KnownIdentity,
  room: Room & { readonly reach: StoredReach | undefined },
  isDone: boolean,
): Page {
  const { base, reach } = room
  const { firstSeen, lastSeen, calls, errorRate, expected, keys } = baseline
  const share = Math.round(maturity(baseline) * 100)
  const expectedWords = [...expected].map((word) => shown(word, 80)).join(', ')
  const body = html`${isDone ? html`<p class="note good" role="status">Noted: this value is expected from now on.</p>` : ''}
<dl class="facts"><dt>ARN</dt><dd class="id">${shown(identity.id)}</dd><dt>Kind</dt><dd>${identity.kind}</dd>
<dt>Seen</dt><dd>${calls === 0 ? 'no call yet that changed its baseline' : `${calls} calls in ${duration(lastSeen - firstSeen)}, from ${moment(firstSeen)} to ${moment(lastSeen)} UTC`}</dd>
<dt>Refused or failed</dt><dd>${Math.round(errorRate * 100)} % of the latest calls</dd>
<dt>Baseline</dt><dd>${share >= 100 ? 'mature' : `${share} % mature: findings about what is new weigh less until it is a week old and has 50 calls`}</dd>
<dt>Expected</dt><dd>${expectedWords === '' ? 'no reviewer has marked a value as expected' : expectedWords}</dd>
<dt>Last incident</dt><dd>${incidentId === undefined ? 'none' : incidentLink(base, incidentId)}</dd></dl>
${reachSection(reach)}${placesOf(baseline)}
<h2>What is normal</h2><p class="faint">Weights are counts that halve in 14 days.</p>
${(Object.keys(FEATURE_LIMITS) as Feature[]).map((feature) => featureTable(feature, heaviest(baseline.features[feature], lastSeen)))}
${keysTable(keys)}${expectForm(identity.id, room)}`
  return { title: `${identity.kind} ${shown(identity.name, 64)}`, body }
}

/** The page of an identity that was not seen yet: what it could break is all that is known. */
export function unseenPage(id: string, reach: StoredReach | undefined): Page {
  const body = html`<dl class="facts"><dt>ARN</dt><dd class="id">${shown(id)}</dd><dt>Seen</dt><dd>not yet</dd></dl>${reachSection(reach)}`
  return { title: shown(id.slice(id.lastIndexOf('/') + 1), 64), body }
}

function featureTable(feature: Feature, values: readonly { value: string; weight: number; last: number }[]): Markup | '' {
  if (values.length === 0) return ''
  const most = values[0]?.weight ?? 1
  const columns = [
    { name: 'Value', kind: 'wide' },
    { name: 'Weight', kind: 'number' },
    { name: 'How often' },
    { name: 'Last (UTC)', kind: 'time' },
  ] as const
  const rows = values
    .slice(0, VALUES)
    .map(({ value, weight, last }) => [
      html`<code>${shown(value, 64)}</code>`,
      Math.round(weight * 10) / 10,
      html`<meter min="0" max="${Math.max(most, 0.01)}" value="${weight}" aria-label="${shown(value, 64)}: ${weight} of ${most}"></meter>`,
      moment(last).slice(0, 16),
    ])
  const more = values.length > VALUES ? html`<p class="faint">… and ${values.length - VALUES} more.</p>` : ''
  return html`${table(columns, rows, NAMES[feature])}${more}`
}

/** The places as a fence draws them, so that a person sees what a restriction leaves open. */
function placesOf(baseline: KnownIdentity['baseline']): Markup {
  const [head = '', ...rest] = renderPlaces(baseline)
  if (rest.length === 0) return html`<h2>Where it calls from</h2><p>${head}</p>`
  const rows = fencePlaces(baseline).map(({ place, firstSeen, lastSeen, says }) => [
    html`<span class="id">${shown(place, 64)}</span>`,
    firstSeen === undefined ? '' : moment(firstSeen).slice(0, 16),
    lastSeen === undefined ? '' : moment(lastSeen).slice(0, 16),
    says,
  ])
  const columns = [
    { name: 'Place' },
    { name: 'First (UTC)', kind: 'time' },
    { name: 'Last (UTC)', kind: 'time' },
    { name: 'A fence' },
  ] as const
  return html`<h2>Where it calls from</h2>${table(columns, rows, `The ${head}`)}`
}

function keysTable(keys: KnownIdentity['baseline']['keys']): Markup | '' {
  if (keys.size === 0) return ''
  const rows = [...keys].map(([id, { calls, networks, agents }]) => [
    html`<span class="id">${shown(id, 128)}</span>`,
    calls,
    shown(networks.join(', ')),
    shown(agents.join(', ')),
  ])
  const columns = [{ name: 'Key' }, { name: 'Calls', kind: 'number' }, { name: 'Networks' }, { name: 'Tools' }] as const
  return html`<h2>Its keys</h2>${table(columns, rows, 'Where and with what each key is used')}`
}

function expectForm(id: string, room: Room): Markup | '' {
  const { base, caller, isReadOnly } = room
  if (isReadOnly) return ''
  const form = changeForm(
    room,
    { action: `${base}/identities/${encodeURIComponent(id)}/expected`, isLine: true },
    html`<div><label for="value">Feature and value</label>
<input id="value" name="value" required maxlength="200" placeholder="country=DE"></div><div><label for="reason">Why (as ${shown(caller, 80)})</label>
<input id="reason" name="reason" required maxlength="500"></div><button>Mark as expected</button>`,
  )
  return html`<section class="card" aria-labelledby="expect"><h2 id="expect">Mark a value as expected</h2>
<p>An expected value never counts as new. Examples: <code>country=DE</code>, <code>network=AS64496</code>, <code>service=s3</code>. A fence
goes by ranges and VPC endpoints: <code>range=203.0.113.0/24</code> and <code>endpoint=vpce-0123456789abcdef0</code> are left open by the next one.</p>
${form}</section>`
}
