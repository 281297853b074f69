import { isIP } from 'node:net'
import { findingUid } from '../../domain/finding-id.ts'
import type { Incident, IncidentSignal } from '../../domain/incident.ts'
import type { ReportingSource } from '../../domain/report.ts'
import { reportedIn } from '../../domain/report-lines.ts'
import { apiActivity, base, cloudOf, type OcsfEvent, severityOf } from './ocsf.ts'

interface Product {
  readonly vendor_name: string
  readonly name: string
}

/** The product that each source is, in the words of OCSF. What `logs` found is a detection of our own. */
const PRODUCTS: Readonly<Record<ReportingSource, Product>> = {
  'aws-health': { vendor_name: 'AWS', name: 'AWS Health' },
  'trusted-advisor': { vendor_name: 'AWS', name: 'AWS Trusted Advisor' },
  guardduty: { vendor_name: 'AWS', name: 'Amazon GuardDuty' },
  'security-hub': { vendor_name: 'AWS', name: 'AWS Security Hub' },
  macie: { vendor_name: 'AWS', name: 'Amazon Macie' },
  inspector: { vendor_name: 'AWS', name: 'Amazon Inspector' },
  github: { vendor_name: 'GitHub', name: 'Secret scanning' },
  gitlab: { vendor_name: 'GitLab', name: 'GitLab' },
  gitguardian: { vendor_name: 'GitGuardian', name: 'GitGuardian' },
  jira: { vendor_name: 'Atlassian', name: 'Jira' },
  linear: { vendor_name: 'Linear', name: 'Linear' },
  webhook: { vendor_name: 'unknown', name: 'signed webhook' },
  logs: { vendor_name: 'Countersign', name: 'logs' },
  trufflehog: { vendor_name: 'Truffle Security', name: 'TruffleHog' },
  gitleaks: { vendor_name: 'Gitleaks', name: 'Gitleaks' },
  falco: { vendor_name: 'The Falco Project', name: 'Falco' },
}

/** Converts a row of an incident's timeline: a call to API Activity, and what a party reported to a Detection Finding of that party. */
export function timelineEvent(signal: IncidentSignal, incident: Incident): OcsfEvent {
  const party = signal.reportedBy ?? (HEALTH_CODE.test(signal.action) ? 'aws-health' : undefined)
  return party === undefined ? apiActivity(signal, incident) : reportFinding({ ...signal, reportedBy: party }, incident)
}

/** Timelines of 0.2.0 do not say who reports. The API of AWS Health has no operation of such a name. */
const HEALTH_CODE = /^health:AWS_RISK_/

/**
 * A Detection Finding of the product that reported it: https://schema.ocsf.io/1.3.0/classes/detection_finding. It is no call, so it has no operation, and its address, where
 * the party saw one, is evidence. `correlation_uid` is the incident's id, and `finding_info.uid` the id at the party.
 */
function reportFinding(signal: IncidentSignal & { readonly reportedBy: ReportingSource }, incident: Incident): OcsfEvent {
  const { id, time, reportedBy, action, region, risk, identityId, credentialId, address, country, detectors } = signal
  const { place, url } = incident.reports?.find((report) => report.id === id) ?? {}
  const said = reportedIn(signal, incident)
  const event = base({ classUid: 2004, categoryUid: 2, activity: 1, time, uid: id, severity: severityOf(risk) })
  return {
    ...event,
    metadata: { ...(event.metadata as object), product: PRODUCTS[reportedBy], log_provider: 'Countersign', correlation_uid: incident.id },
    cloud: cloudOf(incident.identity.account, region),
    finding_info: {
      uid: findingUid(id),
      title: said,
      ...(place === undefined ? {} : { desc: `${said}, in ${place}` }),
      ...(url === undefined ? {} : { src_url: url }),
      created_time: time,
      types: [action.slice(action.indexOf(':') + 1)],
    },
    resources: [{ uid: identityId }, { uid: credentialId, type: 'credential' }],
    ...(isIP(address) === 0
      ? {}
      : { evidences: [{ src_endpoint: { ip: address, ...(country === undefined ? {} : { location: { country } }) } }] }),
    unmapped: { incident: incident.id, detectors, risk },
  }
}
