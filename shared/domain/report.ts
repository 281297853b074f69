import * as z from 'zod'
import { EXPOSURE_SOURCES, ExposureGrade } from './exposure-report.ts'
import { Time } from './stored.ts'

/** What says something of an identity beside CloudTrail's records of its calls, by the names that the policy has for them. */
export const REPORTING_SOURCES = [
  'aws-health',
  'trusted-advisor',
  'guardduty',
  'security-hub',
  'macie',
  'inspector',
  ...EXPOSURE_SOURCES,
  'falco',
] as const
export const ReportingSource = z.enum(REPORTING_SOURCES)
export type ReportingSource = z.infer<typeof ReportingSource>

/** What people call the sources. */
const PARTIES: Readonly<Record<ReportingSource, string>> = {
  'aws-health': 'AWS',
  'trusted-advisor': 'AWS Trusted Advisor',
  guardduty: 'GuardDuty',
  'security-hub': 'Security Hub',
  macie: 'Macie',
  inspector: 'Inspector',
  github: 'GitHub',
  gitlab: 'GitLab',
  gitguardian: 'GitGuardian',
  jira: 'Jira',
  linear: 'Linear',
  webhook: 'a webhook',
  logs: 'a log',
  trufflehog: 'TruffleHog',
  gitleaks: 'Gitleaks',
  falco: 'Falco',
}

/** What people call a source; without one, CloudTrail has it from AWS itself. */
export function partyOf(source: ReportingSource | undefined): string {
  return source === undefined ? 'AWS' : PARTIES[source]
}

/** The services of AWS among them, as actions and addresses name them. */
const SERVICES: Readonly<Partial<Record<ReportingSource, string>>> = {
  'aws-health': 'health',
  'trusted-advisor': 'trustedadvisor',
  guardduty: 'guardduty',
  'security-hub': 'securityhub',
  macie: 'macie',
  inspector: 'inspector',
}

/** By which name a report stands in a timeline: `action` begins with `service`, and `address` is where it came from. */
export function placeOfSource(source: ReportingSource): { readonly service: string; readonly address: string } {
  const service = SERVICES[source]
  return service === undefined ? { service: source, address: source } : { service, address: `${service}.amazonaws.com` }
}

/** Where a signal came from. */
export const SignalSource = z.enum(['cloudtrail', ...REPORTING_SOURCES])
export type SignalSource = z.infer<typeof SignalSource>

/**
 * What a party says of an identity or a credential, as a signal carries it. `id` is that of the finding at its party, by whichever way it came. `type` is the
 * party's own code, such as `UnauthorizedAccess:IAMUser/TorIPCaller`. `compromise` and `harm`, 0 to 1, are how much it says on each axis, by the party's own
 * severity. `grade` and `place` are of exposures. `unjoined` is why nobody here is known to be meant.
 */
export interface Report {
  readonly id: string
  readonly type: string
  readonly compromise?: number
  readonly harm?: number
  readonly grade?: ExposureGrade
  readonly place?: string
  readonly url?: string
  readonly unjoined?: string
}

/** What an incident, and the store of exposures, keep of a report. `seenAt` is epoch milliseconds, as the party says it. No text of the party but these. */
export const KeptReport = z
  .strictObject({
    source: ReportingSource,
    id: z.string().max(1024),
    type: z.string().max(256),
    credentialId: z.string().max(256),
    seenAt: Time,
    grade: ExposureGrade.exactOptional(),
    place: z.string().max(512).exactOptional(),
    url: z.string().max(1024).exactOptional(),
  })
  .readonly()
export type KeptReport = z.infer<typeof KeptReport>

/** The most reports that an incident, or the answer of the store for one credential, holds. */
export const REPORT_LIMIT = 20
