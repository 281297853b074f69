import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { evaluateSignals } from '../../local/commands/evaluate-signals.ts'
import { type KindFigures, noFigures } from '../../local/evaluate/signal-figures.ts'
import { outcomeOf } from '../../local/evaluate/signal-kinds.ts'
import { CALLS } from './input-forms.ts'
import { file, text } from './read-input.ts'
import { asff, event, guardDuty, REPORTS } from './report-forms.ts'

const TIME = '2026-01-05T08:00:00.000Z'
const NOW = Date.UTC(2026, 1, 1)
const KEY = 'AKIA2J4QNVLHRYEXAMPL'
const SECRET = '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'

async function figures(rows: readonly unknown[]) {
  const said: string[] = []
  const path = file(gzipSync(rows.map((row) => `${text(row)}\n`).join('')))
  const options = { files: [path], now: NOW, complain: (line: string) => said.push(line) }
  const { output, isWhole } = await evaluateSignals({ ...options, isJson: true })
  const table = await evaluateSignals({ ...options, isJson: false })
  return { kinds: (JSON.parse(output) as { kinds: Record<string, KindFigures> }).kinds, isWhole, said, table: table.output }
}

const alert = {
  action: 'created',
  alert: { number: 42, secret_type: 'aws_access_key_id' },
  repository: { full_name: 'acme/api', private: true },
}
const comment = (body: string) => ({ webhookEvent: 'comment_created', timestamp: NOW, comment: { id: '1', body }, issue: { key: 'OPS-7' } })
const scanned = {
  SourceMetadata: { Data: { Git: { file: 'keys', line: 4 } } },
  DetectorName: 'AWS',
  Verified: true,
  Raw: KEY,
  RawV2: `${KEY}:${SECRET}`,
}

/** Each way by which a row comes: the kind, the event, and what becomes of it. */
const ROWS: readonly (readonly [title: string, kind: string, event: unknown, becomes: string])[] = [
  ['a finding without an envelope', 'guardduty', guardDuty(TIME), 'named'],
  ['a finding in one', 'guardduty-iam-user', REPORTS['an event of GuardDuty']?.(TIME), 'named'],
  ['a sample', 'guardduty', guardDuty(TIME, { service: { additionalInfo: { sample: true } } }), 'GuardDuty sample finding'],
  ['one that lacks a resource', 'guardduty', guardDuty(TIME, { resource: undefined }), 'GuardDuty finding that names no credential'],
  ['one that lacks nearly all', 'guardduty', { type: 'A:B/C' }, 'GuardDuty finding without type, id, accountId or time'],
  ['one of Security Hub', 'securityhub_asff', asff(TIME), 'named'],
  ['one that is closed', 'securityhub_asff', asff(TIME, { RecordState: 'ARCHIVED' }), 'Security Hub finding that is archived'],
  [
    'an entry of PutEvents',
    'health',
    { Source: 'awshealth.mock', DetailType: 'AWS Health Event', Time: TIME, Detail: '{}' },
    'not believed: its source does not begin with aws., so anybody with events:PutEvents may have put it',
  ],
  [
    'a forged record',
    'forged',
    { ...event('my.app', 'AWS API Call via CloudTrail', TIME, CALLS[2]) },
    'not believed: its source does not begin with aws., so anybody with events:PutEvents may have put it',
  ],
  ['a record', 'cloudtrail', event('aws.sts', 'AWS API Call via CloudTrail', TIME, CALLS[0]), 'named'],
  ['a ticket', 'jira-comment', comment(`${KEY} / ${SECRET}`), 'lookedUp'],
  ['a ticket without an id', 'jira', comment('hello'), 'Jira sent text without an id of a credential'],
  [
    'an alert of GitHub',
    'github-secret-scanning',
    alert,
    'an alert of GitHub has no key in it: the function fetch-alert reads which it is',
  ],
  [
    'an entry of its audit log',
    'github_secret_scanning',
    { action: 'git.clone' },
    'an entry of GitHub’s audit log, and no alert: it names no credential',
  ],
  ['a form of a party that is not known', 'gitlab', { x: 1 }, 'comes by the webhook of GitLab, which cannot read this form'],
  ['an event of a workload', 'falcosidekick', { rule: 'r', priority: 'Critical', time: TIME, hostname: 'i-0123456789abcdef0' }, 'nobody'],
  ['one that says little', 'falcosidekick', { rule: 'r', priority: 'Debug', time: TIME }, 'alert of Falco of priority Debug'],
  ['a scan', 'trufflehog', scanned, 'lookedUp'],
  ['a scan without a key', 'gitleaks', { RuleID: 'x', File: 'a', Secret: 'a secret' }, 'it names no credential of AWS'],
  ['Okta', 'okta', {}, 'Okta System Log: OAuth grants of other providers are not read'],
  ['Okta by a partner bus', 'okta-partner-bus', {}, 'Okta System Log: OAuth grants of other providers are not read'],
  ['Google', 'google_workspace', {}, 'Google Workspace audit log: OAuth grants of other providers are not read'],
  ['Slack', 'slack_audit', {}, 'Slack audit log: what is done in Slack is not read'],
  ['GitHub’s audit log', 'github_audit', {}, 'GitHub audit log: what is done at GitHub is not read'],
  ['Auth0', 'auth0', {}, 'Auth0 logs: OAuth grants of other providers are not read'],
  ['another source', 'aws', event('aws.ec2', 'EC2 State', TIME, {}), 'unknown source aws.ec2, EC2 State'],
]

describe('eval --signals', () => {
  it.each(ROWS)('says what becomes of %s', async (_, kind, row, becomes) => {
    const { kinds, isWhole, said } = await figures([{ id: 'a', kind, label: 'malicious', event: row }])
    const expected = noFigures()
    expected.rows = 1
    if (becomes === 'named' || becomes === 'lookedUp' || becomes === 'nobody') {
      expected.signals = 1
      expected[becomes] = 1
    } else expected.reasons[becomes] = 1
    expect(kinds).toEqual({ [kind]: expected })
    expect([isWhole, said]).toEqual([true, []])
  })

  it('counts by kind, and prints no secret', async () => {
    const { kinds, table } = await figures(ROWS.map(([id, kind, row]) => ({ id, kind, event: row })))
    expect(kinds.guardduty).toMatchObject({ rows: 4, signals: 1, unexplained: 0 })
    expect(Object.values(kinds).reduce((sum, { rows }) => sum + rows, 0)).toBe(ROWS.length)
    expect(table).toMatch(/^all +26 +7 +4 +2 +1 +0$/m)
    expect(table).not.toContain(SECRET)
  })

  it.each([
    [
      'is of no kind that is known',
      { id: 'a', kind: 'made-up', event: { a: 1 } },
      /^record 1 \(a\), made-up: neither a signal nor known to be none$/,
    ],
    ['has no event', { id: 'a', kind: 'guardduty' }, /^record 1: event: missing/],
    ['is no row', [1], /the record is not a JSON object$/],
  ])('is not whole where a row %s', async (_, row, said) => {
    const found = await figures([row])
    expect(found.isWhole).toBe(false)
    expect(found.said[0]).toMatch(said)
  })

  it('reads headers in any case, and a row that nests too deeply is not known', () => {
    const headers = { 'X-GitHub-Event': 'ping' }
    expect(outcomeOf({ kind: 'github', event: alert, headers }, NOW)).toEqual({
      kind: 'none',
      reason: 'GitHub event about no credential of AWS: ping',
    })
    expect(outcomeOf({ kind: 'made-up', event: 7, headers: {} }, NOW)).toBeUndefined()
  })
})
