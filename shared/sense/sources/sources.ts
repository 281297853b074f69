import { timeOf } from '../../domain/record-time.ts'
import { type Fields, fieldsOf, isFields, textOf } from '../fields.ts'
import type { Normalised } from '../normalised.ts'
import { exposuresOf, isHealthEvent } from './aws-health.ts'
import { isCloudTrailRecord, signalsOf } from './cloudtrail.ts'
import { inspectorSignals, macieSignals } from './credentials-in-data.ts'
import { guardDutySignals, isGuardDutyFinding } from './guardduty.ts'
import { isOcsfFinding, ocsfFindingSignals } from './ocsf-finding.ts'
import { isOwnReport, ownReportSignals } from './own-reports.ts'
import { asffSignals, isAsff } from './security-hub.ts'
import { trustedAdvisorSignals } from './trusted-advisor.ts'

/** One source of signals: by what it is known, and how it is read. `input` is an event of EventBridge, or what stands in one where an export has no envelope. */
interface Source {
  readonly name: string
  is(input: Fields): boolean
  read(input: Fields): Normalised
}

/** The end of the detail types of events that hold a record of CloudTrail. */
const VIA_CLOUDTRAIL = ' via CloudTrail'

const isEvent = (input: Fields): boolean => typeof input['detail-type'] === 'string' && input.detail !== undefined

const isFrom =
  (source: string) =>
  (input: Fields): boolean =>
    isEvent(input) && input.source === source && !String(input['detail-type']).endsWith(VIA_CLOUDTRAIL)

/** What an event is about, or the input itself where it has no envelope. */
const aboutOf = (input: Fields): Fields => (isEvent(input) ? fieldsOf(input.detail) : input)

const sentAt = (input: Fields): number | undefined => timeOf(input.time)

/** The CloudTrail record that an input is, or that stands in it; undefined for any other input. */
export function recordIn(input: unknown): Fields | undefined {
  if (!isFields(input)) return undefined
  const about = isEvent(input) ? input.detail : input
  return isCloudTrailRecord(about) ? about : undefined
}

/** Every source, the first that knows an input reads it. CloudTrail comes first, because nearly every input is one of its records. */
export const SOURCES: readonly Source[] = [
  {
    name: 'CloudTrail',
    is: (input) => recordIn(input) !== undefined,
    read: (input) => signalsOf(aboutOf(input)),
  },
  { name: 'reports', is: isOwnReport, read: ownReportSignals },
  { name: 'AWS Health', is: isHealthEvent, read: exposuresOf },
  {
    name: 'GuardDuty',
    is: (input) => isFrom('aws.guardduty')(input) || (!isEvent(input) && isGuardDutyFinding(input)),
    read: (input) => guardDutySignals(aboutOf(input), sentAt(input)),
  },
  {
    name: 'Security Hub',
    is: (input) => isFrom('aws.securityhub')(input) || (!isEvent(input) && (isAsff(input) || isOcsfFinding(input))),
    read: (input) => (isEvent(input) ? ofFindings(input) : ofFinding(input, undefined)),
  },
  { name: 'Trusted Advisor', is: isFrom('aws.trustedadvisor'), read: trustedAdvisorSignals },
  { name: 'Macie', is: isFrom('aws.macie'), read: (input) => macieSignals(aboutOf(input), sentAt(input)) },
  { name: 'Inspector', is: isFrom('aws.inspector2'), read: (input) => inspectorSignals(aboutOf(input), sentAt(input)) },
  {
    name: 'Access Analyzer',
    is: isFrom('aws.access-analyzer'),
    read: () => ({ kind: 'ignored', reason: 'Access Analyzer finding: it says what could be done, and nothing of what is' }),
  },
  {
    name: 'others',
    is: (input) => isEvent(input) && typeof input.source === 'string' && !String(input['detail-type']).endsWith(VIA_CLOUDTRAIL),
    read: (input) => ({ kind: 'ignored', reason: unknownSource(input), isUnknown: true }),
  },
]

/** Names an event of a source that is not read. */
export function unknownSource(event: Fields): string {
  return `unknown source ${named(event.source)}, ${named(event['detail-type'])}`
}

/** A name as a reason quotes it: bounded, and of letters that a log can hold. */
function named(value: unknown): string {
  return (textOf(value, 64) ?? 'without a name').replace(/[^\w .:/-]/g, '?')
}

/** The sources whose inputs are no records of calls. */
export const REPORT_SOURCES: readonly Source[] = SOURCES.filter(({ name }) => name !== 'CloudTrail' && name !== 'others')

/** The most findings of one event. Security Hub sends one; a custom action up to 20. */
const FINDINGS_LIMIT = 100

function ofFindings(event: Fields): Normalised {
  const { findings } = fieldsOf(event.detail)
  if (!Array.isArray(findings) || findings.length === 0) return { kind: 'ignored', reason: 'Security Hub event without findings' }
  const read = findings.slice(0, FINDINGS_LIMIT).map((finding) => (isFields(finding) ? ofFinding(finding, sentAt(event)) : UNREADABLE))
  const signals = read.flatMap((one) => (one.kind === 'signals' ? one.signals : []))
  // One that cannot be read must not take the others with it, and is not lost where it stands alone.
  if (signals.length > 0) return { kind: 'signals', signals }
  return read.find(({ kind }) => kind === 'unreadable') ?? (read[0] as Normalised)
}

const UNREADABLE: Normalised = { kind: 'unreadable', reason: 'a finding of Security Hub that is no object' }

function ofFinding(finding: Fields, at: number | undefined): Normalised {
  if (isAsff(finding)) return asffSignals(finding, at)
  if (isOcsfFinding(finding)) return ocsfFindingSignals(finding, at)
  return { kind: 'unreadable', reason: 'a finding of Security Hub that is neither ASFF nor OCSF' }
}
