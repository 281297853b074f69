import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { report } from '../../local/commands/report.ts'
import { showIncident } from '../../local/commands/show-incident.ts'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { runbookOf } from '../../shared/domain/runbook.ts'
import { asffOf } from '../../shared/record/export/asff.ts'
import { detectionFinding } from '../../shared/record/export/ocsf.ts'
import { noticeOf } from '../../shared/record/notice.ts'
import { detailsOf } from '../../shared/slack/details.ts'
import { consoleWorld } from '../console.ts'
import { call, NOW } from '../embedded.ts'

const world = await consoleWorld({
  policy: {
    detectors: {
      'user-created': { enabled: false },
      'console-sign-in-without-mfa': { weight: 0.5 },
      'mfa-removed': { except: [{ networks: ['192.0.2.0/24'], reason: 'our <b>helpdesk</b>', until: '2027-01-31' }] },
    },
  },
})
await world.respond([
  call('iam:DeactivateMFADevice', { id: 'mfa', time: NOW + 5000, request: { userName: 'bystander', serialNumber: 'x' } }),
])
const [incident] = await world.incidents()
if (incident === undefined) throw new Error('the attack opened no incident')
const { ports, target } = world
const signals = await ports.incidents.signals(incident.id)
const place = { account: '123456789012', region: 'us-east-1', partition: 'aws' }

async function page(): Promise<string> {
  const out = join(mkdtempSync(join(tmpdir(), 'report-')), 'report.html')
  await report(target, { period: { since: NOW - 1000, until: NOW + 60_000 }, out, isJson: false })
  return readFileSync(out, 'utf8')
}

/** What people read of an incident, and what other systems get. */
const SHOWN: readonly (readonly [string, () => Promise<string> | string])[] = [
  ['`incidents show`', () => showIncident(target, incident.id, { isJson: false, paint: (_, text) => text })],
  ['the console', async () => (await world.get(`/incidents/${incident.id}`)).text()],
  ['the details in Slack', () => JSON.stringify(detailsOf(incident, { signals, changes: [] }))],
  ['a notice', () => JSON.stringify(noticeOf(incident, 'ask'))],
  ['an export to OCSF', () => JSON.stringify(detectionFinding(incident))],
]

describe('what to do first', () => {
  it('is known of every detector, and of no other name', () => {
    for (const { id, runbook } of CATALOGUE) expect(runbookOf(id)).toBe(runbook)
    for (const id of ['constructor', 'rule:ours', '']) expect(runbookOf(id)).toBeUndefined()
  })

  it.each(SHOWN)('stands beside each finding in %s', async (_, shown) => {
    const text = await shown()
    expect(incident.findings.length).toBeGreaterThan(1)
    for (const { detector } of incident.findings) expect(text).toContain((runbookOf(detector) ?? '').replaceAll('"', '\\"'))
  })

  it('stands beside the first reason in a report, and in a finding of Security Hub', async () => {
    const [first] = incident.assessment.contributions
    const runbook = runbookOf(first?.finding.detector ?? '') ?? 'none'
    expect(await page()).toContain(runbook)
    expect(JSON.stringify(asffOf(incident, place, NOW))).toContain(runbookOf(incident.findings[0]?.detector ?? ''))
  })
})

describe('what the policy does not count', () => {
  it.each(SHOWN.slice(0, 4))('is listed in %s, with the reason and the end', async (_, shown) => {
    const text = await shown()
    expect(text).toMatch(/\(user-created\): .*no points, switched off by the policy/)
    expect(text).toMatch(/\(mfa-removed\): .*no points, excepted: our .*helpdesk.*, until 2027-01-31/)
  })

  it('is text of the policy, which is no markup in a page or in Slack', async () => {
    for (const text of [
      await (await world.get(`/incidents/${incident.id}`)).text(),
      JSON.stringify(detailsOf(incident, { signals, changes: [] })),
    ]) {
      expect(text).toContain('helpdesk')
      expect(text).not.toContain('<b>helpdesk')
    }
  })

  it('is part of the incident in JSON, and no finding of it', async () => {
    expect(incident.excepted?.map(({ detector }) => detector).sort()).toEqual(['mfa-removed', 'user-created'])
    const counted = [...incident.findings, ...incident.assessment.contributions.map(({ finding }) => finding)]
    for (const { detector } of counted) expect(['mfa-removed', 'user-created']).not.toContain(detector)
  })
})
