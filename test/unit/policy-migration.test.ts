import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadPolicyFile, readPolicyFile } from '../../local/policy-file.ts'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { unknownDetectorsIn } from '../../shared/detect/detector-names.ts'
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
  it('is read in the keys of version 2, with every value as it was', () => {
    expect(parsePolicy(VERSION_1)).toMatchObject({
      version: POLICY_VERSION,
      weights: { 'ses-enumeration': 0.5, 'new-country': 0.8 },
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
    expect(() => parsePolicy({ version: 2, illReputed: [] })).toThrow('unknown illReputed')
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

describe('weights', () => {
  it('of a detector that there is not are refused, with the nearest name', async () => {
    await expect(readPolicyFile(fileOf('version: 2\nweights: { new-contry: 0.5 }'))).rejects.toThrow(
      'weights.new-contry: no detector has this name; did you mean new-country?',
    )
  })

  it('by a name of before are refused in version 2, with the name of now', () => {
    for (const [before, now] of RENAMED_DETECTORS)
      expect(unknownDetectorsIn({ weights: { [before]: 1 } })).toEqual([
        `weights.${before}: no detector has this name; it is called ${now} now (docs/detectors.md of the sources lists every detector)`,
      ])
  })

  it('of every detector are taken', () => {
    expect(unknownDetectorsIn({ weights: Object.fromEntries(CATALOGUE.map(({ id }) => [id, 1])) })).toEqual([])
  })
})
