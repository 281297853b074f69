import { describe, expect, it } from 'vitest'
import { ExposureReport, REPORT_BUS_SOURCE, REPORT_DETAIL_TYPES } from '../../shared/domain/exposure-report.ts'
import { exposuresIn } from '../../shared/sense/intake/exposures-in.ts'
import { normalise } from '../../shared/sense/normalise.ts'

const NOW = Date.UTC(2026, 2, 2, 12, 0)
const NAME = 'BedrockAPIKey-k3x9-at-123456789012'
const KEY = `ABSK${Buffer.from(`${NAME}:${'q7Zt/3mXb+8RkWv1LyNfPc5HsDgJ0aUeTi4oKw9B'.repeat(2)}`).toString('base64')}`

describe('a Bedrock API key in a text from outside', () => {
  it('is reported by its name, and becomes a question about the key of that name', () => {
    const about = { source: 'jira' as const, finding: 'OPS-7', place: 'ticket OPS-7', seenAt: NOW, isVerified: false }
    const [report] = exposuresIn(`token: ${KEY}`, about, NOW)
    expect(report).toMatchObject({ credentialId: NAME, grade: 'with-secret' })
    expect(JSON.stringify(report)).not.toContain(KEY.slice(4, 16))
    const event = { source: REPORT_BUS_SOURCE, 'detail-type': REPORT_DETAIL_TYPES.exposure, account: '123456789012', region: 'us-east-1' }
    expect(normalise({ ...event, detail: report })).toMatchObject({
      kind: 'signals',
      signals: [
        {
          kind: 'credential-exposure',
          account: '123456789012',
          identity: { id: `bedrock-api-key:${NAME}`, kind: 'unknown', name: NAME },
          credential: { kind: 'none' },
          request: { note: 'the name of a Bedrock API key, and of no user' },
        },
      ],
    })
  })

  it.each(['BedrockAPIKey-', `${NAME}x`, `x${NAME}`, NAME.replace('-at-', '/at/'), KEY, 'AKIA'])(
    'is not reported as %s',
    (credentialId) => {
      const report = { version: 1, id: 'x', source: 'logs', credentialId, grade: 'id-only', place: 'x', seenAt: NOW }
      expect(ExposureReport.safeParse(report).success).toBe(false)
      expect(ExposureReport.safeParse({ ...report, credentialId: NAME }).success).toBe(true)
    },
  )
})
