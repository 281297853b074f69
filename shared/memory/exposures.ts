import { isBefore, kindOfReport, withinReportLimit } from '../domain/kept-reports.ts'
import type { KeptReport } from '../domain/report.ts'
import type { IdentityStore } from '../ports/stores.ts'

/** Exposures in memory, as the table keeps them. */
export function memoryExposures(): Pick<IdentityStore, 'addExposure' | 'exposuresOf'> {
  const reports = new Map<string, Map<string, KeptReport>>()
  return {
    async addExposure(report) {
      const { credentialId } = report
      const known = reports.get(credentialId) ?? new Map<string, KeptReport>()
      reports.set(credentialId, known)
      const before = known.get(kindOfReport(report))
      if (before === undefined || isBefore(report, before)) known.set(kindOfReport(report), report)
    },
    async exposuresOf(credentialId) {
      const known = [...(reports.get(credentialId)?.values() ?? [])]
      return withinReportLimit(known)
    },
  }
}
