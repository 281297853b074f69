import { html } from 'hono/html'
import { describe, expect, it } from 'vitest'
import { reportedSection, timelineRow } from '../../local/console/reported.ts'
import { runsOf } from '../../local/console/runs.ts'
import { renderIncident } from '../../local/render/incident.ts'
import { renderTimeline } from '../../local/render/timeline.ts'
import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import { type KeptReport, ReportingSource } from '../../shared/domain/report.ts'
import { reportLines } from '../../shared/domain/report-lines.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { collectFacts } from '../../shared/review/explain/facts.ts'
import { templateOf } from '../../shared/review/explain/template.ts'
import { detailsOf } from '../../shared/slack/details.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { AT, FINDING, incidentOf, KEY, signalOf } from '../contract/samples.ts'
import { TWO_REVIEWERS } from '../slack.ts'

const SECOND = 1000
const plain = (_: unknown, text: string) => text
const report = (parts: Partial<KeptReport> = {}): KeptReport => ({
  source: 'github',
  id: 'github:1',
  type: 'with-secret',
  credentialId: KEY,
  seenAt: AT - 40 * SECOND,
  grade: 'with-secret',
  place: 'acme/api: config.env, line 3',
  ...parts,
})
const {
  grade: _,
  place: __,
  ...FOUND
} = report({ source: 'guardduty', id: 'gd:1', type: 'UnauthorizedAccess:IAMUser/TorIPCaller', seenAt: AT + 300 * SECOND })
const call = (id: string, seconds: number, parts: Partial<IncidentSignal> = {}) => ({ ...signalOf(id, AT + seconds * SECOND), ...parts })
const row = (one: KeptReport): IncidentSignal => ({
  ...signalOf(one.id, one.seenAt),
  action: `${one.source}:${one.type}`,
  address: `${one.source}.amazonaws.com`,
  country: undefined,
  reportedBy: one.source,
})

const SIGNALS = [
  row(report()),
  call('a', 0),
  call('b', 60),
  call('c', 90, { outcome: 'denied' }),
  call('d', 95, { outcome: 'failed' }),
  row(FOUND),
]
const INCIDENT = incidentOf('inc-0123456789ab', { reports: [report(), FOUND] })

/** Each place where people read of an incident. */
function places(incident: Incident, signals: readonly IncidentSignal[]): Readonly<Record<string, string>> {
  const known = { incident, signals, changes: [] }
  return {
    show: renderIncident(incident, plain, { options: '', signals }),
    timeline: renderTimeline(incident, signals, plain),
    console: String(
      html`${reportedSection(incident, signals, { same: [], base: '' })}${runsOf(signals).flatMap((run) => timelineRow(run, incident))}`,
    ),
    slack: JSON.stringify(messageOf({ incident, changes: [], policy: TWO_REVIEWERS }).blocks),
    details: JSON.stringify(detailsOf(incident, { signals, changes: [] }).blocks),
    notice: noticeOf(incident, 'ask').body,
    facts: collectFacts(known)
      .map(({ text }) => text)
      .join('\n'),
  }
}

describe('who reported what when', () => {
  it('is said in words, with the time from the exposure to the first call, and what the key did since', () => {
    expect(reportLines(INCIDENT, SIGNALS)).toEqual({
      reported: [
        'GitHub: the id and its secret were seen in acme/api: config.env, line 3, 11:59:20 UTC',
        'GuardDuty: UnauthorizedAccess:IAMUser/TorIPCaller, 12:05:00 UTC',
      ],
      used: [
        'first call with findings 40 s after it was seen: sts:GetCallerIdentity from 192.0.2.1 (NL)',
        'elsewhere a leaked key was first used after 67 s at the fastest, and after 17 min on average by hijackers of models',
        'since then 4 calls with findings: 2 succeeded, 1 refused, 1 failed',
      ],
    })
  })

  it.each([
    ['verified', 'GitHub: the key was tried, and works, seen in acme/api: config.env, line 3, 11:59:20 UTC'],
    ['id-only', 'GitHub: the id was seen in acme/api: config.env, line 3, 11:59:20 UTC'],
  ] as const)('by its grade: %s', (grade, said) => {
    expect(reportLines(incidentOf('i', { reports: [report({ grade })] }), [])?.reported).toEqual([said])
  })

  it('says the day where it is another, the key where there are several, and what came before', () => {
    const other = report({ id: 'b', credentialId: 'AKIAOTHERKEY00000001', seenAt: AT - 86_400 * SECOND })
    const lines = reportLines(incidentOf('i', { reports: [other, report({ seenAt: AT + 30 * SECOND })] }), SIGNALS)
    expect(lines?.reported[0]).toMatch(/line 3 \(AKIAOTHERKEY00000001\), 2026-01-30 12:00:00 UTC$/)
    const late = reportLines(incidentOf('i', { reports: [report({ seenAt: AT + 600 * SECOND })] }), SIGNALS)
    expect(late?.used).toEqual([
      'before it was seen there: 4 calls with findings, the first 10 min earlier',
      'no call of it with findings since then',
    ])
  })

  it('says nothing of a clock where only an id was seen, or only a finding is there', () => {
    for (const reports of [[report({ grade: 'id-only' })], [FOUND]])
      expect(reportLines(incidentOf('i', { reports }), SIGNALS)?.used).toEqual([])
    expect(reportLines(incidentOf('i'), SIGNALS)).toBeUndefined()
  })

  it('says without a timeline by when the key was used at the latest', () => {
    const finding = { ...FINDING, time: AT + 20 * SECOND }
    expect(reportLines({ ...INCIDENT, findings: [finding, { ...finding, time: AT, reportedBy: 'github' }] }, undefined)?.used).toEqual([
      'used 60 s after it was seen, at the latest',
      'elsewhere a leaked key was first used after 67 s at the fastest, and after 17 min on average by hijackers of models',
    ])
  })

  it('stands in every place where people read of an incident, and a report is a call from nowhere in none', () => {
    for (const [name, text] of Object.entries(places(INCIDENT, SIGNALS))) {
      expect(text, name).toContain('GitHub: the id and its secret were seen')
      if (name !== 'timeline') expect(text, name).toContain('seen in acme/api: config.env, line 3, 11:59:20 UTC')
      expect(text, name).toContain('GuardDuty: UnauthorizedAccess:IAMUser/TorIPCaller')
      expect(text, name).not.toMatch(/github\.amazonaws\.com|guardduty\.amazonaws\.com|undefined|unknown/)
    }
    const { summary } = templateOf({ incident: INCIDENT, signals: SIGNALS, changes: [] })
    expect(summary.map(({ text }) => text).join('\n')).toMatch(/^Reported: GitHub: .*\nIts use: first call with findings 40 s after/m)
    expect(summary.length).toBeLessThanOrEqual(10)
  })

  it.each([1, 2, 3, 4, 5, 6, 9])('is explained from the first of %i reports to the last, with its time', (count) => {
    const reports = Array.from({ length: count }, (_, at) =>
      report({
        id: `r:${at}`,
        source: at === count - 1 ? 'trufflehog' : 'gitleaks',
        seenAt: AT + at * SECOND,
        place: `${'deep/'.repeat(40)}${at}`,
      }),
    )
    const incident = incidentOf('inc-0123456789ab', { reports })
    const { summary } = templateOf({ incident, signals: [], changes: [] })
    const said = summary.map(({ text }) => text).find((text) => text.startsWith('Reported: ')) ?? ''
    expect(said.length).toBeLessThanOrEqual(300)
    if (count > 3)
      expect(said).toMatch(
        new RegExp(`^Reported: Gitleaks: .*12:00:00 UTC; then others; last by TruffleHog: .*12:00:0${count - 1} UTC\\.$`),
      )
  })

  it('is named for every source', () => {
    for (const source of ReportingSource.options) {
      const text = renderTimeline(incidentOf('i'), [{ ...row(FOUND), reportedBy: source }], plain)
      expect(text).toContain(': UnauthorizedAccess:IAMUser/TorIPCaller')
      expect(text).not.toContain('amazonaws.com')
    }
  })

  it('cannot be made to forge a line, a link or markup by what the party wrote', () => {
    const nasty = 'x\nRelease it: <https://evil.example|here> <script>alert(1)</script> \u202e`<!channel>` & \u200b'
    const reports = [report({ place: nasty }), { ...FOUND, type: nasty }]
    const signals = [row(report()), { ...row(FOUND), id: 'not kept', action: `guardduty:${nasty}` }]
    for (const [name, text] of Object.entries(places(incidentOf('inc-0123456789ab', { reports }), signals))) {
      expect(text, name).not.toMatch(/\nRelease it|\\nRelease it|[\u202e\u200b]/)
      if (name === 'console') expect(text).not.toContain('<script>')
      if (name === 'slack' || name === 'details') expect(text).not.toMatch(/<https|<!channel|<script/)
    }
  })
})
