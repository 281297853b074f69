import { describe, expect, it } from 'vitest'
import { observedBlastRadius } from '../../shared/decide/reach/blast-radius.ts'
import { blastRadiusOf } from '../../shared/decide/reach/policy-radius.ts'
import { POWERS } from '../../shared/decide/reach/powers.ts'
import { emptyBaseline, learn } from '../../shared/domain/baseline.ts'
import { iamActionsOf } from '../../shared/domain/iam-actions.ts'
import { NOW } from '../embedded.ts'
import { habitualCall } from '../habitual-call.ts'
import { allow, OWN_ACCOUNT, roleArn, roleWith, userArn, userWith } from '../reach.ts'

describe('the blast radius that policies give', () => {
  const account = {
    holders: [userWith('ann', allow('sts:AssumeRole', roleArn('admin'))), roleWith('admin', OWN_ACCOUNT, allow('*'))],
    controls: [],
  }

  it('is the reach of the identity, with the roles that it may come to', () => {
    expect(blastRadiusOf({ account, id: userArn('ann') })).toEqual({
      score: 99,
      basis: 'policies',
      reasons: ['can assume the role admin', 'can assume roles'],
    })
  })

  it('keeps the gravest reasons, and is not known of somebody whom the account does not have', () => {
    const { score, reasons = [] } = blastRadiusOf({ account, id: roleArn('admin') }) ?? {}
    expect([score, reasons[0], reasons.length]).toEqual([100, 'may do everything', 12])
    expect(blastRadiusOf({ account, id: userArn('ben') })).toBeUndefined()
  })
})

describe('the blast radius that calls show', () => {
  it('says that nothing is known where nothing was seen, and lies in the middle', () => {
    expect(observedBlastRadius(emptyBaseline())).toEqual({
      score: 50,
      basis: 'unknown',
      reasons: ['nothing is known of this identity yet'],
    })
  })

  it.each([
    ['s3:ListAllMyBuckets', 50, []],
    ['s3:GetObjectTagging', 50, []],
    ['s3:GetObject', 50, ['can read stored data']],
    ['secretsmanager:GetSecretValue', 65, ['can read secrets']],
    ['cloudtrail:StopLogging', 75, ['can switch off logging or detection']],
    ['iam:CreatePolicyVersion', 97, ['can change who may do what']],
    ['iam:CreateAccessKey', 92, ['can act as another user or role']],
    // As CloudTrail names calls, and not as IAM names the actions that they need.
    ['s3:PutBucketReplication', 70, ['can share data with others']],
    ['s3:PutPublicAccessBlock', 70, ['can share data with others']],
    ['s3:PutBucketLifecycle', 65, ['can delete or overwrite stored data']],
    ['s3:DeleteObjects', 65, ['can delete or overwrite stored data']],
    ['s3:CopyObject', 67, ['can delete or overwrite stored data', 'can read stored data']],
    ['bedrock:Converse', 50, ['can call foundation models or send messages']],
    ['opensearch:DeleteDomain', 65, ['can delete or overwrite stored data']],
    ['lambda:UpdateFunctionCode20150331v2', 60, ['can change the code that runs, or the network that guards it']],
    ['dynamodb:BatchGetItem', 50, ['can read stored data']],
    ['dynamodb:BatchWriteItem', 65, ['can delete or overwrite stored data']],
    ['es:DeleteElasticsearchDomain', 65, ['can delete or overwrite stored data']],
    ['iam:*', 50, []],
  ])('of %s is %i', (action, score, reasons) =>
    expect(observedBlastRadius(emptyBaseline(), action)).toEqual({
      score,
      basis: 'observed',
      reasons: [...reasons, 'what else it may do is not known'],
    }),
  )

  it('is no lower by a call under the name of CloudTrail than by the action of IAM that it needs', () => {
    const names = [
      's3:PutBucketReplication',
      's3:CopyObject',
      's3:UploadPart',
      's3:HeadObject',
      'kms:ReEncrypt',
      'email:SendEmail',
      'api.ecr:PutImage',
    ]
    for (const name of [...names, 'bedrock-runtime:InvokeModel', 'sns:PublishBatch', 'dynamodb:TransactGetItems', 'bedrock:ConverseStream'])
      for (const action of iamActionsOf(name))
        expect(observedBlastRadius(emptyBaseline(), name).score, name).toBeGreaterThanOrEqual(
          observedBlastRadius(emptyBaseline(), action).score,
        )
  })

  it('is never lower than before by one more call that was seen', () => {
    const calls = ['sts:GetCallerIdentity', 's3:GetObject', ...POWERS.flatMap(({ actions }) => actions.slice(0, 2))]
    for (const order of [calls, calls.toReversed()]) {
      const baseline = emptyBaseline()
      let before = observedBlastRadius(baseline).score
      for (const action of order) {
        learn(baseline, habitualCall(NOW, { action }))
        const { score } = observedBlastRadius(baseline)
        expect(score).toBeGreaterThanOrEqual(before)
        before = score
      }
      expect(before).toBeGreaterThan(80)
    }
  })
})
