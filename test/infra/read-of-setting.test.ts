import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOfSetting } from '../../infra/read-of-setting.ts'
import { readPolicyFile } from '../../local/policy-file.ts'
import { packRules } from '../../local/rules/pack-rules.ts'
import { ResponderError } from '../../shared/errors.ts'

const READS = {
  policyFile: (path: string) => readPolicyFile(path),
  rulesFolder: (path: string) => packRules(path, () => {}),
} as const

async function refusal(setting: keyof typeof READS, path: string): Promise<ResponderError> {
  const cause: unknown = await readOfSetting<unknown>(setting, path, READS[setting]).catch((thrown: unknown) => thrown)
  if (!(cause instanceof ResponderError)) throw new Error(`${setting} ${path} is not refused`)
  return cause
}

describe('a setting that names a path', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-setting-'))
  const file = join(folder, 'text.yaml')
  writeFileSync(file, 'mode: [')

  it.each([
    ['policyFile', 'nope.yaml', `there is no file ${resolve('nope.yaml')}, got "nope.yaml"`],
    ['policyFile', folder, `${folder} is no file`],
    ['policyFile', `${file}/below`, `there is no file ${file}/below`],
    ['rulesFolder', 'nosuch', `there is no folder ${resolve('nosuch')}, got "nosuch"`],
    ['rulesFolder', file, `${file} is no folder`],
  ] as const)('%s is named with what %s is, relative to what, and the fix', async (setting, path, what) => {
    const { code, message } = await refusal(setting, path)
    expect(message).toContain(`${setting}: ${what}`)
    expect(message).toContain('a path is relative to the folder of cdk.json: name a')
    expect(message).toContain('under "countersign" in the context of cdk.json')
    expect(code).toBe('config.invalid')
  })

  it('is named where what it names cannot be read', async () => {
    expect((await refusal('policyFile', file)).message).toMatch(/^policyFile: .*text\.yaml is not YAML/)
    const empty = mkdtempSync(join(tmpdir(), 'countersign-setting-'))
    expect((await refusal('rulesFolder', empty)).message).toMatch(/^rulesFolder: .* has no rule/)
  })
})
