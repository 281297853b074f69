import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { checkPolicy } from '../../local/commands/policy.ts'
import { loadPolicyFile, readPolicyFile } from '../../local/policy-file.ts'
import { decide } from '../../shared/decide/decide.ts'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { detectorFaults } from '../../shared/detect/detector-names.ts'
import { BINDING_DETECTORS, isBinding } from '../../shared/domain/binding-detectors.ts'
import { boundsFor } from '../../shared/domain/bounds.ts'
import { migratePolicy, POLICY_VERSION, RENAMED_DETECTORS, RENAMED_KEYS } from '../../shared/domain/policy-migration.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'

/** Every key that was renamed, as a policy of version 1 has it. */
const VERSION_1 = {
  version: 1,
  mode: 'ask',
  tiers: [{ name: 'crown', match: { arns: ['arn:aws:iam::123456789012:user/crown-*'] } }],
  weights: { 'mail-probed': 0.5, 'new-country': 0.8 },
  learning: { tightens: true, leastVerdicts: 12, leastAsk: 45, leastContain: 75 },
  breaker: { containmentsPerHour: 5, shareOfUsers: 0.1 },
  release: { holdHours: 12 },
  rotation: { users: ['arn:aws:iam::123456789012:user/ci-*'], places: [{ arns: ['*:user/ci-a'], secret: 'builds/a' }] },
  review: { extendHoursMost: 24 },
  illReputed: ['AS64496'],
  slack: { approvers: [{ says: ['contain'], users: ['U0123ABCD'] }] },
  fourEyes: [{ tiers: ['crown'], says: ['legitimate'] }],
}

function fileOf(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'policy-')), 'policy.yaml')
  writeFileSync(path, text)
  return path
}

describe('a policy of version 1', () => {
  it('is read in the keys of now, with every value as it was', () => {
    expect(parsePolicy(VERSION_1)).toMatchObject({
      version: POLICY_VERSION,
      detectors: { 'ses-enumeration': { weight: 0.5 }, 'new-country': { weight: 0.8 } },
      learning: { autoTighten: true, minVerdicts: 12, minAsk: 45, minContain: 75 },
      breaker: { containmentsPerHour: 5, maxUserFraction: 0.1 },
      release: { suppressionHours: 12 },
      rotation: { secrets: [{ arns: ['*:user/ci-a'], secret: 'builds/a' }] },
      review: { maxExtensionHours: 24 },
      blocklist: ['AS64496'],
      slack: { approvers: [{ verdicts: ['contain'], users: ['U0123ABCD'] }] },
      fourEyes: [{ tiers: ['crown'], verdicts: ['legitimate'] }],
    })
  })

  it('has every renamed key in this test', () => {
    const at = (value: unknown, path: readonly string[]): unknown =>
      path.reduce<unknown>((part, key) => (key === '*' ? (part as unknown[])?.[0] : (part as Record<string, unknown>)?.[key]), value)
    for (const { path } of RENAMED_KEYS) expect(at(VERSION_1, path), path.join('.')).toBeDefined()
  })

  it('may not have the new key as well: what contradicts itself is refused by name', () => {
    expect(() => parsePolicy({ version: 1, illReputed: [], blocklist: [] })).toThrow('unknown illReputed')
    for (const version of [2, 3]) expect(() => parsePolicy({ version, illReputed: [] })).toThrow('unknown illReputed')
  })

  it('is migrated once: a policy of this version stays as it is, and anything else is left to the schema', () => {
    const migrated = migratePolicy(VERSION_1)
    expect(migratePolicy(migrated)).toBe(migrated)
    fc.assert(fc.property(fc.anything(), (input) => void migratePolicy(input)))
  })

  it('is shown in the new keys, comments kept, and what is shown is read as the same policy', async () => {
    const path = fileOf(`# ours\nversion: 1\nlearning:\n  tightens: true # slowly\nillReputed: [AS64496]\nweights: { roles-tried: 0.5 }\n`)
    const { policy, migrated } = await loadPolicyFile(path)
    expect(migrated).toContain('# ours')
    expect(migrated).toContain('autoTighten: true # slowly')
    expect(parsePolicy(parse(migrated ?? ''))).toEqual(policy)
    expect((await loadPolicyFile(fileOf(migrated ?? ''))).migrated).toBeUndefined()
  })
})

describe('a policy of version 2', () => {
  const TIER = { name: 'keys', match: { arns: ['arn:aws:iam::123456789012:user/ci-*'] }, thresholds: { notify: 10, ask: 20, contain: 30 } }

  it('restricts nothing that it did not: restrict is contain, of the policy and of every tier, named or not', () => {
    const { thresholds, tiers } = parsePolicy({
      version: 2,
      mode: 'contain',
      tiers: [TIER, { ...TIER, name: 'own', thresholds: undefined }],
    })
    expect(thresholds).toEqual({ notify: 25, ask: 55, restrict: 85, contain: 85 })
    expect(tiers.map((tier) => tier.thresholds)).toEqual([{ notify: 10, ask: 20, restrict: 30, contain: 30 }, undefined])
    const limits = fc.tuple(fc.nat({ max: 100 }), fc.nat({ max: 100 }), fc.nat({ max: 100 })).map((all) => all.sort((a, b) => a - b))
    fc.assert(
      fc.property(limits, fc.double({ min: 0, max: 100, noNaN: true }), fc.constantFrom('observe', 'ask', 'contain'), (all, risk, mode) => {
        const [notify, ask, contain] = all
        const policy = parsePolicy({
          version: 2,
          mode,
          thresholds: { notify, ask, contain },
          tiers: [{ ...TIER, thresholds: { notify, ask, contain } }],
        })
        for (const id of ['arn:aws:iam::123456789012:user/ci-a', 'arn:aws:iam::123456789012:user/other']) {
          const numbers = {
            risk,
            baseRisk: risk,
            compromise: risk,
            harm: risk,
            unchosen: risk,
            lasting: risk,
            familiarity: 'known' as const,
          }
          const assessment = { ...numbers, floor: 0, isConfirmed: false, contributions: [], opinion: undefined }
          const identity = { id, kind: 'iam-user' as const, name: 'ci-a', account: '123456789012' }
          const decision = decide(assessment, identity, boundsFor(policy, id, {}, 0))
          expect([decision.action, decision.would]).not.toContain('restrict')
        }
      }),
    )
  })

  it('is shown with the threshold in its place, comments kept, and what is shown is read as the same policy', async () => {
    const path = fileOf(`version: 2\nmode: contain\nthresholds:\n  notify: 20\n  ask: 40 # low\n  contain: 90\n`)
    const { policy, version, migrated } = await loadPolicyFile(path)
    expect(version).toBe(2)
    expect(migrated).toContain('  ask: 40 # low\n  restrict: 90\n  contain: 90')
    expect(parsePolicy(parse(migrated ?? ''))).toEqual(policy)
    const tiers = `tiers:\n  - name: a\n    match: { arns: ['arn:aws:iam::123456789012:user/a'] }\n    thresholds: { notify: 1, ask: 2, contain: 3 }\n`
    const named = await loadPolicyFile(fileOf(`version: 2\n${tiers}`))
    expect(parsePolicy(parse(named.migrated ?? ''))).toEqual(named.policy)
    expect(await checkPolicy(path)).toContain('It is written in version 2 of the keys')
  })

  it('says what its thresholds leave out, and one that restricts says nothing of it', async () => {
    expect(await checkPolicy(fileOf('version: 2\nmode: contain'))).toContain('Nothing is restricted where restrict is contain')
    expect(await checkPolicy(fileOf('version: 3\nmode: contain'))).not.toContain('Nothing is restricted')
    expect(await checkPolicy(fileOf('version: 2\nmode: ask'))).not.toContain('Nothing is restricted')
    expect(await checkPolicy(fileOf("version: 3\napprovers: ['arn:aws:iam::123456789012:user/*']"))).toContain('no user is ever restricted')
    expect(await checkPolicy(fileOf("version: 3\napprovers: ['arn:aws:iam::123456789012:user/anna']"))).not.toContain('is ever restricted')
  })
})

describe('weights of before', () => {
  it('stand in detectors, of every version that had them', () => {
    for (const version of [1, 2, 3]) {
      const { detectors } = parsePolicy({ version, weights: { 'new-country': 0.5 } })
      expect(detectors).toEqual({ 'new-country': { enabled: true, weight: 0.5, except: [] } })
    }
    const both = parsePolicy({ version: 3, weights: { 'new-country': 0.5 }, detectors: { 'new-country': { enabled: false } } })
    expect(both.detectors['new-country']).toEqual({ enabled: false, weight: 0.5, except: [] })
  })

  it('are refused beside a weight in detectors, because two numbers of one thing contradict each other', () => {
    const twice = { version: 3, weights: { 'new-country': 0.5 }, detectors: { 'new-country': { weight: 0.7 } } }
    expect(() => parsePolicy(twice)).toThrow('unknown weights; a weight stands in detectors now')
    expect(() => parsePolicy({ version: 3, weights: 7 })).toThrow('unknown weights')
  })

  it('are shown in the keys of now, comments kept, and what is shown is read as the same policy', async () => {
    const own = fileOf('version: 3\n# noisy\nweights:\n  new-country: 0.5 # we travel\n')
    const among = fileOf('version: 3\nweights: { new-country: 0.5 }\ndetectors:\n  new-network: { enabled: false }\n')
    for (const path of [own, among]) {
      const { policy, migrated } = await loadPolicyFile(path)
      expect(parsePolicy(parse(migrated ?? ''))).toEqual(policy)
      expect((await loadPolicyFile(fileOf(migrated ?? ''))).migrated).toBeUndefined()
      expect(await checkPolicy(path)).toContain('It has the older key weights')
    }
    expect((await loadPolicyFile(own)).migrated).toMatch(/# noisy[\s\S]*we travel/)
  })
})

describe('detectors of a policy', () => {
  it('that there are not are refused, with the nearest name', async () => {
    await expect(readPolicyFile(fileOf('version: 2\nweights: { new-contry: 0.5 }'))).rejects.toThrow(
      'detectors.new-contry: no detector has this name; did you mean new-country?',
    )
    await expect(readPolicyFile(fileOf('version: 3\ndetectors: { new-contry: { enabled: false } }'))).rejects.toThrow(
      'detectors.new-contry: no detector has this name; did you mean new-country?',
    )
  })

  it('by a name of before are refused, with the name of now', () => {
    for (const [before, now] of RENAMED_DETECTORS)
      expect(detectorFaults({ [before]: {} })).toEqual([
        `detectors.${before}: no detector has this name; it is called ${now} now (\`countersign detectors\` lists every detector)`,
      ])
  })

  it('of the whole catalogue are taken but those that count as they are, and own rules by their form', () => {
    const tunable = CATALOGUE.filter(({ id }) => !isBinding(id)).map(({ id }) => id)
    expect(detectorFaults(Object.fromEntries(tunable.map((id) => [id, {}])))).toEqual([])
    expect(detectorFaults({ 'rule:console-at-night': {} })).toEqual([])
    for (const id of BINDING_DETECTORS) expect(detectorFaults({ [id]: {} })).toEqual([expect.stringContaining('always counts as it is')])
  })

  it('that count as they are exist, and are all that are confirmed', () => {
    const ids = CATALOGUE.map(({ id }) => id)
    for (const id of BINDING_DETECTORS) expect(ids).toContain(id)
    for (const { id, isConfirmed } of CATALOGUE) if (isConfirmed === true) expect(isBinding(id), id).toBe(true)
  })
})
