import { describe, expect, it } from 'vitest'
import { agedRiskNote } from '../../local/render/aged-risk.ts'
import { DAY_MS, HOUR_MS } from '../../shared/domain/time.ts'
import { ATTACK, call, embedded, exposed, NOW } from '../embedded.ts'

/** The incident of an attack in mode ask, and what is seen of its key afterwards, so many milliseconds later. */
async function attackedThen(later: number | undefined, first: readonly object[] = ATTACK) {
  const world = await embedded({ policy: { mode: 'ask' } })
  await world.respond(first)
  if (later !== undefined) await world.respond([call('cloudtrail:StopLogging', { id: 'late', time: NOW + later })])
  const [incident] = await world.incidents()
  if (incident === undefined) throw new Error('there is no incident')
  return incident
}

describe('the foot of the list of incidents', () => {
  it('says why the risk is lower than at the decision, where findings have ceased to count', async () => {
    const decided = (await attackedThen(undefined)).assessment.risk
    const incident = await attackedThen(DAY_MS + HOUR_MS)
    expect(incident.assessment.risk).toBeLessThan(decided)
    expect(agedRiskNote([incident])).toBe(
      `A finding counts towards the risk for 24 hours, unless it is confirmed or an exposure. At the decision the risk was ${decided} for ${incident.id}.`,
    )
  })

  it.each([
    ['nothing came after the decision', undefined, ATTACK],
    ['the same came within the day', DAY_MS - HOUR_MS, ATTACK],
    ['the evidence is an exposure, which does not age', DAY_MS + HOUR_MS, [exposed()]],
  ])('says nothing where %s', async (_, later, first) => {
    expect(agedRiskNote([await attackedThen(later, first)])).toBeUndefined()
  })

  it('says nothing of a risk that is lower for another reason', async () => {
    const incident = await attackedThen(undefined)
    const lower = { ...incident, assessment: { ...incident.assessment, risk: incident.assessment.risk - 10 } }
    expect(agedRiskNote([lower])).toBeUndefined()
  })

  it('names three, and how many more there are', async () => {
    const incident = await attackedThen(DAY_MS + HOUR_MS)
    const several = [1, 2, 3, 4, 5].map((number) => ({ ...incident, id: `inc-00000000000${number}` }))
    expect(agedRiskNote(several)).toMatch(/ for inc-000000000001, .* for inc-000000000003, and higher for 2 others\.$/)
    expect(agedRiskNote(several)).not.toContain('inc-000000000004')
  })
})
