import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { countersign, folder, lines } from './run-cli.ts'

const OWN = join(import.meta.dirname, '..', '..', 'rules')

const rule = (more = '') => `title: Example
logsource: { product: aws, service: cloudtrail }
detection:
  selection: { eventSource: iam.amazonaws.com, eventName: CreateUser }
  condition: selection
level: high
${more}`

let made = 0
/** A folder with these files. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const path = join(folder, `rules-${made++}`)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  return path
}

describe('rules check', () => {
  it('says of the example rules that all are loaded, what they count as, and ends with the counts', async () => {
    const { code, out, err } = await countersign(['rules', 'check', OWN])
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('  loaded   access-analyzer-deleted.yml  rule:access-analyzer-deleted: evasion 0.45 T1685.002\n')
    expect(out).toContain('on a stack it sees only what is delivered for others')
    expect(out).toContain('\n3 files: 3 loaded, 0 refused.\n')
    expect(out).not.toContain('warning:')
  })

  it('warns of an exact call that its service has not, with the one that is meant, and of a revoked technique, with the present one', async () => {
    const path = folderOf({
      'misspelt.yml': rule().replace('CreateUser', '[AttachUserPolcy, createuser]'),
      'revoked.yml': rule('tags: [attack.defense-evasion, attack.t1562.008]'),
      'page.yml': rule().replace('iam.amazonaws.com, eventName: CreateUser', 'signin.amazonaws.com, eventName: SwitchRole'),
      'unheard-of.yml': rule().replace('iam.amazonaws.com', 'unheard-of.amazonaws.com'),
      'beginning.yml': rule().replace('eventName: CreateUser', "eventName|startswith: 'CreateUsr'"),
    })
    const { code, out } = await countersign(['rules', 'check', path])
    expect(code).toBe(0)
    expect(out.split('\n').filter((line) => line.includes('warning:'))).toEqual([
      expect.stringContaining('have no call iam:AttachUserPolcy, so it may never match; did you mean iam:AttachUserPolicy?'),
      expect.stringContaining('its technique T1562.008 is revoked by T1685.002, which its findings name'),
    ])
    expect(out).toContain('rule:revoked: evasion 0.45 T1685.002')
    const one = folderOf({ 'a.yml': rule() })
    for (const words of [
      ['check', one],
      ['test', one],
    ])
      expect((await countersign(['rules', ...words])).out).not.toMatch(/\b1 (?:files|rules|samples|have|make|are|name)\b/)
  })

  it('warns of a technique that ATT&CK has not and of a tag that cannot be read, with the nearest one', async () => {
    const path = folderOf({
      'groups.yml': rule('tags: [attack.persistence, attack.t1098, attack.g0016, attack.s0039, attack.ta0003, cve.2020-1, 7]'),
      'malformed.yml': rule('tags: [attack.persistance, attack.1136]'),
      'own.yml': rule('countersign: { technique: T9999 }'),
      'unknown.yml': rule('tags: [attack.t1098, attack.t1136.009]'),
      'quiet.yml': rule('tags: [attack.t9999]').replace('high', 'informational'),
    })
    const { code, out } = await countersign(['rules', 'check', path])
    expect(code).toBe(0)
    expect(out.split('\n').filter((line) => line.includes('warning:'))).toEqual([
      '           warning: its tag attack.persistance is no tactic and no technique of ATT&CK, and is not read: its findings are of abuse and name T1078.004; the nearest is attack.persistence',
      '           warning: its tag attack.1136 is no tactic and no technique of ATT&CK, and is not read: its findings are of abuse and name T1078.004; the nearest is attack.t1136',
      expect.stringMatching(/warning: ATT&CK has no technique T9999, which its findings name; the nearest is T\d{4} \(\w.*\)$/),
      expect.stringMatching(/warning: ATT&CK has no technique T9999; the nearest is T\d{4} /),
      expect.stringMatching(
        /warning: ATT&CK has no technique T1136\.009, which its findings name; the nearest is T1136\.00[1-3] \(\w.*\)$/,
      ),
    ])
  })

  it('names the selection that does not name its calls, and detectors says the same', async () => {
    const path = folderOf({
      'both.yml': `title: Example
logsource: { product: aws, service: cloudtrail }
detection:
  sel_user: { eventSource: iam.amazonaws.com, eventName: CreateUser }
  sel_login: { eventSource: iam.amazonaws.com, eventName|startswith: CreateLogin }
  condition: 1 of sel_*
level: high
`,
    })
    const { out } = await countersign(['rules', 'check', path])
    const why = '`sel_login` names only the beginning of a call'
    expect(out).toContain(`rule:both: abuse 0.45 T1078.004 (${why}: on a stack it sees only what is delivered for others)\n`)
    expect(out).toContain(
      '\nThe calls of 1 rule cannot be told: on a stack what is delivered for other rules and for detectors is all that can match.',
    )
    const shown = (await countersign(['detectors', 'rule:both', '--rules', path])).out
    expect(shown).toMatch(/^ {2}delivered +in part$/m)
    expect(shown).toMatch(new RegExp(`^ {2}not delivered +what is not delivered for others: it ${why.replaceAll('`', '.')}$`, 'm'))
    expect(shown).not.toContain('yes')
  })

  it('ends with exit code 1 where a file is refused, and says which and why in a line each', async () => {
    const path = folderOf({
      'a.yml': rule(),
      'b/count.yaml': rule().replace('condition: selection', 'condition: selection | count() > 3'),
      'c.yml': 'a: [',
      'd.yml': `${rule()}---\n${rule()}`,
      'e.yml': '',
      'f.yml': rule('id: 00000000-0000-4000-8000-000000000001'),
      'g.yml': rule('id: 00000000-0000-4000-8000-000000000001'),
      'h/A.yml': rule(),
      'i.yml': rule('level: low'),
      'notes.txt': 'no rule',
    })
    const { code, out } = await countersign(['rules', 'check', path])
    expect(code).toBe(1)
    const refused = out.split('\n').filter((line) => line.startsWith('  REFUSED'))
    expect(refused).toEqual([
      expect.stringContaining('b/count.yaml: the condition counts or relates records'),
      expect.stringMatching(/c\.yml: it is not YAML: .*[^:\s]$/),
      expect.stringContaining('d.yml: it has 2 documents; write one file for each rule'),
      expect.stringContaining('e.yml: it is empty'),
      expect.stringContaining('g.yml: it has the id of f.yml, which is loaded'),
      expect.stringContaining('h/A.yml: it would be rule:a, as a.yml, which is loaded; give the file another name'),
      expect.stringContaining('i.yml: it is not YAML: Map keys must be unique'),
    ])
    expect(out).toContain('\n9 files: 2 loaded, 7 refused.\n')
    const json = await countersign(['rules', 'check', path, '--json'])
    expect([json.code, lines<{ counts?: object }>(json.out).at(-1)?.counts]).toEqual([
      1,
      expect.objectContaining({ files: 9, loaded: 2, refused: 7 }),
    ])
  })

  it('says of an informational rule that it makes no findings, warns of a field that no record has, and says of read calls how they are delivered', async () => {
    const path = folderOf({
      'quiet.yml': rule().replace('high', 'informational'),
      'odd.yml': rule().replace('eventName: CreateUser', 'eventName: CreateUser, src_ip: 192.0.2.1'),
      'slip.yml': rule().replace('eventName: CreateUser', "evenName: CreateUser, 'evenName|startswith': Create"),
      'busy.yml': rule().replace('iam.amazonaws.com, eventName: CreateUser', 'kms.amazonaws.com, eventName: Decrypt'),
    })
    const { code, out } = await countersign(['rules', 'check', path])
    expect(code).toBe(0)
    expect(out).toContain('rule:quiet: no findings: informational\n')
    expect(out.split('\n').filter((line) => line.includes('warning:'))).toEqual([
      '           warning: no record of CloudTrail has the field src_ip',
      '           warning: no record of CloudTrail has the field evenName; did you mean eventName?',
    ])
    expect(out).toMatch(/rule:busy: .* \(delivered in part\)\n/)
    expect(out).toContain('\n3 rules make findings.\n1 rule makes none: informational, without a weight in the rule.\n')
  })

  it('is an error where there is no folder, no rule in it, or no folder but a file', async () => {
    const empty = folderOf({ 'readme.txt': 'x' })
    for (const [path, says] of [
      [join(folder, 'none'), 'there is no folder'],
      [empty, 'has no rule: no file in it ends in .yml or .yaml'],
      [join(empty, 'readme.txt'), 'is no folder; name the folder that the rules are in'],
    ] as const)
      for (const command of ['check', 'test']) {
        const { code, out, err } = await countersign(['rules', command, path])
        expect([code, out, err]).toEqual([2, '', expect.stringContaining(says)])
      }
  })

  it('reads no link, and no more than a rule may have', async () => {
    const path = folderOf({
      'bomb.yml': `a: &a [x, x]\n${Array.from({ length: 30 }, (_, at) => `k${at}: &k${at} [*${at === 0 ? 'a' : `k${at - 1}`}, *${at === 0 ? 'a' : `k${at - 1}`}]`).join('\n')}\n`,
      'deep.yml': `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`,
      'large.yml': rule(`description: ${'x'.repeat(70_000)}`),
      'plain.yml': rule(),
    })
    symlinkSync('/etc/hosts', join(path, 'link.yml'))
    const { code, out } = await countersign(['rules', 'check', path])
    expect(code).toBe(1)
    expect(out).toMatch(/REFUSED {2}bomb\.yml: it is not YAML that is read: Excessive alias count/)
    expect(out).toMatch(/REFUSED {2}deep\.yml: it (is nested too deeply|is not YAML)/)
    expect(out).toMatch(/REFUSED {2}large\.yml: it has 7\d{4} characters, and a rule may have 65536/)
    expect(out).toContain('\n4 files: 1 loaded, 3 refused.\n')
  }, 60_000)
})

describe('rules test', () => {
  it('passes the example rules of the project, each by samples of both kinds', async () => {
    const { code, out } = await countersign(['rules', 'test', OWN])
    expect(code).toBe(0)
    expect(out).toContain('\n3 rules: 3 passed, 0 failed, 0 without samples of both kinds; 0 files refused.')
  })

  it('says which sample a rule does not fit, and which rule has none', async () => {
    const record = (name: string) => `{ eventSource: iam.amazonaws.com, eventName: ${name} }`
    const tests = (match: string, nomatch: string) => `countersign: { tests: { match: [${record(match)}], nomatch: [${record(nomatch)}] } }`
    const path = folderOf({
      'good.yml': rule(tests('CreateUser', 'CreateUsers')),
      'wrong.yml': rule(tests('DeleteUser', 'createuser')),
      'without.yml': rule(),
    })
    const { code, out } = await countersign(['rules', 'test', path])
    expect(code).toBe(1)
    expect(out).toContain('  passed   good.yml: 2 samples\n')
    expect(out).toContain(
      '  FAILED   wrong.yml\n           match 1: the rule does not match it\n           nomatch 1: the rule matches it\n',
    )
    expect(out).toContain(
      '  untested without.yml: it has no sample: it needs one that matches and a near miss that does not, in the rule or beside it\n',
    )
    const json = await countersign(['rules', 'test', path, '--json'])
    expect(lines<{ counts?: object }>(json.out).at(-1)?.counts).toEqual({ rules: 3, passed: 1, failed: 1, untested: 1, refused: 0 })
  })

  const sample = (eventName: string) => ({ eventSource: 'iam.amazonaws.com', eventName })
  const both = { match: [sample('CreateUser')], nomatch: [sample('CreateUsers')] }

  it('takes samples from a file beside a rule, as YAML and as JSON, beside those in the rule, and the rule stays as it is', async () => {
    const half = `countersign: { tests: { match: [{ eventSource: iam.amazonaws.com, eventName: CreateUser }] } }`
    const path = folderOf({
      'others/a.yml': rule(),
      'others/a.samples.json': JSON.stringify(both),
      'b.yaml': rule(),
      'b.samples.yaml': 'match: [{ eventSource: iam.amazonaws.com, eventName: CreateUser }]\nnomatch: [{ eventName: CreateUser }]\n',
      'c.yml': rule(half),
      'c.samples.yml': JSON.stringify({ nomatch: [sample('DeleteUser')] }),
      'wrong.yml': rule(),
      'wrong.samples.json': JSON.stringify({ match: both.nomatch, nomatch: both.match }),
      'half.yml': rule(half),
    })
    const { code, out } = await countersign(['rules', 'test', path])
    expect(code).toBe(1)
    for (const name of ['others/a.yml', 'b.yaml', 'c.yml']) expect(out).toContain(`  passed   ${name}: 2 samples\n`)
    expect(out).toContain(
      '  FAILED   wrong.yml\n           match 1: the rule does not match it\n           nomatch 1: the rule matches it\n',
    )
    expect(out).toContain('  untested half.yml: it has samples of one kind only')
    expect(out).toContain('\n5 rules: 3 passed, 1 failed, 1 without samples of both kinds; 0 files refused.')
    const checked = await countersign(['rules', 'check', path])
    expect([checked.code, checked.out]).toEqual([0, expect.stringContaining('\n5 files: 5 loaded, 0 refused.\n')])
    expect(checked.out).toContain(
      '\n4 rules have samples that match and near misses, which `rules test` runs.\n1 rule lacks one of the two kinds, or both, in the rule and beside it.\n',
    )
  })

  it('refuses samples that belong to no rule, are there twice, or are no samples, with the reason, and follows no link', async () => {
    const path = folderOf({
      'a.yml': rule(),
      'a.samples.yaml': JSON.stringify(both),
      'a.samples.json': JSON.stringify(both),
      'b.yml': rule(),
      'b.samples.yaml': '[1, 2]',
      'c.yml': rule(),
      'c.samples.json': '{"match": [], "near": []}',
      'd.yml': rule(),
      'd.samples.yaml': 'match: [',
      'e.yml': rule(),
      'e.samples.yaml': '',
      'f.yml': rule(),
      'gone.samples.yaml': JSON.stringify(both),
    })
    symlinkSync(join(path, 'a.samples.json'), join(path, 'f.samples.json'))
    const { code, out } = await countersign(['rules', 'test', path])
    expect(code).toBe(1)
    for (const said of [
      'a.samples.yaml: a.samples.json holds samples of the same rule; keep one of the two',
      'b.samples.yaml: the file: must be keys with values',
      'c.samples.json: it has the key near, and only match and nomatch are read',
      'd.samples.yaml: it is neither YAML nor JSON: ',
      'e.samples.yaml: it is empty',
      'gone.samples.yaml: it holds samples, and no rule is called gone.yml or .yaml',
    ])
      expect(out).toContain(`  REFUSED  ${said}`)
    expect(out).toContain('  untested f.yml: it has no sample')
  })

  it('are not read by a replay: a folder with broken samples has no refused rule', async () => {
    const path = folderOf({ 'a.yml': rule(), 'a.samples.json': '{' })
    const events = join(path, 'events.json')
    writeFileSync(events, JSON.stringify({ Records: [] }))
    const { err } = await countersign(['replay', events, '--rules', path])
    expect(err).not.toContain('refused')
  })
})

describe('the demonstration with rules', () => {
  it('compares the calls of its story with them', async () => {
    const path = folderOf({
      'identity-asked.yml': rule().replace(
        'iam.amazonaws.com, eventName: CreateUser',
        'bedrock.amazonaws.com, eventName: ListFoundationModels',
      ),
    })
    const data = join(path, 'account')
    const { code } = await countersign(['start', '--once', '--data', data, '--rules', path])
    expect(code).toBe(0)
    const { out } = await countersign(['incidents', 'list', '--all', '--json', '--data', data])
    expect(out).toContain('"rule:identity-asked"')
    const none = await countersign(['start', '--once', '--data', data, '--rules', join(folder, 'nowhere')])
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('there is no folder')])
  }, 120_000)
})

describe('a replay with rules', () => {
  const record = {
    eventVersion: '1.11',
    eventID: 'one',
    eventTime: '2026-01-01T12:00:00Z',
    eventSource: 'access-analyzer.amazonaws.com',
    eventName: 'DeleteAnalyzer',
    awsRegion: 'us-east-1',
    sourceIPAddress: '192.0.2.1',
    userAgent: 'aws-cli/2.15',
    recipientAccountId: '123456789012',
    userIdentity: {
      type: 'IAMUser',
      arn: 'arn:aws:iam::123456789012:user/ci',
      accountId: '123456789012',
      userName: 'ci',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    },
    requestParameters: { analyzerName: 'account' },
    readOnly: false,
    managementEvent: true,
  }
  const log = join(folder, 'log.ndjson')
  writeFileSync(log, `${JSON.stringify(record)}\n`)

  it('finds what they match, by one thread and by two, and without them does not', async () => {
    const found = async (...words: string[]) => {
      const { code, out } = await countersign(['replay', log, '--json', ...words])
      expect(code).toBe(0)
      return lines<{ type: string; findings?: { detector: string; reason: string }[] }>(out)
        .flatMap(({ type, findings }) => (type === 'assessment' ? (findings ?? []) : []))
        .filter(({ detector }) => detector.startsWith('rule:'))
    }
    const one = await found('--rules', OWN)
    expect(one).toEqual([
      {
        detector: 'rule:access-analyzer-deleted',
        reason: 'called access-analyzer:DeleteAnalyzer on account',
      },
    ])
    expect(await found('--rules', OWN, '--jobs', '2')).toEqual(one)
    expect(await found()).toEqual([])
  })

  it('says how many of their files are refused, and goes on', async () => {
    const path = folderOf({ 'bad.yml': 'a: [' })
    cpSync(OWN, path, { recursive: true })
    const { code, err } = await countersign(['replay', log, '--json', '--rules', path])
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(/^1 of 4 files in .* is refused and matches nothing: `.* rules check .*` says why\.\n$/),
    ])
    const none = await countersign(['replay', log, '--rules', join(folder, 'nowhere')])
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('there is no folder')])
  })

  it('is what eval measures too', async () => {
    const labelled = join(folder, 'labelled.ndjson')
    const event = { ...record, eventName: 'ListAnalyzers', readOnly: true }
    writeFileSync(labelled, `${JSON.stringify({ id: 'a', label: 'malicious', source: 'own', case: 'a', event })}\n`)
    const looking = folderOf({
      'looking.yml': rule().replace('iam.amazonaws.com, eventName: CreateUser', 'access-analyzer.amazonaws.com, eventName: ListAnalyzers'),
    })
    const [having, without] = [
      await countersign(['eval', labelled, '--json', '--rules', looking]),
      await countersign(['eval', labelled, '--json']),
    ]
    expect([having.code, without.code]).toEqual([0, 0])
    expect(having.out).toContain('"decision":"notify"')
    expect(without.out).not.toContain('"decision":"notify"')
  })
})
