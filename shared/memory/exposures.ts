import { forgetExposureAt, forgottenSoon } from '../domain/exposure-life.ts'
import { isBefore, kindOfReport, withinReportLimit } from '../domain/kept-reports.ts'
import type { KeptReport } from '../domain/report.ts'
import type { IdentityStore } from '../ports/stores.ts'

/** Exposures in memory, as the table keeps them. */
export function memoryExposures(): Pick<IdentityStore, 'addExposure' | 'exposuresOf'> {
  const reports = new Map<string, Map<string, { readonly report: KeptReport; readonly forgetAt: number | undefined }>>()
  return {
    async addExposure(report, now) {
      const { credentialId } = report
      const known = reports.get(credentialId) ?? new Map()
      reports.set(credentialId, known)
      const before = known.get(kindOfReport(report))
      const isGivingWay = before?.forgetAt !== undefined && before.forgetAt < forgottenSoon(now)
      if (before === undefined || isBefore(report, before.report) || isGivingWay)
        known.set(kindOfReport(report), { report, forgetAt: forgetExposureAt(report, now) })
    },
    async exposuresOf(credentialId) {
      const known = [...(reports.get(credentialId)?.values() ?? [])]
      return withinReportLimit(known.map(({ report }) => report))
    },
  }
}
