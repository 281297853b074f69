import { timeOf } from '../../shared/domain/record-time.ts'
import { type Fields, fieldsOf, isFields, textOf } from '../../shared/sense/fields.ts'
import { isGuardDutyFinding } from '../../shared/sense/sources/guardduty.ts'
import { isOcsfFinding } from '../../shared/sense/sources/ocsf-finding.ts'
import { REPORT_SOURCES } from '../../shared/sense/sources/sources.ts'

/**
 * The report that an object is, as its source reads it: a finding of GuardDuty or of Security Hub, with or without an envelope of EventBridge, and the events of the other
 * parties. Undefined for everything else, records of CloudTrail too.
 *
 * `aws guardduty get-findings` begins the names of all members with a capital, where events and the exports to S3 do not: such a finding is returned as those have it.
 */
export function reportIn(value: Fields): object | undefined {
  if (isReport(value)) return value
  return isPrintedFinding(value) ? (uncapitalised(value) as object) : undefined
}

/** True for what a source other than CloudTrail reads. A finding of OCSF without an account is of a product outside AWS, which names no credential of AWS. */
export function isReport(value: Fields): boolean {
  if (typeof value.eventName === 'string') return false
  if (isOcsfFinding(value) && textOf(fieldsOf(fieldsOf(value.cloud).account).uid) === undefined) return false
  return REPORT_SOURCES.some(({ is }) => is(value))
}

/**
 * When a report says what it says, epoch milliseconds: when a finding was last updated, or when a credential was seen. The earliest, where an event holds several findings.
 * Undefined where it says none of its own, and the time of its envelope counts.
 */
export function reportTime(about: Fields): number | undefined {
  const { findings } = about
  if (Array.isArray(findings) && about.updatedAt === undefined) {
    const times = findings.slice(0, FINDINGS_LIMIT).flatMap((finding) => (isFields(finding) ? (reportTime(finding) ?? []) : []))
    return times.length === 0 ? undefined : Math.min(...times)
  }
  return (
    timeOf(about.updatedAt) ?? timeOf(about.UpdatedAt) ?? timeOf(about.seenAt) ?? (isOcsfFinding(about) ? timeOf(about.time) : undefined)
  )
}

/** The most findings of an event that are asked for their times, as many as are read. */
const FINDINGS_LIMIT = 100

function isPrintedFinding({ Type, Service, Resource, Arn }: Fields): boolean {
  if (typeof Type !== 'string' || typeof Arn !== 'string' || !isFields(Service) || !isFields(Resource)) return false
  return isGuardDutyFinding({ type: Type, service: Service, resource: Resource })
}

/** The deepest that names are changed. A finding of GuardDuty is some ten levels deep. */
const MAX_DEPTH = 24

function uncapitalised(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return undefined
  if (Array.isArray(value)) return value.map((one) => uncapitalised(one, depth + 1))
  if (!isFields(value)) return value
  const members = Object.entries(value).map(([name, member]) => [lowerFirst(name), uncapitalised(member, depth + 1)] as const)
  return Object.fromEntries(members)
}

function lowerFirst(name: string): string {
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}`
}
