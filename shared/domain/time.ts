/** Durations in milliseconds. */
export const SECOND_MS = 1_000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** A time (epoch ms) as people read it in a sentence: `2026-03-02 12:00 UTC`. */
export function minuteText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** A time (epoch ms) to the second: `2026-03-02 12:00:00 UTC`. */
export function secondText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** A time (epoch ms) with the time of day first: `12:00 UTC on 2026-03-02`. */
export function clockText(time: number): string {
  const text = new Date(time).toISOString()
  return `${text.slice(11, 16)} UTC on ${text.slice(0, 10)}`
}
