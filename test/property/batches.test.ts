import { expect, it } from 'vitest'
import { readInTimeOrder } from '../../local/read/in-time-order.ts'
import { syntheticHistory } from '../../local/synthetic-history.ts'
import { freshReplay } from '../stress/fresh-replay.ts'
import { file } from '../unit/read-input.ts'

/** What the pipeline says of each call, and the incidents at the end, where so many records come at a time. */
async function told(records: readonly object[], size: number) {
  const { run, incidents } = await freshReplay()
  const assessments: string[] = []
  for (let from = 0; from < records.length; from += size) {
    const { outcomes, failed } = await run.run(records.slice(from, from + size))
    expect(failed.size).toBe(0)
    for (const { signal, findings, assessment, decision, incidentId } of outcomes)
      assessments.push(JSON.stringify([signal.id, findings.map(({ detector }) => detector), assessment.risk, decision?.would, incidentId]))
  }
  const found: string[] = []
  for await (const incident of incidents.listAll())
    found.push(JSON.stringify([incident, run.refusals.count(incident.id), run.refusals.priceOf(incident.id)]))
  return { assessments, incidents: found.sort() }
}

it.each([1, 2, 3])('what is decided does not depend on how many records come at a time (history %i)', async (seed) => {
  const { history, lastDay } = syntheticHistory({ seed, end: Date.UTC(2026, 0, 31, 18), days: 31 })
  const path = file([...history, ...lastDay].map((record) => JSON.stringify(record)).join('\n'))
  const records: object[] = []
  for await (const batch of readInTimeOrder([path], { onProblem: ({ reason }) => expect.unreachable(reason) })) records.push(...batch)
  const one = await told(records, 1)
  expect(one.incidents.length).toBeGreaterThan(0)
  for (const size of [13, 1000]) expect(await told(records, size)).toEqual(one)
})
