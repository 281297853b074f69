import { describe, expect, it } from 'vitest'
import { monthAnswers, monthLine } from '../../local/synthetic/month-answers.ts'
import type { CloudTrailRecord } from '../../local/synthetic/record.ts'
import { slicesOf } from '../../local/synthetic/slices.ts'
import { syntheticHistory } from '../../local/synthetic-history.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { incidentOf } from '../contract/samples.ts'

const { history } = syntheticHistory({ seed: 1, end: Date.UTC(2026, 2, 13, 17), days: 31 })
const records = history as readonly CloudTrailRecord[]
const timeOf = ({ eventTime }: CloudTrailRecord) => Date.parse(eventTime)
const isChange = ({ eventSource, readOnly, userIdentity }: CloudTrailRecord) =>
  eventSource === 'iam.amazonaws.com' && readOnly === false && (userIdentity as { type?: string }).type === 'IAMUser'

describe('the slices of the month', () => {
  const slices = slicesOf(records)

  it('hold every call once, in order, and end no earlier than their last', () => {
    expect(slices.flatMap((slice) => slice.records)).toEqual(records)
    for (const { records: all, end } of slices) {
      expect(all.length).toBeLessThanOrEqual(100)
      expect(end).toBeGreaterThanOrEqual(timeOf(all.at(-1) as CloudTrailRecord))
    }
  })

  it('begin with each change of IAM, and the quarter of an hour after one belongs to it', () => {
    expect(records.filter(isChange).length).toBeGreaterThan(5)
    for (const { records: all, end } of slices) {
      expect(all.slice(1).filter(isChange)).toEqual([])
      const [first] = all as [CloudTrailRecord]
      if (isChange(first)) expect(end - timeOf(first)).toBeLessThanOrEqual(15 * 60_000)
    }
  })
})

describe('the answers of the month', () => {
  const AT = Date.UTC(2026, 0, 31, 12)
  const asks = (id: string, parts: Partial<Incident> = {}) => incidentOf(id, { state: 'asking', openedAt: AT, ...parts })

  it('release what asks, what is restricted and what is contained, after a while, with a reason, and leave what is only watched', async () => {
    const open = [
      asks('inc-000000000001'),
      asks('inc-000000000002', { state: 'restricted' }),
      asks('inc-000000000003', { state: 'watching' }),
      asks('inc-000000000004', { openedAt: AT + 60_000 }),
    ]
    const reviewed: string[] = []
    const month = monthAnswers({
      clock: { now: () => AT + 10 * 60_000 },
      incidents: { listOpen: async () => open } as never,
      review: async (id, { kind, reason }) => {
        reviewed.push(`${id} ${kind} ${reason}`)
        const verdict = { kind: 'legitimate', by: 'local:ben', reason, at: AT }
        return { ...asks(id), verdict } as never
      },
    })
    expect(monthLine(month, 30)).toBe('In these 30 days no incident asked anybody.')
    await month.answer()
    expect(reviewed).toEqual([
      'inc-000000000001 legitimate asked ci-deploy, who had planned it',
      'inc-000000000002 legitimate asked ci-deploy, who had planned it',
    ])
    expect(monthLine(month, 30)).toBe(
      'In these 30 days 2 incidents asked, and ben released each with a reason: asked ci-deploy, who had planned it (inc-000000000001, inc-000000000002).',
    )
  })
})
