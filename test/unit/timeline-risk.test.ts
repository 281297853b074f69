import { describe, expect, it } from 'vitest'
import { paintFor } from '../../local/render/style.ts'
import { renderTimeline } from '../../local/render/timeline.ts'
import type { Advisor } from '../../shared/ports/advisor.ts'
import { ATTACK, call, embedded, HARM_ALONE, NOW, opinionOf } from '../embedded.ts'

const plain = paintFor(process.stdout, { NO_COLOR: '1' })
const POLICY = {
  version: 3,
  mode: 'ask',
  thresholds: { notify: 5, ask: 10, restrict: 100, contain: 100 },
  evidence: HARM_ALONE,
  advisor: { band: [0, 100], maxShift: 30 },
}

/** A model that is sure at first, and ever less so. */
function ebbing(): Advisor {
  let likelihood = 100
  return {
    async advise() {
      likelihood = Math.max(0, likelihood - 50)
      return { kind: 'answered', ...opinionOf(likelihood) }
    },
  }
}

describe('the risk in a timeline', () => {
  it('does not fall while the evidence grows, whatever the advisor says of each signal', async () => {
    const world = await embedded({ policy: POLICY, advisor: ebbing() })
    for (const event of ATTACK) await world.respond([event])
    const [incident] = await world.incidents()
    if (incident === undefined) throw new Error('no incident')
    expect(incident.assessment.risk).toBeLessThan(incident.assessment.baseRisk)
    const signals = await world.ports.incidents.signals(incident.id)
    const risks = signals.map(({ risk }) => risk)
    expect(risks).toEqual([...risks].sort((a, b) => a - b))
    expect(risks.at(-1)).toBe(incident.assessment.baseRisk)
    expect(renderTimeline(incident, signals, plain)).toContain('risk by the findings, without the advisor)')
  })

  it('is that of the incident for a call that our own policy refused', async () => {
    const world = await embedded({ policy: { version: 3, mode: 'contain', evidence: HARM_ALONE } })
    await world.respond(ATTACK)
    const [incident] = await world.incidents()
    if (incident === undefined) throw new Error('no incident')
    expect(incident.state).toBe('contained')
    await world.respond([call('s3:ListBuckets', { id: 'late', time: NOW + 60_000, error: 'AccessDenied', key: 'AKIAOTHERKEY00000001' })])
    const risks = (await world.ports.incidents.signals(incident.id)).map(({ risk }) => risk)
    expect(risks).toHaveLength(4)
    expect(risks.at(-1)).toBe(incident.assessment.baseRisk)
  })
})
