import { describe, expect, it } from 'vitest'
import { readIncident, readSignal, writeIncident, writeSignal } from '../../shared/domain/migrations/incident.ts'
import { RENAMED_DETECTORS } from '../../shared/domain/policy-migration.ts'
import { UnreadableItem } from '../../shared/errors.ts'
import { FINDING, incidentOf, KEY, signalOf } from '../contract/samples.ts'

const ID = 'inc-0123456789ab'
const AT_KEY = `INCIDENT#${ID}`

type Members = Readonly<Record<string, unknown>>
const plain = (value: unknown): Members => JSON.parse(JSON.stringify(value))

/** The members of an incident as 0.1.0 wrote them: a finding without axis and fact, an assessment without what was computed later. */
const finding = (parts: Members = {}): Members => {
  const { axis: _axis, fact: _fact, ...before } = plain(FINDING)
  return { ...before, ...parts }
}
const { assessment: ASSESSMENT, ...MEMBERS } = plain(incidentOf(ID))
const assessment = (parts: Members = {}): Members => {
  const { compromise: _c, harm: _h, unchosen: _u, lasting: _l, familiarity: _f, ...before } = ASSESSMENT as Members
  return { ...before, contributions: [{ finding: finding(), share: 45 }], ...parts }
}

function read(version: number | undefined, parts: Members = {}) {
  const { approved: _, credentials: _own, findings: _all, ...before } = MEMBERS
  const members = {
    ...before,
    credentials: [{ id: KEY, kind: 'access-key', isCulprit: true }],
    findings: [finding()],
    assessment: assessment(),
    ...parts,
  }
  return readIncident(JSON.stringify({ ...(version === undefined ? {} : { v: version }), ...members }), AT_KEY)
}

const VERDICT = { kind: 'legitimate', by: 'arn:aws:iam::123456789012:user/anna', reason: 'a drill', at: '2026-01-31T12:00:00Z' }
const ANSWERED = { risk: 45, baseRisk: 45, isConfirmed: false, likelihood: null }
const [[OLD, NEW]] = [...RENAMED_DETECTORS] as [[string, string]]

describe('an incident of 0.1.0', () => {
  it.each([[undefined], [1]])('is read as one of now, of version %s', (version) => {
    expect(read(version)).toEqual(plain(incidentOf(ID)))
  })

  it.each<[string, Members, Members]>([
    [
      'no credential that is said to be primary',
      { credentials: [{ id: KEY, kind: 'access-key' }] },
      { credentials: [{ isPrimary: false }] },
    ],
    [
      'a credential of the name of now',
      { credentials: [{ id: KEY, kind: 'access-key', isPrimary: true }] },
      { credentials: [{ isPrimary: true }] },
    ],
    ['changes that were approved', { approved: ['a'] }, { approved: ['a'] }],
    [
      'a backdoor, which was called a door, beside a key',
      {
        lineage: [
          { id: 'x', kind: 'door', owner: 'deploy', parent: KEY, signalId: 's' },
          { id: 'y', kind: 'access-key', owner: 'ci', parent: KEY, signalId: 's' },
        ],
      },
      {
        lineage: [
          { id: 'x', kind: 'backdoor' },
          { id: 'y', kind: 'access-key' },
        ],
      },
    ],
    ['a verdict of a person', { verdict: VERDICT }, { verdict: VERDICT }],
    [
      'a verdict of the sweep, which was called watch',
      { verdict: { ...VERDICT, by: 'countersign:watch' } },
      { verdict: { by: 'countersign:sweep' } },
    ],
    [
      'a verdict that says what it answered, by detectors of their old names',
      { verdict: { ...VERDICT, answered: { ...ANSWERED, shares: { [OLD]: 30, 'new-country': 12 } } } },
      { verdict: { ...VERDICT, answered: { shares: { [NEW]: 30, 'new-country': 12 } } } },
    ],
    [
      'a suppression, which was called a hold, with detectors of their old names and what is confirmed of which credential',
      { hold: { until: 9, detectors: [OLD, 'new-country'], confirmed: [`${OLD} ${KEY}`, `new-country ${KEY}`] } },
      { suppression: { until: 9, detectors: [NEW, 'new-country'], confirmed: [`${NEW} ${KEY}`, `new-country ${KEY}`] } },
    ],
    [
      'a suppression that confirms nothing',
      { hold: { until: 9, detectors: [] } },
      { suppression: { until: 9, detectors: [], confirmed: [] } },
    ],
    [
      'findings of detectors of their old names',
      {
        findings: [finding({ detector: OLD })],
        assessment: assessment({ contributions: [{ finding: finding({ detector: OLD }), share: 4 }] }),
      },
      { findings: [{ detector: NEW, fact: NEW }], assessment: { contributions: [{ finding: { detector: NEW }, share: 4 }] } },
    ],
    [
      'an opinion of its first days',
      { assessment: assessment({ opinion: { kind: 'answered', shift: 5, narrative: 'n', model: 'm', likelihood: 50 } }) },
      {
        assessment: {
          opinion: {
            kind: 'answered',
            shift: 5,
            narrative: 'n',
            model: 'm',
            likelihood: 50,
            verdict: 'unclear',
            reasons: [],
            techniques: [],
            nextSteps: [],
            inputTokens: 0,
            outputTokens: 0,
            milliseconds: 0,
          },
        },
      },
    ],
    [
      'an opinion of its last days',
      {
        assessment: assessment({
          opinion: { kind: 'answered', shift: 5, narrative: 'n', model: 'm', likelihood: 50, verdict: 'compromised', inputTokens: 7 },
        }),
      },
      { assessment: { opinion: { verdict: 'compromised', inputTokens: 7, outputTokens: 0 } } },
    ],
    [
      'no opinion, for a cause',
      { assessment: assessment({ opinion: { kind: 'fallback', cause: 'late' } }) },
      { assessment: { opinion: { kind: 'fallback', cause: 'late' } } },
    ],
  ])('keeps %s', (_, parts, expected) => {
    expect(read(1, parts)).toMatchObject(expected)
  })

  it.each<[string, Members, RegExp]>([
    ['a verdict that is a text', { verdict: 'legitimate' }, /verdict: /],
    ['an answer that is a text', { verdict: { ...VERDICT, answered: 'x' } }, /verdict\.answered: /],
    ['an answer without shares', { verdict: { ...VERDICT, answered: ANSWERED } }, /verdict\.answered\.shares: /],
    ['a hold that is a text', { hold: 'x' }, /suppression: /],
    ['a hold of which the detectors are a text', { hold: { until: 9, detectors: OLD } }, /suppression\.detectors: /],
    ['a hold of which a detector is a number', { hold: { until: 9, detectors: [1] } }, /suppression\.detectors\.0: /],
    ['a hold that confirms a text', { hold: { until: 9, detectors: [], confirmed: 'x' } }, /suppression\.confirmed: /],
    ['a hold that confirms a number', { hold: { until: 9, detectors: [], confirmed: [1] } }, /suppression\.confirmed\.0: /],
    ['a finding of a detector that is a number', { findings: [finding({ detector: 1 })] }, /findings\.0\.detector: /],
    ['an opinion that is a text', { assessment: assessment({ opinion: 'x' }) }, /assessment\.opinion: /],
    [
      'both a hold and a suppression',
      { hold: { until: 9, detectors: [] }, suppression: { until: 9, detectors: [], confirmed: [] } },
      /no release writes/,
    ],
  ])('is refused with %s, by where that stands', (_, parts, fault) => {
    expect(() => read(1, parts)).toThrow(fault)
    expect(() => read(1, parts)).toThrow(UnreadableItem)
  })
})

describe('an incident of 0.2.0', () => {
  const before = { approved: [], credentials: [{ id: KEY, kind: 'access-key', isPrimary: true }] }

  it('has the axes of its findings and the numbers that come of them, and nothing else is changed', () => {
    expect(read(2, before)).toEqual(plain(incidentOf(ID)))
  })

  it.each<[string, Members]>([
    ['a hold', { hold: { until: 9, detectors: [] } }],
    ['a culprit', { credentials: [{ id: KEY, kind: 'access-key', isCulprit: true }] }],
    ['nothing approved', { approved: undefined }],
  ])('is refused with %s, which only 0.1.0 wrote', (_, parts) => {
    expect(() => read(2, { ...before, ...parts })).toThrow(UnreadableItem)
  })
})

describe('what is stored now', () => {
  it('is read back as it was, and only under its own key', () => {
    const incident = incidentOf(ID)
    expect(readIncident(writeIncident(incident), AT_KEY)).toEqual(plain(incident))
    expect(() => readIncident(writeIncident(incident), 'INCIDENT#inc-ba9876543210')).toThrow('id: must be that of its key')
  })

  it('has signals with the names of detectors of now, those of 0.1.0 too', () => {
    const signal = signalOf('e-1', 1)
    expect(readSignal(writeSignal(signal), 'x')).toEqual(plain(signal))
    expect(readSignal(JSON.stringify({ ...signal, detectors: [OLD, 'new-country'] }), 'x').detectors).toEqual([NEW, 'new-country'])
    expect(readSignal(JSON.stringify({ ...signal, v: 2, detectors: [OLD] }), 'x').detectors).toEqual([OLD])
    expect(() => readSignal(JSON.stringify({ ...signal, detectors: OLD }), 'x')).toThrow('detectors: ')
  })
})
