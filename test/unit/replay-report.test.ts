import { describe, expect, it } from 'vitest'
import { InputTally } from '../../local/commands/input-tally.ts'
import { renderList } from '../../local/render/incident-list.ts'
import { incidentTable } from '../../local/replay/incident-rows.ts'
import { ReplayProgress } from '../../local/replay/progress.ts'
import { refusalLine } from '../../local/replay/report-text.ts'
import { type Summary, strongestFirst, summaryLines } from '../../local/replay/summary.ts'
import { replayInMemory } from '../../local/replay-in-memory.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { consoleWorld } from '../console.ts'

const { incident } = await consoleWorld()
const like = (would: Incident['decision']['would'], priority: number, name = 'ci'): Incident => ({
  ...incident,
  priority,
  identity: { ...incident.identity, name },
  decision: { ...incident.decision, would },
})

describe('the table of incidents', () => {
  it('puts what calls for most first, and of the same the higher priority', () => {
    const found = [like('ask', 90), like('contain', 10), like('restrict', 50), like('ask', 95), like('observe', 99)]
    expect(strongestFirst(found).map(({ decision, priority }) => `${decision.would} ${priority}`)).toEqual([
      'contain 10',
      'restrict 50',
      'ask 95',
      'ask 90',
      'observe 99',
    ])
  })

  it('has one line for each incident where there is no terminal', () => {
    expect(incidentTable([like('ask', 1), like('contain', 2)], undefined).split('\n')).toHaveLength(3)
  })

  it.each([40, 60, 80, 132])('is folded to a terminal of %i columns, and loses no word of a reason', (width) => {
    const found = [like('contain', 1, 'a'.repeat(60)), like('ask', 1)]
    const rows = incidentTable(found, width).split('\n')
    // Who, what and when stand beside each other, so only reasons are folded.
    const reasons = rows.filter((row) => !/^\S/.test(row) || width > 100)
    for (const row of reasons) expect(row.length).toBeLessThanOrEqual(width)
    const words = (text: string) => text.split(/\s+/).filter((word) => word !== '')
    // A cell that stands below its row has the name of its column before it.
    const told = rows
      .slice(1)
      .join(' ')
      .replaceAll(/(?:WHEN|FIRST REASON): /g, '')
    expect(words(told)).toEqual(words(incidentTable(found, undefined).split('\n').slice(1).join(' ')))
  })

  it('names the account beside each name where incidents are of several, and only there', () => {
    const [one, other] = [like('ask', 1, 'root'), like('ask', 1, 'root')]
    const names = (found: Incident[]) => [incidentTable(found, undefined), renderList(found)].map((text) => text.match(/root( of \d+)?/g))
    expect(names([one, other])).toEqual([
      ['root', 'root'],
      ['root', 'root'],
    ])
    const elsewhere = { ...other, identity: { ...other.identity, account: '210987654321' } }
    const both = [`root of ${one.identity.account}`, 'root of 210987654321']
    expect(names([one, elsewhere])).toEqual([both, both])
    const nowhere = { ...other, identity: { ...other.identity, account: 'unknown' } }
    expect(incidentTable([one, nowhere], undefined)).toContain('root of an unknown account')
  })

  it('prints no control character of a name', () => {
    expect(incidentTable([like('ask', 1, 'x\u001b[2J\u202ey\nz')], 80)).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
  })
})

describe('the line of progress', () => {
  function screen(columns?: number) {
    const drawn: string[] = []
    let now = 0
    const target = { write: (text: string) => drawn.push(text), ...(columns === undefined ? {} : { columns }) }
    const progress = new ReplayProgress(target, () => now)
    const at = (ms: number) => {
      now = ms
      return progress
    }
    return { drawn, at }
  }
  const taken = (records: number, bytes: number, allBytes: number | undefined) => ({ kind: 'taken', records, bytes, allBytes }) as const

  it('says records, records a second, and the time left by the bytes of all', () => {
    const { drawn, at } = screen()
    at(0).show({ kind: 'indexing', records: 10 })
    at(1000).show({ kind: 'indexing', records: 5000 })
    at(2000).show(taken(0, 0, 8000))
    at(4000).show(taken(1000, 2000, 8000))
    expect(drawn.map((text) => text.replace('\r\u001b[2K', ''))).toEqual([
      'looking for the order: 10 records',
      'looking for the order: 5000 records, 5000 records/s',
      '0 records evaluated',
      '1000 records evaluated, 500 records/s, 6.0 s left',
    ])
  })

  it('says no time left where it is not known how much is to come', () => {
    const { drawn, at } = screen()
    at(0).show(taken(0, 0, undefined))
    at(2000).show(taken(1000, 2000, undefined))
    expect(drawn.at(-1)).toBe('\r\u001b[2K1000 records evaluated, 500 records/s')
  })

  it('is drawn five times a second at most, no wider than the terminal, and erased once', () => {
    const { drawn, at } = screen(20)
    for (let ms = 0; ms < 1000; ms += 10) at(ms).show(taken(ms, ms, 1000))
    expect(drawn).toHaveLength(5)
    for (const text of drawn) expect(text.replace('\r\u001b[2K', '').length).toBeLessThan(20)
    at(1000).clear()
    at(1000).clear()
    expect(drawn.slice(5)).toEqual(['\r\u001b[2K'])
  })

  it('is drawn on a terminal that reports no width, as one in a container may', () => {
    const { drawn, at } = screen(0)
    at(0).show(taken(1000, 2000, undefined))
    expect(drawn).toEqual(['\r\u001b[2K1000 records evaluated'])
  })

  it('is not drawn where there is no terminal', () => {
    const progress = new ReplayProgress(undefined, () => 0)
    expect(() => {
      progress.show(taken(1, 1, 1))
      progress.clear()
    }).not.toThrow()
  })
})

describe('the words of a replay', () => {
  const figures = (reports: object): Summary => ({ ...SUMMARY, ...reports })
  const linesOf = (reports: object) =>
    summaryLines({ summary: figures(reports), input: new InputTally({ write: () => {} }), found: [], hasAccount: true }, (_, text) => text)

  it('say how many reports of each party were read, and where these are more signals, why', () => {
    const reports = { reports: { guardduty: 3, github: 2 }, reportedFindings: { guardduty: 1, github: 2 } }
    expect(linesOf(reports)).toContain(
      'other parties reported: GuardDuty 1 report (3 signals, one for each identity that a report names), GitHub 2 reports',
    )
    expect(linesOf({}).join('\n')).not.toContain('other parties')
  })

  it.each([
    [
      'contain',
      'ask',
      /^not contained: the decision says why\. Where the policy and the account allow it, it would have been contained at .*: 0 later calls/,
    ],
    ['restrict', 'observe', /^not restricted: the decision says why\. Where .* it would have been restricted at /],
    ['contain', 'contain', /^contained at .*: 0 later calls/],
    ['ask', 'ask', /^the evidence calls for nothing that refuses calls$/],
  ] as const)('say of an incident that calls for %s where the policy lets %s happen what would have been', async (would, action, said) => {
    const { run } = await replayInMemory({ policy: 'policy.yaml' })
    expect(refusalLine({ ...incident, decision: { ...incident.decision, would, action } }, run)).toMatch(said)
  })
})

const SUMMARY: Summary = {
  type: 'summary',
  policy: 'policy.yaml',
  records: 1,
  outsideTime: 0,
  signals: 1,
  ignored: 0,
  unreadable: 0,
  late: 0,
  from: null,
  to: null,
  incidents: 0,
  decisions: { observe: 0, notify: 0, ask: 0, restrict: 0, contain: 0 },
  would: { observe: 0, notify: 0, ask: 0, restrict: 0, contain: 0 },
  refusedCalls: 0,
  stopped: { refused: 0, calls: 0 },
  collateral: { refused: 0, calls: 0 },
  seconds: 1,
} as Summary
