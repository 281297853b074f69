import { DAY } from '../story.ts'
import type { Account } from './account.ts'
import type { Label } from './step.ts'

/** Writes what happens on a day as on any other. `midnight` (UTC) is the day's, epoch ms. */
export type Routine = (midnight: number) => void

/** What a case plays. */
export interface Plan {
  /** Each day of the history, and the case's own days as well. */
  readonly everyDay: readonly Routine[]
  /** The day that the case is about. */
  readonly lastDay: Routine
}

/** A kind of day. Its name is the case's. */
export interface Kind {
  readonly name: string
  readonly label: Label
  /** ATT&CK technique of the malicious records. */
  readonly technique?: string
  /** Days that the case is about, the last one included. They are written without a history too. One unless given. */
  readonly days?: number
  /** True where some malicious call cannot be undone. */
  readonly isIrreversible?: true
  plan(account: Account): Plan
}

/** Calls of every few minutes or hours of a day: the times, with some minutes of play. */
export function timesOfDay(
  { random }: Account,
  midnight: number,
  { from = 0, to = 24, everyMinutes }: { from?: number; to?: number; everyMinutes: number },
): number[] {
  const times: number[] = []
  for (let minute = from * 60; minute < to * 60; minute += everyMinutes)
    times.push(midnight + minute * 60_000 + random.whole(0, Math.min(everyMinutes, 6) * 60 - 1) * 1000)
  return times
}

/** True on Saturdays and Sundays. */
export function isWeekend(midnight: number): boolean {
  const weekday = new Date(midnight).getUTCDay()
  return weekday === 0 || weekday === 6
}

/** True on each day that is a multiple of `days` before the case's last one: with 7, on its weekday in the weeks before. */
export function isEvery({ lastDay }: Account, days: number, midnight: number): boolean {
  return midnight < lastDay && ((lastDay - midnight) / DAY) % days === 0
}
