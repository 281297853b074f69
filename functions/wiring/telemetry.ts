import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Log } from '../../shared/ports/runtime.ts'

export const logger = new Logger({ serviceName: 'countersign' })
export const metrics = new Metrics({ namespace: 'Countersign', serviceName: 'countersign' })

/** One event name and fields a line; every warning is a metric of its name too, so that an alarm can stand on it. */
export const log: Log = {
  info: (event, fields = {}) => logger.info(event, { ...fields }),
  warn(event, fields = {}) {
    logger.warn(event, { ...fields })
    metrics.addMetric(event, MetricUnit.Count, 1)
  },
}
