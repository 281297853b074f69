import { describe, expect, it } from 'vitest'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { isBinding } from '../../shared/domain/binding-detectors.ts'
import type { Evaluation } from '../../shared/pipeline.ts'
import { play, scenarioIn } from './play.ts'

const UNTIL = '2027-01-31'
const EVERYBODY = { identities: ['*'], reason: 'ours', until: UNTIL }
const SOMEBODY_ELSE = { ...EVERYBODY, identities: ['arn:aws:iam::123456789012:user/nobody-of-this-name'] }
const ENDED = { ...EVERYBODY, until: '2026-03-01' }

/** Plays the case in which a detector fires, with the policy saying something of it. */
async function playTuned(id: string, tuning: object) {
  const scenario = scenarioIn(`${id}.fires.json`)
  const before = (scenario.policy.detectors ?? {}) as object
  return play({ ...scenario, policy: { ...scenario.policy, detectors: { ...before, [id]: tuning } } })
}

const found = (outcomes: readonly Evaluation[], id: string) =>
  outcomes.flatMap(({ findings }) => findings.filter(({ detector }) => detector === id)).length
const told = (outcomes: readonly Evaluation[], id: string) =>
  outcomes.flatMap(({ excepted = [] }) => excepted.filter(({ detector }) => detector === id))
/** True where it has a point of an incident, or of what led to one. */
const counts = ({ outcomes, incidents }: Awaited<ReturnType<typeof play>>, id: string) =>
  [...outcomes, ...incidents].some(({ assessment }) => assessment.contributions.some(({ finding }) => finding.detector === id))

const tunable = CATALOGUE.filter(({ id }) => !isBinding(id)).map(({ id }) => [id] as const)
const binding = CATALOGUE.filter(({ id }) => isBinding(id)).map(({ id }) => [id] as const)

describe('a detector', () => {
  it.each(tunable)('that is switched off never counts, and what it saw is told: %s', async (id) => {
    const off = await playTuned(id, { enabled: false })
    expect([found(off.outcomes, id), counts(off, id)]).toEqual([0, false])
    expect(told(off.outcomes, id)[0]?.exception).toEqual({ reason: 'switched off by the policy' })
    for (const { findings } of off.incidents) expect(findings.map(({ detector }) => detector)).not.toContain(id)
  })

  it.each(tunable)('that is excepted of everybody never counts, and what it saw is told with reason and end: %s', async (id) => {
    const all = await playTuned(id, { except: [EVERYBODY] })
    expect([found(all.outcomes, id), counts(all, id)]).toEqual([0, false])
    expect(told(all.outcomes, id)[0]?.exception).toEqual({ reason: 'ours', until: UNTIL })
  })

  it.each(tunable)('counts where the exception is of somebody else, or has ended: %s', async (id) => {
    for (const exception of [SOMEBODY_ELSE, ENDED]) {
      const other = await playTuned(id, { except: [exception] })
      expect([found(other.outcomes, id) > 0, told(other.outcomes, id)]).toEqual([true, []])
    }
  })

  it.each(binding)('that counts as it is does so whatever the policy says: %s', async (id) => {
    const plain = await play(scenarioIn(`${id}.fires.json`))
    const tuned = await playTuned(id, { enabled: false, weight: 0.1, except: [EVERYBODY] })
    expect(tuned.outcomes.map(({ assessment }) => assessment.baseRisk)).toEqual(plain.outcomes.map(({ assessment }) => assessment.baseRisk))
    expect(told(tuned.outcomes, id)).toEqual([])
  })
})
