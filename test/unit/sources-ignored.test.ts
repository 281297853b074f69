import { describe, expect, it } from 'vitest'
import { asffOf } from '../../shared/record/export/asff.ts'
import { detectionFinding } from '../../shared/record/export/ocsf.ts'
import { incidentOf } from '../contract/samples.ts'
import { ACCOUNT, KEY, NOW } from '../embedded.ts'
import { asff, event, guardDuty, ocsf, ofKey, read } from '../findings.ts'

describe('what says nothing of a credential', () => {
  const KEY_OF = { accessKeyId: KEY, userType: 'IAMUser', userName: 'ci-build' }
  it.each([
    ['a sample', ofKey(KEY_OF, { additionalInfo: { sample: true } }), 'GuardDuty sample finding'],
    [
      'a sample in JSON text',
      ofKey(KEY_OF, { additionalInfo: { type: 'default', value: '{"x":1,"sample" : true}' } }),
      'GuardDuty sample finding',
    ],
    ['an archived finding', ofKey(KEY_OF, { archived: true }), 'GuardDuty finding that is archived'],
    ['a bucket', guardDuty({ resourceType: 'S3Bucket' }), 'GuardDuty finding that is about S3Bucket, and names no credential'],
    [
      'traffic to an instance',
      guardDuty(
        {
          resourceType: 'Instance',
          instanceDetails: { instanceId: 'i-1', iamInstanceProfile: { arn: 'arn:aws:iam::1:instance-profile/x' } },
        },
        { resourceRole: 'TARGET' },
      ),
      'GuardDuty finding that is about traffic to an instance, and says nothing of its credentials',
    ],
    ['a sample in ASFF', asff({ Sample: true }), 'Security Hub finding that is a sample'],
    ['an archived one in ASFF', asff({ RecordState: 'ARCHIVED' }), 'Security Hub finding that is archived'],
    ['a suppressed one', asff({ Workflow: { Status: 'SUPPRESSED' } }), 'Security Hub finding that is suppressed'],
    ['a resolved one', asff({ Workflow: { Status: 'RESOLVED' } }), 'Security Hub finding that is resolved'],
    ['a control', asff({ Compliance: { Status: 'FAILED' } }), 'Security Hub finding about configuration'],
    [
      'a bucket in ASFF',
      asff({ Resources: [{ Type: 'AwsS3Bucket', Id: 'arn:aws:s3:::b' }] }),
      'Security Hub finding that names no credential',
    ],
    ['no findings', event('aws.securityhub', 'Security Hub Findings - Imported', { findings: [] }), 'Security Hub event without findings'],
    ['a closed one in OCSF', ocsf({ status_id: 4 }), 'OCSF finding that is closed'],
    ['a vulnerability in OCSF', ocsf({ class_uid: 2002 }), 'OCSF finding that is no Detection Finding'],
    [
      'an OCSF finding of nobody',
      ocsf({ resources: [{ type: 'AWS::S3::Bucket', uid: 'arn:aws:s3:::b' }] }),
      'OCSF finding that names no credential',
    ],
    [
      'a check of costs',
      event('aws.trustedadvisor', 'Trusted Advisor Check Item Refresh Notification', { 'check-name': 'Idle Load Balancers' }),
      'Trusted Advisor check “Idle Load Balancers” is not about credentials',
    ],
    [
      'a sample of Macie',
      event('aws.macie', 'Macie Finding', { type: 'SensitiveData:S3Object/Credentials', sample: true }),
      'Macie sample finding',
    ],
    [
      'what Access Analyzer says',
      event('aws.access-analyzer', 'Access Analyzer Finding', {}),
      'Access Analyzer finding: it says what could be done, and nothing of what is',
    ],
    ['a source that nobody reads', event('aws.new', 'Something New', {}), 'unknown source aws.new, Something New'],
    [
      'a source with anything in its name',
      event('aws.new\n\u0000“', `x${'y'.repeat(500)}`, {}),
      `unknown source aws.new???, x${'y'.repeat(63)}`,
    ],
  ])('%s is ignored, with the reason', (_, input, reason) => {
    expect(read(input)).toMatchObject({ kind: 'ignored', reason })
  })

  it('is every finding that we export ourselves, when it comes back', () => {
    const place = { account: ACCOUNT, region: 'us-east-1', partition: 'aws' }
    for (const state of ['asking', 'contained', 'released', 'confirmed', 'expired', 'rotating'] as const) {
      const incident = incidentOf('inc-0123456789ab', { state })
      const stored = { ...asffOf(incident, place, NOW), Workflow: { Status: 'NEW' }, ProductName: 'Default' }
      expect(read(event('aws.securityhub', 'Security Hub Findings - Imported', { findings: [stored] })).kind).toBe('ignored')
      expect(read(stored).kind).toBe('ignored')
      expect(read(event('aws.securityhub', 'Findings Imported V2', { findings: [detectionFinding(incident)] })).kind).toBe('ignored')
      expect(read(detectionFinding(incident)).kind).toBe('ignored')
    }
  })
})
