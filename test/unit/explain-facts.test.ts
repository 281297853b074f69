import { describe, expect, it } from 'vitest'
import { assessmentOf } from '../../shared/domain/assessment.ts'
import { type Change, type ChangeDraft, chain, EMPTY_CHAIN } from '../../shared/domain/change.ts'
import type { Finding } from '../../shared/domain/finding.ts'
import { INCIDENT_STATES, type Incident, type IncidentSignal, type IncidentState } from '../../shared/domain/incident.ts'
import { ExplanationText } from '../../shared/review/explain/explanation.ts'
import { collectFacts, type ExplanationInput } from '../../shared/review/explain/facts.ts'
import { templateOf } from '../../shared/review/explain/template.ts'
import { AT, FINDING, incidentOf, KEY, signalOf, user } from '../contract/samples.ts'

const ID = 'inc-0123456789ab'
const finding = (detector: string, weight: number, parts: Partial<Finding> = {}): Finding => ({ ...FINDING, detector, weight, ...parts })
const knownOf = (incident: Partial<Incident> = {}, parts: Partial<ExplanationInput> = {}): ExplanationInput => ({
  incident: incidentOf(ID, incident),
  signals: [],
  changes: [],
  ...parts,
})

function changesOf(...drafts: Partial<ChangeDraft>[]): Change[] {
  const changes: Change[] = []
  for (const draft of drafts) {
    const all = {
      at: '2026-01-31T12:00:00.000Z',
      actor: 'countersign:contain',
      target: 'access-key:ci-deploy/AKIA',
      from: null,
      to: null,
      why: 'risk 99',
    }
    changes.push(chain(`INCIDENT#${ID}`, changes.at(-1) ?? EMPTY_CHAIN, { ...all, kind: 'decision', ...draft }))
  }
  return changes
}
const factsOf = (known: ExplanationInput, letter: string) => collectFacts(known).filter(({ id }) => id.startsWith(letter))
const textOf = (known: ExplanationInput, id: string) => collectFacts(known).find((fact) => fact.id === id)?.text

describe('the facts of an incident', () => {
  it('are who it is about, the risk with what could be damaged, and the decision with its reasons', () => {
    const known = knownOf({
      decision: { action: 'ask', would: 'contain', tier: 'default', mode: 'ask', why: ['mode ask', 'risk 45 of 40'] },
    })
    expect(collectFacts(known).map(({ id, text }) => `${id}: ${text}`)).toEqual([
      'I: iam-user ci-deploy of account 123456789012, incident asking',
      'R: risk 45 of 100; blast radius 60 by observed: can start machines',
      'D: ask (would contain): mode ask; risk 45 of 40',
      'H: no history of the identity',
      'N: success: 0 calls',
      'X: denied before: 0 calls; denied since: 0 calls',
      'W: denied since, from usual places: 0 calls',
      'F1: Called from a country it never called from (new-country, T1078.004, +45): first call from NL',
    ])
  })

  it('say what AWS has confirmed, and leave out reasons that there are none', () => {
    const assessment = assessmentOf([finding('exposed', 0.9, { isConfirmed: true })])
    const blastRadius = { score: 50, basis: 'unknown', reasons: [] } as const
    expect(textOf(knownOf({ assessment, blastRadius }), 'R')).toBe('risk 90 of 100, confirmed by AWS; blast radius 50 by unknown')
    const several = { score: 60, basis: 'policies', reasons: ['can read secrets', 'can start machines'] } as const
    expect(textOf(knownOf({ blastRadius: several }), 'R')).toContain('by policies: can read secrets, can start machines')
  })

  it('name at most eight findings, those that account for most of the risk first', () => {
    const evidence = Array.from({ length: 10 }, (_, n) => finding(`d${n}`, 0.1 + n / 20, { group: n === 9 ? 'origin' : 'discovery' }))
    const assessment = assessmentOf(evidence)
    const shuffled = { ...assessment, contributions: [...assessment.contributions].reverse() }
    const shares = factsOf(knownOf({ assessment: shuffled }), 'F').map(({ text }) => Number(text.match(/\+(\d+)\)/)?.[1]))
    expect(shares).toHaveLength(8)
    expect(shares).toEqual([...shares].sort((a, b) => b - a))
    expect(factsOf(knownOf({ assessment: shuffled }), 'F')[0]).toMatchObject({ id: 'F1', text: expect.stringContaining('(d9,') })
  })

  it('name the first twelve calls: when, what, from where, and how they ended where they failed', () => {
    const call = (n: number, parts: Partial<IncidentSignal> = {}) => ({ ...signalOf(`e-${n}`, AT + n * 1000), ...parts })
    const signals = [
      call(0),
      call(1, { outcome: 'denied', errorCode: 'AccessDenied', country: undefined }),
      call(2, { outcome: 'failed', errorCode: undefined }),
      ...Array.from({ length: 12 }, (_, n) => call(3 + n)),
    ]
    const calls = factsOf(knownOf({}, { signals }), 'S')
    expect(calls.slice(0, 3).map(({ text }) => text)).toEqual([
      '2026-01-31 12:00:00 UTC sts:GetCallerIdentity from 192.0.2.1 (NL)',
      '2026-01-31 12:00:01 UTC sts:GetCallerIdentity from 192.0.2.1, AccessDenied',
      '2026-01-31 12:00:02 UTC sts:GetCallerIdentity from 192.0.2.1 (NL), failed',
    ])
    expect(calls.map(({ id }) => id)).toEqual(Array.from({ length: 12 }, (_, n) => `S${n + 1}`))
  })

  it('name the last thirty entries of the record by their numbers', () => {
    const entries = factsOf(knownOf({}, { changes: changesOf(...Array.from({ length: 33 }, () => ({}))) }), 'C')
    expect(entries.map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, n) => `C${n + 4}`))
    expect(entries[0]?.text).toBe('2026-01-31 12:00:00 UTC decision access-key:ci-deploy/AKIA by countersign:contain: risk 99')
  })

  it('name the verdict where there is one, with who gave it, when and why', () => {
    expect(factsOf(knownOf(), 'V')).toEqual([])
    const verdict = { kind: 'legitimate', by: 'local:anna', reason: 'a drill', at: '2026-01-31T13:00:00.000Z' } as const
    expect(factsOf(knownOf({ verdict }), 'V')).toEqual([{ id: 'V', text: 'legitimate by local:anna at 2026-01-31 13:00:00 UTC: a drill' }])
  })
})

describe('an explanation by fixed sentences', () => {
  const said = (known: ExplanationInput) => {
    const text = templateOf(known)
    expect(ExplanationText.safeParse(text).error).toBeUndefined()
    const lines = ({ text: line, evidence }: { text: string; evidence: string[] }) => `${line} [${evidence.join(' ')}]`
    return {
      summary: text.summary.map(lines),
      why: text.why.map(lines),
      response: text.response.map(lines),
      rotation: text.rotation.map(lines),
    }
  }

  it('says who is at risk, by which findings, since when, and what was decided', () => {
    const signals = [signalOf('e-1', AT), signalOf('e-2', AT + 1000)]
    const evidence = [finding('a', 0.4, { title: 'Did a' }), finding('b', 0.3, { title: 'Did b' }), finding('c', 0.2, { title: 'Did c' })]
    const assessment = assessmentOf([...evidence, finding('d', 0.1, { title: 'Did d' })])
    const { summary, why } = said(knownOf({ assessment }, { signals }))
    expect(summary).toEqual([
      'Key …MPLE of ci-deploy (account 123456789012) was used from the Netherlands by aws-cli at 12:00 UTC on 2026-01-31. [I O]',
      'How it is usually used is not known. [H]',
      '2 calls with findings succeeded: sts:GetCallerIdentity (2). [N]',
      'Nothing was changed: all its calls go on. [D]',
      `Risk ${assessment.risk} of 100; the strongest findings: Did a; Did b; Did c. [R F1 F2 F3]`,
    ])
    expect(why[0]).toBe('The decision: ask: risk 45 of 40. [D R]')
    expect(why.slice(1)).toEqual(['F1', 'F2', 'F3'].map((id) => `${textOf(knownOf({ assessment }), id)} [${id}]`))
  })

  it.each([
    [
      'stronger than those of the decision',
      0.9,
      'the strongest at the decision: Did a; Did b; Did c; since then: Came later. [R F1 F2 F3 A]',
    ],
    ['weaker than three of the decision', 0.1, 'the strongest findings: Did a; Did b; Did c. [R F1 F2 F3]'],
  ])('tells a finding that came after the decision as a later one, where it is %s', (_, weight, ending) => {
    const time = FINDING.time
    const before = [finding('a', 0.4, { title: 'Did a' }), finding('b', 0.3, { title: 'Did b' }), finding('c', 0.2, { title: 'Did c' })]
    const assessment = assessmentOf([...before, finding('late', weight, { title: 'Came later', time: time + 60_000 })])
    const decision = { action: 'contain', would: 'contain', tier: 'default', mode: 'contain', why: ['risk 60'] } as const
    const decidedBy = { ...incidentOf(ID).decidedBy, time: time + 1000 }
    const known = knownOf({ assessment, decision, decidedBy, state: 'contained', containedAt: time + 2000 })
    expect(said(known).summary.find((line) => line.startsWith('Risk '))).toBe(
      `Risk ${assessment.risk} of 100 by now, with what was found after the decision; ${ending}`,
    )
    expect(said(known).why.at(-1)).toBe('What came later is no reason for it: found since the decision: Came later. [A]')
  })

  it('names what came later where the decision had fewer findings than the summary names', () => {
    const time = FINDING.time
    const assessment = assessmentOf([
      finding('a', 0.6, { title: 'Did a' }),
      finding('z', 0.1, { title: 'Came later', time: time + 60_000 }),
    ])
    const decision = { action: 'restrict', would: 'restrict', tier: 'default', mode: 'contain', why: ['risk 60'] } as const
    const known = knownOf({ assessment, decision, decidedBy: { ...incidentOf(ID).decidedBy, time } })
    expect(said(known).summary.at(-1)).toContain('; the strongest at the decision: Did a; since then: Came later. [R F1 A]')
  })

  it('says nothing of findings or of a timeline that there is not', () => {
    const known = knownOf({ assessment: assessmentOf([]) }, { signals: [] })
    expect(said(known).summary).toEqual([
      'Key …MPLE of ci-deploy (account 123456789012): no call of it is known. [I]',
      'How it is usually used is not known. [H]',
      'Nothing was changed: all its calls go on. [D]',
      'Risk 0 of 100. [R]',
    ])
    expect(said(known).why).toHaveLength(1)
  })

  it('says a name whole that has spaces in it, in quotes', () => {
    expect(said(knownOf({ identity: { ...user('x'), name: 'the night build' } })).summary[0]).toContain('Key …MPLE of “the night build” (')
  })

  it('gives the verdict where there is one, and asks for one where there is none', () => {
    const verdict = { kind: 'compromised', by: 'local:anna', reason: 'not us', at: '2026-01-31T13:00:00.000Z' } as const
    const ask = 'Give a verdict: legitimate or compromised. [D]'
    expect(said(knownOf()).response).toContain(ask)
    const answered = said(knownOf({ verdict }))
    expect(answered.summary.at(-1)).toBe('The verdict: compromised by local:anna at 2026-01-31 13:00:00 UTC: not us. [V]')
    expect(answered.response).not.toContain(ask)
  })

  it('counts the steps that were taken, and cites no more of them than a sentence may', () => {
    const done = (count: number) =>
      knownOf({}, { changes: changesOf(...Array.from({ length: count }, () => ({ kind: 'step-done' as const }))) })
    expect(said(done(1)).why.at(-1)).toBe('1 step was taken, each with its undo record. [C1]')
    expect(said(done(10)).why.at(-1)).toBe('10 steps were taken, each with its undo record. [C1 C2 C3 C4 C5 C6 C7 C8]')
    // Entries that are too old to be facts are not cited, so they are not counted either.
    expect(said(done(35)).why.at(-1)).toContain('30 steps were taken')
    expect(said(knownOf()).why.join()).not.toContain('taken')
  })

  it('advises to rotate the keys of a user, one or each', () => {
    const key = (id: string) => ({ id, kind: 'access-key', isPrimary: true }) as const
    const done = { changes: changesOf(...Array.from({ length: 3 }, () => ({ kind: 'step-done' as const }))) }
    expect(said(knownOf({}, done)).rotation).toEqual([
      'Rotate the key once the compromise is confirmed: whoever copied it keeps the copy. [R C1 C2]',
    ])
    expect(said(knownOf({ credentials: [key(KEY), key('AKIA2')] })).rotation[0]).toContain('Rotate each key once')
    expect(said(knownOf({ identity: { ...user('ci-deploy'), kind: 'role' } })).rotation).toEqual([])
    expect(said(knownOf({ credentials: [] })).rotation).toEqual([])
  })

  it.each([
    ['rotating', 'The key is being rotated', 'Check that the workloads work with the new keys.'],
    ['confirmed', 'The compromise is confirmed: delete the key', 'Nothing was contained: stop what is still usable'],
    ['released', 'Dismissed: the key was not changed. Rotate it where', 'Nothing was contained, so there is nothing to restore.'],
    ['asking', 'Rotate the key once the compromise is confirmed', 'After the verdict, check that legitimate work goes on.'],
  ] as const)('advises by what is true in state %s', (state, key, recovery) => {
    const { rotation, response } = said(knownOf({ state, containedAt: undefined }))
    expect(rotation.join()).toContain(key)
    expect(response.at(-1)).toContain(recovery)
  })

  it('speaks of restored access where something was restored, and of new keys where they were made', () => {
    const restored = { changes: changesOf({ kind: 'step-undone' as const }) }
    expect(said(knownOf({ state: 'released' }, restored)).rotation.join()).toContain('Released: the key is as before. Rotate it where')
    expect(said(knownOf({ state: 'released' }, restored)).response.at(-1)).toContain('Check that what was restored works as before.')
    const rotated = said(knownOf({ state: 'confirmed' }, { changes: changesOf({ kind: 'rotation-delivered' as const }) }))
    expect(rotated.response.at(-1)).toContain('work with the new keys')
    expect(rotated.rotation).toEqual([])
  })

  it('names at most three open tasks, and cites at most three calls to compare', () => {
    const lineage = Array.from({ length: 5 }, (_, n) => ({
      kind: 'backdoor' as const,
      id: `lambda:AddPermission f${n}`,
      owner: `f${n}`,
      parent: KEY,
      signalId: 'e-1',
    }))
    const signals = Array.from({ length: 5 }, (_, n) => signalOf(`e-${n}`, AT + n))
    const { response } = said(knownOf({ lineage }, { signals }))
    expect(response.filter((line) => line.startsWith('Resolve: '))).toHaveLength(3)
    expect(response[0]).toBe('Compare the calls with what the owner says the credential is for. [S1 S2 S3]')
    expect(said(knownOf()).response[0]).toContain('[I]')
  })
})

describe('what an explanation says of the containment', () => {
  const TAKEN = changesOf({ kind: 'step-planned' }, { kind: 'step-done' })
  const UNDONE = changesOf({ kind: 'step-planned' }, { kind: 'step-done' }, { kind: 'step-undone' })
  const ofContainment = (state: IncidentState, containedAt: number | undefined, changes: Change[]) =>
    templateOf(knownOf({ state, containedAt }, { changes })).response.find(({ outcome }) => outcome === 'RS.MI-01')

  it.each<[IncidentState, number | undefined, string, string]>([
    ['contained', AT, 'TAKEN', 'The identity is contained: '],
    ['rotating', AT, 'TAKEN', 'The identity is contained: '],
    ['confirmed', AT, 'TAKEN', 'The identity is contained: '],
    ['contained', AT, 'no entry that can be read', 'The identity is contained: '],
    ['confirmed', undefined, 'no entry that can be read', 'The identity is not contained: '],
    // Root and others cannot be contained from here, and what they issued is; or a step failed.
    ['asking', undefined, 'TAKEN', 'Steps of the containment are in place, and the identity is not contained: '],
    ['containing', undefined, 'TAKEN', 'Steps of the containment are in place, and the identity is not contained: '],
    ['asking', AT, 'TAKEN', 'Steps of the containment are in place, and the identity is not contained: '],
    ['asking', AT, 'UNDONE', 'The identity is not contained: '],
    ['asking', undefined, 'no entry that can be read', 'The identity is not contained: '],
    ['expired', undefined, 'no entry that can be read', 'The identity is not contained: '],
    ['releasing', AT, 'TAKEN', 'The incident is releasing: '],
    ['released', AT, 'UNDONE', 'The incident is released: '],
  ])('where it is %s, contained at %s, with %s in the record, begins: %4$s', (state, containedAt, entries, beginning) => {
    const changes = entries === 'TAKEN' ? TAKEN : entries === 'UNDONE' ? UNDONE : []
    const step = ofContainment(state, containedAt, changes)
    expect(step?.text.slice(0, beginning.length)).toBe(beginning)
    expect(step?.evidence).toEqual(changes.length === 0 ? ['D'] : ['C2'])
  })

  it('is said in every state', () => {
    for (const state of INCIDENT_STATES) expect(ofContainment(state, AT, TAKEN)?.text, state).toBeDefined()
  })
})
