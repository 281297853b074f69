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
  const respond = measured(async () => ({ outcomes }) as unknown as BatchResult)
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
    await expect(measured(() => Promise.reject(new Error('down')))([{}, {}, {}])).rejects.toThrow('down')
    expect(metrics.serializeMetrics()).toMatchObject({ 'respond.events': 3 })
    metrics.clearMetrics()
  })
})
