import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, inject, it } from 'vitest'
import { handedOnLines, ingest, reportLines, summaryLine } from '../../local/commands/ingest.ts'
import { ExposureReport } from '../../shared/domain/exposure-report.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { consoleWorld } from '../console.ts'
import { incidentOf } from '../contract/samples.ts'
import { gitleaksFinding, gitleaksSarif, TRUFFLEHOG_LOG, truffleHogLine } from '../scanner-output.ts'

const KEY = { id: 'AKIARZPUZDIKLIJVPG67', secret: 'q7Zt/3mXb+8RkWv1LyNfPc5HsDgJ0aUeTi4oKw9B' }
const OTHER = { id: 'ASIARZPUZDIKK3QFWXY2', secret: 'Zx9Q/w2Lr+4TnKb6MvCd8YhFj0PsGa1RuEi5oWq3' }
const NOW = Date.UTC(2026, 2, 2, 12, 0)
const keyOf = (at: number) => ({ id: `AKIARZPUZDIKLIJ${10_000 + at}`, secret: '' })
const gitleaks = JSON.stringify([gitleaksFinding(KEY), gitleaksFinding(OTHER, { file: 'b.env' })], null, 1)

/** Ingests a file whose name says nothing of what is in it. */
async function ingested(content: string | Buffer) {
  const path = join(inject('scratch'), 'scan.txt')
  writeFileSync(path, content)
  const said: string[] = []
  const found = await ingest({ paths: [path], now: NOW, err: { write: (text) => said.push(text) } })
  for (const report of found.reports) expect(ExposureReport.parse(report)).toEqual(report)
  return { ...found, said: said.join(''), ids: found.reports.map(({ credentialId }) => credentialId) }
}

describe('what scanners wrote', () => {
  it.each([
    ['NDJSON of TruffleHog, its log among it', [TRUFFLEHOG_LOG, truffleHogLine(KEY), truffleHogLine(OTHER)].join('\n')],
    ['JSON of Gitleaks', gitleaks],
    ['SARIF of Gitleaks', JSON.stringify(gitleaksSarif([KEY, OTHER]), null, 2)],
    ['gzip', gzipSync(gitleaks)],
    ['UTF-16', Buffer.from(`\ufeff${gitleaks}`, 'utf16le')],
  ])('is read as %s', async (_, content) => {
    const { ids, isWhole, said, ...found } = await ingested(content)
    expect([ids, isWhole, said]).toEqual([[KEY.id, OTHER.id], true, ''])
    expect(summaryLine({ ...found, isWhole })).toBe('2 credentials of AWS in 2 findings.')
  })

  it('is read as a list of any length, and a finding twice counts once', async () => {
    const findings = Array.from({ length: 3_000 }, (_, at) => ({ ...gitleaksFinding(keyOf(at)), Message: 'm'.repeat(400) }))
    const { reports, isWhole, findings: count } = await ingested(JSON.stringify([...findings, ...findings]))
    expect([reports.length, count, isWhole]).toEqual([3_000, 6_000, true])
  })

  it.each([
    ['nothing, where a scanner found nothing', '', true, '', 0],
    ['an empty list', '[]', true, '', 0],
    ['findings of other kinds', JSON.stringify([{ ...gitleaksFinding(KEY), Secret: 'x', Match: 'x' }]), true, '', 0],
    ['something else', '{"a":1}', false, '1 object that no finding of TruffleHog or Gitleaks looks like', 0],
    ['text', `${KEY.id} ${KEY.secret}`, false, 'this is not a JSON object', 0],
    ['a line that breaks off', `${truffleHogLine(KEY)}\n${truffleHogLine(OTHER).slice(0, -20)}\n`, false, 'record 2', 1],
    ['a file of CloudTrail', '{"digestStartTime":"x","logFiles":[]}', false, 'Passed over: CloudTrail digests: 1', 0],
  ])('may be %s', async (_, content, isWhole, said, reports) => {
    const found = await ingested(content)
    expect([found.isWhole, found.reports.length]).toEqual([isWhole, reports])
    expect(found.said).toContain(said)
    expect(found.said).not.toContain(KEY.secret.slice(0, 12))
  })

  it('is said to be left where it is more than one run hands on', async () => {
    const text = Array.from({ length: 10_003 }, (_, at) => truffleHogLine(keyOf(at))).join('\n')
    const { reports, isWhole, said } = await ingested(text)
    expect([reports.length, isWhole]).toEqual([10_000, false])
    expect(said).toBe('3 reports too many: one run hands on 10000 at most; divide the input\n')
  })

  it('is told by the credential, its account, its grade and the place', async () => {
    const name = 'BedrockAPIKey-k3x9-at-210987654321'
    const bedrock = { id: `ABSK${Buffer.from(`${name}:${KEY.secret}`).toString('base64')}`, secret: '' }
    const { reports } = await ingested(
      [truffleHogLine(KEY), truffleHogLine({ ...KEY, id: 'AKIAIOSFODNN7EXAMPLE' }), truffleHogLine(bedrock)].join('\n'),
    )
    const place = 'trufflehog  Git https://example.com/acme/api.git: config.env, line 3, commit 0a1b2c3d4e5f'
    expect(reportLines(reports)).toEqual([
      `${KEY.id}  account 123456789012  with-secret  ${place}`,
      `AKIAIOSFODNN7EXAMPLE  account unknown  with-secret  ${place}`,
      `${name}  account 210987654321  with-secret  ${place}`,
    ])
  })
})

describe('what became of reports that were handed on', () => {
  const reports = ['AKIARZPUZDIKLIJVPG67', 'AKIARZPUZDIKLIJVPG68', 'AKIARZPUZDIKLIJVPG69'].map((credentialId, at) =>
    ExposureReport.parse({
      version: 1,
      id: `gitleaks:${at}`,
      source: 'gitleaks',
      credentialId,
      grade: 'with-secret',
      place: 'a',
      seenAt: NOW,
    }),
  )
  const suspect = (id: string) => ({ id, kind: 'access-key', isPrimary: true }) as const
  const world = async (became: 'evaluated' | 'queued', open: readonly Incident[]) => {
    const { target } = await consoleWorld()
    const incidents = { ...target.incidents, listOpen: async () => [...open] }
    return handedOnLines({ ...target, name: 'here', options: '--data x', incidents, report: async () => became }, reports)
  }

  it('is said for the embedded account: each incident that has them, how to look, and how many are in none', async () => {
    const [one, other, third] = [
      incidentOf('inc-00000000000a', { credentials: [suspect('AKIARZPUZDIKLIJVPG67')] }),
      incidentOf('inc-00000000000b', { credentials: [suspect('AKIARZPUZDIKLIJVPG67'), suspect('AKIARZPUZDIKLIJVPG68')] }),
      incidentOf('inc-00000000000c', { credentials: [suspect('AKIAOTHEROTHEROTHER0')] }),
    ]
    const said = await world('evaluated', [one, other, third])
    expect(said.slice(0, 3)).toEqual([
      'Reported to here.',
      expect.stringMatching(
        /^ {2}AKIARZPUZDIKLIJVPG67: incident inc-00000000000a, .*: `.*countersign -- incidents show inc-00000000000a --data x`$/,
      ),
      expect.stringMatching(/^ {2}2 credentials: incident inc-00000000000b, /),
    ])
    expect(said[3]).toMatch(/^ {2}1 credential is in no open incident: /)
    expect(said).toHaveLength(4)
  })

  it('is found out where to look for on a stack, which evaluates them later', async () => {
    expect(await world('queued', [])).toEqual([
      expect.stringMatching(/^Reported to here\. It evaluates them within seconds: `.*countersign -- incidents --data x` lists/),
    ])
  })
})
