import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isAttempt } from '../../shared/domain/attempt.ts'
import { REFUSED_CREDENTIALS } from '../../shared/domain/refusal.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { type Evaluation, pipeline } from '../../shared/pipeline.ts'
import { applyPolicy, parsePolicy } from '../../shared/record/policy-in-force.ts'
import { embedded, HARM_ALONE, NOW } from '../embedded.ts'
import { accountOf, asCall, inputOf, recordOf, Scenario } from '../scenarios/case.ts'

const FOLDER = join(import.meta.dirname, '..', 'scenarios')
const DAY_MS = 86_400_000
/** What parties report is no call, and is not refused. */
const files = readdirSync(FOLDER).filter(
  (name) => name.endsWith('.fires.json') && !readFileSync(join(FOLDER, name), 'utf8').includes('"reported"'),
)

/** Bars so high that the past opens no incident, and so low that any finding about an act contains, with no evidence of who calls. */
const HIGH = { notify: 98, ask: 99, contain: 100 }
const LOW = { notify: 1, ask: 2, contain: 3 }

/** One form of each word in turn, as services write them. */
const formOf = (word: string, n: number) => [word, `${word}Exception`, `Client.${word}`][n % 3] as string

/** Plays what makes a detector fire, each call refused with the word, or as it is without one. The past is as it was. */
async function play({ past, events, tags, policy }: Scenario, word: string | undefined) {
  const world = await embedded({ account: accountOf(tags), policy: { ...policy, thresholds: HIGH } })
  const own = { sessions: new Set<string>(), stackName: 'Countersign', names: new Set<string>() }
  const learn = pipeline(world.ports, own)
  const { days = 0, calls = [] } = past ?? {}
  for (let day = 0; day < days; day++) {
    const begun = NOW - (days - day) * DAY_MS
    await learn(calls.map((call, n) => recordOf(asCall(call), { id: `past-${day}-${n}`, time: begun + n * 60_000, n })))
  }
  expect(await world.incidents()).toEqual([])
  const low = parsePolicy({ version: 2, mode: 'contain', evidence: HARM_ALONE, ...policy, thresholds: LOW })
  await applyPolicy(world.ports.record, { policy: low, by: 'test', why: 'the past is over', at: new Date(NOW).toISOString() })
  const run = pipeline(world.ports, own)
  const callsBefore = await callsLearned(world)
  const outcomes: Evaluation[] = []
  const signals: Signal[] = []
  let time = NOW
  for (const [at, event] of events.entries()) {
    const times = 'call' in event ? event.times : 1
    for (let n = 0; n < times; n++) {
      time += ('call' in event ? event.everySeconds : 10) * 1000
      const about = { id: `event-${at}-${n}`, time, n }
      const record = inputOf(event, about)
      const result = await run([word === undefined || !('call' in event) ? record : refused(record, formOf(word, at))])
      outcomes.push(...result.outcomes)
      signals.push(...result.signals)
    }
  }
  return { world, outcomes, signals, taught: (await callsLearned(world)) - callsBefore, incidents: await world.incidents() }
}

/** A sign-in has no error code: its answer says that it failed. */
function refused(record: object, errorCode: string): object {
  return 'eventType' in record && record.eventType === 'AwsConsoleSignIn'
    ? { ...record, responseElements: { ConsoleLogin: 'Failure' } }
    : { ...record, errorCode }
}

async function callsLearned(world: Awaited<ReturnType<typeof embedded>>): Promise<number> {
  const ids = ['ci-build', 'victim', 'admin'].map((user) => `arn:aws:iam::123456789012:user/${user}`)
  const states = await world.ports.identities.load(ids)
  return [...states.values()].reduce((sum, { state }) => sum + (state?.value.baseline.calls ?? 0), 0)
}

const fired = { found: 0, contained: 0, asked: 0 }

describe('what makes each detector fire, with credentials that are refused', () => {
  it.each(files)('%s: with no word of refusal is anybody contained, primary or taught of', async (file) => {
    const scenario = Scenario.parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')))
    // An exposure is a report by AWS and no call: nothing refuses it.
    if (scenario.events.some((event) => 'exposed' in event)) return
    const twin = await play(scenario, undefined)
    if (twin.outcomes.some(({ decision }) => decision?.would === 'contain')) fired.contained += 1
    for (const word of REFUSED_CREDENTIALS) {
      const { world, outcomes, signals, taught, incidents } = await play(scenario, word)
      expect(
        signals.every(({ isAuthenticated, credential }) => !isAuthenticated && isAttempt(credential.id)),
        word,
      ).toBe(true)
      expect(
        outcomes.map(({ decision }) => decision?.would),
        word,
      ).not.toContain('contain')
      expect(world.called, word).toEqual([])
      expect(taught, word).toBe(0)
      expect(
        incidents.flatMap(({ credentials }) => credentials).some(({ isPrimary }) => isPrimary),
        word,
      ).toBe(false)
      fired.found += outcomes.some(({ findings }) => findings.length > 0) ? 1 : 0
      fired.asked += outcomes.some(({ decision }) => decision?.would === 'ask') ? 1 : 0
    }
  })

  it('was no empty test: refused calls are findings and questions, and the same calls contain where they are accepted', () => {
    expect(fired.found).toBeGreaterThan(400)
    expect(fired.asked).toBeGreaterThan(400)
    expect(fired.contained).toBeGreaterThan(80)
  })
})
