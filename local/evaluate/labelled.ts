import { z } from 'zod'
import { printable } from '../../shared/record/notice.ts'
import { readRecords } from '../read-records.ts'

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

/** Reads labelled NDJSON files, plain or gzip, into cases. What cannot be read goes to `onProblem`, and reading goes on. */
export async function readCases(files: readonly string[], onProblem: (problem: string) => void): Promise<LabelledCase[]> {
  const cases = new Map<string, Labelled[]>()
  const refused = new Map<string, { first: string; count: number }>()
  let number = 0
  for await (const batch of readRecords(files, {
    onProblem: ({ file, position, reason }) => onProblem(`${file}: byte ${position}: ${reason}`),
  })) {
    for (const line of batch) {
      number += 1
      const parsed = Labelled.safeParse(line)
      if (!parsed.success) {
        const [issue] = parsed.error.issues
        const reason = `${issue?.path.join('.') || 'the line'}: ${issue?.message}`
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
    onProblem(`${count === 1 ? 'a line is' : `${count} lines are`} not a labelled record, first ${first}: ${reason}`)
  return [...cases.values()].map((records) => {
    const [first] = records as [Labelled]
    return { name: first.case, source: first.source, records: records.sort((a, b) => (timeOf(a.event) ?? 0) - (timeOf(b.event) ?? 0)) }
  })
}

/** Names a line by its number among those that could be read, and by its id where it has one. */
function nameOf(line: unknown, number: number): string {
  const { id } = (typeof line === 'object' && line !== null ? line : {}) as { id?: unknown }
  return `record ${number}${typeof id === 'string' ? ` (id ${printable(id, 80)})` : ''}`
}

/** The time of a CloudTrail record or an EventBridge event, epoch ms; undefined where it has none. */
export function timeOf(event: Readonly<Record<string, unknown>>): number | undefined {
  const at = Date.parse(String(event.eventTime ?? event.time))
  return Number.isNaN(at) ? undefined : at
}
