import { forgetExposureAt, forgottenSoon } from '../domain/exposure-life.ts'
import { EXPOSURE_SHAPE, kindOfReport, withinReportLimit } from '../domain/kept-reports.ts'
import type { KeptReport } from '../domain/report.ts'
import { readText, textOf } from '../domain/stored.ts'
import { UnreadableItem } from '../errors.ts'
import type { IdentityStore } from '../ports/stores.ts'
import { putIf } from './conditional-put.ts'
import { queryAll } from './query-all.ts'
import { keys, type Table } from './table.ts'

/** Exposures in DynamoDB under `EXPOSURE#credential / REPORT#source#grade`. */
export function dynamoExposures(table: Table): Pick<IdentityStore, 'addExposure' | 'exposuresOf'> {
  return {
    async addExposure(report, now) {
      const { credentialId, seenAt, id } = report
      const forgetAt = forgetExposureAt(report, now)
      const expiresAt = forgetAt === undefined ? undefined : Math.ceil(forgetAt / 1000)
      // As `isBefore` has it: of one time, one of them stays, whichever came first.
      const isEarlier = 'attribute_not_exists(pk) OR seenAt > :seenAt OR (seenAt = :seenAt AND reportId > :reportId)'
      const isNews = {
        expression: expiresAt === undefined ? isEarlier : `${isEarlier} OR expiresAt < :soon`,
        values: {
          ':seenAt': seenAt,
          ':reportId': id,
          ...(expiresAt === undefined ? {} : { ':soon': Math.ceil(forgottenSoon(now) / 1000) }),
        },
      }
      const item = { seenAt, reportId: id, report: textOf(EXPOSURE_SHAPE, { report }), ...(expiresAt === undefined ? {} : { expiresAt }) }
      await putIf(table, { ...keys.exposure(credentialId, kindOfReport(report)), ...item }, isNews)
    },
    async exposuresOf(credentialId) {
      const { pk } = keys.exposure(credentialId, '')
      const reports: KeptReport[] = []
      const all = queryAll(table, { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk }, ConsistentRead: true })
      for await (const item of all) {
        const key = `${String(item.pk)}/${String(item.sk)}`
        const { report } = readText(EXPOSURE_SHAPE, item.report, key)
        if (report.credentialId !== credentialId) throw new UnreadableItem(key, 'credentialId: must be that of its key')
        reports.push(report)
      }
      return withinReportLimit(reports)
    },
  }
}
