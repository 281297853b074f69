import { describe, expect, it } from 'vitest'
import { listDetectors, showDetector } from '../../local/commands/detectors.ts'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { BINDING_DETECTORS } from '../../shared/domain/binding-detectors.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { NOW } from '../embedded.ts'
import { sigmaRule } from '../sigma/rule-of.ts'

const input = (detectors: object = {}, isJson = false) => ({
  policy: parsePolicy({ version: 3, detectors }),
  from: 'policy.yaml',
  now: NOW,
  isJson,
})
const OURS = { identities: ['arn:aws:iam::123456789012:role/scanner'], reason: 'our scanner', until: '2027-01-31' }
const rowOf = (text: string, id: string) => text.split('\n').find((line) => line.startsWith(`${id} `)) ?? ''

describe('the list of detectors', () => {
  it('has a row for each, with what it says, weighs and rests on', () => {
    const text = listDetectors(input())
    for (const { id, weight, attack, title } of CATALOGUE) {
      const row = rowOf(text, id)
      for (const part of [`${weight}`, attack, title]) expect(row).toContain(part)
    }
    expect(rowOf(text, 'new-country')).toMatch(/ who .* place /)
    for (const id of BINDING_DETECTORS) expect(rowOf(text, id)).toContain(' as it is ')
  })

  it('says how the policy tunes each, with what has ended', () => {
    const tuned = {
      'new-country': { weight: 0.5 },
      'quota-raised': { enabled: false },
      'discovery-burst': { weight: 1.2, except: [OURS, { ...OURS, until: '2026-01-31' }] },
      'rule:console-at-night': { enabled: false },
    }
    const text = listDetectors(input(tuned))
    expect(rowOf(text, 'new-country')).toContain(' × 0.5 ')
    expect(rowOf(text, 'quota-raised')).toContain(' off ')
    expect(rowOf(text, 'discovery-burst')).toContain('× 1.2, 2 exceptions, 1 ended')
    expect(text).toContain('policy.yaml tunes 3.')
    expect(text).toContain('The policy also tunes 1 rule of its own (rule:console-at-night): --rules FOLDER lists them.')
  })

  it('is one JSON object with all of it', () => {
    const { policy, detectors } = JSON.parse(listDetectors(input({ 'new-country': { weight: 0.5 } }, true)))
    expect([policy, detectors.length]).toEqual(['policy.yaml', CATALOGUE.length])
    for (const { runbook, looksAt, delivery } of detectors)
      expect([runbook.length > 20, looksAt.length > 0, delivery.state]).toEqual([true, true, expect.any(String)])
    expect(detectors.find(({ id }: { id: string }) => id === 'new-country').tuning).toEqual({ enabled: true, weight: 0.5, except: [] })
  })
})

const RULES = {
  folder: 'rules',
  loaded: [
    sigmaRule(
      { title: 'User made', description: 'Somebody makes users.', countersign: { weight: 0.4, runbook: 'Ask who it was.' } },
      'user-made',
    ),
    sigmaRule({ title: 'For enrichment', level: 'informational' }, 'for-enrichment'),
  ],
}

describe('the rules of a folder', () => {
  it('are listed with the detectors, with what the policy makes of them; a name that none has is told', () => {
    const tuned = { 'rule:user-made': { weight: 0.5 }, 'rule:user-mad': { enabled: false } }
    const text = listDetectors({ ...input(tuned), rules: RULES })
    expect(rowOf(text, 'rule:user-made')).toMatch(/ what +0\.4 .* × 0\.5 +User made/)
    expect(rowOf(text, 'rule:for-enrichment')).toBe('')
    expect(text).toContain(`${CATALOGUE.length} detectors and 1 rule of rules, of which policy.yaml tunes 1.`)
    expect(text).toContain(
      'detectors.rule:user-mad: no rule that is loaded has this name, so it changes nothing; did you mean rule:user-made?',
    )
  })

  it('are explained each by its id', () => {
    const text = showDetector('rule:user-made', { ...input({ 'rule:user-made': { weight: 0.5 } }), rules: RULES })
    for (const part of [
      'rule:user-made: User made',
      'own weight 0.4',
      'Ask who it was.',
      'Somebody makes users.',
      'policy.yaml: × 0.5',
      'the call, with',
    ])
      expect(text).toContain(part)
    const why = (id: string, rules?: typeof RULES) => () => showDetector(id, { ...input(), rules })
    expect(why('rule:user-made')).toThrow('add --rules FOLDER')
    expect(why('rule:user-mad', RULES)).toThrow('no rule that loads from rules has this name; did you mean rule:user-made?')
    expect(why('rule:for-enrichment', RULES)).toThrow('it makes no findings, because it is informational')
  })
})

describe('one detector', () => {
  it('is shown with its fact, its calls, whether they are delivered, and what to do first: each of them', () => {
    for (const { id, runbook, title } of CATALOGUE) {
      const text = showDetector(id, input())
      expect(text.startsWith(`${id}: ${title}\n`)).toBe(true)
      for (const part of ['says', 'rests on', 'looks at', 'delivered', `first`, runbook, 'policy']) expect(text).toContain(part)
    }
    expect(showDetector('new-country', input())).toMatch(/the fact place, with new-network/)
    expect(showDetector('expiry-shortened', input())).toContain('a fact of its own')
  })

  it('is shown with each exception, and which has ended', () => {
    const text = showDetector('discovery-burst', input({ 'discovery-burst': { except: [OURS, { ...OURS, until: '2026-01-31' }] } }))
    expect(text).toContain('identities arn:aws:iam::123456789012:role/scanner: our scanner (until 2027-01-31)')
    expect(text).toContain('our scanner (ended 2026-01-31, and no longer applies)')
    expect(showDetector('responder-tampered', input())).toContain('counts as it is, whatever a policy says')
  })

  it('that there is not is answered by the one that is meant', () => {
    expect(() => showDetector('new-contry', input())).toThrow('did you mean new-country?')
    expect(() => showDetector('models-hijacked', input())).toThrow('it is called llm-jacking now')
  })
})
