import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOfSetting } from '../../infra/read-of-setting.ts'
import { readPolicyFile } from '../../local/policy-file.ts'
import { packRules } from '../../local/rules/pack-rules.ts'
import { ResponderError } from '../../shared/errors.ts'

/** Runs the app as cdk does, with a context. */
function appWith(context: object) {
  const out = mkdtempSync(join(tmpdir(), 'countersign-app-'))
  const env = { ...process.env, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(context) }
  const { status, stderr } = spawnSync(process.execPath, [join('infra', 'app.ts')], { encoding: 'utf8', env })
  return { status, stderr, written: readdirSync(out) }
}

/** What a process prints of an error that nobody caught. */
const CRASH = /file:\/\/|^\s+at |Node\.js v/m

describe('the app that cdk runs', () => {
  it.each([
    ['a setting', { countersign: { onCall: 'me@example.com' } }, /^countersign: onCall: must be keys with values, .*\[config\.invalid\]$/m],
    [
      'a file that is not there',
      { countersign: { policyFile: 'nope.yaml' } },
      /^countersign: policyFile: there is no file .*\[config\.invalid\]$/m,
    ],
    ['the bus of a forwarder', { forwarder: 'arn:aws:sns:us-east-1:123456789012:x' }, /^countersign: -c forwarder=.*\[config\.invalid\]$/m],
  ])('says in one line what is wrong with %s, and writes no template', (_, context, line) => {
    const { status, stderr, written } = appWith(context)
    expect(stderr).toMatch(line)
    expect(stderr).not.toMatch(CRASH)
    expect({ status, written }).toEqual({ status: 1, written: [] })
  })
})

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
