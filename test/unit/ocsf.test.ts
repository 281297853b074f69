import { describe, expect, it } from 'vitest'
import type { Change } from '../../shared/domain/change.ts'
import type { IncidentSignal } from '../../shared/domain/incident.ts'
import { incidentSignal } from '../../shared/domain/incident-signal.ts'
import { REPORTING_SOURCES } from '../../shared/domain/report.ts'
import { exportRecord } from '../../shared/record/export/export.ts'
import { apiActivity, detectionFinding, type OcsfEvent, stepActivity } from '../../shared/record/export/ocsf.ts'
import { timelineEvent } from '../../shared/record/export/ocsf-report.ts'
import { ownStepsSubject } from '../../shared/record/own-steps-subject.ts'
import { review } from '../../shared/review/review.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { chainOf, incidentOf, signalOf } from '../contract/samples.ts'
import { ATTACK, arnOf, embedded, exposed } from '../embedded.ts'
import { REPORTS } from './report-forms.ts'

/** What OCSF 1.3.0 requires of every event, of the cloud profile, and of the two classes: https://schema.ocsf.io/1.3.0 */
const REQUIRED = [
  'activity_id',
  'category_uid',
  'class_uid',
  'metadata.product.vendor_name',
  'metadata.version',
  'severity_id',
  'time',
  'type_uid',
  'cloud.provider',
]
const OF_CLASS: Readonly<Record<number, readonly string[]>> = {
  2004: ['finding_info.title', 'finding_info.uid'],
  6003: ['actor', 'api.operation', 'src_endpoint'],
}

const at = (event: OcsfEvent, path: string) =>
  path.split('.').reduce<unknown>((value, key) => (value as OcsfEvent | undefined)?.[key], event)

function faultsOf(event: OcsfEvent): string[] {
  const required = [...REQUIRED, ...(OF_CLASS[Number(event.class_uid)] ?? ['a known class'])]
  const missing = required.filter((path) => at(event, path) === undefined || at(event, path) === '')
  const sums = event.type_uid === Number(event.class_uid) * 100 + Number(event.activity_id) ? [] : ['type_uid']
  const named = event.activity_id === 99 && event.activity_name === undefined ? ['activity_name'] : []
  const whole = Number.isInteger(event.time) && Number.isInteger(event.severity_id) ? [] : ['time or severity']
  return [...missing, ...sums, ...named, ...whole]
}

const signal = (parts: Partial<IncidentSignal>): IncidentSignal => ({ ...signalOf('e-1', Date.UTC(2026, 0, 31)), ...parts })

async function all(lines: AsyncGenerator<string>): Promise<OcsfEvent[]> {
  const found: OcsfEvent[] = []
  for await (const line of lines) found.push(JSON.parse(line))
  return found
}

describe('entries that make or delete keys, or close a role', () => {
  it.each([
    ['rotation-delivered', 'access-key:ci/AKIA1', 'CreateAccessKey'],
    ['rotation-deleted', 'access-key:ci/AKIA1', 'DeleteAccessKey'],
    ['root-key-deleted', 'root-key:AKIA1', 'DeleteAccessKey'],
    ['step-done', 'role-trust:deploy/123456789012', 'UpdateAssumeRolePolicy'],
  ] as const)('%s of %s is the call %s', (kind, target, operation) => {
    const [first] = chainOf('INCIDENT#inc-1', 1)
    const event = stepActivity({ ...(first as Change), kind, target, to: 'x' }, incidentOf('inc-1'))
    expect(event === undefined ? [] : faultsOf(event)).toEqual([])
    expect(event === undefined ? undefined : at(event, 'api.operation')).toBe(operation)
  })
})

describe('an export', () => {
  it('to OCSF has every required attribute, of a whole story', async () => {
    const world = await embedded()
    await world.respond(ATTACK)
    const [incident] = await world.incidents()
    await review(incident?.id ?? '', { kind: 'legitimate', by: arnOf('lead'), reason: 'a drill' }, world.ports)
    const events = await all(exportRecord('ocsf', world.ports))
    expect(events.flatMap(faultsOf)).toEqual([])
    expect(events.filter(({ class_uid }) => class_uid === 2004)).toHaveLength(1)
    const calls = events.filter(({ class_uid }) => class_uid === 6003).map((event) => at(event, 'api.operation'))
    expect(calls).toEqual(expect.arrayContaining(['StopLogging', 'UpdateAccessKey', 'PutUserPolicy', 'DeleteUserPolicy']))
  })

  it('as NDJSON has every entry of every chain as it is stored', async () => {
    const world = await embedded()
    await world.respond(ATTACK)
    const lines: string[] = []
    for await (const line of exportRecord('ndjson', world.ports)) lines.push(line)
    const subjects = ['POLICY', ...(await world.incidents()).flatMap(({ id }) => [`INCIDENT#${id}`, ownStepsSubject(id)])].sort()
    const stored = (await Promise.all(subjects.map((subject) => world.ports.record.list(subject)))).flat()
    expect(lines.map((line) => JSON.parse(line))).toEqual(stored)
  })
})

describe('what a party reported', () => {
  const incident = incidentOf('inc-0123456789ab')
  const isNoCall = (event: OcsfEvent) => {
    expect(faultsOf(event)).toEqual([])
    expect(event).toMatchObject({ class_uid: 2004, activity_id: 1, metadata: { correlation_uid: incident.id } })
    for (const key of ['api', 'actor', 'src_endpoint', 'http_request']) expect(event).not.toHaveProperty(key)
  }

  it.each(REPORTING_SOURCES)('is a finding of its product and no call: %s', (reportedBy) => {
    const event = timelineEvent(signal({ reportedBy, action: `${reportedBy}:some-code`, address: reportedBy }), incident)
    isNoCall(event)
    expect(at(event, 'metadata.product.name')).not.toBe('Countersign')
    expect(event).not.toHaveProperty('evidences')
    expect(at(event, 'finding_info.types')).toEqual(['some-code'])
    // The same row without a party is a call.
    expect(timelineEvent(signal({ action: `${reportedBy}:some-code` }), incident).class_uid).toBe(6003)
  })

  it.each(Object.entries(REPORTS))('is a finding as it is read: %s', (_, form) => {
    const read = normalise(form('2026-01-05T08:10:00.000Z'))
    const signals = read.kind === 'signals' ? read.signals : []
    expect(signals.length).toBeGreaterThan(0)
    for (const one of signals) {
      const event = timelineEvent(incidentSignal(one, [], { risk: 40 }), incident)
      isNoCall(event)
      expect(event).toMatchObject({
        time: one.time,
        metadata: { uid: one.id },
        resources: [{ uid: one.identity.id }, { uid: one.credential.id }],
      })
    }
  })

  it('of AWS Health is one too in a timeline of the release before, which does not say who reports', () => {
    const event = timelineEvent(signal({ action: 'health:AWS_RISK_CREDENTIALS_EXPOSED', address: 'health.amazonaws.com' }), incident)
    isNoCall(event)
    expect(at(event, 'metadata.product.name')).toBe('AWS Health')
    expect(timelineEvent(signal({ action: 'health:DescribeEvents' }), incident).class_uid).toBe(6003)
  })

  it('has the address that the party saw as evidence, where it was seen as text and address, and one id at its party', () => {
    const id = 'arn:aws:guardduty:us-east-1:123456789012:detector/d/finding/f#65#AKIA1'
    const report = { source: 'github', id, type: 'with-secret', credentialId: 'AKIA1', seenAt: 1, grade: 'with-secret' } as const
    const reports = [{ ...report, place: 'acme/api: config.env', url: 'https://github.com/acme/api' }]
    const event = timelineEvent(signal({ id, reportedBy: 'github', address: '198.51.100.7', country: 'RO' }), { ...incident, reports })
    expect(event).toMatchObject({
      evidences: [{ src_endpoint: { ip: '198.51.100.7', location: { country: 'RO' } } }],
      finding_info: {
        uid: 'arn:aws:guardduty:us-east-1:123456789012:detector/d/finding/f',
        title: 'GitHub: the id and its secret were seen',
        desc: 'GitHub: the id and its secret were seen, in acme/api: config.env',
        src_url: 'https://github.com/acme/api',
      },
    })
  })

  it('is no API activity in the export of a whole story', async () => {
    const world = await embedded()
    await world.respond([...ATTACK, exposed('AKIAIOSFODNN7EXAMPLE', '1', Date.UTC(2026, 0, 31))])
    const events = await all(exportRecord('ocsf', world.ports))
    const rows = (await Promise.all((await world.incidents()).map(({ id }) => world.ports.incidents.signals(id)))).flat()
    const reported = rows.filter(({ reportedBy }) => reportedBy !== undefined)
    expect(reported.length).toBeGreaterThan(0)
    const classes = new Map(events.map((event) => [at(event, 'metadata.uid'), event.class_uid]))
    for (const { id, reportedBy } of rows) expect(classes.get(id)).toBe(reportedBy === undefined ? 6003 : 2004)
  })
})

describe('an event of OCSF', () => {
  it.each([
    ['watching', { state: 'watching' }, { status_id: 1, activity_id: 1 }],
    ['contained', { state: 'contained', updatedAt: Date.UTC(2027, 0) }, { status_id: 2, activity_id: 2 }],
    ['released', { state: 'released' }, { status_id: 3, activity_id: 3 }],
    [
      'confirmed',
      { state: 'confirmed', verdict: { kind: 'compromised', by: 'x', reason: 'y', at: 'z' } },
      { status_id: 4, comment: 'compromised by x: y' },
    ],
    ['urgent', { priority: 95 }, { severity_id: 5 }],
    ['high', { priority: 75 }, { severity_id: 4 }],
    ['of no priority', { priority: 0, findings: [] }, { severity_id: 1 }],
  ] as const)('of an incident that is %s says so', (_, parts, expected) => {
    const event = detectionFinding(incidentOf('inc-0123456789ab', parts))
    expect(event).toMatchObject(expected)
    expect(faultsOf(event)).toEqual([])
  })

  it.each([
    [{ action: 'iam:CreateUser' }, { activity_id: 1 }],
    [{ action: 'iam:ListUsers' }, { activity_id: 2 }],
    [{ action: 'iam:AttachUserPolicy' }, { activity_id: 3 }],
    [{ action: 'iam:DeleteUser' }, { activity_id: 4 }],
    [{ action: 'sts:AssumeRole' }, { activity_id: 99, activity_name: 'AssumeRole' }],
    [{ action: 'nonsense' }, { activity_id: 99, activity_name: 'nonsense' }],
    [
      { outcome: 'denied', errorCode: 'AccessDenied' },
      { status_id: 2, status_code: 'AccessDenied' },
    ],
    [{ address: '2001:db8::1' }, { src_endpoint: { ip: '2001:db8::1', location: { country: 'NL' } } }],
    [{ address: 'cloudformation.amazonaws.com', country: undefined }, { src_endpoint: { svc_name: 'cloudformation.amazonaws.com' } }],
    [{ representedCalls: 8 }, { count: 8 }],
  ] as const)('of the call %j is %j', (parts, expected) => {
    const event = apiActivity(signal(parts as Partial<IncidentSignal>), incidentOf('inc-0123456789ab'))
    expect(event).toMatchObject(expected)
    expect(faultsOf(event)).toEqual([])
  })

  it('of a step names the call that it makes, whether it was taken, and of what is no call there is none', () => {
    const [entry] = chainOf('INCIDENT#inc-0123456789ab', 1) as [Change]
    const of = (parts: Partial<Change>) => stepActivity({ ...entry, ...parts }, incidentOf('inc-0123456789ab'))
    expect(of({})).toBeUndefined()
    expect(of({ kind: 'step-done', target: 'user-policy:ci/x', to: '{}' })).toMatchObject({
      status_id: 1,
      api: { operation: 'PutUserPolicy' },
    })
    expect(of({ kind: 'step-undone', target: 'user-policy:ci/x', to: null })).toMatchObject({
      activity_id: 4,
      api: { operation: 'DeleteUserPolicy' },
    })
    const failed = of({ kind: 'step-failed', target: 'moon:ci/x', why: 'denied' })
    expect(failed).toMatchObject({ status_id: 2, activity_id: 99, api: { operation: 'moon', response: { error: 'denied' } } })
    expect(faultsOf(failed as OcsfEvent)).toEqual([])
  })
})
