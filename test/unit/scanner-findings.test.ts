import { describe, expect, it } from 'vitest'
import { isScannerFinding, scannerExposures } from '../../shared/sense/intake/scanner-findings.ts'
import { gitleaksFinding, gitleaksSarif, TRUFFLEHOG_LOG, truffleHogLine } from '../scanner-output.ts'

const KEY = { id: 'AKIARZPUZDIKLIJVPG67', secret: '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' }
const NOW = Date.UTC(2026, 2, 2, 12, 0)
const COMMIT = '0a1b2c3d4e5f'

const truffleHog = (...about: Parameters<typeof truffleHogLine>) => JSON.parse(truffleHogLine(...about))
const sarifResult = () => (gitleaksSarif([KEY]) as { runs: [{ results: [object] }] }).runs[0].results[0]
const exposures = (finding: object) => scannerExposures({ ...finding }, NOW) ?? []

describe('a finding of TruffleHog', () => {
  it('is reported by the id, the grade and the place: no secret, no token of an address, no name of a person', () => {
    expect(exposures(truffleHog(KEY))).toEqual([
      {
        version: 1,
        id: expect.stringMatching(/^trufflehog:[0-9a-f]{32}:AKIARZPUZDIKLIJVPG67$/),
        source: 'trufflehog',
        credentialId: KEY.id,
        grade: 'with-secret',
        place: `Git https://example.com/acme/api.git: config.env, line 3, commit ${COMMIT}`,
        seenAt: NOW,
      },
    ])
  })

  it.each([
    ['verified', true, KEY.secret],
    ['with-secret', false, KEY.secret],
    ['id-only', false, ''],
  ])('is %s where Verified is %s and the secret is %j', (grade, isVerified, secret) => {
    const finding = { ...truffleHog({ ...KEY, secret }, { isVerified }), ...(secret === '' ? { RawV2: '' } : {}) }
    expect(exposures(finding)).toMatchObject([{ grade }])
  })

  it('is another report once the key is verified, and the same in each further scan', () => {
    const [before, after, again] = [false, true, true].map((isVerified) => exposures(truffleHog(KEY, { isVerified }))[0]?.id)
    expect(before).not.toBe(after)
    expect(again).toBe(after)
    const elsewhere = exposures(truffleHog(KEY, { data: { Git: { file: 'other.env', commit: COMMIT, line: 3 } } }))[0]?.id
    expect(elsewhere).not.toBe(before)
  })

  it.each([
    [{ Slack: { channel_name: 'ops', link: 'https://example.slack.com/p1?t=xoxe' } }, 'Slack ops', 'https://example.slack.com/p1'],
    [
      { Jira: { issue: 'OPS-7', link: 'https://example.atlassian.net/browse/OPS-7' } },
      'Jira https://example.atlassian.net/browse/OPS-7',
      'https://example.atlassian.net/browse/OPS-7',
    ],
    [{ S3: { bucket: 'backups', file: 'a/b.env', link: 'http://example.com/a' } }, 'S3 backups: a/b.env', undefined],
    [{ Filesystem: { file: '/srv/a.env', line: 2 } }, 'Filesystem: /srv/a.env, line 2', undefined],
    [{}, 'a source', undefined],
    [{ Git: { file: `x/${KEY.secret}`, line: { deep: 1 } } }, 'Git: …', undefined],
  ])('of %j is at %j', (data, place, url) => {
    const [report] = exposures(truffleHog(KEY, { data }))
    expect([report?.place, report?.url]).toEqual([place, url])
  })

  it('of another kind of secret is no report', () => {
    expect(exposures({ ...truffleHog(KEY), DetectorName: 'Github', Raw: 'ghp_0123456789', RawV2: '', Redacted: '' })).toEqual([])
  })
})

describe('a finding of Gitleaks', () => {
  it.each([
    ['JSON', gitleaksFinding(KEY), `src/config.env, line 3, commit ${COMMIT}`],
    ['SARIF', sarifResult(), `a.env, line 1, commit ${COMMIT}`],
  ])('in %s is reported by the id, the grade and the place', (_, finding, place) => {
    const [report, ...others] = exposures(finding)
    expect(report).toMatchObject({ source: 'gitleaks', credentialId: KEY.id, grade: 'with-secret', place, seenAt: NOW })
    expect(report?.id).toBe(exposures(finding)[0]?.id)
    expect(others).toEqual([])
  })

  it('without the secret beside the id is a note', () => {
    expect(exposures({ ...gitleaksFinding(KEY), Match: KEY.id })).toMatchObject([{ grade: 'id-only' }])
    expect(exposures(gitleaksFinding(KEY))[0]?.url).toMatch(/^https:\/\/github\.com\/acme\/api\/blob\/[0-9a-f]{40}\/src\/config\.env#L3$/)
  })

  it('that was redacted names nobody', () => {
    expect(exposures({ ...gitleaksFinding(KEY), Match: 'REDACTED', Secret: 'REDACTED' })).toEqual([])
  })
})

describe('what is no finding', () => {
  it.each([
    ['an object', {}],
    ['a line of a log', JSON.parse(TRUFFLEHOG_LOG)],
    ['a result of another tool', { ...sarifResult(), partialFingerprints: { primaryLocationLineHash: 'x' } }],
    ['a rule of SARIF', { id: 'aws-access-token', name: 'AWS' }],
    ['a finding without its source', { ...truffleHog(KEY), SourceMetadata: null }],
  ])('%s is told apart', (_, value) => {
    expect(isScannerFinding(value)).toBe(false)
    expect(scannerExposures(value, NOW)).toBeUndefined()
  })
})
