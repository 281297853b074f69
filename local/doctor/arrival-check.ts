import { HEARTBEAT_MS, LATE_SECONDS, SILENT_MS } from '../../shared/domain/expected-times.ts'
import { minuteText } from '../../shared/domain/time.ts'
import type { Arrivals } from '../../shared/ports/stack-health.ts'
import { duration } from '../render/style.ts'
import type { CheckResult } from './check.ts'

/** CloudTrail, EventBridge and CloudWatch may take some minutes: after so long one call and the next have not arrived. */
const SLOW_MS = 3 * HEARTBEAT_MS

/** Whether events arrive, and how late: by the stack's own call of every five minutes, and by what waits in the queues. */
export function arrivalResult({ lastHeartbeat, oldestSeconds, lagMs }: Arrivals, now: number): CheckResult {
  const late = Object.entries(oldestSeconds).flatMap(([name, seconds]) => {
    const limit = limitOf(name)
    return limit === undefined || seconds <= limit ? [] : [`a message of ${name} waited ${duration(seconds * 1000)}`]
  })
  const lag =
    lagMs === undefined ? [] : [`from call to decision it took ${duration(lagMs)} at most, in 99 of 100 calls of the last three hours`]
  if (lastHeartbeat === undefined)
    return {
      state: 'broken',
      fact: `${sentence(['the call that the stack makes every five minutes has not arrived for three hours', ...late])}`,
      todo: 'A stack that was deployed just now takes ten minutes. Else see the alarm Silent in docs/operations.md, after event rules and trail above.',
    }
  const age = Math.max(0, now - lastHeartbeat)
  const arrived = `the call that the stack makes every five minutes last arrived ${duration(age)} ago (${minuteText(lastHeartbeat)})`
  const fact = sentence([arrived, ...(late.length === 0 ? ['no queue is late'] : late), ...lag])
  if (age >= SILENT_MS)
    return { state: 'broken', fact, todo: 'See the alarm Silent in docs/operations.md, after event rules and trail above.' }
  if (late.length > 0)
    return {
      state: 'broken',
      fact,
      todo: 'See the alarms Late and Throttled in docs/operations.md: what waits is done later by as long.',
    }
  if (age > SLOW_MS)
    return { state: 'look', fact, todo: 'Look again in ten minutes. Where it goes on, see the alarm Silent in docs/operations.md.' }
  return { state: 'ok', fact }
}

function limitOf(name: string): number | undefined {
  const known = Object.entries(LATE_SECONDS).find(([key]) => key.toLowerCase() === name.toLowerCase())
  return known?.[1]
}

function sentence(parts: readonly string[]): string {
  const text = parts.join('; ')
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`
}
