import { describe, expect, it } from 'vitest'
import { pendingIn } from '../../local/console/pending-section.ts'
import { renderIncident } from '../../local/render/incident.ts'
import { isApprovable, pendingOf } from '../../shared/contain/pending.ts'
import { INCIDENT_STATES, type Incident, type IncidentState, type LineageEdge } from '../../shared/domain/incident.ts'
import { statesBefore } from '../../shared/domain/incident-machine.ts'
import { manualSteps } from '../../shared/domain/manual-steps.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { explain } from '../../shared/review/explain/explain.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { incidentOf, KEY } from '../contract/samples.ts'

const NOTHING_TO_DO: readonly IncidentState[] = ['watching', 'releasing', 'released', 'expired']
const OPENED: LineageEdge = { kind: 'backdoor', id: 'iam:UpdateAssumeRolePolicy deploy', owner: 'deploy', parent: KEY, signalId: 'e-1' }
const ROOM = { base: '/t', where: 'here', caller: 'anna', isReadOnly: false, options: '' }
const policy = parsePolicy({ version: 3 })

const verdictOf = (kind: 'legitimate' | 'compromised') => ({ kind, by: 'local:anna', reason: 'as told', at: '2026-01-31T13:00:00.000Z' })
const VERDICTS: readonly (readonly [name: string, verdict: Incident['verdict']])[] = [
  ['no verdict', undefined],
  ['the verdict legitimate', verdictOf('legitimate')],
  ['the verdict compromised', verdictOf('compromised')],
]
const CASES = INCIDENT_STATES.flatMap((state) => VERDICTS.map(([name, verdict]) => [state, name, verdict] as const))

/** Root, which cannot be contained from here, after it opened a role: there is something to do of either kind. */
const rootIn = (state: IncidentState, verdict: Incident['verdict']): Incident => {
  const base = incidentOf('inc-0123456789ab', { state, verdict, lineage: [OPENED] })
  return { ...base, identity: { ...base.identity, kind: 'root' } }
}

/** Each channel, as text, without what it says of other things. */
async function channelsOf(incident: Incident): Promise<Readonly<Record<string, string>>> {
  const explanation = await explain({ incident, signals: [], changes: [] }, undefined)
  return {
    show: renderIncident(incident, (_, text) => text),
    console: String(await pendingIn(incident, ROOM)),
    Slack: JSON.stringify(messageOf({ incident, changes: [], signals: [], policy }).blocks),
    explain: JSON.stringify(explanation.response),
  }
}

describe.each(CASES)('an incident that is %s, with %s', (state, _, verdict) => {
  const incident = rootIn(state, verdict)
  const isDue = !NOTHING_TO_DO.includes(state) && verdict?.kind !== 'legitimate'

  it(`has ${isDue ? 'in every channel what' : 'in no channel anything that'} is left for a person`, async () => {
    expect(manualSteps(incident).length > 0).toBe(isDue)
    expect(pendingOf(incident).length > 0).toBe(isDue)
    for (const [channel, text] of Object.entries(await channelsOf(incident)))
      expect(/delete the access keys of root/.test(text), channel).toBe(isDue)
    expect(/^Do: /m.test(noticeOf(incident, 'ask').body)).toBe(isDue)
  })

  it('has an approval among it only where an approval is allowed', () => {
    const canApprove = statesBefore('approved').includes(state)
    expect(isApprovable(incident, OPENED)).toBe(canApprove)
    expect(pendingOf(incident).some((line) => line.includes(': approve, '))).toBe(isDue && canApprove)
    expect(String(pendingIn(incident, ROOM)).includes('--change')).toBe(isDue && canApprove)
  })
})

describe('an incident that stays open after it was called legitimate', () => {
  const verdict = {
    ...verdictOf('legitimate'),
    answered: { risk: 60, baseRisk: 60, isConfirmed: false, shares: { seen: 60 }, likelihood: null },
  }
  const at = Date.parse(verdict.at)
  const base = rootIn('asking', verdict)
  const [found] = base.findings as [Incident['findings'][number]]

  it.each([
    ['what it made since', { lineage: [{ ...OPENED, time: at + 1 }] }, true],
    ['another kind of finding since', { findings: [{ ...found, detector: 'trust-policy-opened', time: at + 1 }] }, true],
    ['what it made before', { lineage: [{ ...OPENED, time: at }] }, false],
    ['another kind of finding of before', { findings: [{ ...found, detector: 'trust-policy-opened', time: at }] }, false],
    ['more of what the person had seen', { findings: [{ ...found, detector: 'seen', time: at + 1 }] }, false],
  ] as const)('with %s', (_, parts, isDue) => {
    const incident: Incident = { ...base, ...parts }
    expect(pendingOf(incident).length > 0).toBe(isDue)
    expect(manualSteps(incident).length > 0).toBe(isDue)
  })
})
