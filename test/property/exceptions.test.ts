import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitsException } from '../../shared/detect/fits-exception.ts'
import { namedObjects } from '../../shared/detect/named-objects.ts'
import { splitExcepted } from '../../shared/detect/split-excepted.ts'
import { assessmentOf } from '../../shared/domain/assessment.ts'
import { BINDING_DETECTORS } from '../../shared/domain/binding-detectors.ts'
import { DetectorException, DetectorTunings, EXCEPTION_KINDS, type ExceptionKind, endOf } from '../../shared/domain/detector-tuning.ts'
import { type ExceptedFinding, withExcepted, withoutDisabled } from '../../shared/domain/excepted.ts'
import type { Finding } from '../../shared/domain/finding.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { FINDING } from '../contract/samples.ts'
import { arnOf, call, NOW } from '../embedded.ts'

/** Each kind with a value of a call, patterns that fit it, and patterns that fit another value of the same kind. */
const KINDS = {
  identities: {
    fits: [[arnOf('ci-build')], ['arn:aws:iam::*:user/ci-*'], ['*'], [arnOf('other'), '*:user/ci-build']],
    misses: [[arnOf('ci-builder')], ['arn:aws:iam::*:role/*'], [arnOf('ci')]],
  },
  networks: {
    fits: [['192.0.2.10'], ['192.0.2.0/24'], ['AS64496'], ['203.0.113.0/24', '192.0.2.8/29']],
    misses: [['192.0.2.11'], ['192.0.2.0/29'], ['AS64497'], ['2001:db8::/32']],
  },
  tools: { fits: [['aws-cli'], ['aws-cli/2.*'], ['*'], ['terraform', 'aws-*']], misses: [['aws'], ['aws-cli/1.*'], ['terraform']] },
  objects: { fits: [['trail'], ['tr*'], ['*'], ['other', 'trail']], misses: [['trai'], ['trail-*'], ['other']] },
} as const satisfies Record<ExceptionKind, { fits: string[][]; misses: string[][] }>

const signal: Signal = (() => {
  const [one] = signalsOf(call('cloudtrail:StopLogging', { id: 'e', request: { name: 'trail' } }))
  if (one === undefined) throw new Error('the record of this test is read as no signal')
  const origin = { ...one.origin, addressKind: 'public' as const, network: 'AS64496', agentFamily: 'aws-cli' }
  return { ...one, origin }
})()

function signalsOf(record: object): readonly Signal[] {
  const read = normalise(record)
  return 'signals' in read ? (read.signals as readonly Signal[]) : []
}

const choice = (kind: ExceptionKind) =>
  fc.oneof(
    fc.constant(undefined),
    fc.constantFrom(...KINDS[kind].fits).map((patterns) => ({ isFit: true, patterns })),
    fc.constantFrom(...KINDS[kind].misses).map((patterns) => ({ isFit: false, patterns })),
  )
const chosen = fc
  .record({ identities: choice('identities'), networks: choice('networks'), tools: choice('tools'), objects: choice('objects') })
  .filter((all) => EXCEPTION_KINDS.some((kind) => all[kind] !== undefined))

function exceptionOf(
  all: Partial<Record<ExceptionKind, { patterns: readonly string[] } | undefined>>,
  until = '2027-01-31',
): DetectorException {
  const named = EXCEPTION_KINDS.flatMap((kind) => (all[kind] === undefined ? [] : [[kind, [...all[kind].patterns]] as const]))
  return DetectorException.parse({ ...Object.fromEntries(named), reason: 'ours', until })
}

describe('an exception', () => {
  it('fits where every kind that it names fits, and whatever it does not name says nothing', () => {
    fc.assert(
      fc.property(chosen, (all) => {
        const wanted = EXCEPTION_KINDS.every((kind) => all[kind]?.isFit !== false)
        expect(fitsException(signal, exceptionOf(all))).toBe(wanted)
      }),
      { numRuns: 500 },
    )
  })

  it('no longer fits where one field of the call is another', () => {
    const misses: Readonly<Record<ExceptionKind, Partial<Signal>>> = {
      identities: { identity: { ...signal.identity, id: arnOf('somebody') } },
      networks: { origin: { ...signal.origin, address: '198.51.100.7', network: 'AS64511' } },
      tools: { origin: { ...signal.origin, agent: 'curl/8.0', agentFamily: 'http-client' } },
      objects: { request: { name: 'others' } },
    }
    // A `*` takes every value, so only what says something has a near miss.
    const named = (kind: ExceptionKind) =>
      fc.constantFrom(...KINDS[kind].fits.filter((patterns) => !patterns.some((one) => /^\*/.test(one))))
    for (const kind of EXCEPTION_KINDS)
      fc.assert(
        fc.property(named(kind), chosen, (patterns, others) => {
          const fitting = { ...others, [kind]: { isFit: true, patterns } }
          const allFit = EXCEPTION_KINDS.filter((one) => fitting[one]?.isFit !== false)
          const exception = exceptionOf(Object.fromEntries(allFit.map((one) => [one, fitting[one]])))
          expect(fitsException(signal, exception)).toBe(true)
          expect(fitsException({ ...signal, ...misses[kind] }, exception)).toBe(false)
        }),
        { numRuns: 60 },
      )
  })

  it('fits nothing that cannot be read, however wide its patterns are', () => {
    const wide = (kind: ExceptionKind, pattern: string) => exceptionOf({ [kind]: { patterns: [pattern] } })
    const { origin } = signal
    const unreadable: readonly (readonly [DetectorException, Partial<Signal>])[] = [
      [wide('networks', '0.0.0.0/0'), { origin: { ...origin, addressKind: 'private', address: '10.0.0.1' } }],
      [wide('networks', '0.0.0.0/0'), { origin: { ...origin, addressKind: 'unknown', address: 'somewhere' } }],
      [wide('networks', 'AS64496'), { origin: { ...origin, vpcEndpointId: 'vpce-0123456789abcdef0' } }],
      [wide('tools', '*'), { origin: { ...origin, agent: '', agentFamily: 'none' } }],
      [wide('objects', '*'), { isRequestOmitted: true }],
      [wide('objects', '*'), { request: {} }],
      [wide('objects', '*'), { request: { name: '***' } }],
      [wide('objects', '*'), { request: { name: 'HIDDEN_DUE_TO_SECURITY_REASONS' } }],
      [wide('objects', '*'), { kind: 'finding' }],
    ]
    for (const [exception, change] of unreadable) {
      expect(fitsException(signal, exception)).toBe(true)
      expect(fitsException({ ...signal, ...change }, exception)).toBe(false)
    }
  })

  it('ends with its day, or at its time', () => {
    const at = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) })
    fc.assert(
      fc.property(at, at, (time, end) => {
        const [day, moment] = [new Date(end).toISOString().slice(0, 10), new Date(end).toISOString()]
        const byDay = exceptionOf({ tools: { patterns: ['*'] } }, day)
        const byTime = exceptionOf({ tools: { patterns: ['*'] } }, moment)
        expect(fitsException({ ...signal, time }, byDay)).toBe(new Date(time).toISOString().slice(0, 10) <= day)
        expect(fitsException({ ...signal, time }, byTime)).toBe(time < end)
        expect(endOf(byDay)).toBeGreaterThan(end)
      }),
    )
  })

  it('names a bucket and its key as one, and a request of any shape is read or said to be unreadable', () => {
    const s3 = { ...signal, service: 's3' }
    expect(namedObjects({ ...s3, request: { bucketName: 'reports', key: 'a/b.csv', Host: 'reports.s3.amazonaws.com' } })).toEqual([
      'reports/a/b.csv',
    ])
    expect(namedObjects({ ...s3, request: { bucketName: 'reports', key: 'a', 'x-amz-copy-source': '/secrets/a' } })).toEqual([
      'reports/a',
      'secrets/a',
    ])
    expect(namedObjects({ ...s3, request: { key: 'reports/a' } })).toBeUndefined()
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), fc.constantFrom('s3', 'iam'), (request, service) => {
        const names = namedObjects({ ...signal, service, request })
        expect(names === undefined || (names.length > 0 && names.every((name) => name !== ''))).toBe(true)
      }),
    )
  })
})

describe('findings that a policy tunes', () => {
  const IDS = ['new-country', 'discovery-burst', 'user-created', ...BINDING_DETECTORS]
  const finding = fc
    .record({
      detector: fc.constantFrom(...IDS),
      weight: fc.double({ min: 0, max: 1, noNaN: true }),
      isConfirmed: fc.boolean(),
      who: fc.boolean(),
    })
    .map(
      ({ who, ...parts }): Finding => ({
        ...FINDING,
        ...parts,
        fact: parts.detector,
        axis: who ? 'who' : 'what',
        group: who ? 'origin' : 'impact',
      }),
    )
  const findings = fc.array(finding, { maxLength: 8 })
  const factor = fc.double({ min: 0.1, max: 1.5, noNaN: true })
  const tuned = (id: string, tuning: object) => DetectorTunings.parse({ [id]: tuning })

  it('weigh no less with a greater factor, on both axes and in the risk', () => {
    fc.assert(
      fc.property(findings, fc.constantFrom(...IDS), factor, factor, (evidence, id, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)].map((weight) =>
          assessmentOf(evidence, { detectors: tuned(id, { weight }) }),
        )
        for (const number of ['baseRisk', 'compromise', 'harm', 'unchosen', 'lasting', 'floor'] as const)
          expect(more?.[number]).toBeGreaterThanOrEqual(less?.[number] ?? 0)
      }),
    )
  })

  it('come apart into those that count and those that are told, none lost, and what binds or is confirmed counts', () => {
    fc.assert(
      fc.property(findings, fc.subarray(IDS), (evidence, off) => {
        const tunings = DetectorTunings.parse(Object.fromEntries(off.map((id) => [id, { enabled: false }])))
        const apart = withoutDisabled(evidence, tunings)
        expect(apart.counted.length + apart.off.length).toBe(evidence.length)
        const exceptions = off.map((detector) => ({ detector, reason: 'ours', until: '2027-01-31' }))
        const split = splitExcepted({ exceptions }, evidence)
        expect(split.findings.length + (split.excepted?.length ?? 0)).toBe(evidence.length)
        for (const { detector, isConfirmed } of [...apart.off, ...(split.excepted ?? [])])
          expect([off.includes(detector), isConfirmed, BINDING_DETECTORS.has(detector)]).toEqual([true, false, false])
        expect(assessmentOf(evidence, { detectors: tunings })).toEqual(assessmentOf(apart.counted))
      }),
    )
  })

  it('are gathered in an incident in any order, once each, and no more than it keeps', () => {
    const excepted = fc
      .tuple(finding, fc.constantFrom('ours', 'theirs'))
      .map(([one, reason]): ExceptedFinding => ({ ...one, exception: { reason } }))
    fc.assert(
      fc.property(fc.array(excepted, { maxLength: 40 }), (all) => {
        const once = withExcepted([], all)
        expect(withExcepted(once, all)).toBe(once)
        expect(once.length).toBeLessThanOrEqual(20)
        const weights = (list: readonly ExceptedFinding[]) =>
          list.map(({ detector, weight, exception }) => `${detector} ${weight} ${exception.reason}`).sort()
        expect(weights(all.reduce<readonly ExceptedFinding[]>((known, one) => withExcepted(known, [one]), []))).toEqual(weights(once))
      }),
    )
  })
})

describe('the schema of an exception', () => {
  it.each([
    [{ reason: 'x', until: '2027-01-31' }, 'names nothing'],
    [{ tools: [], reason: 'x', until: '2027-01-31' }, 'Too small'],
    [{ tools: ['*'], until: '2027-01-31' }, 'Invalid'],
    [{ tools: ['*'], reason: 'x' }, 'must be a day'],
    [{ tools: ['*'], reason: 'x', until: 'soon' }, 'must be a day'],
    [{ tools: ['*'], reason: 'x', until: '2027-02-30' }, 'must be a day'],
    [{ networks: ['my-office'], reason: 'x', until: '2027-01-31' }, 'must be an address'],
    [{ tool: ['*'], reason: 'x', until: '2027-01-31' }, 'Unrecognized'],
  ])('refuses %j', (input, message) => {
    const parsed = DetectorException.safeParse(input)
    expect(parsed.error?.issues.map((issue) => issue.message).join()).toContain(message)
  })

  it('takes the time of today', () => {
    expect(DetectorException.safeParse({ tools: ['*'], reason: 'x', until: new Date(NOW).toISOString() }).success).toBe(true)
  })
})
