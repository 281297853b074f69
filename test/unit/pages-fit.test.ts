import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InputTally } from '../../local/commands/input-tally.ts'
import { report } from '../../local/commands/report.ts'
import { figuresOf } from '../../local/evaluate/figures.ts'
import { evaluationPage } from '../../local/evaluate/page.ts'
import type { Evaluated } from '../../local/evaluate/report.ts'
import { driftPage } from '../../local/page/drift.ts'
import { PAGE_BYTES } from '../../local/page/within-bytes.ts'
import { reachPage } from '../../local/replay/reach-page.ts'
import { replayPage } from '../../local/replay/report-page.ts'
import { type Report, summaryOf } from '../../local/replay/summary.ts'
import { replayInMemory } from '../../local/replay-in-memory.ts'
import type { Target } from '../../local/target.ts'
import type { Reach } from '../../shared/decide/reach/account-reach.ts'
import { ESCALATION_PATHS } from '../../shared/decide/reach/escalation-paths.ts'
import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import { driftOf } from '../../shared/learn/drift.ts'
import { folder } from '../cli/run-cli.ts'
import { consoleWorld, PAYLOAD } from '../console.ts'
import { AT, signalOf } from '../contract/samples.ts'

const MANY = 1000
const world = await consoleWorld()
const { incident: sample } = world
const sampleChanges = await world.target.record.list(`INCIDENT#${sample.id}`)

/** Names as long as they may be, of characters that take most bytes when they are escaped. */
const name = (at: number) => `${PAYLOAD}${'"'.repeat(60)}${at}`.slice(0, 64)
const incidents: Incident[] = Array.from({ length: MANY }, (_, at) => ({
  ...sample,
  id: `inc-${at.toString(16).padStart(12, '0')}`,
  openedAt: sample.openedAt + at * 1000,
  identity: { ...sample.identity, name: name(at), id: `arn:aws:iam::123456789012:user/${name(at)}` },
  assessment: {
    ...sample.assessment,
    contributions: sample.assessment.contributions.map((one) => ({ ...one, finding: { ...one.finding, reason: '"'.repeat(400) } })),
  },
  verdict: undefined,
}))
const signals: IncidentSignal[] = Array.from({ length: 60 }, (_, at) => ({
  ...signalOf(`s${at}`, AT + at * 1000),
  action: `iam:${'"'.repeat(60)}${at}`,
  objects: ['"'.repeat(100)],
  network: '"'.repeat(100),
}))

/** Holds a page to its bytes, to needing nothing else, and to showing names as text. */
function hold(page: string): void {
  expect(Buffer.byteLength(page)).toBeLessThan(PAGE_BYTES)
  const [loads] = page.match(/<script|<link|src="(?!data:)|href="http|url\(|<x-poison|<img src=x/) ?? []
  expect(loads).toBeUndefined()
  // Each link on it leads somewhere on it.
  const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
  expect([...page.matchAll(/href="#([^"]+)"/g)].map(([, to]) => to).filter((to) => !ids.has(to))).toEqual([])
}

describe('a page of a thousand', () => {
  it('incidents of a period is small, and says how many are left out and what has all', async () => {
    const target = {
      ...world.target,
      incidents: {
        ...world.target.incidents,
        async *listAll() {
          yield* incidents
        },
        signals: async () => signals,
      },
      record: { ...world.target.record, list: async (subject: string) => (subject.startsWith('INCIDENT#') ? sampleChanges : []) },
    } as unknown as Target
    const out = join(folder, 'many.html')
    await report(target, { period: { since: 0, until: Number.MAX_SAFE_INTEGER / 2 }, out, isJson: false })
    const page = readFileSync(out, 'utf8')
    hold(page)
    const [, left] =
      page.match(/(\d+) more incidents are not on this page, to keep it small; <code>[^<]*incidents list[^<]* --all --json/) ?? []
    const told = page.match(/<section class="incident"/g)?.length ?? 0
    const listed = page.match(/data-label="Opened \(UTC\)"/g)?.length ?? 0
    expect(told).toBeGreaterThan(20)
    expect(told + listed + Number(left)).toBe(MANY)
    expect(page.includes('<th scope="row">Calls that succeeded</th><td><strong>60000</strong>')).toBe(true)
  }, 120_000)

  it('incidents of a replay is small, and says so too', async () => {
    const { run } = await replayInMemory({ policy: join(import.meta.dirname, '..', '..', 'policy.yaml') })
    const input = new InputTally({ write: () => {} })
    const totals = { records: MANY, skipped: 0, first: AT, last: AT + 1 }
    const summary = summaryOf(run, { totals, input, found: incidents, policy: 'policy.yaml', ms: 1, isPartial: false })
    const page = await replayPage({ summary, input, found: incidents, hasAccount: true } satisfies Report, run, async () => signals)
    hold(page)
    expect(
      /\d+ more stories are not on this page, to keep it small; <code>npm run --silent countersign -- replay … --json<\/code> has all/.test(
        page,
      ),
    ).toBe(true)
    expect(/\d+ more incidents are not on this page/.test(page)).toBe(true)
    expect(page.includes('<th scope="row">Calls that succeeded</th><td><strong>60000</strong>')).toBe(true)
  }, 120_000)

  it('users with every known path is small: each path stands once', async () => {
    const paths = ESCALATION_PATHS.map((path) => ({ path, rights: path.permissions.map(() => ({ outcome: 'allowed', unknown: [] })) }))
    const found = Array.from({ length: MANY }, (_, at) => ({
      id: `arn:aws:iam::123456789012:user/${name(at)}`,
      kind: 'iam-user',
      name: name(at),
      reach: 100,
      reasons: Array.from({ length: 18 }, () => 'may do everything "to" <everything>'),
      paths,
      hops: [],
    })) as unknown as Reach[]
    const page = await reachPage(found)
    hold(page)
    expect(page.match(/<span id="iam-001">/g)).toHaveLength(1)
    expect(/\d+ more identities are not on this page/.test(page)).toBe(true)
  }, 120_000)

  it('labelled cases in many sources is small', async () => {
    const sources = Array.from({ length: 40 }, (_, at) => `source-${at}`)
    const evaluated = new Map<string, Evaluated[]>(sources.map((source) => [source, casesOf(source, MANY / sources.length)]))
    const figures = Object.fromEntries([...evaluated].map(([source, all]) => [source, figuresOf(all)]))
    const page = await evaluationPage(figures, evaluated, { notify: 25, ask: 55, restrict: 25, contain: 85 })
    hold(page)
    expect(/\d+ more drawings are not on this page/.test(page)).toBe(true)
  }, 300_000)

  it('verdicts over ten years is small', async () => {
    const answers = Array.from({ length: MANY }, (_, at) => ({
      incidentId: `inc-${at}`,
      at: AT + at * 4 * 86_400_000,
      isCompromised: at % 3 === 0,
      baseRisk: at % 100,
      isConfirmed: false,
      shares: { [`detector-${at % 40}`]: 50 },
      likelihood: at % 100,
    }))
    const drift = driftOf({ answers, questions: { asked: 0, fallbacks: {} } }, { notify: 25, ask: 55, restrict: 25, contain: 85 })
    hold(await driftPage(drift, { proposals: [], drills: 2 }))
  })
})

describe('a page of nothing', () => {
  it('draws no empty frame: a sentence says that there is nothing to draw', async () => {
    const drift = driftOf({ answers: [], questions: { asked: 0, fallbacks: {} } }, { notify: 25, ask: 55, restrict: 25, contain: 85 })
    const page = await driftPage(drift, { proposals: [], drills: 0 })
    expect(page).not.toContain('<picture>')
    expect(page.match(/no person has given a verdict yet/g)).toHaveLength(3)
  })
})

/** Malicious cases of 200 records each, of several credentials whose risk goes up and down. */
function casesOf(source: string, count: number): Evaluated[] {
  return Array.from({ length: count }, (_, at) => ({
    case: { name: name(at), source, needsContext: false, severity: '' },
    results: Array.from({ length: 200 }, (__, record) => ({
      record: { label: 'malicious', id: `${record}` },
      time: AT + record * 60_000,
      credential: `AKIA${record % 8}EXAMPLE`,
      risk: (record * 37) % 100,
      would: record > 3 ? 'ask' : undefined,
      identity: { id: 'arn:aws:iam::123456789012:user/ci', isContainable: true },
      detectors: ['new-country'],
      interventions: 0,
      effect: undefined,
    })),
  })) as unknown as Evaluated[]
}
