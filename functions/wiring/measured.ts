import { MetricUnit } from '@aws-lambda-powertools/metrics'
import type { BatchResult } from '../../shared/pipeline.ts'
import { hasDashboard, metrics } from './telemetry.ts'

/**
 * Counts the events that arrive (`respond.events`), and of those the heartbeats (`respond.heartbeats`), which events of other accounts and regions say nothing of. For a dashboard also the decisions by their action (`decision.ask`), and how long after its call each was made
 * (`respond.lag`, in milliseconds).
 */
export function measured<A extends unknown[]>(
  respond: (inputs: readonly unknown[], ...rest: A) => Promise<BatchResult>,
  isHeartbeat: (input: unknown) => boolean,
): (inputs: readonly unknown[], ...rest: A) => Promise<BatchResult> {
  return async (inputs, ...rest) => {
    metrics.addMetric('respond.events', MetricUnit.Count, inputs.length)
    const heartbeats = inputs.filter(isHeartbeat).length
    if (heartbeats > 0) metrics.addMetric('respond.heartbeats', MetricUnit.Count, heartbeats)
    const result = await respond(inputs, ...rest)
    if (!hasDashboard) return result
    for (const { signal, decision } of result.outcomes) {
      if (decision === undefined) continue
      metrics.addMetric(`decision.${decision.action}`, MetricUnit.Count, 1)
      metrics.addMetric('respond.lag', MetricUnit.Milliseconds, Math.max(0, Date.now() - signal.time))
    }
    return result
  }
}
