import { allowsEverything } from '../shared/domain/iam-permissions.ts'
import { statementsOf } from '../shared/domain/iam-policy.ts'

export const PLACE = { account: '123456789012', partition: 'aws' }

/** A policy as an object. */
export type Policy = { readonly Statement: readonly Readonly<Record<string, unknown>>[] }

/** Whether a document allows everything. */
export const verdict = (document: unknown) => allowsEverything(statementsOf(document), PLACE)
export const allow = (Action: unknown, Resource: unknown = '*') => ({ Effect: 'Allow', Action, Resource })

/** Policies whose verdict is known, in the plainest spelling. */
export const KNOWN: readonly (readonly [Policy, boolean])[] = [
  [{ Statement: [allow('*')] }, true],
  [{ Statement: [allow('iam:*')] }, true],
  [{ Statement: [{ Effect: 'Allow', NotAction: 'aws-portal:*', Resource: '*' }] }, true],
  [{ Statement: [{ Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' }] }, true],
  [{ Statement: [allow('*'), { Effect: 'Deny', Action: 's3:DeleteBucket', Resource: '*' }] }, true],
  [{ Statement: [{ Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::reports' }] }, true],
  [{ Statement: [{ Effect: 'Allow', Action: '*', NotResource: '*/??????????' }] }, true],
  [{ Statement: [{ Effect: 'Allow', Action: '*', NotResource: ['*/??????????', '*/???????????'] }] }, true],
  [{ Statement: [allow('*'), { Effect: 'Deny', Action: '*', Resource: '*/??????????' }] }, true],
  [
    {
      Statement: [
        { Effect: 'Allow', NotAction: ['???????????:*', 'iam:*'], Resource: '*' },
        { Effect: 'Allow', Action: 'iam:*', NotResource: 'arn:aws:iam::*:*/??????????' },
      ],
    },
    true,
  ],
  [{ Statement: [allow('iam:*'), { Effect: 'Deny', Action: 'iam:*', Resource: ['*/??*', '*:group/*'] }] }, true],
  [{ Statement: [allow('iam:*'), { Effect: 'Deny', Action: ['iam:Put*', 'iam:Attach*'], Resource: '*' }] }, true],
  [{ Statement: [allow('iam:*', ['*:user/?????????', '*:role/???'])] }, true],
  [{ Statement: [allow('iam:*', '*a*')] }, true],
  [{ Statement: [allow('iam:*'), { Effect: 'Deny', Action: 'iam:*', NotResource: '*/?????' }] }, true],
  [{ Statement: [allow('iam:*'), { Effect: 'Deny', NotAction: 'iam:P*', Resource: '*' }] }, true],
  [{ Statement: [{ Effect: 'Allow', NotAction: ['????????*:*'], Resource: '*' }] }, true],
  [
    { Statement: [{ Effect: 'Allow', NotAction: ['*:*Create*', '*:*Put*', '*:*Attach*', '*:*Update*', '*:*Delete*'], Resource: '*' }] },
    true,
  ],
  [{ Statement: [allow('iam:*'), { Effect: 'Deny', Action: 'iam:*', Resource: '*' }] }, false],
  [{ Statement: [allow('iam:*'), { Effect: 'Deny', Action: 'iam:*', Resource: 'arn:aws:iam::*:*' }] }, false],
  [{ Statement: [allow('iam:*'), { Effect: 'Deny', Action: '*', Resource: ['*:user/*', '*:role/*', '*:group/*', '*:policy/*'] }] }, false],
  [{ Statement: [allow('iam:*'), { Effect: 'Deny', Action: 'iam:*', NotResource: '*:user/ci-*' }] }, false],
  [{ Statement: [{ Effect: 'Allow', Action: 'iam:*', NotResource: 'arn:aws:iam::123456789012:*' }] }, false],
  [{ Statement: [allow(['iam:PutUserPolicy', 'iam:AttachUserPolicy', 'iam:PutRolePolicy', 'iam:AttachRolePolicy'], '*/ci-*')] }, false],
  [{ Statement: [allow('???????????:*')] }, false],
  [{ Statement: [allow(['*:Get*', '*:List*', '*:Describe*'])] }, false],
  [{ Statement: [allow('s3:*'), { Effect: 'Deny', Action: 's3:*', Resource: '*/??????????' }] }, false],
  [{ Statement: [allow(['s3:*', 'ec2:*', 'lambda:*', 'dynamodb:*', 'sqs:*', 'sns:*'])] }, false],
  [{ Statement: [allow('*', 'arn:aws:s3:::reports/*')] }, false],
  [{ Statement: [allow('iam:*', 'arn:aws:iam::123456789012:user/ci')] }, false],
  [{ Statement: [allow(['iam:Get*', 'iam:List*'])] }, false],
  [{ Statement: [{ Effect: 'Deny', NotAction: 's3:*', Resource: '*' }] }, false],
  [{ Statement: [allow('*'), { Effect: 'Deny', NotAction: 's3:*', Resource: '*' }] }, false],
  [{ Statement: [allow('*'), { Effect: 'Deny', Action: '*', Resource: '*' }] }, false],
  [{ Statement: [] }, false],
]
