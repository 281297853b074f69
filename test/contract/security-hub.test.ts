import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { securityHubClient, sqsClient } from '../../shared/aws/clients.ts'
import { sqsShareQueue } from '../../shared/aws/invokers.ts'
import { placeOfTopic, securityHub } from '../../shared/aws/security-hub.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { runbookOf } from '../../shared/domain/runbook.ts'
import { asffOf } from '../../shared/record/export/asff.ts'
import { json, type Loopback, loopback, type WireAnswer } from './loopback.ts'
import { AT, FINDING, incidentOf, user } from './samples.ts'

const PLACE = placeOfTopic('arn:aws:sns:us-east-1:123456789012:notices')
const wires: Loopback[] = []
afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.close()))
})
async function hubThat(answer: WireAnswer) {
  const wire = await loopback(() => answer)
  wires.push(wire)
  return { wire, hub: securityHub(securityHubClient(wire.options), PLACE, { now: () => AT + 5000 }) }
}

describe('Security Hub', () => {
  it('gets each incident as one finding of the format that it documents', async () => {
    const { wire, hub } = await hubThat(json({ SuccessCount: 1, FailedCount: 0, FailedFindings: [] }))
    await hub.share(incidentOf('inc-0123456789ab', { priority: 71 }))
    expect(wire.requests[0]?.path).toBe('/findings/import')
    const { Findings } = JSON.parse(wire.requests[0]?.body ?? '')
    expect(Findings).toEqual([
      {
        SchemaVersion: '2018-10-08',
        Id: 'arn:aws:securityhub:us-east-1:123456789012:product/123456789012/default/countersign/inc-0123456789ab',
        ProductArn: 'arn:aws:securityhub:us-east-1:123456789012:product/123456789012/default',
        GeneratorId: 'countersign/new-country',
        AwsAccountId: '123456789012',
        CreatedAt: '2026-01-31T12:00:00.000Z',
        UpdatedAt: '2026-01-31T12:00:05.000Z',
        Title: 'Countersign: iam-user ci-deploy is asking, risk 45',
        Description: 'Called from a country it never called from: first call from NL',
        Severity: { Label: 'HIGH' },
        FindingProviderFields: { Severity: { Label: 'HIGH' }, Types: ['TTPs/Credential Access', 'Unusual Behaviors/User'] },
        Resources: [{ Type: 'AwsIamUser', Id: 'arn:aws:iam::123456789012:user/ci-deploy', Partition: 'aws', Region: 'us-east-1' }],
        Remediation: { Recommendation: { Text: runbookOf('new-country') } },
        RecordState: 'ACTIVE',
        ProductFields: { 'countersign/Incident': 'inc-0123456789ab', 'countersign/State': 'asking', 'countersign/Priority': '71' },
      },
    ])
  })

  it.each<[Partial<Incident>, object]>([
    [{ state: 'released' }, { RecordState: 'ARCHIVED' }],
    [{ state: 'confirmed', verdict: { kind: 'compromised', by: 'x', reason: 'y', at: 'z' } }, { RecordState: 'ACTIVE' }],
    [{ priority: 98 }, { Severity: { Label: 'CRITICAL' } }],
    [{ priority: 40 }, { Severity: { Label: 'MEDIUM' } }],
    [{ priority: 0 }, { Severity: { Label: 'INFORMATIONAL' } }],
    [{ identity: { ...user('deploy'), kind: 'role' } }, { Resources: [{ Type: 'AwsIamRole' }] }],
    [{ identity: { ...user('root'), kind: 'root' } }, { Resources: [{ Type: 'Other' }] }],
    [{ findings: [] }, { GeneratorId: 'countersign/none', Description: 'risk 45 of 40' }],
  ])('gets what an incident is now: %#', (parts, expected) => {
    expect(asffOf(incidentOf('inc-0123456789ab', parts), PLACE, AT)).toMatchObject(expected)
  })

  it('gets no text longer than it takes, and a time that does not go back', () => {
    const identity = { ...user('x'.repeat(5000)), id: 'x' }
    const findings = Array.from({ length: 50 }, () => ({ ...FINDING, reason: 'y'.repeat(100) }))
    const finding = asffOf(incidentOf('inc-0123456789ab', { identity, findings }), { ...PLACE, partition: 'aws-cn' }, 0)
    expect(finding.Title).toHaveLength(256)
    expect(finding.Description).toHaveLength(1024)
    expect(finding.UpdatedAt).toBe(finding.CreatedAt)
    expect(finding.Resources[0]?.Partition).toBe('aws-cn')
  })

  it('that does not take a finding, or is not on, is an error', async () => {
    const refused = await hubThat(
      json({ SuccessCount: 0, FailedCount: 1, FailedFindings: [{ Id: 'x', ErrorCode: 'InvalidInput', ErrorMessage: 'no' }] }),
    )
    await expect(refused.hub.share(incidentOf('inc-0123456789ab'))).rejects.toThrow('rejected incident inc-0123456789ab: InvalidInput no')
    const off = await hubThat({
      status: 403,
      headers: { 'x-amzn-errortype': 'InvalidAccessException' },
      body: '{"Message":"not subscribed"}',
    })
    await expect(off.hub.share(incidentOf('inc-0123456789ab'))).rejects.toMatchObject({ name: 'InvalidAccessException' })
  })
})

describe('the share queue', () => {
  it('puts it into the queue where there is one, and a notice of no incident nowhere', async () => {
    const md5 = (text: string) => createHash('md5').update(text).digest('hex')
    const wire = await loopback(({ body }) => json({ MessageId: '1', MD5OfMessageBody: md5(JSON.parse(body).MessageBody) }))
    wires.push(wire)
    await sqsShareQueue(sqsClient(wire.options), undefined).share('inc-0123456789ab')
    const queue = sqsShareQueue(sqsClient(wire.options), 'https://sqs.us-east-1.amazonaws.com/123456789012/notices')
    await queue.share('none')
    expect(wire.requests).toEqual([])
    await queue.share('inc-0123456789ab')
    expect(JSON.parse(JSON.parse(wire.requests[0]?.body ?? '').MessageBody)).toEqual({ share: 'inc-0123456789ab' })
  })
})
