import { REPORT_BUS_SOURCE, REPORT_DETAIL_TYPES } from '../../shared/domain/exposure-report.ts'
import { timeOf } from '../../shared/domain/record-time.ts'
import { believe } from '../../shared/sense/believe.ts'
import { fieldsOf, isFields, textOf } from '../../shared/sense/fields.ts'
import { falco } from '../../shared/sense/intake/falco.ts'
import { gitguardian } from '../../shared/sense/intake/gitguardian.ts'
import { github } from '../../shared/sense/intake/github.ts'
import { gitlab } from '../../shared/sense/intake/gitlab.ts'
import { jira } from '../../shared/sense/intake/jira.ts'
import { linear } from '../../shared/sense/intake/linear.ts'
import type { Party } from '../../shared/sense/intake/party.ts'
import { scannerExposures } from '../../shared/sense/intake/scanner-findings.ts'
import { signedForm } from '../../shared/sense/intake/signed-form.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import type { Normalised } from '../../shared/sense/normalised.ts'
import { isEventBridge } from '../read/cloudtrail-record.ts'

/** One row of labelled signals. `headers`: those of the request by which it came. */
export interface SignalRow {
  readonly kind: string
  readonly event: unknown
  readonly headers: Readonly<Record<string, string>>
}

/** What a row becomes; `none` names why it is no signal. */
export type RowOutcome = Extract<Normalised, { kind: 'signals' }> | { readonly kind: 'none'; readonly reason: string } | undefined

/** Kinds of logs of other services, by how their names begin, and why they are not read. */
const NOT_READ: readonly (readonly [kind: RegExp, reason: string])[] = [
  [/^okta/, 'Okta System Log: OAuth grants of other providers are not read'],
  [/^auth0/, 'Auth0 logs: OAuth grants of other providers are not read'],
  [/^google-workspace/, 'Google Workspace audit log: OAuth grants of other providers are not read'],
  [/^github-audit/, 'GitHub audit log: what is done at GitHub is not read'],
  [/^slack-audit/, 'Slack audit log: what is done in Slack is not read'],
]

/** Kinds that come by a webhook, by how their names begin. */
const PARTIES: readonly (readonly [kind: RegExp, name: string, party: Party])[] = [
  [/^github/, 'GitHub', github],
  [/^gitlab/, 'GitLab', gitlab('signature')],
  [/^gitguardian/, 'GitGuardian', gitguardian],
  [/^jira/, 'Jira', jira],
  [/^linear/, 'Linear', linear],
  [/^falco/, 'Falco', falco],
  [/^webhook/, 'webhook', signedForm],
]

/** Kinds that scanners write to files. */
const SCANNERS = /^(?:trufflehog|gitleaks)/

/** So long after a row its event arrives at the latest that is believed. Milliseconds. */
const DELIVERED_MS = 1000

/**
 * Reads a row as it would come: an event by the rules of a stack in its account, a delivery by the reader of its party, a finding by that of its scanner. Signatures are
 * not checked, since rows hold none. Undefined where it is neither a signal nor known to be none. Never throws.
 */
export function outcomeOf({ kind, event, headers }: SignalRow, now: number): RowOutcome {
  const name = kind.toLowerCase().replaceAll('_', '-')
  const notRead = NOT_READ.find(([is]) => is.test(name))
  if (notRead !== undefined) return none(notRead[1])
  if (SCANNERS.test(name)) {
    const reports = isFields(event) ? scannerExposures(event, now) : undefined
    return reports === undefined ? undefined : ofReports(reports, 'it names no credential of AWS')
  }
  const party = PARTIES.find(([is]) => is.test(name))
  if (party !== undefined) return ofDelivery({ event, headers }, { name: party[1], party: party[2], now })
  return ofEvent(eventIn(event), now) ?? named(normalise(inEnvelope(name, event)))
}

/** The events in which AWS sends findings, by how the names of their kinds begin: their readers say what is missing of one that is not known by its form. */
const ENVELOPES: readonly (readonly [kind: RegExp, source: string, detailOf: (finding: unknown) => unknown])[] = [
  [/^guardduty/, 'aws.guardduty', (finding) => finding],
  [/^securityhub/, 'aws.securityhub', (finding) => ({ findings: [finding] })],
  [/^health/, 'aws.health', (detail) => detail],
  [/^trusted-advisor/, 'aws.trustedadvisor', (detail) => detail],
]

function inEnvelope(kind: string, finding: unknown): unknown {
  const known = ENVELOPES.find(([is]) => is.test(kind))
  if (known === undefined) return undefined
  const [, source, detailOf] = known
  return { source, 'detail-type': 'Finding', account: ACCOUNT, detail: detailOf(finding) }
}

const none = (reason: string): RowOutcome => ({ kind: 'none', reason })

/** What AWS's stand-ins for its events have is an entry of PutEvents, in which the members of the event have other names. */
function eventIn(event: unknown): unknown {
  const { Source, DetailType, Detail, Time } = fieldsOf(event)
  if (typeof Source !== 'string' || typeof DetailType !== 'string') return event
  const region = 'us-east-1'
  return { source: Source, 'detail-type': DetailType, detail: detailOf(Detail), time: Time, region, account: ACCOUNT }
}

function detailOf(detail: unknown): unknown {
  if (typeof detail !== 'string') return detail
  try {
    return JSON.parse(detail)
  } catch {
    return detail
  }
}

/** The account of what names none. */
const ACCOUNT = '123456789012'

/** An event is believed as a stack of its account would, just after its time; what has no envelope comes from an export. */
function ofEvent(event: unknown, now: number): RowOutcome {
  const envelope = fieldsOf(event)
  if (isEventBridge(envelope)) {
    const account = textOf(envelope.account, 32) ?? ACCOUNT
    const at = (timeOf(envelope.time) ?? now) + DELIVERED_MS
    const belief = believe(event, { kind: 'event-bus', accounts: new Set([account]) }, at)
    if (belief.kind === 'unbelieved') return none(belief.reason)
  }
  return named(normalise(event))
}

/** Reasons that say only that nothing is known of an input. */
const NO_REASON = /^(?:neither a CloudTrail record|not a JSON object$|not readable$)/

function named(normalised: Normalised): RowOutcome {
  if (normalised.kind === 'signals') return normalised
  return NO_REASON.test(normalised.reason) ? undefined : none(normalised.reason)
}

function ofDelivery(
  { event, headers }: Pick<SignalRow, 'event' | 'headers'>,
  about: { name: string; party: Party; now: number },
): RowOutcome {
  const { name, party, now } = about
  const lower = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]))
  const { alert, action } = fieldsOf(event)
  if (party === github && lower['x-github-event'] === undefined) {
    if (alert === undefined && typeof action === 'string')
      return none('an entry of GitHub’s audit log, and no alert: it names no credential')
    lower['x-github-event'] = 'secret_scanning_alert'
  }
  const reading = party.read(event, { headers: lower, now })
  switch (reading.kind) {
    case 'reports':
      return ofReports(reading.reports, `${name} sent text without an id of a credential`)
    case 'alert':
      return none('an alert of GitHub has no key in it: the function fetch-alert reads which it is')
    case 'unnamed':
      return none(`${reading.unnamed.what}, and not which: people get a notice with its page`)
    case 'ignored':
      return none(`${name} event about no credential of AWS: ${plain(reading.event)}`)
    case 'unreadable':
      return none(`comes by the webhook of ${name}, which cannot read this form`)
  }
}

/** Reports as respond gets them, by the stack's own bus. */
function ofReports(reports: readonly object[], otherwise: string): RowOutcome {
  if (reports.length === 0) return none(otherwise)
  const read = reports.map((detail) => {
    const type = 'credentialId' in detail ? REPORT_DETAIL_TYPES.exposure : REPORT_DETAIL_TYPES.runtime
    return normalise({ source: REPORT_BUS_SOURCE, 'detail-type': type, account: ACCOUNT, region: 'us-east-1', detail })
  })
  const signals = read.flatMap((one) => (one.kind === 'signals' ? one.signals : []))
  return signals.length > 0 ? { kind: 'signals', signals } : named(read[0] as Normalised)
}

function plain(text: string): string {
  return text.slice(0, 64).replace(/[^\w .:/-]/g, '?')
}
