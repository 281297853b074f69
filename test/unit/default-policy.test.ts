import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DEFAULT_POLICY, policyToUse } from '../../local/default-policy.ts'
import { readPolicyFile } from '../../local/policy-file.ts'
import { POLICY_VERSION } from '../../shared/domain/policy-migration.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-policy-'))
afterAll(() => rmSync(folder, { recursive: true }))

function chosen(named?: string): { path: string; said: string[] } {
  const said: string[] = []
  return { path: policyToUse(named, (line) => said.push(line), folder), said }
}

describe('the policy that counts', () => {
  it('is the built-in one in an empty folder, which is said', async () => {
    expect(chosen()).toEqual({
      path: DEFAULT_POLICY,
      said: [`No policy.yaml in this folder: the built-in default policy counts (${DEFAULT_POLICY}).`],
    })
    expect(await readPolicyFile(DEFAULT_POLICY)).toEqual(parsePolicy({ version: POLICY_VERSION }))
  })

  it('is the one that is named, there or not: a wrong name is no wish for the built-in one', () => {
    expect(chosen('my.yaml')).toEqual({ path: 'my.yaml', said: [] })
  })

  it('is that of the folder where it has one', () => {
    writeFileSync(join(folder, 'policy.yaml'), 'version: 2')
    expect(chosen()).toEqual({ path: join(folder, 'policy.yaml'), said: [] })
  })
})
