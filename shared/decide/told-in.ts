import { suspectCredentialUsed } from '../detect/detectors/suspect-credential-used.ts'
import type { Finding } from '../domain/finding.ts'

/** Findings as an incident keeps them: where a reason names the incident that issued a credential, and it is this one, it says so. */
export function toldIn(incidentId: string, findings: readonly Finding[]): readonly Finding[] {
  const isOwn = ({ detector, reason }: Finding) => detector === suspectCredentialUsed.id && reason.endsWith(` in incident ${incidentId}`)
  if (!findings.some(isOwn)) return findings
  return findings.map((finding) =>
    isOwn(finding) ? { ...finding, reason: finding.reason.replace(/ in incident \S+$/, ' in this incident') } : finding,
  )
}
