import { enforce } from '../../shared/contain/enforce.ts'
import { parseArn } from '../../shared/domain/arn.ts'
import type { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { type ExposureReport, REPORT_BUS_SOURCE, REPORT_DETAIL_TYPES } from '../../shared/domain/exposure-report.ts'
import { ResponderError } from '../../shared/errors.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { RespondPorts } from '../../shared/ports/respond.ts'

type EmbeddedPorts = Omit<RespondPorts, 'containInvoker' | 'bootstrapQueue' | 'history' | 'iam'> &
  Parameters<typeof enforce>[1] & { readonly iam: { authorizationDetails(): AuthorizationDetails } }

/** Makes what evaluates reports in an embedded account, as respond does those of a stack's bus. An embedded account has no event history to look anything up in. */
export function embeddedReport(ports: EmbeddedPorts, save: () => Promise<void>): (reports: readonly ExposureReport[]) => Promise<void> {
  const respond = pipeline({
    ...ports,
    containInvoker: { contain: (incidentId) => enforce(incidentId, ports) },
    bootstrapQueue: { bootstrap: async () => {} },
    history: { lookup: async () => [] },
  })
  return async (reports) => {
    const account = accountOf(ports.iam.authorizationDetails())
    const { failed } = await respond(reports.map((report) => reportEvent(report, { account, now: ports.clock.now() })))
    await save()
    const [reason] = failed.values()
    if (reason !== undefined)
      throw new ResponderError('store.unavailable', `${failed.size} of ${reports.length} reports were not evaluated: ${reason}`)
  }
}

/** A report as the event that a rule of the bus for reports delivers. */
export function reportEvent(report: ExposureReport, { account, now }: { readonly account: string; readonly now: number }): object {
  return {
    version: '0',
    id: report.id,
    'detail-type': REPORT_DETAIL_TYPES.exposure,
    source: REPORT_BUS_SOURCE,
    account,
    time: new Date(now).toISOString(),
    region: 'us-east-1',
    resources: [],
    detail: report,
  }
}

function accountOf({ UserDetailList, RoleDetailList }: AuthorizationDetails): string {
  const [one] = [...UserDetailList, ...RoleDetailList]
  return parseArn(one?.Arn ?? '')?.account ?? 'unknown'
}
