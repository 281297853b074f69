import { describe, expect, it } from 'vitest'
import type { ExposureGrade, ExposureReport } from '../../shared/domain/exposure-report.ts'
import { ACCOUNT, embedded, KEY, NOW } from '../embedded.ts'

const report = (grade: ExposureGrade, parts: Partial<ExposureReport> = {}) => ({
  version: '0',
  id: `${grade}-1`,
  source: 'countersign.reports',
  'detail-type': 'Credential Exposure',
  account: ACCOUNT,
  region: 'us-east-1',
  time: new Date(NOW).toISOString(),
  detail: {
    version: 1,
    id: `github:acme/api:42:${KEY}`,
    source: 'github',
    credentialId: KEY,
    grade,
    place: 'acme/api',
    seenAt: NOW,
    ...parts,
  },
})

async function incidentsAfter(events: readonly object[]) {
  const { ports, respond } = await embedded()
  for (const event of events) expect((await respond([event])).failed.size).toBe(0)
  const all = []
  for await (const { state, head, findings } of ports.incidents.listAll()) all.push({ state, head, findings: findings.length })
  return all
}

describe('a report of the same finding that comes again', () => {
  it('counts where the party by now says more: it tried the credential, and it works', async () => {
    expect((await incidentsAfter([report('with-secret')])).map(({ state }) => state)).toEqual(['asking'])
    expect((await incidentsAfter([report('with-secret'), report('verified')])).map(({ state }) => state)).toEqual(['contained'])
    expect((await incidentsAfter([report('id-only'), report('verified')])).map(({ state }) => state)).toEqual(['contained'])
  })

  it('counts once where it says the same, and takes nothing back where it says less', async () => {
    const once = await incidentsAfter([report('with-secret')])
    expect(await incidentsAfter([report('with-secret'), report('with-secret'), report('with-secret')])).toEqual(once)
    expect((await incidentsAfter([report('verified'), report('with-secret'), report('id-only')])).map(({ state }) => state)).toEqual([
      'contained',
    ])
  })
})
