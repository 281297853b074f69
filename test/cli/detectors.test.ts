import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { NOW } from '../embedded.ts'
import { scanAt } from '../weekly-scan.ts'
import { countersign, folder, layAccount } from './run-cli.ts'

const policy = join(folder, 'tuned.yaml')
writeFileSync(
  policy,
  `version: 3
detectors:
  new-country: { weight: 0.5 }
  permissions-enumerated:
    except: [{ identities: ['arn:aws:iam::123456789012:user/ci-build'], reason: our scanner, until: 2027-01-31 }]
`,
)

describe('detectors', () => {
  it('lists all without an account, by the policy that is named', async () => {
    const { code, out, err } = await countersign(['detectors', '--policy', policy])
    expect([code, err]).toEqual([0, ''])
    for (const { id } of CATALOGUE) expect(out).toContain(`\n${id} `)
    expect(out).toMatch(/\nnew-country .* × 0\.5 /)
    expect(out).toMatch(/\npermissions-enumerated .* 1 exception /)
  })

  it('says of one what it rests on and what to do first, and answers a wrong name by the one that is meant', async () => {
    const { out } = await countersign(['detectors', 'new-country', '--policy', policy])
    expect(out).toMatch(/^new-country: .*\n {2}says +who, own weight/)
    expect(JSON.parse((await countersign(['detectors', 'new-country', '--json'])).out)).toMatchObject({
      id: 'new-country',
      axis: 'who',
      fact: 'place',
    })
    const wrong = await countersign(['detectors', 'new-contry'])
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('did you mean new-country?')])
    const both = await countersign(['detectors', '--policy', policy, '--stack', 'Countersign'])
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('cannot be used with')])
  })

  it('goes by the policy in force of an account', async () => {
    const data = join(folder, 'account')
    await layAccount(data)
    const applied = await countersign(['policy', 'apply', policy, '--data', data, '--reason', 'we travel', '--yes'])
    expect(applied.out).toContain('detectors.new-country: absent')
    const { out } = await countersign(['detectors', '--data', data])
    expect(out).toMatch(/\nnew-country .* × 0\.5 /)
    expect(out).toMatch(/of which revision \d+ in .* tunes 2/)
  })
})

describe('a replay by a policy that excepts', () => {
  it('counts what the policy does not, and lists it in the incident', async () => {
    const log = join(folder, 'scan.json')
    writeFileSync(log, JSON.stringify({ Records: scanAt(NOW) }))
    const [plain, tuned] = await Promise.all([countersign(['replay', log]), countersign(['replay', log, '--policy', policy])])
    expect(plain.out).not.toContain('not counted')
    expect(tuned.out).toMatch(/Seen, and not counted\n {2}.*\(permissions-enumerated\).*no points, excepted: our scanner, until 2027-01-31/)
    expect(tuned.out).toMatch(
      /not counted by this policy: \d+ findings of permissions-enumerated \(excepted: our scanner, until 2027-01-31\)/,
    )
    const lines = (await countersign(['replay', log, '--policy', policy, '--json'])).out.trim().split('\n')
    const summary = JSON.parse(lines.at(-1) ?? '')
    expect(Object.keys(summary.notCounted)).toEqual(['permissions-enumerated (excepted: our scanner, until 2027-01-31)'])
    expect(lines.some((line) => JSON.parse(line).notCounted?.[0]?.detector === 'permissions-enumerated')).toBe(true)
  })
})
