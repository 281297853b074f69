import { eventBridgeClient } from '../../shared/aws/clients.ts'
import { eventBridgeReportBus } from '../../shared/aws/report-bus.ts'
import { isOwnLogGroup } from '../../shared/domain/log-groups.ts'
import { LogsConfig, readEnvironment } from '../../shared/environment.ts'
import { logReporter } from '../../shared/sense/intake/report-logs.ts'
import { runtime } from './common.ts'

const { REPORT_BUS_NAME, STACK_NAME } = readEnvironment(LogsConfig, process.env)

export const report = logReporter({
  bus: eventBridgeReportBus(eventBridgeClient(), REPORT_BUS_NAME),
  ...runtime,
  isOwn: (logGroup) => isOwnLogGroup(logGroup, STACK_NAME),
})
