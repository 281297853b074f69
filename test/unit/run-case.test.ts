import { describe, expect, it } from 'vitest'
import { caseFigures } from '../../local/evaluate/case-figures.ts'
import { Labelled } from '../../local/evaluate/labelled.ts'
import { type CaseSettings, runCase } from '../../local/evaluate/run-case.ts'
import { absentAdvisor } from '../../shared/memory/advisor.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { call, NOW, quarantine } from '../embedded.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

type Short = Partial<Omit<Labelled, 'event'>> & { readonly event: object }

async function run(lines: readonly Short[], settings: Partial<CaseSettings> = {}) {
  const records = lines.map((line, at) => Labelled.parse({ id: `r${at}`, case: 'one', label: 'benign', source: 'made-up', ...line }))
  const geoIp = { locate: () => ({ country: 'US', network: undefined }) }
  const policy = parsePolicy({ version: 2 })
  const results = await runCase({ name: 'one', source: 'made-up', records }, { policy, advisor: absentAdvisor, geoIp, ...settings })
  return { results, figures: caseFigures({ name: 'one', source: 'made-up', needsContext: false, severity: '' }, results) }
}

/** What asks a person, made by the user whenever it is called for. */
function trailStopped(time: number): Short {
  return { event: call('cloudtrail:StopLogging', { id: `stop-${time}`, time, request: { name: 'main' } }) }
}

const quiet = (time: number, parts: object = {}): Short => ({ event: call('s3:ListBuckets', { id: `quiet-${time}`, time, ...parts }) })
/** What is contained, by AWS's word: AWS quarantines the user, whose key is out. */
const leaked = (time: number): Short => ({ event: quarantine('ci-build', { id: `leak-${time}`, time }) })

/** The same question every day, at noon. */
const daily = (days: number) => Array.from({ length: days }, (_, day) => trailStopped(NOW + day * 24 * HOUR_MS))

describe('a case', () => {
  it('reads which of its records cannot be taken back', async () => {
    const { results, figures } = await run([
      { ...leaked(NOW), label: 'malicious' },
      { ...quiet(NOW + 1000), label: 'malicious', irreversible: true },
    ])
    expect(results.map(({ record }) => record.irreversible)).toEqual([false, true])
    expect(figures).toMatchObject({ hasIrreversible: true, beforeIrreversible: 'contain' })
  })

  it('counts a question once, however many records the incident has', async () => {
    const { figures } = await run([trailStopped(NOW), trailStopped(NOW + HOUR_MS), trailStopped(NOW + 2 * HOUR_MS)])
    expect(figures.interventions).toBe(1)
  })

  it('counts a question and the containment that follows it', async () => {
    const { results, figures } = await run([trailStopped(NOW), quiet(NOW + 1000), leaked(NOW + MINUTE_MS)])
    expect(results.map(({ interventions }) => interventions)).toEqual([1, 0, 1])
    expect(figures).toMatchObject({ decision: 'contain', interventions: 2 })
  })

  it('counts what a containment would have refused after it, whatever the mode, and not the record that brings it', async () => {
    const lines = [quiet(NOW), leaked(NOW + 1000), quiet(NOW + 2000), quiet(NOW + 3000, { user: 'bystander', key: 'AKIABYSTANDER0000001' })]
    for (const mode of ['observe', 'contain'] as const) {
      const { figures } = await run(lines, { policy: parsePolicy({ version: 2, mode }) })
      expect(figures.collateral).toEqual({ benign: 1, refused: 1 })
    }
  })

  it('asks an injected function what an action refuses', async () => {
    const asked: string[] = []
    const { figures } = await run([leaked(NOW), quiet(NOW + 1000), { ...trailStopped(NOW + 2000) }], {
      isRefused: (incident, { action }) => {
        asked.push(`${incident.decision.would} ${action}`)
        return action === 'cloudtrail:StopLogging'
      },
    })
    expect(asked).toEqual(['contain s3:ListBuckets', 'contain cloudtrail:StopLogging'])
    expect(figures.collateral).toEqual({ benign: 2, refused: 1 })
  })

  it('keeps no record, so that its memory can be given back', async () => {
    const { results } = await run([quiet(NOW)])
    expect(Object.keys(results[0]?.record ?? {}).sort()).toEqual(['id', 'irreversible', 'label', 'technique'])
  })

  it('counts a record that cannot be read as one in which nothing is found', async () => {
    const { results } = await run([{ event: { eventTime: 'never', what: 'ever' } }])
    expect(results[0]).toMatchObject({ risk: 0, would: undefined, effect: undefined, interventions: 0 })
  })
})

describe('a simulated person', () => {
  it('who answers has later evidence asked about anew, where without an answer one question stands open', async () => {
    const silent = await run(daily(3))
    expect(silent.figures.interventions).toBe(1)
    // A release suppresses for an hour, and nothing is accepted: the next day is not covered.
    const policy = parsePolicy({ version: 3, release: { suppressionHours: 1, patternDays: 0 } })
    const { figures } = await run(daily(3), { policy, answerAfterMinutes: 30 })
    expect(figures.interventions).toBe(3)
  })

  it('is not asked again about what the release suppresses, by the time of the log', async () => {
    const policy = parsePolicy({ version: 2, release: { suppressionHours: 720 } })
    const { results } = await run(daily(3), { policy, answerAfterMinutes: 30 })
    expect(results.map(({ interventions }) => interventions)).toEqual([1, 0, 0])
    expect(results.slice(1).map(({ would }) => would)).toEqual([undefined, undefined])
  })

  it('answers so many minutes after the question and no sooner', async () => {
    const lines = [leaked(NOW), quiet(NOW + 29 * MINUTE_MS), quiet(NOW + 31 * MINUTE_MS)]
    const { results } = await run(lines, { answerAfterMinutes: 30 })
    expect(results.map(({ effect }) => effect?.isRefused)).toEqual([false, true, false])
    expect((await run(lines)).results.map(({ effect }) => effect?.isRefused)).toEqual([false, true, true])
  })

  it('answers what only was watched under the policy’s own bounds, and needs no second one', async () => {
    const policy = parsePolicy({
      version: 2,
      mode: 'observe',
      tiers: [{ name: 'ci', match: { arns: ['*ci-build'] }, mode: 'ask' }],
      approvers: ['arn:aws:iam::123456789012:user/approver'],
      fourEyes: [{ tiers: [], verdicts: ['legitimate'] }],
      release: { suppressionHours: 720 },
    })
    const { results } = await run([leaked(NOW), quiet(NOW + HOUR_MS)], { policy, answerAfterMinutes: 30 })
    expect(results[1]?.effect).toEqual({ isAfterAction: true, isRefused: false })
  })

  it('does not call an incident legitimate in which an intruder has part', async () => {
    const lines = [trailStopped(NOW), { ...trailStopped(NOW + MINUTE_MS), label: 'malicious' as const }, trailStopped(NOW + 2 * HOUR_MS)]
    const { results } = await run(lines, { answerAfterMinutes: 30 })
    // It is still open: what follows is no new question, and none that a release covers.
    expect(results[2]).toMatchObject({ interventions: 0, would: results[0]?.would })
    expect(results[0]?.would).not.toBeUndefined()
  })
})
