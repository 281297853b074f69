import { describe, expect, it } from 'vitest'
import { shortfalls } from '../../local/evaluate/bars.ts'
import { caseFigures } from '../../local/evaluate/case-figures.ts'
import { figuresOf, medianOf } from '../../local/evaluate/figures.ts'
import { REACHED } from '../../local/evaluate/reached.ts'
import type { CaseResult } from '../../local/evaluate/run-case.ts'
import { summaryLines } from '../../local/evaluate/summary.ts'
import { ACTIONS, type Action, isStronger } from '../../shared/domain/action.ts'

interface Short {
  readonly label?: CaseResult['record']['label']
  readonly would?: Action
  readonly irreversible?: true
  readonly isAfterAction?: boolean
  readonly isRefused?: boolean
  readonly risk?: number
  readonly isCall?: false
  readonly detectors?: readonly string[]
  readonly interventions?: number
  readonly credential?: string
  readonly identity?: CaseResult['identity']
}

const USER = { id: 'arn:aws:iam::123456789012:user/ci-build', isContainable: true }
const ROOT = { id: 'arn:aws:iam::123456789012:root', isContainable: false }

/** Results ten seconds apart, of benign calls in which nothing is found where nothing else is said. */
function resultsOf(...parts: readonly Short[]): CaseResult[] {
  return parts.map((part, at) => ({
    record: { id: `r${at}`, label: part.label ?? 'benign', technique: 'T1098', irreversible: part.irreversible ?? false },
    time: at * 10_000,
    credential: part.credential ?? 'AKIAIOSFODNN7EXAMPLE',
    identity: part.identity ?? USER,
    risk: part.risk ?? 0,
    would: part.would,
    detectors: part.detectors ?? (part.would === undefined ? [] : ['some-detector']),
    interventions: part.interventions ?? 0,
    effect: part.isCall === false ? undefined : { isAfterAction: part.isAfterAction ?? false, isRefused: part.isRefused ?? false },
  }))
}

const about = (name: string) => ({ name, source: 'made-up', needsContext: false, severity: '' })
const figures = (...parts: readonly Short[]) => caseFigures(about('one'), resultsOf(...parts))
const source = (...cases: readonly (readonly Short[])[]) =>
  figuresOf(cases.map((parts, at) => ({ case: about(`case-${at}`), results: resultsOf(...parts) })))

const BAD = { label: 'malicious' } as const

describe('when an action was called for', () => {
  it('is counted in malicious records and in seconds from the first malicious one on, for every action that people notice', () => {
    const { reached } = figures({}, BAD, {}, { ...BAD, would: 'ask' }, {}, { ...BAD, would: 'contain' })
    expect(reached).toMatchObject({ ask: { calls: 2, seconds: 20 }, contain: { calls: 3, seconds: 40 } })
    expect(Object.keys(reached)).toEqual([...ACTIONS.filter((action) => isStronger(action, 'notify'))])
  })

  it('is the same moment for all weaker actions where the first decision is a strong one', () => {
    const { reached } = figures(BAD, { ...BAD, would: 'contain' })
    for (const action of REACHED) expect(reached[action]).toEqual({ calls: 2, seconds: 10 })
  })

  it.each<[string, readonly Short[]]>([
    ['a decision from before the intrusion', [{ would: 'contain' }, BAD]],
    ['a weaker decision', [BAD, { ...BAD, would: 'notify' }]],
    ['a benign case', [{ would: 'contain' }]],
  ])('is not said by %s', (_, parts) => {
    expect(Object.values(figures(...parts).reached)).toEqual(REACHED.map(() => null))
  })

  it('may be said by a record of the owner during the intrusion', () => {
    expect(figures(BAD, { would: 'ask' }).reached.ask).toEqual({ calls: 1, seconds: 10 })
  })
})

describe('the strongest decision before the first irreversible record', () => {
  it.each<[Action | 'none', readonly Short[]]>([
    ['none', [BAD, { ...BAD, irreversible: true, would: 'contain' }]],
    ['none', [{ would: 'contain' }, BAD, { ...BAD, irreversible: true }]],
    ['none', [BAD, { ...BAD, would: 'observe' }, { ...BAD, irreversible: true }]],
    [
      'notify',
      [
        { ...BAD, would: 'notify' },
        { ...BAD, irreversible: true },
        { ...BAD, would: 'contain' },
      ],
    ],
    [
      'ask',
      [
        { ...BAD, would: 'ask' },
        { ...BAD, would: 'notify' },
        { ...BAD, irreversible: true },
        { ...BAD, irreversible: true },
      ],
    ],
    ['contain', [BAD, { would: 'contain' }, { ...BAD, irreversible: true }]],
  ])('is %s', (expected, parts) => {
    expect(figures(...parts)).toMatchObject({ hasIrreversible: true, beforeIrreversible: expected })
  })

  it('is none, and said to be about nothing, where no malicious record is irreversible', () => {
    for (const parts of [
      [{ ...BAD, would: 'contain' as const }],
      [{ irreversible: true as const }],
      [BAD, { irreversible: true as const }],
    ])
      expect(figures(...parts)).toMatchObject({ hasIrreversible: false, beforeIrreversible: 'none' })
  })

  it('is counted per source over the cases that have one', () => {
    const { beforeIrreversible } = source(
      [
        { ...BAD, would: 'ask' },
        { ...BAD, irreversible: true },
      ],
      [BAD, { ...BAD, irreversible: true }],
      [BAD],
      [{ would: 'contain' }],
    )
    expect(beforeIrreversible).toMatchObject({ total: 2, ask: 1, none: 1, contain: 0 })
    expect(beforeIrreversible).not.toHaveProperty('observe')
  })
})

describe('the price of an action', () => {
  it('is counted in benign calls after an action of their identity: all of them, and those refused', () => {
    const after = { isAfterAction: true }
    const { collateral } = figures(
      {},
      after,
      { ...after, isRefused: true },
      { ...BAD, ...after, isRefused: true },
      { ...after, isCall: false },
    )
    expect(collateral).toEqual({ benign: 2, refused: 1 })
  })

  it('is held against the malicious calls from the first suspicious one on, of which those before the action are not refused', () => {
    const { stopped } = figures(
      BAD,
      { ...BAD, would: 'ask' },
      BAD,
      { ...BAD, isRefused: true },
      { isRefused: true },
      { ...BAD, isCall: false },
    )
    expect(stopped).toEqual({ malicious: 3, refused: 1 })
  })

  it('counts an intrusion whole in which nothing is suspicious', () => {
    expect(figures({ would: 'ask' }, BAD, BAD).stopped).toEqual({ malicious: 2, refused: 0 })
  })

  it('is summed up over a source, and the refused share of the malicious calls is the median over its malicious cases', () => {
    const refused = { ...BAD, would: 'contain', isRefused: true } as const
    const { collateral, stopped } = source(
      [refused, { isAfterAction: true, isRefused: true }],
      [{ ...BAD, would: 'ask' }, refused],
      [BAD],
      [{ isAfterAction: true }],
    )
    expect([collateral, stopped]).toEqual([
      { benign: 2, refused: 1 },
      { cases: 3, median: 0.5 },
    ])
    expect(source([{}]).stopped).toEqual({ cases: 0, median: null })
    expect([medianOf([3, 1, 2, 10]), medianOf([])]).toEqual([2.5, null])
  })
})

describe('the figures of a source', () => {
  it('count cases by their strongest decision, malicious ones from their first malicious record on', () => {
    const { decisions } = source(
      [{ would: 'notify' }, { would: 'ask' }],
      [{}],
      [{ would: 'contain' }, { ...BAD, would: 'notify' }],
      [BAD, { would: 'contain' }],
    )
    expect(decisions.benign).toMatchObject({ total: 2, ask: 1, observe: 1, contain: 0 })
    expect(decisions.malicious).toMatchObject({ total: 2, notify: 1, contain: 1, ask: 0 })
    expect(Object.keys(decisions.benign)).toEqual(['total', ...ACTIONS])
  })

  it('count nothing of unknown label as benign', () => {
    const { decisions, identities, credentials, cases, interventions } = source([{ label: 'unknown', would: 'ask', interventions: 1 }, {}])
    expect(cases[0]).toMatchObject({ malicious: false, benign: false })
    for (const count of [decisions, identities, credentials]) expect([count.benign.total, count.malicious.total]).toEqual([0, 0])
    expect(interventions.benign).toEqual({ total: 0, perCase: null, most: 0 })
  })

  it('go by what was decided and not by the risk', () => {
    const { records, credentials, techniques } = source([
      { ...BAD, risk: 99, would: 'notify' },
      { risk: 1, would: 'contain', credential: 'ASIAOWNER00000000001' },
      { risk: 99, credential: 'ASIAOTHER00000000001' },
    ])
    expect(records.malicious).toMatchObject({ total: 1, ask: 0, contain: 0 })
    expect(records.benign).toMatchObject({ total: 2, ask: 1, contain: 1 })
    expect(credentials.benign).toMatchObject({ total: 2, ask: 1, contain: 1 })
    expect(techniques).toEqual({ T1098: { cases: 1, detected: 0 } })
  })

  it('count the identities that can be contained, and no others', () => {
    const { identities } = source(
      [
        { would: 'contain', identity: ROOT },
        { would: 'contain' },
        { would: 'ask', identity: { id: 'arn:aws:iam::123456789012:role/deploy', isContainable: true } },
      ],
      [{ ...BAD, would: 'ask' }, {}],
    )
    expect(identities.benign).toMatchObject({ total: 2, ask: 2, contain: 1 })
    expect(identities.malicious).toMatchObject({ total: 1, ask: 1, contain: 0 })
  })

  it('say how often people are interrupted by a benign case, on average and at most', () => {
    const { interventions } = source([{ interventions: 2 }, { interventions: 1 }], [{}], [{ ...BAD, interventions: 9 }])
    expect(interventions).toEqual({ benign: { total: 3, perCase: 1.5, most: 3 }, malicious: { total: 9, perCase: 9, most: 9 } })
  })

  it('are said in sentences, and what there is nothing of is not said', () => {
    const lines = summaryLines(
      source(
        [{ would: 'ask', interventions: 1 }],
        [{}],
        [
          { ...BAD, would: 'ask' },
          { ...BAD, irreversible: true, isRefused: true },
        ],
      ),
    )
    const counts = (of: Partial<Record<Action, number>>) => ACTIONS.toReversed().map((action) => `${of[action] ?? 0} ${action}`)
    expect(lines).toEqual([
      `of 2 benign cases: ${counts({ ask: 1, observe: 1 }).join(', ')}`,
      'of 2 benign identities that can be contained: 0 contain',
      'questions, restrictions and containments in a benign case: 0.5 on average, at most 1',
      `of 1 malicious case: ${counts({ ask: 1 }).join(', ')}`,
      `before the first irreversible call of 1 malicious case: ${counts({ ask: 1 }).slice(0, -1).join(', ')}, 0 none`,
      'refused of the malicious calls from the first suspicious one on: 50 % in the median case',
    ])
    expect(summaryLines(source([{}]))).toHaveLength(3)
    expect(summaryLines(source([BAD]))).toHaveLength(2)
  })
})

describe('bars', () => {
  const bad = [
    { ...BAD, would: 'ask' },
    { ...BAD, irreversible: true, isRefused: true },
  ] as const
  const measured = source(
    [
      { would: 'contain', interventions: 2 },
      { isAfterAction: true, isRefused: true },
    ],
    [{}],
    bad,
    [BAD],
  )

  it.each<[object, string]>([
    [{ benignCases: { ask: 0.4 } }, 'benignCases.ask is 0.5, must be at most 0.4'],
    [{ benignCases: { contain: 0 } }, 'benignCases.contain is 0.5, must be at most 0'],
    [{ benignIdentitiesContain: 0 }, 'benignIdentitiesContain is 1, must be at most 0'],
    [{ benignInterventions: 0.9 }, 'benignInterventions is 1, must be at most 0.9'],
    [{ maliciousCases: { ask: 0.6 } }, 'maliciousCases.ask is 0.5, must be at least 0.6'],
    [{ beforeIrreversible: { contain: 0.1 } }, 'beforeIrreversible.contain is 0, must be at least 0.1'],
    [{ collateral: 0.5 }, 'collateral is 1, must be at most 0.5'],
    [{ stopped: 0.3 }, 'stopped is 0.25, must be at least 0.3'],
  ])('%j: what falls short is named', (bar, line) => {
    expect(shortfalls({ s: bar }, { s: measured })).toEqual([`s: ${line}`])
  })

  it('are reached by a figure that equals them', () => {
    const bar = {
      benignCases: { ask: 0.5, contain: 0.5 },
      benignIdentitiesContain: 1,
      benignInterventions: 1,
      maliciousCases: { ask: 0.5, contain: 0 },
      beforeIrreversible: { ask: 1, contain: 0 },
      collateral: 1,
      stopped: 0.25,
    }
    expect(shortfalls({ s: bar }, { s: measured })).toEqual([])
  })

  it.each<[object, string]>([
    [{ benignCases: { ask: 1 } }, 'benignCases.ask was not measured: there is no benign case'],
    [{ maliciousCases: { ask: 0 } }, 'maliciousCases.ask was not measured: there is no malicious case'],
    [{ beforeIrreversible: { ask: 0 } }, 'there is no malicious case with an irreversible record'],
    [{ benignIdentitiesContain: 0 }, 'there is no benign identity that can be contained'],
    [{ collateral: 0 }, 'collateral was not measured: there is no benign record'],
    [{ stopped: 0 }, 'stopped was not measured'],
  ])('%j: what was not measured is named', (bar, part) => {
    expect(shortfalls({ s: bar }, { s: source([{ label: 'unknown' }]) })).toEqual([expect.stringContaining(part)])
  })
})
