import { expect, it } from 'vitest'
import { normalise } from '../../shared/sense/normalise.ts'

const record = {
  eventVersion: '1.11',
  eventID: 'e1',
  eventTime: '2026-03-02T12:00:00Z',
  eventSource: 'health.amazonaws.com',
  eventName: 'DescribeEvents',
  awsRegion: 'us-east-1',
  userIdentity: { type: 'IAMUser', userName: 'anna', accountId: '123456789012', arn: 'arn:aws:iam::123456789012:user/anna' },
}

it.each(['AWS API Call via CloudTrail', 'AWS Service Event via CloudTrail', 'AWS Console Action via CloudTrail'])(
  'reads a call to Health that comes as "%s" as a call, and not as an event of Health',
  (type) => {
    const read = normalise({ source: 'aws.health', 'detail-type': type, time: record.eventTime, account: '123456789012', detail: record })
    expect(read).toMatchObject({ kind: 'signals', signals: [{ kind: 'api-call', action: 'health:DescribeEvents' }] })
  },
)
