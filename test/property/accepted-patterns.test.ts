import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeFindings } from '../../shared/decide/correlate.ts'
import { AcceptedPattern, coveringPattern, PATTERN_LIMIT, withPatterns } from '../../shared/domain/accepted-pattern.ts'
import { axisOf, type EvidenceGroup, type Finding } from '../../shared/domain/finding.ts'
import { emptyState, evidenceAgainst, keepEvidence } from '../../shared/domain/identity-state.ts'
import { patternsOf } from '../../shared/domain/patterns-of.ts'
import type { Identity } from '../../shared/domain/signal.ts'
import { DAY_MS } from '../../shared/domain/time.ts'
import { arnOf, KEY, NOW } from '../embedded.ts'

const IDENTITY: Identity = { id: arnOf('ci-build'), kind: 'iam-user', name: 'ci-build', account: '123456789012' }
const CREDENTIAL = { id: KEY, kind: 'access-key', isPrimary: false } as const
const DAYS = 90

const GROUPS: readonly EvidenceGroup[] = ['origin', 'discovery', 'novelty', 'persistence', 'impact', 'lineage', 'exposure']
const scene = fc.record(
  {
    place: fc.constantFrom('US', 'RO', 'AS64496 DE'),
    tool: fc.constantFrom('aws-cli', 'terraform'),
    object: fc.constantFrom('s3 a/', 's3 b/'),
  },
  { requiredKeys: ['place', 'tool'], noNullPrototype: true },
)
/** Few of everything, so that most findings are like one that was seen in all but one respect. */
const finding = fc
  .record(
    {
      nth: fc.nat(6),
      weight: fc.constantFrom(0.3, 0.6),
      isConfirmed: fc.constantFrom(false, false, false, true),
      credentialId: fc.constantFrom(KEY, KEY, KEY, `attempt:${KEY}`),
      scenes: fc.uniqueArray(scene, { minLength: 1, maxLength: 2, selector: (one) => JSON.stringify(one) }),
    },
    { requiredKeys: ['nth', 'weight', 'isConfirmed', 'credentialId'], noNullPrototype: true },
  )
  .map(({ nth, ...rest }): Finding => {
    const group = GROUPS[nth] as EvidenceGroup
    const kind = { detector: `d${nth}`, title: `d${nth}`, axis: axisOf(group), group, fact: `d${nth}`, technique: 'T1078' } as const
    return { ...kind, reason: '', signalId: 's', time: NOW, ...rest }
  })
const findings = fc.array(finding, { minLength: 1, maxLength: 10 })

const incidentOf = (found: readonly Finding[]) => ({
  id: 'inc-1',
  identity: IDENTITY,
  credentials: [CREDENTIAL],
  findings: mergeFindings([], found),
})
const acceptedOf = (found: readonly Finding[], days = DAYS) =>
  patternsOf(incidentOf(found), {
    by: 'local:anna',
    at: new Date(NOW).toISOString(),
    saw: new Set(found.map(({ detector }) => detector)),
    days,
  })
const coverOf = (evidence: readonly Finding[], patterns: readonly AcceptedPattern[], time = NOW, days = DAYS) =>
  coveringPattern({ identity: IDENTITY, credential: CREDENTIAL, time, evidence }, patterns, days)

describe('an accepted pattern', () => {
  it('hides no signal that is confirmed, only attempted, of another kind, or from a place or by a tool that was not seen', () => {
    fc.assert(
      fc.property(findings, findings, (seen, now) => {
        const covering = coverOf(now, acceptedOf(seen))
        if (covering === undefined) return
        const scenesSeen = seen.flatMap(({ scenes = [] }) => scenes)
        for (const { isConfirmed, credentialId, detector, group, scenes } of now) {
          expect(isConfirmed).toBe(false)
          expect(credentialId).toBe(KEY)
          expect(['lineage', 'exposure']).not.toContain(group)
          expect(seen.map((one) => one.detector)).toContain(detector)
          expect(scenes).toBeDefined()
          for (const { place, tool } of scenes ?? []) {
            expect(scenesSeen.map((one) => one.place)).toContain(place)
            expect(scenesSeen.map((one) => one.tool)).toContain(tool)
          }
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('covers what the reviewer saw, as far as a pattern can be about it', () => {
    const acceptable = ({ isConfirmed, credentialId, group, scenes }: Finding) =>
      !isConfirmed && credentialId === KEY && group !== 'lineage' && group !== 'exposure' && scenes !== undefined
    fc.assert(
      fc.property(findings, (seen) => {
        const all = mergeFindings([], seen.filter(acceptable))
        fc.pre(all.length > 0 && all.every(({ scenes }) => scenes !== undefined))
        expect(coverOf(all, acceptedOf(all))).toBeDefined()
      }),
    )
  })

  it('hides less, and never more, where there is more evidence', () => {
    fc.assert(
      fc.property(findings, findings, findings, (seen, now, more) => {
        const patterns = acceptedOf(seen)
        if (coverOf([...now, ...more], patterns) !== undefined) expect(coverOf(now, patterns)).toBeDefined()
      }),
    )
  })

  it('decides the same in whatever order the evidence came', () => {
    fc.assert(
      fc.property(findings, findings, fc.infiniteStream(fc.nat()), (seen, now, numbers) => {
        const shuffled = now.map((one) => ({ one, at: numbers.next().value as number })).sort((a, b) => a.at - b.at)
        const evidenceOf = (found: readonly Finding[]) => {
          const state = emptyState(IDENTITY)
          for (const one of found) keepEvidence(state, [one])
          return [...evidenceAgainst(state, KEY, NOW)]
        }
        const patterns = acceptedOf(seen)
        const inOrder = evidenceOf(now)
        const inAnother = evidenceOf(shuffled.map(({ one }) => one))
        // A finding of one weight that is confirmed once and once not is one of both, by what came first.
        const texts = (found: Finding[]) => new Set(found.map(({ detector, isConfirmed }) => `${detector} ${isConfirmed}`))
        fc.pre([...texts(inOrder)].every((one) => texts(inAnother).has(one)))
        expect(coverOf(inOrder, patterns)).toEqual(coverOf(inAnother, patterns))
      }),
      { numRuns: 1000 },
    )
  })

  it('hides nothing that is of another day than it holds for, by itself and by the policy', () => {
    fc.assert(
      fc.property(findings, fc.nat(120), fc.nat(120), fc.integer({ min: -5, max: 130 }), (seen, made, now, day) => {
        const patterns = acceptedOf(seen, made)
        if (coverOf(seen, patterns, NOW + day * DAY_MS, now) !== undefined) expect(day).toBeLessThan(Math.min(made, now))
      }),
    )
  })

  it('hides nothing of another identity, of another user under the same name, or of a session of another name', () => {
    fc.assert(
      fc.property(findings, (seen) => {
        const own = { ...IDENTITY, principalId: 'AIDAEXAMPLE000000001' }
        const [pattern] = patternsOf(
          { ...incidentOf(seen), identity: own },
          { by: 'a', at: new Date(NOW).toISOString(), saw: new Set(seen.map(({ detector }) => detector)), days: DAYS },
        )
        fc.pre(pattern !== undefined)
        const covers = (identity: Identity, sessionName?: string) => {
          const credential = { id: KEY, kind: 'session', ...(sessionName === undefined ? {} : { sessionName }) } as const
          return coveringPattern({ identity, credential, time: NOW, evidence: seen }, [pattern], DAYS) !== undefined
        }
        expect(covers({ ...own, id: arnOf('bystander') })).toBe(false)
        expect(covers({ ...own, principalId: 'AIDAEXAMPLE000000002' })).toBe(false)
        expect(covers(own, 'a-session')).toBe(false)
        expect(covers({ ...own, kind: 'role' })).toBe(false)
        expect(covers(own)).toBe(false)
      }),
    )
  })

  it('fits its schema, whatever was seen', () => {
    fc.assert(
      fc.property(findings, (seen) => {
        for (const pattern of acceptedOf(seen)) expect(AcceptedPattern.parse(pattern)).toEqual(pattern)
      }),
    )
  })

  it('is one of at most sixteen: the oldest are dropped, and which is said', () => {
    const many = Array.from({ length: PATTERN_LIMIT + 2 }, (_, nth) => ({ id: `pat-${String(nth).padStart(12, '0')}` }) as AcceptedPattern)
    const { patterns, dropped, added } = withPatterns(many.slice(0, PATTERN_LIMIT), many.slice(PATTERN_LIMIT - 1))
    expect(added).toEqual(many.slice(PATTERN_LIMIT))
    expect(dropped).toEqual(many.slice(0, 2))
    expect(patterns).toEqual(many.slice(2))
  })
})
