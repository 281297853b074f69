import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { restrictionDocument } from '../../shared/contain/restriction-document.ts'
import { restrictionOf } from '../../shared/decide/restriction-of.ts'
import { emptyBaseline, learn } from '../../shared/domain/baseline.ts'
import { DATA_PLANE_SERVICES, type LastUsed, usedBefore } from '../../shared/domain/last-used.ts'
import { Restriction } from '../../shared/domain/restriction.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { nights, SINCE, snapshotAt, snapshotOf } from '../last-used.ts'
import { BY_SERVICE, GRAVE, HARMLESS, isDenied } from '../restrictions.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ROOM = { room: 10_240, subject: { kind: 'iam-user', name: 'ci-deploy' } } as const

/** The restriction of a user that called EC2 for a month and, where that is given, has last-used data. */
function restrictionBy(lastUsed?: LastUsed): Restriction {
  const baseline = emptyBaseline()
  for (let time = SINCE - 30 * DAY; time < SINCE; time += 6 * HOUR)
    learn(baseline, {
      time,
      credential: { id: 'AKIAIOSFODNN7EXAMPLE', kind: 'access-key' },
      service: 'ec2',
      action: 'ec2:DescribeInstances',
      region: 'us-east-1',
      outcome: 'success',
      origin: { address: '192.0.2.77', addressKind: 'public', agentFamily: 'aws-cli' },
      request: {},
    } as unknown as Signal)
  const context = { baseline, evidence: [], at: SINCE, sessions: [], isFenced: false, isWholeSeen: true }
  return Restriction.parse(restrictionOf({ ...context, lastUsed }))
}

const documentBy = (lastUsed?: LastUsed) => restrictionDocument(restrictionBy(lastUsed), ROOM)?.document ?? ''
const CALLS = [...GRAVE, ...HARMLESS, 'kinesis:GetRecords', 'rds-db:connect', 'ses:SendEmail']

describe('last-used data', () => {
  it('never has a data plane denied that was used two days before the first suspicious signal or earlier', () => {
    fc.assert(
      fc.property(nights, ({ lastUsed, uses }) => {
        const { neverUsed = [] } = restrictionBy(lastUsed)
        for (const service of neverUsed) expect((uses.get(service) ?? []).filter((at) => at <= SINCE - 2 * DAY)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('opens no service that was used within the last 20 hours alone, or of which IAM does not say that it was used', () => {
    fc.assert(
      fc.property(nights, ({ lastUsed, uses }) => {
        for (const service of usedBefore(lastUsed, SINCE)?.used ?? [])
          expect((uses.get(service) ?? []).filter((at) => at <= SINCE - 20 * HOUR && at >= SINCE - 90 * DAY)).not.toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('has nothing denied that is open without it, but data planes of services that it says were never used', () => {
    const without = documentBy()
    fc.assert(
      fc.property(nights, fc.constantFrom(...CALLS), ({ lastUsed }, action) => {
        const { neverUsed = [] } = restrictionBy(lastUsed)
        if (neverUsed.some((service) => action.startsWith(`${service}:`))) return
        if (isDenied(documentBy(lastUsed), action, BY_SERVICE)) expect(isDenied(without, action, BY_SERVICE)).toBe(true)
      }),
    )
  })

  it('denies no more where one more service was used', () => {
    fc.assert(
      fc.property(nights, fc.constantFrom(...DATA_PLANE_SERVICES), fc.constantFrom(...CALLS), ({ lastUsed }, service, action) => {
        const snapshots = lastUsed.snapshots.map((one) => ({
          ...one,
          used: [...one.used.filter((use) => use.service !== service), { service, at: Math.min(one.takenAt, SINCE - 3 * DAY) }],
          neverUsed: one.neverUsed.filter((name) => name !== service),
        }))
        if (isDenied(documentBy({ snapshots }), action, BY_SERVICE)) expect(isDenied(documentBy(lastUsed), action, BY_SERVICE)).toBe(true)
      }),
    )
  })

  it('says the same after any snapshot that is taken at the first suspicious signal or later', () => {
    fc.assert(
      fc.property(nights, fc.integer({ min: 0, max: 90 }), ({ lastUsed, uses }, hours) => {
        const later = snapshotOf(uses, SINCE + hours * HOUR)
        const poisoned = { ...later, used: DATA_PLANE_SERVICES.map((service) => ({ service, at: SINCE - 21 * HOUR })), neverUsed: [] }
        expect(restrictionBy({ snapshots: [poisoned, ...lastUsed.snapshots].slice(0, 4) })).toEqual(restrictionBy(lastUsed))
      }),
    )
  })

  it('opens nothing more where an intruder touches every service on the day before, and a night shows it', () => {
    fc.assert(
      fc.property(fc.subarray([...DATA_PLANE_SERVICES]), fc.integer({ min: 1, max: 18 }), (owners, hours) => {
        const own = Object.fromEntries(owners.map((service) => [service, 60]))
        const others = DATA_PLANE_SERVICES.filter((service) => !owners.includes(service))
        const touched = Object.fromEntries([...DATA_PLANE_SERVICES, 'iam', 'ses'].map((service) => [service, hours + 1]))
        const clean = { snapshots: [snapshotAt(30, own, others)] }
        const spoilt = { snapshots: [snapshotAt(hours, touched), ...clean.snapshots] }
        expect(documentBy(spoilt)).toBe(documentBy(clean))
      }),
    )
  })
})
