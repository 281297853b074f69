import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { printedAnswer } from '../last-used.ts'
import { countersign, folder, layAccount, lines } from './run-cli.ts'

const data = join(folder, 'account')
const on = ['--data', data]
let contained = ''
beforeAll(async () => {
  await layAccount(data)
  const listed = lines<{ id: string; identity: { name: string } }>((await countersign(['incidents', '--json', ...on])).out)
  contained = listed.find(({ identity }) => identity.name === 'ci-deploy')?.id ?? ''
})

/** Holds that without a terminal each command does nothing and says so. */
async function wantConsent(commands: readonly (readonly string[])[]): Promise<void> {
  for (const words of commands) {
    const { code, err, out } = await countersign([...words, ...on])
    expect([words[0], code]).toEqual([words[0], 2])
    expect(err).toContain('Nothing was done, because there is no terminal to ask on; --yes skips the question')
    expect(out).toBe('')
  }
}

describe('consent', () => {
  it('is wanted before anything is changed, with what it would change; without a terminal only --yes gives it', async () => {
    const open = lines<{ id: string; state: string }>((await countersign(['incidents', '--json', ...on])).out)
    const watched = open.find(({ state }) => state === 'watching')?.id ?? 'none is watched'
    const commands = [
      ['release', contained, '--reason', 'x'],
      ['confirm', contained, '--reason', 'x'],
      ['contain', watched, '--reason', 'x'],
      ['extend', contained, '--reason', 'x'],
      ['approve', contained, '--change', 'x', '--reason', 'x'],
      ['root-keys', contained, '--reason', 'x'],
      ['drift', 'accept', 'ask-loosen', '--reason', 'x'],
      ['policy', 'apply', 'policy.yaml', '--reason', 'x'],
      ['override', 'start', 'observe', '--minutes', '5', '--reason', 'x'],
      ['baseline', 'expect', 'arn:aws:iam::123456789012:user/ci-deploy', '--value', 'country=NL', '--reason', 'x'],
    ]
    const before = (await countersign(['changes', 'export', ...on])).out
    await wantConsent(commands)
    const refused = await countersign(['contain', contained, '--reason', 'x', ...on])
    expect(refused.err).toContain(
      `${contained} is contained; contain is allowed only while it is watching, asking, restricting, restricted`,
    )
    const { err } = await countersign(['release', contained, '--reason', 'x', ...on])
    expect(err).toMatch(/iam-user ci-deploy, contained, risk 9\d(?:\.\d)?\.\nIt was legitimate\. What was contained is restored as it was/)
    const [first] = lines<{ state: string }>((await countersign(['incidents', '--json', ...on])).out)
    expect(first?.state).toBe('contained')
    expect((await countersign(['changes', 'export', ...on])).out).toBe(before)
  })

  it('is wanted before an override ends, which is named; and where none runs, nothing is asked', async () => {
    const none = await countersign(['override', 'end', '--reason', 'x', ...on])
    expect(none.err).toContain('no override is in force, so there is none to end')
    expect(none.err).not.toContain('--yes')
    await countersign(['override', 'start', 'ask', '--minutes', '5', '--reason', 'a migration', '--yes', ...on])
    const asked = await countersign(['override', 'end', '--reason', 'x', ...on])
    expect(asked.err).toMatch(/The override to mode ask in .*, until 2.* by local:.*, ends now\./)
    expect(asked.err).toContain('--yes skips the question')
    expect((await countersign(['policy', 'show', ...on])).out).toContain('override:')
    expect((await countersign(['override', 'end', '--reason', 'x', '--yes', ...on])).out).toContain('The override has ended')
    expect((await countersign(['policy', 'show', ...on])).out).not.toContain('override:')
  })

  it('is not asked for an incident that is not there', async () => {
    const { code, err } = await countersign(['release', 'inc-nothing', '--reason', 'x', ...on])
    expect(code).toBe(1)
    expect(err).toContain('[incident.unknown]')
    // With --yes it is the review that finds none, which knows nothing of command lines.
    for (const words of [['release'], ['confirm'], ['contain']]) {
      const refused = await countersign([...words, 'inc-nothing', '--reason', 'x', '--yes', ...on])
      expect(refused.err).toContain(`\`npm run --silent countersign -- incidents --data ${data}\` lists the open ones [incident.unknown]`)
    }
  })
})

describe('help for who does not know the words yet', () => {
  it('shows the options of the command that runs where none is named', async () => {
    for (const name of ['incidents', 'drift']) {
      const { code, out } = await countersign([name, '--help'])
      expect(code).toBe(0)
      expect(out).toContain('--stack <name>')
      expect(out).toContain('--json')
    }
  })

  it('says that a command is not there, and which are', async () => {
    const { code, err } = await countersign(['incidents', 'shw'])
    expect(code).toBe(2)
    expect(err).toContain('incidents has no command "shw"; it has list, show')
    expect((await countersign(['incidnets'])).err).toContain('Did you mean incidents?')
    expect((await countersign(['override', 'start', 'panic', '--minutes', '5', '--reason', 'x', ...on])).err).toContain(
      'observe, ask, restrict, contain',
    )
  })

  it('names the command as it was called, where it says how to get help', async () => {
    expect((await countersign(['nosuch'])).err).toContain('(npm run --silent countersign -- help shows how)')
    expect((await countersign(['policy', 'chek'])).err).toContain('(npm run --silent countersign -- policy --help shows how)')
  })

  it('says what its exit codes mean', async () => {
    expect((await countersign(['--help'])).out).toMatch(/Exit codes: 0 done; 1 failed.+2 wrong use.+3 done, but/s)
  })

  it('finds an identity by its name where only one has it', async () => {
    const { code, out } = await countersign(['baseline', 'show', 'ci-deploy', ...on])
    expect(code).toBe(0)
    expect(out).toContain('Baseline of arn:aws:iam::123456789012:user/ci-deploy')
    expect((await countersign(['baseline', 'show', 'nobody-of-that-name', ...on])).err).toContain('give the ARN')
    expect((await countersign(['baseline', 'show', 'deploy', ...on])).out).toContain('role/deploy')
  })

  it('takes no JSON for an account that is none', async () => {
    const file = join(folder, 'other.json')
    const log = join(folder, 'empty.ndjson')
    writeFileSync(log, '')
    for (const content of ['{"Records":[]}', '[]', '"text"', '{}']) {
      writeFileSync(file, content)
      const { code, err } = await countersign(['replay', log, '--account', file])
      expect([content, code]).toEqual([content, 1])
      expect(err).toContain('get-account-authorization-details')
    }
  })

  it('says in one line what to do where this machine is not set up for AWS', async () => {
    const none = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true' }
    const unset = { AWS_REGION: '', AWS_DEFAULT_REGION: '', AWS_PROFILE: '', AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', ...none }
    const noRegion = await countersign(['incidents', '--stack', 'Countersign'], '', unset)
    expect([noRegion.code, noRegion.out]).toEqual([2, ''])
    expect(noRegion.err).toBe('countersign: no valid AWS region is set: add --region us-east-1, say, or set AWS_REGION [usage]\n')
    const noCredentials = await countersign(['incidents', '--stack', 'Countersign', '--region', 'us-east-1'], '', unset)
    expect(noCredentials.code).toBe(2)
    expect(noCredentials.err).toMatch(/^countersign: no AWS credentials are found: sign in .*AWS_PROFILE.* \[usage\]\n$/)
  })

  it('says which file of an option it cannot read or write', async () => {
    const gone = join(folder, 'gone', 'x')
    const report = await countersign(['report', '--out', gone, ...on])
    expect([report.code, report.err]).toEqual([2, `countersign: cannot write --out ${gone}: its folder is not there [usage]\n`])
    const replay = await countersign(['replay', 'package.json', '--account', gone])
    expect(replay.err).toContain(`cannot read the account file ${gone}: there is no such file or folder [input.unreadable]`)
  })

  it('colours nothing that is not a terminal, whatever the terminal is called', async () => {
    const { out } = await countersign(['incidents', 'show', contained, ...on], '', {
      NO_COLOR: '',
      FORCE_COLOR: '1',
      TERM: 'xterm-256color',
    })
    expect(out).not.toContain('\u001b')
  })
})

describe('completion', () => {
  /** What bash offers after these words. */
  const script = join(folder, 'completion.bash')
  beforeAll(async () => writeFileSync(script, (await countersign(['completion', 'bash'])).out))
  const offered = (...words: string[]) => {
    const list = ['countersign', ...words].map((word) => `'${word}'`).join(' ')
    const run = `source ${script}; COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _countersign; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', ['-c', run], { encoding: 'utf8' }).trim().split('\n')
  }

  it('offers commands, subcommands, options and the words that an option takes', () => {
    expect(offered('inc')).toEqual(['incidents'])
    expect(offered('re')).toEqual(['replay', 'release', 'restrict', 'report', 'redrive'])
    expect(offered('incidents', '')).toEqual(expect.arrayContaining(['list', 'show']))
    expect(offered('incidents', 'show', '--d')).toEqual(['--data'])
    expect(offered('release', 'inc-1', '--r')).toEqual(['--reason', '--region'])
    expect(offered('changes', 'export', '--format', '')).toEqual(['ndjson', 'ocsf'])
    expect(offered('override', 'start', 'o')).toEqual(['observe'])
    expect(offered('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']))
  })

  it('is made for zsh and fish too, and for no other shell', async () => {
    expect((await countersign(['completion', 'zsh'])).out).toMatch(/^autoload -U \+X bashcompinit/)
    const fish = (await countersign(['completion', 'fish'])).out
    expect(fish).toContain(`complete -c countersign -n '__countersign_at "incidents/"' -a 'list show'`)
    expect((await countersign(['completion', 'tcsh'])).code).toBe(2)
  })
})

describe('a team on call', () => {
  it('is asked before it assigns, comments or dismisses', async () => {
    const open = lines<{ id: string; state: string }>((await countersign(['incidents', '--json', ...on])).out)
    const watched = open.find(({ state }) => state === 'watching')?.id ?? 'none is watched'
    const before = (await countersign(['changes', 'export', ...on])).out
    await wantConsent([
      ['assign', contained, '--to', 'x'],
      ['comment', contained, '--text', 'x'],
      ['dismiss', watched, '--reason', 'x'],
    ])
    expect((await countersign(['changes', 'export', ...on])).out).toBe(before)
  })

  it('assigns, comments and dismisses, which the list, the incident and its record show', async () => {
    const open = lines<{ id: string; state: string }>((await countersign(['incidents', '--json', ...on])).out)
    const watched = open.find(({ state }) => state === 'watching')?.id ?? 'none is watched'
    const assigned = await countersign(['assign', contained, '--to', 'Bea Example', '--yes', ...on])
    expect([assigned.code, assigned.out]).toEqual([0, `Incident ${contained} is assigned to Bea Example.\n`])
    const commented = await countersign(['comment', contained, '--text', 'asked the owner\nno answer', '--yes', ...on])
    expect(commented.out).toMatch(new RegExp(`^Noted on ${contained}, as entry \\d+ of its record\\.\n$`))
    expect((await countersign(['incidents', ...on])).out).toMatch(/ASSIGNED.*Bea Example/s)
    const { out } = await countersign(['incidents', 'show', contained, ...on])
    expect(out).toMatch(/assigned +Bea Example, by local:\S+/)
    expect(out).toMatch(/Comments \(UTC\)\n {2}\S+ \S+ local:\S+\n {4}asked the owner\n {4}no answer\n/)
    expect((await countersign(['assign', contained, '--to', 'x', '--nobody', '--yes', ...on])).err).toContain('one of the two [usage]')
    const dismissed = await countersign(['dismiss', watched, contained, 'inc-nothing', '--reason', 'a pen test', '--yes', ...on])
    expect(dismissed.code).toBe(1)
    expect(dismissed.out).toMatch(new RegExp(`Dismissed ${watched}, \\S+ \\S+: nothing had been contained or restricted\\.`))
    expect(dismissed.out).toContain(`Not dismissed ${contained}: it is contained`)
    expect(dismissed.out).toContain('Not dismissed inc-nothing: there is no incident with that id.')
    expect((await countersign(['changes', 'verify', ...on])).out).toContain('intact')
  })
})

describe('restrict', () => {
  const user = 'arn:aws:iam::123456789012:user/ci-deploy'

  it('prints the document that would be set for an identity, with what it rests on, and sets nothing', async () => {
    const before = (await countersign(['changes', 'export', ...on])).out
    const { code, out, err } = await countersign(['restrict', 'ci-deploy', '--print', ...on])
    expect(code).toBe(0)
    expect(JSON.parse(out).Statement[0]).toMatchObject({ Effect: 'Deny' })
    expect(err).toMatch(/grave actions/)
    expect((await countersign(['restrict', user, '--print', ...on])).out).toBe(out)
    expect((await countersign(['changes', 'export', ...on])).out).toBe(before)
  })

  it('says that it knows no last-used data, and takes what the AWS CLI prints', async () => {
    expect((await countersign(['restrict', 'ci-deploy', '--print', ...on])).err).toContain('the embedded account has no IAM to ask')
    const file = join(folder, 'last-used.json')
    const at = Date.parse('2020-01-01T00:00:00Z')
    writeFileSync(file, JSON.stringify(printedAnswer(at, { dynamodb: at - 1000, sqs: null })))
    const early = await countersign(['restrict', 'ci-deploy', '--print', '--last-used', file, ...on])
    expect(early.err).toMatch(/Last-used data of 2020-01-01 00:00:00 UTC, \d+ hours old/)
    writeFileSync(file, '{}')
    const refused = await countersign(['restrict', 'ci-deploy', '--print', '--last-used', file, ...on])
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('is no last-used data of IAM')
  })

  it('sets nothing by hand, and says who is not known', async () => {
    const refused = await countersign(['restrict', 'ci-deploy', ...on])
    expect([refused.code, refused.out]).toEqual([2, ''])
    expect(refused.err).toContain('restrict sets nothing by hand')
    expect((await countersign(['restrict', 'nobody', '--print', ...on])).err).toContain('no identity with the name nobody is known')
  })
})
