import { expect, it } from 'vitest'
import { isBetween } from '../../local/replay/between.ts'

const at = (time: string) => Date.parse(time)
const span = { since: at('2026-03-02T00:00:00Z'), until: at('2026-03-03T00:00:00Z') }

it('goes by the time of the call, in whatever envelope it comes', () => {
  const call = { eventTime: '2026-03-02T00:01:00Z' }
  expect(isBetween(call, span)).toBe(true)
  expect(isBetween({ time: '2026-03-01T23:59:00Z', detail: call }, span)).toBe(true)
  expect(isBetween({ time: '2026-03-02T00:01:00Z', detail: { eventTime: '2026-03-01T23:59:00Z' } }, span)).toBe(false)
  expect(isBetween({ time: '2026-03-01T23:59:00Z', detail: {} }, span)).toBe(false)
})

it('has a first moment, and ends before its last', () => {
  expect(isBetween({ eventTime: '2026-03-02T00:00:00Z' }, span)).toBe(true)
  expect(isBetween({ eventTime: '2026-03-03T00:00:00Z' }, span)).toBe(false)
})

it('keeps what says no time, so that it is counted as unreadable', () => {
  for (const record of [{}, { eventTime: 'yesterday' }, null, 'x']) expect(isBetween(record, span)).toBe(true)
})
