import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Log } from '../../shared/ports/runtime.ts'

export const logger = new Logger({ serviceName: 'countersign' })
export const metrics = new Metrics({ namespace: 'Countersign', serviceName: 'countersign' })

/** Logs one event name and its fields per line. Every warning is also counted as a metric of the same name, for alarms. */
export const log: Log = {
  info: (event, fields = {}) => logger.info(event, { ...fields }),
  warn(event, fields = {}) {
    logger.warn(event, { ...fields })
    metrics.addMetric(event, MetricUnit.Count, 1)
  },
}

/** Counts what was done, for the alarm that stands where it was not. */
export function count(event: string): void {
  metrics.addMetric(event, MetricUnit.Count, 1)
}
