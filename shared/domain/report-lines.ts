import type { Incident, IncidentSignal } from './incident.ts'
import { type KeptReport, partyOf } from './report.ts'
import { callsIn, callsText } from './timeline.ts'

/** What people read of an incident's reports: who said what when, and what the credential did meanwhile. Text of parties stands in it as it is. */
export interface ReportLines {
  readonly reported: readonly string[]
  readonly used: readonly string[]
}

/** How soon exposed keys are used, as others measured it. docs/findings.md says where. Milliseconds. */
const PUBLISHED = 'elsewhere a leaked key was first used after 67 s at the fastest, and after 17 min on average by hijackers of models'

type Reported = Pick<Incident, 'reports' | 'openedAt' | 'findings'>

/**
 * The reports of an incident in sentences, oldest first, and how long after the exposure its credential was used, with what ended how. `signals` is the timeline; without
 * it, the findings say by when the credential was used at the latest. Undefined where nobody reported anything.
 */
export function reportLines(incident: Reported, signals: readonly IncidentSignal[] | undefined): ReportLines | undefined {
  const { reports = [], openedAt } = incident
  if (reports.length === 0) return undefined
  const isOfSeveral = new Set(reports.map(({ credentialId }) => credentialId)).size > 1
  const reported = reports.map((report) => {
    const which = isOfSeveral && !report.credentialId.startsWith('none:') ? ` (${report.credentialId})` : ''
    return `${reportText(report)}${which}, ${timeText(report.seenAt, openedAt)}`
  })
  const exposed = reports.filter(isSecretOut)
  const [first] = exposed
  if (first === undefined) return { reported, used: [] }
  const ids = new Set(exposed.map(({ credentialId }) => credentialId))
  return { reported, used: signals === undefined ? usedBy(incident, first, ids) : usedIn(signals, first, ids) }
}

type ReportText = Pick<KeptReport, 'source' | 'grade' | 'type'> & { readonly place?: string | undefined }

/** What a party says, in words. */
function reportText({ source, grade, place, type }: ReportText): string {
  const at = place === undefined ? '' : ` in ${place}`
  switch (grade) {
    case 'verified':
      return `${partyOf(source)}: ${source === 'trusted-advisor' ? 'the key is in public' : 'the key was tried, and works'}${place === undefined ? '' : `, seen${at}`}`
    case 'with-secret':
      return `${partyOf(source)}: the id and its secret were seen${at}`
    case 'id-only':
      return `${partyOf(source)}: the id was seen${at}`
    default:
      return `${partyOf(source)}: ${HEALTH[type] ?? type}`
  }
}

/** What the codes of AWS Health say. */
const HEALTH: Readonly<Record<string, string | undefined>> = {
  AWS_RISK_CREDENTIALS_EXPOSED: 'the credential is exposed',
  AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED: 'the credential may be exposed',
  AWS_RISK_CREDENTIALS_COMPROMISED: 'the credential is compromised',
  AWS_RISK_CREDENTIALS_COMPROMISE_SUSPECTED: 'the credential may be compromised',
  AWS_RISK_IAM_QUARANTINE: 'the identity is quarantined',
}

/** What a report on a timeline says, without where: that stands above. Undefined for a call. */
export function reportedIn(signal: IncidentSignal, { reports = [] }: Pick<Incident, 'reports'>): string | undefined {
  if (signal.reportedBy === undefined) return undefined
  const report = reports.find(({ id }) => id === signal.id)
  if (report !== undefined) return reportText({ ...report, place: undefined })
  return `${partyOf(signal.reportedBy)}: ${signal.action.slice(signal.action.indexOf(':') + 1)}`
}

/** Where a call came from; of a report, the party alone. */
export function fromText({ reportedBy, address, country }: IncidentSignal): string {
  return reportedBy === undefined ? `${address} ${country ?? ''}`.trim() : ''
}

/** True where the secret is out. An id alone is none, and a finding says what was done with it. */
export function isSecretOut({ grade, type }: KeptReport): boolean {
  return grade === undefined ? type.startsWith('AWS_RISK_CREDENTIALS_EXPOS') : grade !== 'id-only'
}

function usedIn(signals: readonly IncidentSignal[], { seenAt }: KeptReport, ids: ReadonlySet<string>): string[] {
  const calls = signals.filter(({ reportedBy, credentialId }) => reportedBy === undefined && ids.has(credentialId))
  const [before, after] = [calls.filter(({ time }) => time < seenAt), calls.filter(({ time }) => time >= seenAt)]
  const [earliest, first] = [before[0], after[0]]
  const earlier =
    earliest === undefined
      ? []
      : [`before it was seen there: ${callsText(before)} with findings, the first ${lengthText(seenAt - earliest.time)} earlier`]
  if (first === undefined) return [...earlier, 'no call of it with findings since then']
  const ends = ENDS.flatMap(([outcome, words]) => {
    const count = callsIn(after.filter((call) => call.outcome === outcome))
    return count === 0 ? [] : [`${count} ${words}`]
  })
  const from = `${first.address}${first.country === undefined ? '' : ` (${first.country})`}`
  return [
    ...earlier,
    `first call with findings ${lengthText(first.time - seenAt)} after it was seen: ${first.action} from ${from}`,
    PUBLISHED,
    `since then ${callsText(after)} with findings: ${ends.join(', ')}`,
  ]
}

const ENDS = [
  ['success', 'succeeded'],
  ['denied', 'refused'],
  ['failed', 'failed'],
] as const

/** An incident keeps of each detector the strongest finding, so the first call may have been earlier. */
function usedBy({ findings }: Pick<Incident, 'findings'>, { seenAt }: KeptReport, ids: ReadonlySet<string>): string[] {
  const times = findings
    .filter((one) => one.reportedBy === undefined && ids.has(one.credentialId) && one.time >= seenAt)
    .map(({ time }) => time)
  return times.length === 0 ? [] : [`used ${lengthText(Math.min(...times) - seenAt)} after it was seen, at the latest`, PUBLISHED]
}

/** The time of day, with the day where it is another one than that of the incident. */
function timeText(time: number, openedAt: number): string {
  const [text, opened] = [time, openedAt].map((one) => new Date(one).toISOString()) as [string, string]
  return `${text.slice(0, 10) === opened.slice(0, 10) ? '' : `${text.slice(0, 10)} `}${text.slice(11, 19)} UTC`
}

function lengthText(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} days`
}
