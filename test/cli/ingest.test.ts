import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { ExposureReport } from '../../shared/domain/exposure-report.ts'
import { gitleaksFinding, truffleHogLine } from '../scanner-output.ts'
import { countersign, folder, layAccount, lines } from './run-cli.ts'

const KEY = { id: 'AKIARZPUZDIKLIJVPG67', secret: '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' }
const data = join(folder, 'account')
const on = ['--data', data]
/** The key that ci-build has now. Its history has it made anew, so the id depends on the day. */
let own: string
beforeAll(async () => {
  await layAccount(data)
  const { AccessKeys } = JSON.parse(readFileSync(join(data, 'account.json'), 'utf8')) as {
    AccessKeys: { UserName: string; AccessKeyId: string; Status: string }[]
  }
  own = AccessKeys.find(({ UserName, Status }) => UserName === 'ci-build' && Status === 'Active')?.AccessKeyId ?? 'none'
})

interface Listed {
  readonly id: string
  readonly state: string
  readonly identity: { readonly name: string }
}
const incidents = async () => lines<Listed>((await countersign(['incidents', '--json', ...on])).out)

describe('ingest', () => {
  it('prints reports as NDJSON and reports nothing with --dry-run, of a file or of standard input', async () => {
    const file = join(folder, 'scan.txt')
    writeFileSync(file, JSON.stringify([gitleaksFinding(KEY)]))
    for (const [path, input] of [
      [file, undefined],
      ['-', truffleHogLine(KEY)],
    ] as const) {
      const { code, out, err } = await countersign(['ingest', path, '--dry-run', '--data', join(folder, 'none')], input)
      expect([code, err]).toEqual([0, '1 credential of AWS in 1 finding. Nothing was reported.\n'])
      expect(lines<unknown>(out).map((line) => ExposureReport.parse(line).credentialId)).toEqual([KEY.id])
    }
  })

  it('ends with 3 where some input could not be read, and with 2 where there is nothing to read', async () => {
    const damaged = await countersign(['ingest', '-', '--dry-run'], `${truffleHogLine(KEY)}\n${KEY.secret}\n`)
    expect([damaged.code, lines(damaged.out).length]).toEqual([3, 1])
    expect(damaged.err).not.toContain(KEY.secret)
    const missing = await countersign(['ingest', join(folder, 'missing')])
    expect([missing.code, missing.err]).toEqual([2, expect.stringContaining('nothing was read')])
  })

  it('has a verified key of the embedded account contained, by the pipeline that a stack has', async () => {
    const line = truffleHogLine({ ...KEY, id: own }, { isVerified: true })
    const { code, out } = await countersign(['ingest', '-', '--yes', ...on], line)
    expect(code).toBe(0)
    expect(out).toMatch(new RegExp(`^${own}  account \\d{12}  verified`))
    expect(out).toContain(`  verified  trufflehog  Git https://example.com/acme/api.git: config.env, line 3, commit`)
    expect(out).toContain(`1 credential of AWS in 1 finding. Reported to the embedded account in ${data}.`)
    const opened = await incidents()
    const found = opened.find(({ identity }) => identity.name === 'ci-build')
    expect(found).toMatchObject({ state: 'contained' })
    const [, command = ''] =
      out.match(new RegExp(`^ {2}${own}: incident inc-[0-9a-f]{12}, iam-user ci-build, contained: \`.* -- (.*)\`$`, 'm')) ?? []
    expect(command).toBe(`incidents show ${found?.id} --data ${data}`)
    expect((await countersign(command.split(' '))).out).toContain('TruffleHog: the key works')
    // The same again opens nothing.
    await countersign(['ingest', '-', '--yes', ...on], line)
    expect(await incidents()).toHaveLength(opened.length)
    expect((await countersign(['changes', 'verify', ...on])).code).toBe(0)
  })

  it('says what it is about to report, and does nothing where nobody can be asked', async () => {
    const before = await incidents()
    const { code, err } = await countersign(['ingest', '-', ...on], truffleHogLine(KEY))
    expect(code).toBe(2)
    expect(err).toContain('1 credential is reported')
    expect(err).toContain('--yes skips the question')
    expect(await incidents()).toEqual(before)
  })

  it('needs no account where nothing was found, and one where something was', async () => {
    const none = ['--data', join(folder, 'no-account')]
    const nothing = await countersign(['ingest', '-', '--yes', ...none], '[]')
    expect([nothing.code, nothing.out]).toEqual([0, '0 credentials of AWS in 0 findings. There is nothing to report.\n'])
    const found = await countersign(['ingest', '-', '--yes', ...none], truffleHogLine(KEY))
    expect([found.code, found.err]).toEqual([2, expect.stringContaining('no embedded account in')])
    expect(found.out).toContain(KEY.id)
  })
})
