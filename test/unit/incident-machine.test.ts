import { describe, expect, it } from 'vitest'
import type { Decision } from '../../shared/domain/decision.ts'
import { INCIDENT_STATES, type Incident, type IncidentState, isClosed, isEnforced } from '../../shared/domain/incident.ts'
import type { IncidentEvent, IncidentEventKind } from '../../shared/domain/incident-event.ts'
import { moved, noticeFor, openingState, statesAfter, statesBefore, TRANSITIONS, transition } from '../../shared/domain/incident-machine.ts'
import type { Restriction } from '../../shared/domain/restriction.ts'
import type { Identity, IdentityKind } from '../../shared/domain/signal.ts'
import type { Verdict } from '../../shared/domain/verdict.ts'
import { incidentOf } from '../contract/samples.ts'

const AT = Date.UTC(2026, 2, 3, 12)
const verdict = (kind: Verdict['kind']): Verdict => ({ kind, by: 'local:anna', reason: 'looked at it', at: new Date(AT).toISOString() })
const decision = (action: Decision['action'], parts: Partial<Decision> = {}): Decision => ({
  action,
  would: action,
  tier: 'default',
  mode: 'contain',
  why: [`risk reaches ${action}`],
  ...parts,
})

/** At least one event of each kind, and of a kind each that may lead elsewhere. */
const EVENTS: readonly IncidentEvent[] = [
  ...(['observe', 'notify', 'ask', 'restrict', 'contain'] as const).map((action) => ({
    kind: 'decided' as const,
    decision: decision(action),
    signalId: 'e9',
    time: AT,
  })),
  { kind: 'grew' },
  { kind: 'approved', edgeId: 'iam:UpdateAssumeRolePolicy deploy' },
  { kind: 'ordered' },
  { kind: 'extended', until: AT + 1 },
  { kind: 'legitimate', verdict: verdict('legitimate') },
  { kind: 'compromised', verdict: verdict('compromised'), isRotating: false },
  { kind: 'compromised', verdict: verdict('compromised'), isRotating: true },
  { kind: 'restricted', at: AT, remarks: [] },
  { kind: 'contained', at: AT, remarks: [] },
  { kind: 'not-contained', at: AT, why: ['a step failed'] },
  { kind: 'released', at: AT, suppression: { until: AT + 1, detectors: [], confirmed: [] } },
  { kind: 'not-released', at: AT, why: ['a step could not be set back'] },
  { kind: 'rotated' },
  { kind: 'not-rotated', at: AT, why: ['no order of a person stands for it'] },
  ...[false, true].flatMap((isContained) =>
    [false, true].flatMap((isReleaseUnfinished) => {
      const about = { kind: 'unanswered', isContained, isReleaseUnfinished } as const
      return [
        { ...about, verdict: verdict('legitimate'), onExpiry: 'release' as const },
        { ...about, verdict: verdict('compromised'), onExpiry: 'keep' as const },
      ]
    }),
  ),
]

const KINDS = Object.keys(TRANSITIONS) as IncidentEventKind[]

/** What the decision was when an incident came into a state, and one that was refused for a bound. */
const DECISIONS: readonly Decision[] = [
  decision('notify'),
  decision('ask'),
  decision('restrict'),
  decision('contain'),
  decision('ask', { would: 'contain' }),
  decision('ask', { would: 'restrict' }),
  decision('ask', { would: 'contain', mode: 'restrict' }),
]

/** What an incident that was to be restricted may go on doing. */
const RESTRICTION: Restriction = {
  services: [],
  actions: [],
  addresses: [],
  endpoints: [],
  sessions: [],
  isCovered: false,
  isFenced: false,
}

const IDENTITIES: readonly IdentityKind[] = ['iam-user', 'role', 'root', 'federated-user', 'identity-center', 'unknown']

function incidentIn(state: IncidentState, parts: Partial<Incident> = {}): Incident {
  return { ...incidentOf('inc-0123456789ab'), state, decision: decision('ask'), owedNotice: undefined, ...parts }
}

function* everyCase(): Generator<{ incident: Incident; event: IncidentEvent }> {
  for (const state of INCIDENT_STATES)
    for (const before of DECISIONS)
      for (const kind of IDENTITIES)
        for (const event of EVENTS) {
          const base = incidentIn(state, { decision: before, restriction: RESTRICTION })
          yield { incident: { ...base, identity: { ...base.identity, kind } as Identity }, event }
        }
}

describe('the incident machine', () => {
  it('has an event of every kind in this test', () => {
    expect([...new Set(EVENTS.map(({ kind }) => kind))].sort()).toEqual([...KINDS].sort())
  })

  it('moves every state by every event exactly as its table says', () => {
    const seen = new Map<string, Set<string>>()
    for (const { incident, event } of everyCase()) {
      const result = transition(incident, event)
      const targets = TRANSITIONS[event.kind][incident.state]
      if (result.kind === 'refused') {
        const isUncontainable =
          (event.kind === 'contained' || event.kind === 'restricted') && !['iam-user', 'role'].includes(incident.identity.kind)
        expect(targets === undefined || isUncontainable, `${event.kind} in ${incident.state}`).toBe(true)
        expect(result.from).toEqual(statesBefore(event.kind))
        continue
      }
      expect(targets, `${event.kind} in ${incident.state}`).toContain(result.incident.state)
      const key = `${event.kind} in ${incident.state}`
      seen.set(key, (seen.get(key) ?? new Set()).add(result.incident.state))
    }
    // And nothing stands in the table that never happens.
    for (const kind of KINDS)
      for (const [state, targets] of Object.entries(TRANSITIONS[kind]))
        expect([...(seen.get(`${kind} in ${state}`) ?? [])].sort(), `${kind} in ${state}`).toEqual([...targets].sort())
  })

  it('leaves a closed incident as it is, whatever happens', () => {
    for (const { incident, event } of everyCase())
      if (isClosed(incident)) expect(transition(incident, event)).toMatchObject({ kind: 'refused', state: incident.state })
  })

  it('answers the very same incident where nothing changes, so that nothing is written', () => {
    const asking = incidentIn('asking')
    expect(transition(asking, { kind: 'decided', decision: decision('notify'), signalId: 'e2', time: AT })).toEqual({
      kind: 'moved',
      incident: asking,
    })
    expect(moved(asking, { kind: 'decided', decision: decision('ask'), signalId: 'e2', time: AT })).toBeUndefined()
    expect(moved(asking, { kind: 'grew' })).toBeUndefined()
    expect(moved(incidentIn('released'), { kind: 'rotated' })).toBeUndefined()
  })

  it('never calls an incident contained or restricted whose identity is still free', () => {
    for (const { incident, event } of everyCase()) {
      const result = transition(incident, event)
      if (result.kind !== 'moved' || result.incident.state === incident.state) continue
      if (result.incident.state !== 'contained' && result.incident.state !== 'restricted') continue
      expect(['iam-user', 'role']).toContain(result.incident.identity.kind)
    }
  })

  it('never lets an incident expire while steps are in place: those would be neither enforced nor given back', () => {
    for (const { incident, event } of everyCase())
      if (event.kind === 'unanswered' && event.isContained) expect(moved(incident, event)?.state).not.toBe('expired')
  })

  it('tries again to give back what people wanted back, whatever the policy says of silence, and only where that is their last word', () => {
    const wanted = { ...verdict('legitimate'), reason: 'ours' }
    for (const state of ['asking', 'restricted', 'contained', 'watching'] as const)
      for (const event of EVENTS) {
        if (event.kind !== 'unanswered' || !event.isContained) continue
        const isTriedAgain = state === 'asking' && event.isReleaseUnfinished
        const byPolicy = { state: event.onExpiry === 'release' ? 'releasing' : 'confirmed', verdict: event.verdict }
        const expected = isTriedAgain ? { state: 'releasing', verdict: wanted } : byPolicy
        expect(moved(incidentIn(state, { verdict: wanted }), event), `${state} ${JSON.stringify(event)}`).toMatchObject(expected)
      }
  })

  it('drops the verdict of what is to be contained anew, however it comes to that, and of nothing else', () => {
    for (const { incident, event } of everyCase()) {
      const answered = { ...incident, verdict: verdict('legitimate') }
      const next = moved(answered, event)
      if (next === undefined) continue
      const isAnew = (next.state === 'containing' || next.state === 'restricting') && incident.state !== next.state
      expect(next.verdict === undefined, `${event.kind} in ${incident.state}`).toBe(isAnew)
    }
  })

  it('keeps the verdict and the state of an incident together', () => {
    for (const { incident, event } of everyCase()) {
      const next = moved(incident, event)
      if (next === undefined) continue
      if (next.state === 'releasing' && incident.state !== 'releasing') expect(next.verdict).toBeDefined()
      if (next.state === 'released') expect(next.suppression).toBeDefined()
      if (next.state === 'contained' && incident.state !== 'contained') expect(next.containedAt).toBe(AT)
      if (next.state === 'restricted' && incident.state !== 'restricted') expect(next.restrictedAt).toBe(AT)
    }
  })

  it('owes people a notice whenever it comes to a state in which they are waited for, or is closed', () => {
    const told: Readonly<Partial<Record<IncidentState, string>>> = {
      restricted: 'restricted',
      contained: 'contained',
      released: 'released',
      expired: 'expired',
    }
    for (const { incident, event } of everyCase()) {
      const next = moved(incident, event)
      if (next === undefined || next.state === incident.state) continue
      if (next.state === 'confirmed') expect(next.owedNotice).toBe(event.kind === 'rotated' ? 'rotated' : 'confirmed')
      if (next.state === 'asking') expect(next.owedNotice).toBe('ask')
      const word = told[next.state]
      if (word !== undefined) expect(next.owedNotice).toBe(word)
    }
  })

  it('looks at what is new where it was contained, is rotated, or was refused for a bound; not where a person is only asked', () => {
    const grown = (state: IncidentState, parts: Partial<Incident> = {}) => moved(incidentIn(state, parts), { kind: 'grew' })?.state
    expect(grown('contained')).toBe('containing')
    expect(grown('rotating')).toBe('containing')
    expect(grown('asking', { decision: decision('ask', { would: 'contain' }) })).toBe('containing')
    expect(grown('asking', { decision: decision('ask', { would: 'contain', mode: 'ask' }) })).toBeUndefined()
    expect(grown('asking', { decision: decision('ask') })).toBeUndefined()
    expect(grown('watching')).toBeUndefined()
  })

  it('never weakens a containment to a restriction, and contains what is restricted', () => {
    for (const { incident, event } of everyCase()) {
      const next = moved(incident, event)
      if (next === undefined || incident.state === next.state) continue
      if (incident.state === 'containing' || incident.state === 'contained' || incident.state === 'rotating')
        expect(['restricting', 'restricted'], `${event.kind} in ${incident.state}`).not.toContain(next.state)
    }
    for (const state of ['restricting', 'restricted'] as const) {
      const before = incidentIn(state, { decision: decision('restrict'), restriction: RESTRICTION })
      expect(moved(before, { kind: 'ordered' })?.state).toBe('containing')
      const decided = (after: Decision) => moved(before, { kind: 'decided', decision: after, signalId: 'e2', time: AT })
      expect(decided(decision('contain'))).toMatchObject({ state: 'containing', restriction: RESTRICTION })
      // A mode that only restricts takes note of more, and does no more.
      expect(decided(decision('restrict', { would: 'contain', mode: 'restrict' }))).toMatchObject({ state, decision: { would: 'contain' } })
      expect(decided(decision('ask'))).toBeUndefined()
    }
  })

  it('restricts again what is new where it is restricted, or where contain could not; not where a bound forbade it from the first', () => {
    const grown = (state: IncidentState, parts: Partial<Incident> = {}) => moved(incidentIn(state, parts), { kind: 'grew' })?.state
    const refused = { decision: decision('ask', { would: 'restrict' }), restriction: RESTRICTION }
    expect(grown('restricted', { restriction: RESTRICTION })).toBe('restricting')
    expect(grown('asking', refused)).toBe('restricting')
    expect(grown('asking', { decision: refused.decision })).toBeUndefined()
    expect(grown('asking', { ...refused, decision: decision('ask', { would: 'contain', mode: 'restrict' }) })).toBe('restricting')
  })

  it('lifts the bound that refused a restriction for a containment, and for no other restriction', () => {
    const refused = incidentIn('asking', { decision: decision('ask', { would: 'restrict' }), restriction: RESTRICTION })
    const decided = (after: Decision) => moved(refused, { kind: 'decided', decision: after, signalId: 'e2', time: AT })?.state
    expect(decided(decision('restrict'))).toBeUndefined()
    expect(decided(decision('contain'))).toBe('containing')
  })

  it('does not lift a bound by more evidence of the same kind', () => {
    const refused = incidentIn('asking', { decision: decision('ask', { would: 'contain' }) })
    expect(moved(refused, { kind: 'decided', decision: decision('contain'), signalId: 'e2', time: AT })).toBeUndefined()
  })

  it('contains what root, or an unknown caller, has issued, from the first signal on', () => {
    const root = { ...incidentOf('inc-0123456789ab').identity, kind: 'root' as const }
    const lineage = [{ kind: 'user' as const, id: 'user:backdoor', owner: 'backdoor', parent: 'AKIA', signalId: 'e1' }]
    const called = decision('ask', { would: 'contain' })
    expect(openingState({ identity: root, lineage, decision: called })).toBe('containing')
    expect(openingState({ identity: root, lineage: [], decision: called })).toBe('asking')
    expect(openingState({ identity: root, lineage, decision: { ...called, mode: 'ask' } })).toBe('asking')
    expect(openingState({ identity: { ...root, kind: 'iam-user' }, lineage, decision: called })).toBe('asking')
    expect(openingState({ identity: root, lineage, decision: decision('notify') })).toBe('watching')
  })

  it('says which states are closed, and in which what was contained is to stay so', () => {
    const of = (test: (incident: Pick<Incident, 'state'>) => boolean) => INCIDENT_STATES.filter((state) => test({ state }))
    expect(of(isClosed)).toEqual(['released', 'confirmed', 'expired'])
    expect(of(isEnforced)).toEqual(['asking', 'restricted', 'contained', 'rotating', 'confirmed'])
    expect(statesAfter('compromised').sort()).toEqual(['confirmed', 'rotating'])
  })

  it('owes a notice for what people are only to know of, as for what they are asked', () => {
    for (const action of ['notify', 'ask'] as const) {
      const watching = incidentIn('watching', { decision: decision('observe') })
      expect(moved(watching, { kind: 'decided', decision: decision(action), signalId: 'e2', time: AT })?.owedNotice).toBe(action)
      expect(noticeFor(decision(action))).toBe(action)
    }
    // What observe does nobody hears of, and contain gives notice of what it did itself.
    for (const action of ['observe', 'restrict', 'contain'] as const) expect(noticeFor(decision(action))).toBeUndefined()
  })

  it('never weakens what is done for a decision that would do more, if a bound did not limit it to less', () => {
    const asking = incidentIn('asking', { decision: decision('ask') })
    const limited = decision('notify', { would: 'contain' })
    expect(moved(asking, { kind: 'decided', decision: limited, signalId: 'e2', time: AT })).toBeUndefined()
    const called = decision('ask', { would: 'contain' })
    expect(moved(asking, { kind: 'decided', decision: called, signalId: 'e2', time: AT })?.decision).toEqual(called)
  })

  it('names a change once, last, that is approved a second time, and keeps the others', () => {
    const approved = ['one', 'two']
    const after = moved(incidentIn('contained', { approved }), { kind: 'approved', edgeId: 'one' })
    expect(after?.approved).toEqual(['two', 'one'])
    expect(moved(incidentIn('contained', { approved }), { kind: 'approved', edgeId: 'three' })?.approved).toEqual(['one', 'two', 'three'])
  })

  it('was never updated earlier than it already was, whatever the clock of a run says', () => {
    const updatedAt = AT + 1000
    for (const [at, expected] of [
      [AT, AT + 1000],
      [AT + 2000, AT + 2000],
    ] as const) {
      const events: readonly [IncidentState, IncidentEvent][] = [
        ['restricting', { kind: 'restricted', at, remarks: [] }],
        ['restricting', { kind: 'not-contained', at, why: ['a step failed'] }],
        ['containing', { kind: 'contained', at, remarks: [] }],
        ['containing', { kind: 'not-contained', at, why: ['a step failed'] }],
        ['releasing', { kind: 'released', at, suppression: { until: AT, detectors: [], confirmed: [] } }],
        ['releasing', { kind: 'not-released', at, why: ['a step could not be set back'] }],
        ['rotating', { kind: 'not-rotated', at, why: ['no order of a person stands for it'] }],
      ]
      for (const [state, event] of events) expect(moved(incidentIn(state, { updatedAt }), event)?.updatedAt, event.kind).toBe(expected)
    }
  })
})
