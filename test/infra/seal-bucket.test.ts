import type { Stack } from 'aws-cdk-lib'
import type { Template } from 'aws-cdk-lib/assertions'
import { beforeAll, describe, expect, it } from 'vitest'
import { deployingRole } from '../../infra/own-roles.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { idOf, isDenied } from './queue-policy.ts'
import { templateOf } from './template-of.ts'

const ADMIN = 'arn:aws:iam::123456789012:role/Admin'
const ROOT = 'arn:aws:iam::123456789012:root'
const OPERATOR = 'arn:aws:iam::123456789012:role/Operators'
const DEPLOYING = 'arn:aws:iam::123456789012:role/cdk-hnb659fds-cfn-exec-role-123456789012-us-east-1'

let template: Template
let withoutOperator: Template
let stack: Stack

beforeAll(() => {
  const policy = parsePolicy({ version: 2 })
  const spoil = (one: Stack) => {
    stack = one
  }
  template = templateOf({ settings: { operatorRoleArn: OPERATOR }, policy, spoil })
  withoutOperator = templateOf({ settings: {}, policy })
})

const roleOf = (name: string) => `${idOf(template, 'AWS::IAM::Role', `${name}ResponderRole`)}.Arn`
const denied = (action: string, asker: Parameters<typeof isDenied>[3], of = template) =>
  isDenied(of, idOf(of, 'AWS::S3::Bucket', 'SealSeals'), `s3:${action}`, asker)

const [SEAL, ARCHIVE] = ['seals/000001.ndjson', 'archive/inc-0123456789ab/x.ndjson']

describe('the bucket of the seals', () => {
  it.each(['PutObject', 'ReplicateObject', 'ReplicateDelete'])(
    '%s: nobody plants a seal but the function that seals, whatever their rights are',
    (action) => {
      for (const principal of [ADMIN, ROOT, DEPLOYING, roleOf('Respond'), roleOf('Contain'), roleOf('Sweep')])
        expect(denied(action, { principal, object: SEAL }), principal).toBe(true)
      // A service that has no role, such as one that delivers logs.
      expect(denied(action, { source: 'arn:aws:s3:::theirs', object: SEAL })).toBe(true)
      expect(denied(action, { principal: roleOf('Seal'), object: SEAL })).toBe(false)
      expect(denied(action, { principal: OPERATOR, object: SEAL })).toBe(false)
      expect(denied(action, { principal: OPERATOR, object: SEAL }, withoutOperator)).toBe(true)
    },
  )

  it('takes seals from the function that seals, and archives from the one that archives, and neither from the other', () => {
    for (const action of ['PutObject', 'ReplicateObject', 'ReplicateDelete']) {
      expect(denied(action, { principal: roleOf('Seal'), object: ARCHIVE })).toBe(true)
      expect(denied(action, { principal: roleOf('Archive'), object: SEAL })).toBe(true)
      expect(denied(action, { principal: roleOf('Archive'), object: ARCHIVE })).toBe(false)
      for (const object of [SEAL, ARCHIVE, 'other']) {
        expect(denied(action, { principal: ADMIN, object })).toBe(true)
        expect(denied(action, { principal: OPERATOR, object })).toBe(false)
      }
    }
    const off = templateOf({ settings: { archive: 'off' }, policy: parsePolicy({ version: 2 }) })
    expect(denied('PutObject', { principal: `${idOf(off, 'AWS::IAM::Role', 'SealResponderRole')}.Arn`, object: ARCHIVE }, off)).toBe(true)
    expect(denied('PutObject', { principal: `${idOf(off, 'AWS::IAM::Role', 'SealResponderRole')}.Arn`, object: SEAL }, off)).toBe(false)
  })

  it.each([
    'DeleteBucket',
    'DeleteBucketPolicy',
    'PutBucketAcl',
    'PutBucketObjectLockConfiguration',
    'PutBucketOwnershipControls',
    'PutBucketPolicy',
    'PutBucketPublicAccessBlock',
    'PutBucketVersioning',
    'PutEncryptionConfiguration',
    'PutLifecycleConfiguration',
    'PutReplicationConfiguration',
    'BypassGovernanceRetention',
    'DeleteObject',
    'DeleteObjectVersion',
    'PutObjectAcl',
    'PutObjectLegalHold',
    'PutObjectRetention',
  ])('%s: only the deployment and the operators may, and not the function that seals', (action) => {
    for (const principal of [ADMIN, ROOT, roleOf('Seal'), roleOf('Respond')]) expect(denied(action, { principal }), principal).toBe(true)
    expect(denied(action, { principal: DEPLOYING })).toBe(false)
    expect(denied(action, { principal: OPERATOR })).toBe(false)
  })

  it('is still read and listed by whoever has the right: people check the record against it', () => {
    for (const action of ['GetObject', 'GetObjectVersion', 'ListBucketVersions']) expect(denied(action, { principal: ADMIN })).toBe(false)
  })

  it('leaves its policy to people where no role deploys the stack: nobody could change it any more', () => {
    expect(deployingRole(stack)).toBeDefined()
    expect(deployingRole({ synthesizer: {} } as Stack)).toBeUndefined()
  })
})
