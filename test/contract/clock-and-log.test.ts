import { describe, expect, it } from 'vitest'
import { fixedClock, systemClock } from '../../shared/memory/clock.ts'
import { memoryLog, silentLog } from '../../shared/memory/log.ts'
import { AT } from './samples.ts'

describe('a clock', () => {
  it('of the machine goes on, in milliseconds', () => {
    const [before, now, after] = [Date.now(), systemClock.now(), Date.now()]
    expect(now).toBeGreaterThanOrEqual(before)
    expect(now).toBeLessThanOrEqual(after)
  })

  it('that is fixed stands until it is set', () => {
    const clock = fixedClock(AT)
    expect([clock.now(), clock.now()]).toEqual([AT, AT])
    clock.set(AT + 1)
    expect(clock.now()).toBe(AT + 1)
  })
})

describe('a log', () => {
  it('in memory keeps what was said, in order', () => {
    const log = memoryLog()
    log.info('contain.closed', { incidentId: 'inc-1' })
    log.warn('respond.failed')
    expect(log.entries).toEqual([
      { level: 'info', event: 'contain.closed', fields: { incidentId: 'inc-1' } },
      { level: 'warn', event: 'respond.failed', fields: {} },
    ])
  })

  it('that is silent takes everything', () => {
    expect(silentLog.info('contain.closed', { incidentId: 'inc-1' })).toBeUndefined()
    expect(silentLog.warn('respond.failed')).toBeUndefined()
  })
})
