const EARLIEST = Date.UTC(2000, 0, 1)
const LATEST = Date.UTC(2100, 0, 1)

/** Epoch seconds of the years 2000 to 2100 have at most 10 digits, milliseconds at least 12. */
const SECONDS_BELOW = 1e11

/**
 * Epoch milliseconds of a time between the years 2000 and 2100, or undefined where the value is none.
 *
 * CloudTrail writes ISO 8601. Exports of it also have: the same without a zone, or with a blank in place of the `T` (Athena); epoch seconds or milliseconds
 * as a number or a text; RFC 1123 (AWS Health); `March 03, 2026, 10:00:00 (UTC+00:00)` as the console shows it; `3/3/2026 10:00:00 AM` as PowerShell prints
 * it, the month first. CloudTrail's times are UTC, so what names no zone is UTC, whatever the zone of the machine. A day that the month does not have is no time.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function timeOf(value: unknown): number | undefined {
  // A record is asked for its time several times, and the next one often has the same.
  if (typeof value === 'string' && value === latest.text) return latest.time
  const time = readTime(value)
  if (typeof value === 'string') latest = { text: value, time }
  return time
}

const DAY = /^\d{4}-\d\d-\d\d$/

/** Epoch milliseconds of a time that a person gives: a day, or any form that `timeOf` reads, in UTC where it names no zone. Undefined where it is none. */
export function timeGiven(text: string): number | undefined {
  return timeOf(DAY.test(text) ? `${text}T00:00:00Z` : text)
}

let latest: { readonly text: string; readonly time: number | undefined } = { text: '', time: undefined }

function readTime(value: unknown): number | undefined {
  const time = typeof value === 'number' ? fromEpoch(value) : typeof value === 'string' && value.length <= 64 ? fromText(value) : undefined
  return time !== undefined && time >= EARLIEST && time < LATEST ? time : undefined
}

function fromEpoch(value: number): number | undefined {
  return Number.isFinite(value) ? Math.trunc(value < SECONDS_BELOW ? value * 1000 : value) : undefined
}

function fromText(text: string): number | undefined {
  if (USUAL.test(text)) return Date.parse(text)
  const iso = ISO.exec(text)?.groups
  if (iso !== undefined) return fromParts(iso, Number(iso.month))
  if (EPOCH.test(text)) return fromEpoch(Number(text))
  const named = (CONSOLE.exec(text) ?? RFC_1123.exec(text))?.groups
  if (named !== undefined) return fromParts(named, MONTHS.indexOf((named.monthName ?? '').slice(0, 3).toLowerCase()) + 1)
  const twelve = POWERSHELL.exec(text)?.groups
  if (twelve === undefined) return undefined
  const { hour, half = '' } = twelve
  if (Number(hour) < 1 || Number(hour) > 12) return undefined
  return fromParts({ ...twelve, hour: String((Number(hour) % 12) + (/p/i.test(half) ? 12 : 0)) }, Number(twelve.month))
}

/** The form of nearly every record, of which the engine reads every day and hour that there is: every month has 28 days. */
const USUAL = /^\d{4}-\d\d-(?:[01]\d|2[0-8])T(?:[01]\d|2[0-3]):\d\d:\d\dZ$/

const ISO =
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})[T ](?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.(?<fraction>\d{1,9}))?)?(?: ?(?:Z|UTC|(?<sign>[+-])(?<offsetHours>\d{2}):?(?<offsetMinutes>\d{2})))?$/

const EPOCH = /^\d{9,14}(?:\.\d{1,9})?$/

const CONSOLE =
  /^(?<monthName>[A-Z][a-z]{2,8}) (?<day>\d{1,2}), (?<year>\d{4}),? (?:at )?(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})(?: \(UTC(?:(?<sign>[+-])(?<offsetHours>\d{2}):(?<offsetMinutes>\d{2}))?\))?$/

const RFC_1123 =
  /^(?:[A-Z][a-z]{2}, )?(?<day>\d{1,2}) (?<monthName>[A-Z][a-z]{2}) (?<year>\d{4}) (?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})(?: (?:GMT|UTC|Z|(?<sign>[+-])(?<offsetHours>\d{2}):?(?<offsetMinutes>\d{2})))?$/

const POWERSHELL =
  /^(?<month>\d{1,2})\/(?<day>\d{1,2})\/(?<year>\d{4}),? (?<hour>\d{1,2}):(?<minute>\d{2}):(?<second>\d{2}) (?<half>[AaPp][Mm])$/

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

type Parts = Readonly<Record<string, string | undefined>>

function fromParts(parts: Parts, month: number): number | undefined {
  const number = (name: string) => Number(parts[name] ?? 0)
  const [year, day, hour, minute, second] = [number('year'), number('day'), number('hour'), number('minute'), number('second')]
  const isInDay = hour < 24 && minute < 60 && second < 60
  const isOffset = number('offsetHours') <= 14 && number('offsetMinutes') < 60
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month) || !isInDay || !isOffset) return undefined
  const milliseconds = Number((parts.fraction ?? '').slice(0, 3).padEnd(3, '0'))
  const offset = (parts.sign === '-' ? -1 : 1) * (number('offsetHours') * 60 + number('offsetMinutes')) * 60_000
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds) - offset
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}
