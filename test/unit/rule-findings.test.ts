import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detect } from '../../shared/detect/detect.ts'
import { detectorFaults } from '../../shared/detect/detector-names.ts'
import { fold } from '../../shared/detect/fold.ts'
import { ruleSet } from '../../shared/detect/rules/rule-set.ts'
import { emptyBaseline } from '../../shared/domain/baseline.ts'
import { openWindow } from '../../shared/domain/credential-window.ts'
import { DetectorId } from '../../shared/domain/detector-id.ts'
import { emptyState } from '../../shared/domain/identity-state.ts'
import type { RuleMatch } from '../../shared/domain/rule-match.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { DAY_MS } from '../../shared/domain/time.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { Rules } from '../../shared/ports/rules.ts'
import { REPLAYED } from '../../shared/sense/believe.ts'
import { readInput } from '../../shared/sense/read-input.ts'
import { call, embedded, NOW } from '../embedded.ts'
import { sigmaRule } from '../sigma/rule-of.ts'

const rulesOf = (...texts: readonly (readonly [string, Readonly<Record<string, unknown>>])[]): Rules =>
  ruleSet({ rules: texts.flatMap(([name, more]) => sigmaRule(more, name).packed ?? []) })

const onCall = (eventName: string, more: object = {}) => ({ detection: { selection: { eventName }, condition: 'selection' }, ...more })

const made = (action: string, parts: Partial<Parameters<typeof call>[1]> = {}) => call(action, { id: 'e', ...parts })

/** The signal of a call, with the rules that match its record. */
function signalOf(input: unknown, rules: Rules | undefined): Signal {
  const read = readInput(input, { trust: REPLAYED, clock: { now: () => NOW }, log: silentLog, rules })
  if (read.kind !== 'signals' || read.signals[0] === undefined) throw new Error(read.kind)
  return read.signals[0]
}

const findingsOf = (signal: Signal, context: object = {}) =>
  detect(signal, { baseline: emptyBaseline(), window: openWindow(signal.credential.id, signal.time), ...context })

const ofRule = (signal: Signal, context: object = {}) => findingsOf(signal, context).filter(({ detector }) => detector.startsWith('rule:'))

describe('a rule that matches a record', () => {
  const rules = rulesOf([
    'sandbox-touched',
    onCall('ListGroups', {
      title: 'Sandbox touched',
      description: 'Nobody does this.',
      tags: ['attack.impact', 'attack.t1485'],
      countersign: { weight: 0.4 },
    }),
  ])

  it('is a finding with its weight, group, technique and title', () => {
    expect(ofRule(signalOf(made('iam:ListGroups'), rules))).toEqual([
      expect.objectContaining({
        detector: 'rule:sandbox-touched',
        title: 'Sandbox touched',
        weight: 0.4,
        axis: 'what',
        group: 'impact',
        technique: 'T1485',
        isConfirmed: false,
        reason: 'called iam:ListGroups',
      }),
    ])
    expect(ofRule(signalOf(made('iam:ListUsers'), rules))).toEqual([])
    expect(ofRule(signalOf(made('iam:ListGroups'), undefined))).toEqual([])
  })

  it('says what was called, on what, and which values the rule asks for, as text that can be printed and has a bound', () => {
    const attached = rulesOf([
      'attached',
      {
        detection: {
          selection: { eventName: 'AttachUserPolicy', 'requestParameters.policyArn|endswith': '/AdministratorAccess' },
          other: { 'requestParameters.path|contains': 'never' },
          filter: { 'userIdentity.userName': 'nobody' },
          condition: '(selection or other) and not filter',
        },
      },
    ])
    const reasonOf = (request: Record<string, unknown>) => ofRule(signalOf(made('iam:AttachUserPolicy', { request }), attached))[0]?.reason
    const policyArn = 'arn:aws:iam::aws:policy/AdministratorAccess'
    expect(reasonOf({ userName: 'ci', policyArn })).toBe(`called iam:AttachUserPolicy on ci: policyArn ${policyArn}`)
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const reason = reasonOf({ userName: `${text}\u202e\u001b[31m`, policyArn: `${text}\n${policyArn}` })
        expect(reason?.length).toBeLessThanOrEqual(120)
        expect(reason).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
        expect(reason).toMatch(/^called iam:AttachUserPolicy/)
      }),
    )
  })

  it('shows no secret of a request: of a keyword its own pattern, of a part of the record as text and of a field that is called after a secret its name', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9+/]{12,40}$/).map((text) => `q${text}Z`)
    const field = fc.constantFrom(
      'masterUserPassword',
      'secretString',
      'authToken',
      'secretAccessKey',
      'keyMaterial',
      'userData',
      'PassPhrase',
      'apiKey',
    )
    const before = fc.constantFrom('', 'deploy ', '{"a":"')
    fc.assert(
      fc.property(secret, field, before, fc.boolean(), (text, name, start, isInside) => {
        const value = `${start}${text} needle`
        const request = { userName: 'ci', ...(isInside ? { inner: { [name]: value } } : { [name]: value }) }
        const path = `requestParameters.${isInside ? 'inner.' : ''}${name}`
        const selections = {
          keyword: ['needle'],
          regex: { '|re': 'needle' },
          whole: { 'requestParameters|contains': 'needle' },
          answer: { 'responseElements|contains': 'needle' },
          field: { [`${path}|endswith`]: 'needle' },
          expression: { [`${path}|re`]: '.*needle' },
          exact: { [path]: value },
        }
        const reasons = Object.entries(selections).map(([key, selection]) => {
          const rules = rulesOf([key, { detection: { selection, condition: 'selection' } }])
          return ofRule(signalOf(made('iam:CreateUser', { request, response: { data: value } }), rules))[0]?.reason
        })
        expect(reasons).toEqual([
          'called iam:CreateUser on ci: keyword needle',
          'called iam:CreateUser on ci: a keyword',
          'called iam:CreateUser on ci: requestParameters',
          'called iam:CreateUser on ci: responseElements',
          ...[1, 2, 3].map(() => `called iam:CreateUser on ci: ${name}`),
        ])
        expect(reasons.join()).not.toContain(text.slice(0, 8))
      }),
    )
  })

  it('shows a field that is called after the name or the id of a secret', () => {
    const rules = rulesOf([
      'named',
      { detection: { selection: { 'requestParameters.secretId|contains': 'prod' }, condition: 'selection' } },
    ])
    const signal = signalOf(made('secretsmanager:GetSecretValue', { request: { secretId: 'prod/db' } }), rules)
    expect(ofRule(signal)[0]?.reason).toContain('prod/db')
  })

  it('names no value of a part that did not hold, and none that the rule denies', () => {
    const partly = rulesOf([
      'partly',
      onCall('CreateUser', {
        detection: {
          selection: { eventName: 'CreateUser' },
          both: { 'requestParameters.userName': 'x', 'requestParameters.path': '/none/' },
          condition: 'selection and not both',
        },
      }),
    ])
    expect(ofRule(signalOf(made('iam:CreateUser', { request: { userName: 'x' } }), partly))[0]?.reason).toBe('called iam:CreateUser on x')
  })

  it('is found in an event of EventBridge, in a record, and where an export wrote the parameters as text', () => {
    const named = rulesOf(['named', { detection: { selection: { 'requestParameters.userName': 'x' }, condition: 'selection' } }])
    const record = made('iam:CreateUser', { request: { userName: 'x' } })
    const asText = { ...record, requestParameters: JSON.stringify({ userName: 'x' }) }
    const event = { source: 'aws.iam', 'detail-type': 'AWS API Call via CloudTrail', detail: record }
    for (const input of [record, event, asText]) expect(ofRule(signalOf(input, named))).toHaveLength(1)
  })

  it('counts less where it matched the same call on earlier days, and not for another call', () => {
    let state = emptyState(signalOf(made('iam:ListGroups'), rules).identity)
    let last: Signal | undefined
    for (let day = 0; day < 20; day++) {
      for (let hour = 0; hour < 8; hour++)
        last = signalOf(made('iam:ListGroups', { id: `${day}-${hour}`, time: NOW + day * DAY_MS + hour * 3_600_000 }), rules)
      state = fold(
        state,
        Array.from({ length: 8 }, (_, hour) =>
          signalOf(made('iam:ListGroups', { id: `${day}:${hour}`, time: NOW + day * DAY_MS + hour * 3_600_000 }), rules),
        ),
      ).state
    }
    const later = { ...(last as Signal), time: NOW + 20 * DAY_MS }
    expect(ofRule(later, { baseline: state.baseline })[0]?.weight).toBeCloseTo(0.12)
    expect(ofRule({ ...later, action: 'iam:ListUsers' }, { baseline: state.baseline })[0]?.weight).toBe(0.4)
    // A stronger rule of the same call is no habit.
    const stronger = later.rules?.map((match): RuleMatch => ({ ...match, weight: 0.6 })) ?? []
    expect(ofRule({ ...later, rules: stronger }, { baseline: state.baseline })[0]?.weight).toBe(0.6)
  })

  it('says nothing of what our own containment refused, and of an informational rule', () => {
    expect(ofRule({ ...signalOf(made('iam:ListGroups'), rules), refusedBy: 'inc-1' })).toEqual([])
    expect(ofRule(signalOf(made('iam:ListGroups'), rulesOf(['quiet', onCall('ListGroups', { level: 'informational' })])))).toEqual([])
  })

  it('spares what the identity made itself, where it is about weakening or destroying', () => {
    const signal = signalOf(made('iam:ListGroups'), rules)
    expect([ofRule(signal, { isOwnWork: true }), ofRule(signal)]).toEqual([[], [expect.anything()]])
    const granting = signalOf(
      made('iam:ListGroups'),
      rulesOf(['granting', onCall('ListGroups', { tags: ['attack.privilege-escalation'] })]),
    )
    expect(ofRule(granting, { isOwnWork: true })).toHaveLength(1)
  })

  it('rests on one fact with other rules of the call, and with what a detector in code says of it', () => {
    const two = rulesOf(['one', onCall('StopLogging')], ['two', onCall('StopLogging', { tags: ['attack.impact'] })])
    const found = findingsOf(signalOf(made('cloudtrail:StopLogging'), two))
    expect(new Set(found.filter(({ detector }) => /^rule:|logging/.test(detector)).map(({ fact }) => fact))).toEqual(
      new Set(['logging-tampered']),
    )
    const alone = ofRule(signalOf(made('iam:ListGroups'), rulesOf(['one', onCall('ListGroups')], ['two', onCall('ListGroups')])))
    expect(new Set(alone.map(({ fact }) => fact)).size).toBe(1)
    const named = ofRule(signalOf(made('iam:ListGroups'), rulesOf(['one', onCall('ListGroups', { countersign: { fact: 'sandbox' } })])))
    expect(named[0]?.fact).toBe('sandbox')
  })
})

describe('what a rule says by default', () => {
  it.each([
    ['critical', 0.5],
    ['high', 0.45],
    ['medium', 0.3],
    ['low', 0.15],
    [undefined, 0.3],
  ])('of the level %s weighs %d, below what people are asked about', (level, weight) => {
    expect(sigmaRule({ level }).packed?.weight).toBe(weight)
  })

  it.each([
    ['attack.defense-evasion', 'evasion'],
    ['attack.stealth', 'evasion'],
    ['attack.credential-access', 'privilege'],
    ['attack.collection', 'exfiltration'],
    ['attack.t1485', 'abuse'],
    ['attack.constructor', 'abuse'],
  ])('of the tag %s is of the group %s', (tag, group) => {
    expect(sigmaRule({ tags: [tag] }).packed).toMatchObject({ group })
  })

  it('is the most exact technique of its tags, or that of an account that others use', () => {
    expect(sigmaRule({ tags: ['attack.t1098', 'attack.t1098.001', 'attack.s0001', 7] }).packed?.technique).toBe('T1098.001')
    expect(sigmaRule({ tags: null }).packed?.technique).toBe('T1078.004')
  })

  it('is about who calls where its own block says so', () => {
    expect(sigmaRule({ countersign: { axis: 'who' } }).packed?.group).toBe('origin')
  })
})

describe('rules and decisions', () => {
  const strongest = { countersign: { weight: 0.9 } }
  const everything = ['a', 'b', 'c'].map(
    (name) =>
      [
        `what-${name}`,
        onCall('ListGroups', { ...strongest, tags: [`attack.${{ a: 'impact', b: 'exfiltration', c: 'persistence' }[name]}`] }),
      ] as const,
  )
  const who = ['d', 'e'].map(
    (name) => [`who-${name}`, onCall('ListGroups', { countersign: { axis: 'who', weight: 0.9, fact: name } })] as const,
  )
  const decided = async (rules: Rules) => {
    // The table of the default policy, in mode contain.
    const world = await embedded({ policy: { version: 3, evidence: {} } })
    await pipeline({ ...world.ports, rules })([made('iam:ListGroups')])
    return world
  }

  it('contain by no rules, however many match and whatever weight they give themselves', async () => {
    const world = await decided(rulesOf(...everything, ...who))
    const [incident] = await world.incidents()
    expect(incident?.assessment.compromise).toBeGreaterThan(60)
    expect(incident?.assessment.harm).toBeGreaterThan(60)
    expect(incident?.decision.would).toBe('restrict')
  })

  it('ask where one rule is grave, and are told of where it has the default weight', async () => {
    const [grave, usual] = [
      await decided(rulesOf(['grave', onCall('ListGroups', strongest)])),
      await decided(rulesOf(['usual', onCall('ListGroups')])),
    ]
    expect((await grave.incidents())[0]?.decision.would).toBe('ask')
    expect((await usual.incidents())[0]?.decision.would).toBe('notify')
  })

  it('keep what a rule found that is gone since', async () => {
    const world = await decided(rulesOf(['gone', onCall('ListGroups')]))
    await world.respond([made('iam:CreateUser', { id: 'later', time: NOW + 1000 })])
    const [incident] = await world.incidents()
    expect(incident?.findings.map(({ detector }) => detector)).toContain('rule:gone')
  })

  it('are given weights by the policy, under names that rules can have', () => {
    expect(detectorFaults({ 'rule:gone': { weight: 0.5 } })).toEqual([])
    expect(DetectorId.safeParse('rule:gone').success).toBe(true)
    expect(DetectorId.safeParse('rule:Not A Name').success).toBe(false)
  })
})

describe('a record that is nested too deeply for the rules', () => {
  const ASKS_FOR_ALL = rulesOf(['any', { detection: { selection: { 'requestParameters|contains': 'x' }, condition: 'selection' } }])
  const nested = (request: object) => ({ ...request, a: JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) })

  it('is read, and says that no rule was compared with it', () => {
    const input = { ...made('iam:ListGroups'), requestParameters: nested({}) }
    const read = readInput(input, { trust: REPLAYED, clock: { now: () => NOW }, log: silentLog, rules: ASKS_FOR_ALL })
    if (read.kind !== 'signals') throw new Error(`it is ${read.kind}`)
    expect(read.signals[0]?.rules?.map(({ detector }) => detector)).toEqual(['rule:not-compared'])
  })

  it('hides from no detector by that', async () => {
    const world = await embedded({ policy: { mode: 'ask' } })
    const input = { ...made('iam:CreateUser', { id: 'deep' }), requestParameters: nested({ userName: 'backdoor' }) }
    await pipeline({ ...world.ports, rules: ASKS_FOR_ALL })([input])
    const [incident] = await world.incidents()
    const found = incident?.findings.map(({ detector }) => detector)
    expect(found).toEqual(expect.arrayContaining(['user-created', 'rule:not-compared']))
  })

  it('is the same where a rule fails in another way: the batch goes on', () => {
    const failing = {
      matching() {
        throw new TypeError('broken')
      },
    }
    const read = readInput(made('iam:ListGroups'), { trust: REPLAYED, clock: { now: () => NOW }, log: silentLog, rules: failing })
    expect(read.kind === 'signals' && read.signals[0]?.rules?.[0]?.detector).toBe('rule:not-compared')
  })
})
