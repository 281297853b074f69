import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { detect } from '../../shared/detect/detect.ts'
import { emptyBaseline } from '../../shared/domain/baseline.ts'
import { openWindow } from '../../shared/domain/credential-window.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { enricher } from '../../shared/sense/enrich/enrich.ts'
import { NOT_DEPLOYED } from '../../shared/sense/enrich/tampering.ts'
import { normalise } from '../../shared/sense/normalise.ts'

const json = fc.jsonValue({ maxDepth: 4 })
const part = fc.oneof({ weight: 2, arbitrary: fc.string() }, { weight: 1, arbitrary: json })
const type = fc.constantFrom(
  'IAMUser',
  'AssumedRole',
  'Role',
  'Root',
  'FederatedUser',
  'AWSAccount',
  'AWSService',
  'SAMLUser',
  'WebIdentityUser',
  'IdentityCenterUser',
  'Directory',
  'Unknown',
)

/** Records with the names of CloudTrail's parts and anything in them. */
const records = fc.record(
  {
    eventID: part,
    eventTime: fc.oneof(part, fc.constant('2026-01-01T00:00:00Z')),
    eventName: fc.oneof(part, fc.constantFrom('CreateUser', 'AttachUserPolicy', 'GetSecretValue', 'CreateAccessKey', 'ConsoleLogin')),
    eventSource: fc.oneof(part, fc.constantFrom('iam.amazonaws.com', 'secretsmanager.amazonaws.com', 'signin.amazonaws.com')),
    errorCode: part,
    awsRegion: part,
    sourceIPAddress: part,
    userAgent: part,
    readOnly: part,
    requestParameters: json,
    responseElements: json,
    additionalEventData: json,
    userIdentity: fc.oneof(
      json,
      fc.record(
        {
          type: fc.oneof(type, part),
          arn: part,
          accountId: part,
          userName: part,
          accessKeyId: part,
          sessionContext: json,
          onBehalfOf: json,
          invokedBy: part,
          principalId: part,
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: [] },
)
const health = fc.record(
  {
    source: fc.constant('aws.health'),
    time: part,
    account: part,
    detail: fc.oneof(
      json,
      fc.record(
        {
          service: part,
          eventTypeCode: fc.oneof(part, fc.constant('AWS_RISK_CREDENTIALS_EXPOSED')),
          eventArn: part,
          affectedEntities: fc.oneof(json, fc.array(fc.record({ entityValue: part }))),
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: ['source'] },
)
const enveloped = records.map((detail) => ({ 'detail-type': 'AWS API Call via CloudTrail', detail }))
const inputs = fc.oneof(json, records, health, enveloped)

const enrich = enricher({ geoIp: { locate: () => ({ country: undefined, network: undefined }) }, own: NOT_DEPLOYED })({ blocklist: [] })

function isSane(signal: Signal): boolean {
  const { id, time, identity, credential, action } = signal
  return id !== '' && Number.isFinite(time) && identity.id !== '' && credential.id !== '' && /^.+:.*$/s.test(action)
}

describe('normalise', () => {
  it('never throws, and gives signals that all later stages can work with', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const normalised = normalise(input)
        if (normalised.kind !== 'signals') expect(normalised.reason).not.toBe('')
        else {
          for (const signal of normalised.signals.map(enrich)) {
            expect(isSane(signal)).toBe(true)
            detect(signal, { baseline: emptyBaseline(), window: openWindow(signal.credential.id, signal.time) })
          }
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('gives the same ids for the same record', () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(normalise(structuredClone(record))).toEqual(normalise(record))
      }),
      { numRuns: 300 },
    )
  })

  it('says that a record is nested too deeply, in place of falling over it', () => {
    let deep: unknown = 1
    for (let level = 0; level < 200_000; level++) deep = [deep]
    expect(
      normalise({ eventName: 'X', eventSource: 'y.amazonaws.com', eventTime: '2026-01-01T00:00:00Z', requestParameters: deep }),
    ).toMatchObject({ kind: 'unreadable' })
  })
})

describe('every detector', () => {
  const outcomes = ['success', 'denied', 'failed'] as const
  const signal = (action: string): Signal => {
    const [service, eventName] = action.split(':')
    const normalised = normalise({
      eventID: 'e',
      eventTime: '2026-01-01T00:00:00Z',
      eventName,
      eventSource: `${service}.amazonaws.com`,
      userIdentity: { type: 'IAMUser', userName: 'u', accountId: '123456789012', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
    })
    if (normalised.kind !== 'signals') throw new Error(normalised.reason)
    return normalised.signals[0] as Signal
  }

  it.each(CATALOGUE.map((detector) => [detector.id, detector] as const))(
    '%s copes with a call that has no parameters, and never with a weight beyond 0 to 1',
    (_, detector) => {
      for (const action of detector.actions ?? ['s3:ListBuckets', 'iam:CreateUser']) {
        for (const outcome of outcomes) {
          for (const words of [
            {},
            {
              userName: 'x',
              roleName: 'r',
              instanceId: 'i',
              functionName: 'f',
              name: 'n',
              url: 'u',
              target: 't',
              cluster: 'c',
              domainName: 'd',
              groupName: 'g',
            },
          ]) {
            const match = detector.matches(
              { ...signal(action), outcome, request: words },
              { baseline: emptyBaseline(), window: openWindow('k', 0) },
            )
            if (match === undefined) continue
            expect(match.reason).not.toBe('')
            expect(match.weight ?? detector.weight).toBeGreaterThan(0)
            expect(match.weight ?? detector.weight).toBeLessThan(1)
          }
        }
      }
    },
  )

  it('has a title, a runbook line and an ATT&CK technique that read well', () => {
    for (const { id, title, runbook, attack } of CATALOGUE) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/)
      expect(title).toMatch(/^[A-Z].{8,70}[^.]$/)
      expect(runbook).toMatch(/^[A-Z].{20,}\.$/)
      expect(attack).toMatch(/^T\d{4}(\.\d{3})?$/)
    }
    expect(new Set(CATALOGUE.map(({ id }) => id)).size).toBe(CATALOGUE.length)
  })
})
