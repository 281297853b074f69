import { afterEach, describe, expect, it, vi } from 'vitest'
import type { BatchResult } from '../../shared/pipeline.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

/** What is sent to CloudWatch after a batch of two events, one of which was decided two seconds after its call. */
async function sent(dashboard: string): Promise<Record<string, unknown>> {
  vi.resetModules()
  vi.stubEnv('DASHBOARD', dashboard)
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false')
  const { measured } = await import('../../functions/wiring/measured.ts')
  const { log, metrics } = await import('../../functions/wiring/telemetry.ts')
  const outcomes = [
    { signal: { time: Date.now() - 2000 }, decision: { action: 'ask' } },
    { signal: { time: 0 }, decision: undefined },
  ]
  const respond = measured(
    async () => ({ outcomes }) as unknown as BatchResult,
    () => false,
  )
  await respond([{}, {}])
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  vi.spyOn(console, 'info').mockReturnValue(undefined)
  log.info('sweep.done', { open: 7, asking: 4, failed: 0 })
  log.info('contain.finished', { state: 'contained' })
  write.mockRestore()
  vi.restoreAllMocks()
  const { _aws, service, ...values } = metrics.serializeMetrics() as unknown as Record<string, unknown>
  metrics.clearMetrics()
  return values
}

describe('what respond measures', () => {
  it('is the events that arrive, for the alarm that stands where none does', async () => {
    expect(await sent('')).toEqual({ 'respond.events': 2 })
  })

  it('is for a dashboard also each decision with its lag, how containments ended, and who waits', async () => {
    const { 'respond.lag': lag, ...counts } = await sent('on')
    expect(counts).toEqual({ 'respond.events': 2, 'decision.ask': 1, 'sweep.open': 7, 'sweep.asking': 4, 'contain.contained': 1 })
    expect(Number(lag)).toBeGreaterThanOrEqual(2000)
    expect(Number(lag)).toBeLessThan(60_000)
  })

  it('counts what arrived also where evaluating it fails', async () => {
    vi.resetModules()
    const { measured } = await import('../../functions/wiring/measured.ts')
    const { metrics } = await import('../../functions/wiring/telemetry.ts')
    await expect(
      measured(
        () => Promise.reject(new Error('down')),
        () => false,
      )([{}, {}, {}]),
    ).rejects.toThrow('down')
    expect(metrics.serializeMetrics()).toMatchObject({ 'respond.events': 3 })
    metrics.clearMetrics()
  })

  it('counts the heartbeats apart, so that events of other accounts and regions do not hide that those of its own do not arrive', async () => {
    vi.resetModules()
    const { measured } = await import('../../functions/wiring/measured.ts')
    const { heartbeatOf } = await import('../../functions/wiring/heartbeat.ts')
    const { metrics } = await import('../../functions/wiring/telemetry.ts')
    const sweep = 'arn:aws:sts::123456789012:assumed-role/sweep-role/Countersign-sweep'
    const isHeartbeat = heartbeatOf('123456789012', { sessions: new Set([sweep]) })
    const respond = measured(async () => ({ outcomes: [] }) as unknown as BatchResult, isHeartbeat)
    const event = (account: string, eventName: string, arn: string) => ({
      source: 'aws.cloudtrail',
      account,
      detail: { eventName, userIdentity: { arn } },
    })
    await respond([
      event('210987654321', 'DescribeTrails', sweep),
      event('123456789012', 'GetTrail', sweep),
      event('123456789012', 'DescribeTrails', `${sweep}-2`),
    ])
    expect(metrics.serializeMetrics()).not.toHaveProperty('respond.heartbeats')
    metrics.clearMetrics()
    await respond([event('123456789012', 'DescribeTrails', sweep)])
    expect(metrics.serializeMetrics()).toMatchObject({ 'respond.events': 1, 'respond.heartbeats': 1 })
    metrics.clearMetrics()
  })
})
