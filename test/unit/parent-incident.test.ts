import { describe, expect, it } from 'vitest'
import { attachParentIncident, credentialPointer } from '../../shared/decide/parent-incident.ts'
import type { UnitOfWork } from '../../shared/decide/unit-of-work.ts'
import type { Action } from '../../shared/domain/action.ts'
import { CHOSEN_FACT } from '../../shared/domain/assessment.ts'
import type { Finding } from '../../shared/domain/finding.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { ATTACK, arnOf, embedded } from '../embedded.ts'

const CHILD = 'ASIACHILDSESSION0001'
const first = { identity: { id: arnOf('bystander') }, credential: { id: CHILD, kind: 'session' } } as Signal
const nobody = { peekState: () => ({ windows: new Map() }) } as unknown as UnitOfWork

/** What is said of the first call of a session that a credential of an incident issued. */
async function saidOf(change: (incident: Incident) => Incident): Promise<Signal | undefined> {
  const { ports, respond, incidents } = await embedded({ policy: { mode: 'ask' } })
  await respond(ATTACK)
  const [incident] = (await incidents()) as [Incident]
  const stored = await ports.incidents.get(incident.id)
  if (stored === undefined) throw new Error('the attack opened no incident')
  expect(await ports.incidents.save(change(stored.value), stored.version)).toBe(true)
  await ports.identities.setIncident(credentialPointer(CHILD), incident.id, undefined)
  return (await attachParentIncident([first], nobody, ports))[0]
}

const about =
  (...findings: Partial<Finding>[]) =>
  (incident: Incident) => ({
    ...incident,
    findings: findings.map((parts) => ({ ...(incident.findings[0] as Finding), ...parts })),
  })
const PLACE = { group: 'origin', axis: 'who', fact: 'place' } as const
const wouldBe = (would: Action) => (incident: Incident) => ({ ...about(PLACE)(incident), decision: { ...incident.decision, would } })

describe('a session that a credential of an open incident issued', () => {
  it('is that of a suspect where people are asked about the incident, and not where they are only told', async () => {
    for (const would of ['ask', 'restrict', 'contain'] as const)
      expect(await saidOf(wouldBe(would)), would).toMatchObject({ isParentSuspect: true })
    const told = await saidOf(wouldBe('notify'))
    expect(told?.parentIncidentId).toMatch(/^inc-/)
    expect(told?.isParentSuspect).toBeUndefined()
  })

  it('is none for the tool alone, which the company’s own scanner has too, nor for what the incident itself issued', async () => {
    const tool = { group: 'origin', axis: 'who', fact: CHOSEN_FACT } as const
    const issued = { group: 'lineage', axis: 'who', fact: 'suspect-credential-used' } as const
    for (const findings of [[tool], [issued], [tool, issued]])
      expect((await saidOf(about(...findings)))?.isParentSuspect, JSON.stringify(findings)).toBeUndefined()
    for (const findings of [[PLACE], [tool, PLACE], [issued, PLACE]])
      expect((await saidOf(about(...findings)))?.isParentSuspect, JSON.stringify(findings)).toBe(true)
  })

  it('is none for what a known owner did, while nothing says that it was somebody else', async () => {
    const act = { group: 'persistence', axis: 'what', fact: 'user-created' } as const
    const by =
      (familiarity: Incident['assessment']['familiarity'], ...findings: Partial<Finding>[]) =>
      (incident: Incident) => ({ ...about(...findings)(incident), assessment: { ...incident.assessment, familiarity } })
    expect((await saidOf(by('known', act)))?.isParentSuspect).toBeUndefined()
    expect((await saidOf(by('known', act, PLACE)))?.isParentSuspect).toBe(true)
    expect((await saidOf(by('unknown', act)))?.isParentSuspect).toBe(true)
  })

  it('has no incident where that is closed', async () => {
    const closed = await saidOf((incident) => ({ ...incident, state: 'released' }) as Incident)
    expect(closed?.parentIncidentId).toBeUndefined()
  })
})
