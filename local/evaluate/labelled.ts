import { z } from 'zod'
import { readRecords } from '../read-records.ts'

/** One labelled record. Lines of one `case` form one account's history. */
export const Labelled = z.object({
  id: z.string().min(1),
  case: z.string().min(1),
  label: z.enum(['malicious', 'benign', 'unknown']),
  source: z.string().min(1),
  technique: z.string().default(''),
  severity: z.string().default(''),
  needsContext: z.boolean().default(false),
  event: z.record(z.string(), z.unknown()),
})
export type Labelled = z.infer<typeof Labelled>

/** Records of one case, in the order of their times. */
export interface Case {
  readonly name: string
  readonly source: string
  readonly records: readonly Labelled[]
}

/** Records without a time are lone examples: any time will do, and it is the same for all. */
const NO_TIME = '2024-01-01T12:00:00Z'

/** Reads labelled NDJSON files, plain or gzip, into cases. What cannot be read is named, and the rest goes on. */
export async function readCases(files: readonly string[], onProblem: (problem: string) => void): Promise<Case[]> {
  const cases = new Map<string, Labelled[]>()
  for await (const batch of readRecords(files, {
    onProblem: ({ file, position, reason }) => onProblem(`${file}: byte ${position}: ${reason}`),
  })) {
    for (const line of batch) {
      const parsed = Labelled.safeParse(line)
      if (!parsed.success) {
        const [issue] = parsed.error.issues
        onProblem(`a line is not a labelled record: ${issue?.path.join('.')}: ${issue?.message}`)
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
  return [...cases.values()].map((records) => {
    const [first] = records as [Labelled]
    return { name: first.case, source: first.source, records: records.sort((a, b) => (timeOf(a.event) ?? 0) - (timeOf(b.event) ?? 0)) }
  })
}

export function timeOf(event: Readonly<Record<string, unknown>>): number | undefined {
  const at = Date.parse(String(event.eventTime ?? event.time))
  return Number.isNaN(at) ? undefined : at
}
