import { describe, expect, it } from 'vitest'
import { assessmentOf, withOpinion } from '../../shared/domain/assessment.ts'
import { type Change, type ChangeDraft, chain, EMPTY_CHAIN } from '../../shared/domain/change.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import type { ReviewKind } from '../../shared/domain/policy.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { basisOf, endorsementOf, reviewEntry, stateAfter } from '../../shared/review/review-entry.ts'
import type { ReviewPorts } from '../../shared/review/reviewer.ts'
import { FINDING, incidentOf, KEY } from '../contract/samples.ts'
import { opinionOf } from '../embedded.ts'

const ID = 'inc-0123456789ab'
const AT = '2026-03-02T12:00:00.000Z'
const INCIDENT = incidentOf(ID, { state: 'contained', containedAt: 1 })
const changeOf = (kind: ChangeDraft['kind'], to: unknown, parts: Partial<ChangeDraft> = {}): Change =>
  chain(`INCIDENT#${ID}`, EMPTY_CHAIN, {
    at: AT,
    actor: 'local:bob',
    kind,
    target: `incident:${ID}`,
    from: null,
    to,
    why: 'not ours',
    ...parts,
  })

describe('the first of two reviews', () => {
  const revision = revisionOf(INCIDENT)
  const firstIn = (changes: Change[], kind: ReviewKind = 'legitimate') =>
    endorsementOf(INCIDENT, changes, { kind, now: Date.parse(AT) })?.why

  it('is the newest of the same kind about the same revision, and no other entry that says the same', () => {
    const said = (why: string, parts: object = {}) => changeOf('endorsement', { says: 'legitimate', revision, ...parts }, { why })
    expect(firstIn([said('one'), said('two')])).toBe('two')
    expect(firstIn([said('one'), said('two', { says: 'compromised' })])).toBe('one')
    expect(firstIn([said('one', { revision: '0123456789abcdef' })])).toBeUndefined()
    expect(firstIn([changeOf('verdict', { says: 'legitimate', revision }), changeOf('endorsement', null)])).toBeUndefined()
    expect(firstIn([said('one')], 'compromised')).toBeUndefined()
  })
})

describe('the entry of a review', () => {
  const request = { kind: 'legitimate', by: 'local:anna', reason: 'a drill' } as const
  const entryOf = (parts: object = {}, reason = 'a drill') =>
    reviewEntry(INCIDENT, { ...request, reason }, { at: AT, kind: 'verdict', to: 'releasing', first: undefined, ...parts })

  it('says who changed what from what to what, and why', () => {
    const from = { state: 'contained', assessment: basisOf(INCIDENT) }
    expect(entryOf()).toEqual({
      at: AT,
      actor: 'local:anna',
      kind: 'verdict',
      target: `incident:${ID}`,
      from,
      to: 'releasing',
      why: 'a drill',
    })
  })

  it('names the first of two reviewers with their reason', () => {
    const first = changeOf('endorsement', { says: 'legitimate' })
    expect(entryOf({ first }).why).toBe('a drill (first review by local:bob: not ours)')
  })

  it('keeps 500 characters of a reason, whoever else reviewed', () => {
    const long = 'x'.repeat(700)
    expect(entryOf({}, long).why).toBe('x'.repeat(500))
    const first = changeOf('endorsement', { says: 'legitimate' })
    expect(entryOf({ first }, long).why).toBe(`${'x'.repeat(500)} (first review by local:bob: not ours)`)
  })
})

describe('what a verdict answers', () => {
  it('is kept with it: the risk before and after the opinion, the share of each detector to a tenth, and the likelihood', () => {
    const assessment = assessmentOf([
      FINDING,
      { ...FINDING, detector: 'other', fact: 'other', group: 'discovery', axis: 'what', weight: 0.333 },
    ])
    const unasked = basisOf({ ...INCIDENT, assessment })
    expect(unasked).toMatchObject({ risk: assessment.risk, baseRisk: assessment.risk, isConfirmed: false, likelihood: null })
    expect(Object.keys(unasked.shares)).toEqual(['new-country', 'other'])
    for (const { finding, share } of assessment.contributions) {
      expect(unasked.shares[finding.detector]).toBeCloseTo(share, 1)
      expect(((unasked.shares[finding.detector] as number) * 10) % 1).toBeCloseTo(0)
    }
    expect(basisOf({ ...INCIDENT, assessment: withOpinion(assessment, opinionOf(70), 5) })).toMatchObject({
      risk: assessment.risk + 5,
      baseRisk: assessment.risk,
      likelihood: 70,
    })
    const fallback = { ...assessment, opinion: { kind: 'fallback', cause: 'late' } as const }
    expect(basisOf({ ...INCIDENT, assessment: fallback }).likelihood).toBeNull()
  })
})

describe('the state after a review', () => {
  const policy = parsePolicy({ version: 2, rotation: { users: ['arn:aws:iam::123456789012:user/ci-*'] } })
  const rotateInvoker = { rotate: async () => {} }
  const stateOf = (kind: ReviewKind, parts: Partial<Incident> = {}, ports: object = { rotateInvoker }) =>
    stateAfter({ ...INCIDENT, ...parts }, kind, policy, ports as ReviewPorts)
  const session = { id: 'ASIAIOSFODNN7EXAMPLE', kind: 'session', isPrimary: true } as const
  const key = { id: KEY, kind: 'access-key', isPrimary: true } as const

  it('rotates the contained keys of a user for whom the policy says so', () => {
    expect(stateOf('compromised')).toBe('rotating')
    expect(stateOf('compromised', { credentials: [session, key] })).toBe('rotating')
  })

  it.each<[string, Partial<Incident>, object?]>([
    ['is by sessions only', { credentials: [session] }],
    ['names no credential', { credentials: [] }],
    ['is about a role, whatever its name', { identity: { ...INCIDENT.identity, kind: 'role' } }],
    ['was never contained, so that the old key still works', { containedAt: undefined }],
    ['is about a user whom the policy does not rotate', { identity: { ...INCIDENT.identity, id: 'arn:aws:iam::123456789012:user/web' } }],
    ['is where nothing can rotate', {}, {}],
  ])('is confirmed where the incident %s', (_, parts, ports) => expect(stateOf('compromised', parts, ports)).toBe('confirmed'))

  it('is that of the verdict or order otherwise', () => {
    expect([stateOf('legitimate'), stateOf('contain')]).toEqual(['releasing', 'containing'])
  })
})
