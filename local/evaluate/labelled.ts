import * as z from 'zod'
import { counted } from '../../shared/domain/counted.ts'
import { printable } from '../../shared/domain/printable.ts'
import { timeOf as timeIn } from '../../shared/domain/record-time.ts'
import { readRecords } from '../read/read-records.ts'

/** One labelled record. The records of one `case` are the history of one account. */
export const Labelled = z.object({
  id: z.string().min(1),
  case: z.string().min(1),
  label: z.enum(['malicious', 'benign', 'unknown']),
  source: z.string().min(1),
  technique: z
    .string()
    .nullish()
    .transform((text) => text ?? ''),
  severity: z
    .string()
    .nullish()
    .transform((text) => text ?? ''),
  needsContext: z.boolean().default(false),
  /** True on a call that cannot be taken back, such as a snapshot that is shared. */
  irreversible: z.boolean().default(false),
  event: z.record(z.string(), z.unknown()),
})
export type Labelled = z.infer<typeof Labelled>

/** The records of one case, in the order of their times. */
export interface LabelledCase {
  readonly name: string
  readonly source: string
  readonly records: readonly Labelled[]
}

/** The time of records that have none: they are single examples, for which any time will do. */
const NO_TIME = '2024-01-01T12:00:00Z'

/** Reads labelled NDJSON files, plain or gzip, into cases. What cannot be read goes to `onProblem`, what is something else to `onSkip`, and reading goes on. */
export async function readCases(
  files: readonly string[],
  onProblem: (problem: string) => void,
  onSkip: (file: string, kind: string) => void = () => {},
): Promise<LabelledCase[]> {
  const cases = new Map<string, Labelled[]>()
  const refused = new Map<string, { first: string; count: number }>()
  let number = 0
  for await (const batch of readRecords(files, {
    onProblem: ({ file, position, reason }) => onProblem(`${file}: byte ${position}: ${reason}`),
    onSkip,
    recordOf: (line) => ('Records' in line || 'Events' in line ? undefined : line),
  })) {
    for (const line of batch) {
      number += 1
      const parsed = Labelled.safeParse(line)
      if (!parsed.success) {
        const reason = reasonOf(line, parsed.error)
        const known = refused.get(reason)
        refused.set(reason, { first: known?.first ?? nameOf(line, number), count: (known?.count ?? 0) + 1 })
        continue
      }
      const one = parsed.data
      const event = timeOf(one.event) === undefined ? { ...one.event, eventTime: NO_TIME } : one.event
      const key = `${one.source}\n${one.case}`
      const records = cases.get(key) ?? []
      records.push({ ...one, event })
      cases.set(key, records)
    }
  }
  for (const [reason, { first, count }] of refused)
    onProblem(`${counted(count, 'line is', 'lines are')} not a labelled record, first ${first}: ${reason}`)
  return [...cases.values()].map((records) => {
    const [first] = records as [Labelled]
    return { name: first.case, source: first.source, records: records.sort((a, b) => (timeOf(a.event) ?? 0) - (timeOf(b.event) ?? 0)) }
  })
}

/** Why a line is no labelled record, in words for whoever made the file. */
function reasonOf(line: unknown, { issues: [issue] }: z.ZodError): string {
  if (isCloudTrail(line))
    return 'this is a CloudTrail record without a label: `replay` reads it, or put it as `event` beside `id`, `case`, `label` and `source`'
  const key = issue?.path.join('.') || 'the line'
  const value = issue?.path.reduce<unknown>((at, part) => fieldsOf(at)[String(part)], line)
  if (value === undefined) return `${key}: missing; README.md says what a labelled record has`
  if (issue?.code === 'invalid_value') return `${key}: must be one of ${issue.values.join(', ')}`
  return `${key}: ${issue?.message}`
}

/** A record of CloudTrail, or an event of EventBridge that holds one. */
function isCloudTrail(line: unknown): boolean {
  const { label, eventName, eventSource, detail } = fieldsOf(line)
  if (label !== undefined) return false
  return (typeof eventName === 'string' && typeof eventSource === 'string') || fieldsOf(detail).eventName !== undefined
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

/** Names a line by its number among those that could be read, and by its id where it has one. */
function nameOf(line: unknown, number: number): string {
  const { id } = fieldsOf(line)
  return `record ${number}${typeof id === 'string' ? ` (id ${printable(id, 80)})` : ''}`
}

/** The time of a CloudTrail record or an EventBridge event, epoch ms; undefined where it has none. */
export function timeOf(event: Readonly<Record<string, unknown>>): number | undefined {
  return timeIn(event.eventTime ?? event.time)
}
