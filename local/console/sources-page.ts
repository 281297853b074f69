import { html } from 'hono/html'
import { CEILINGS } from '../../shared/domain/ceilings.ts'
import type { Policy } from '../../shared/domain/policy.ts'
import { partyOf, REPORTING_SOURCES, type ReportingSource } from '../../shared/domain/report.ts'
import { commandName, commandOn } from '../command-name.ts'
import { type Cell, type Markup, shown, table } from '../page/document.ts'
import { duration, moment } from '../render/style.ts'
import { incidentLink, type Page, type Room } from './frame.ts'
import type { SourcesSeen, Unprocessed } from './sources-seen.ts'

const BY_AWS = 'AWS'
const SIGNED = 'signature'
const HANDED_IN = 'operator'

/** What each source says, and what shows that it is the source that says it. docs/trust.md and docs/signals.md have the whole of it. */
const SAYS: Readonly<Record<ReportingSource, { readonly name?: string; readonly says: string; readonly proof: string }>> = {
  'aws-health': { name: 'AWS Health', says: 'credentials that AWS found exposed or misused', proof: BY_AWS },
  'trusted-advisor': { says: 'access keys that AWS found in public', proof: BY_AWS },
  guardduty: { says: 'suspicious calls, sessions, instances and functions', proof: BY_AWS },
  'security-hub': { says: 'findings of other products', proof: BY_AWS },
  macie: { says: 'objects that hold credentials', proof: BY_AWS },
  inspector: { says: 'code that holds credentials', proof: BY_AWS },
  github: { says: 'keys in repositories', proof: SIGNED },
  gitlab: { says: 'keys in issues and merge requests', proof: 'signature, or a token where it is set so' },
  gitguardian: { says: 'incidents with keys', proof: SIGNED },
  jira: { says: 'keys in tickets and comments', proof: SIGNED },
  linear: { says: 'keys in issues and comments', proof: SIGNED },
  webhook: { name: 'Signed webhook', says: 'keys that senders of yours found', proof: SIGNED },
  logs: {
    name: 'Log groups',
    says: 'keys in lines of the log groups that are named',
    proof: 'CloudWatch Logs',
  },
  trufflehog: { says: 'keys that TruffleHog found', proof: HANDED_IN },
  gitleaks: { says: 'keys that Gitleaks found', proof: HANDED_IN },
  falco: { says: 'alerts of workloads', proof: 'token' },
}

/** What the page of sources shows. `now`: epoch milliseconds. */
export interface Sources {
  readonly policy: Pick<Policy, 'signals' | 'disclosedSecret'>
  readonly seen: SourcesSeen
  readonly unprocessed: Unprocessed
  readonly now: number
}

/** Every source of signals: what it says, what shows that it does, the most that follows from it, and when it last said something. */
export function sourcesPage({ policy, seen, unprocessed, now }: Sources, room: Room): Page {
  const { base } = room
  const columns = [
    { name: 'Source' },
    { name: 'Says', kind: 'wide' },
    { name: 'At most' },
    { name: 'Why', kind: 'wide' },
    { name: 'Proven by' },
    { name: 'Last (UTC)', kind: 'wide' },
  ] as const
  const rows = [
    [
      'CloudTrail',
      'calls of identities: what the score rests on',
      'contain',
      'it takes both: likely not the owner, and harm',
      BY_AWS,
      lastCall(seen, now),
    ] as readonly Cell[],
    ...REPORTING_SOURCES.map((source) => [
      SAYS[source].name ?? partyOf(source),
      SAYS[source].says,
      ceilingText(source, policy),
      CEILINGS[source].why,
      SAYS[source].proof,
      lastReport(seen.reports.get(source), { base, now }),
    ]),
    [
      'Access Analyzer',
      'what could be done',
      'nothing',
      'it says nothing of what is done; its findings stand beside the reach',
      BY_AWS,
      'no signal',
    ],
  ]
  const body = html`<p>What each source says, how far it is believed, and when it last said something that an incident keeps. A source never brings about more than stands under <em>At most</em>, whatever else there is.
An id and its secret that were seen together bring about <strong>${policy.disclosedSecret}</strong> and no more than the source may; an id alone is a notice at most. <a href="${base}/policy">The policy in force</a>.</p>
${table(columns, rows, 'Sources of signals')}
<p><em>Proven by</em>: <strong>AWS</strong> puts the event on the bus, and nobody else can put one whose source begins with “aws.”; a <strong>signature</strong> covers the request with the secret of the party; a <strong>token</strong> comes along with the request and
covers nothing, so whoever sees one can send another; an <strong>operator</strong> hands in a report with <code>${shown(commandOn(room, 'ingest FILE'), 300)}</code>; <strong>CloudWatch Logs</strong> hands on lines that anybody may have written.</p>
<p class="faint">Not known here: whether a source is connected, reports that belong to no incident, and calls of which no baseline learned. “No report is kept” does not say that a source is silent: ${asksDelivered(room)}</p>
<h2>What could not be processed</h2>${unprocessedText(unprocessed, room)}`
  return { title: 'Sources', body }
}

/** What asks AWS whether the sources of a stack are connected. An account that is embedded has none. */
function asksDelivered(room: Room): Markup {
  const doctor = room.options.includes('--stack ') ? commandOn(room, 'doctor') : `${commandName()} doctor --stack NAME`
  return html`of a stack, <code>${shown(doctor, 300)}</code> asks what is delivered.`
}

function ceilingText(source: ReportingSource, { signals }: Sources['policy']): string {
  const own = signals[source]?.most
  return own === undefined ? CEILINGS[source].most : `${own}, by the policy; else ${CEILINGS[source].most}`
}

function lastCall({ lastCallAt, isPart }: SourcesSeen, now: number): string {
  if (lastCallAt === undefined) return 'not known: no baseline has learned from a call, and none decided an incident'
  return `${at(lastCallAt, now)}${isPart ? ', of the identities that were read; there are more' : ''}`
}

function lastReport(
  last: { readonly at: number; readonly incidentId: string; readonly count: number } | undefined,
  { base, now }: { base: string; now: number },
): Cell {
  if (last === undefined) return 'no report is kept'
  return html`${at(last.at, now)}, in ${incidentLink(base, last.incidentId)}${last.count > 1 ? `; ${last.count} reports in all` : ''}`
}

function at(time: number, now: number): string {
  return `${moment(time).slice(0, 16)}${time <= now ? `, ${duration(now - time)} ago` : ''}`
}

function unprocessedText(unprocessed: Unprocessed, room: Room): Markup {
  if (unprocessed.kind === 'no-queues')
    return html`<p>Not known: an embedded account has no queues. A command that reads a log says at its end what it could not read.</p>`
  const columns = [{ name: 'Dead-letter queue' }, { name: 'Waiting', kind: 'number' }, { name: 'Set aside', kind: 'number' }] as const
  const rows = unprocessed.queues.map(({ name, waiting, setAside }) => [shown(name, 40), countOf(waiting), countOf(setAside)])
  return html`${table(columns, rows, 'Messages that wait for a person')}<p><code>${shown(commandOn(room, 'redrive'), 300)}</code> says which these are, and puts them back.</p>`
}

function countOf(count: number | undefined): Cell {
  return count ?? 'not known: it could not be asked'
}
