import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { OWN_METRIC } from '../../shared/domain/own-metric.ts'
import type { Log } from '../../shared/ports/runtime.ts'

export const logger = new Logger({ serviceName: OWN_METRIC.service })
export const metrics = new Metrics({ namespace: OWN_METRIC.namespace, serviceName: OWN_METRIC.service })

/** Whether the stack has a dashboard, for which more is measured. Each metric that is sent costs 0.30 USD a month. */
export const hasDashboard: boolean = process.env.DASHBOARD === 'on'

/** Logs one event name and its fields per line. Every warning is also counted as a metric of the same name, for alarms. */
export const log: Log = {
  info(event, fields = {}) {
    logger.info(event, { ...fields })
    if (hasDashboard) for (const [name, value] of measures(event, fields)) metrics.addMetric(name, MetricUnit.Count, value)
  },
  warn(event, fields = {}) {
    logger.warn(event, { ...fields })
    metrics.addMetric(event, MetricUnit.Count, 1)
  },
}

/** Counts what was done, for the alarm that stands where it was not. */
export function count(event: string): void {
  metrics.addMetric(event, MetricUnit.Count, 1)
}

/** What the dashboard shows of a logged event: how runs of contain ended, and how many incidents are open, or ask people. */
function measures(event: string, fields: Readonly<Record<string, unknown>>): [string, number][] {
  if (event === 'contain.finished') return [[`contain.${fields.state}`, 1]]
  if (event === 'sweep.done')
    return [
      ['sweep.open', Number(fields.open)],
      ['sweep.asking', Number(fields.asking)],
    ]
  return []
}
