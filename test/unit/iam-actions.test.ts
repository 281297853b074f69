import { describe, expect, it } from 'vitest'
import { iamGlobs } from '../../shared/domain/glob.ts'
import { GRAVE_GROUPS, graveActionsOf } from '../../shared/domain/grave-actions.ts'
import { dependentActionsOf, iamActionsOf, iamServiceOf } from '../../shared/domain/iam-actions.ts'

describe('the IAM actions of a call', () => {
  it.each([
    ['iam:CreateUser', ['iam:CreateUser']],
    ['s3:ListObjects', ['s3:ListBucket']],
    ['s3:ListObjectsV2', ['s3:ListBucket']],
    ['s3:HeadBucket', ['s3:ListBucket']],
    ['s3:HeadObject', ['s3:GetObject']],
    ['s3:ListBuckets', ['s3:ListAllMyBuckets']],
    ['s3:CopyObject', ['s3:GetObject', 's3:PutObject']],
    ['s3:PutBucketLifecycle', ['s3:PutLifecycleConfiguration']],
    ['s3:DeleteBucketEncryption', ['s3:PutEncryptionConfiguration']],
    ['s3:DeleteBucketPublicAccessBlock', ['s3:PutBucketPublicAccessBlock']],
    ['lambda:Invoke', ['lambda:InvokeFunction']],
    ['lambda:ListFunctions20150331', ['lambda:ListFunctions']],
    ['lambda:UpdateFunctionCode20150331v2', ['lambda:UpdateFunctionCode']],
    ['bedrock:Converse', ['bedrock:InvokeModel']],
    ['monitoring:GetMetricData', ['cloudwatch:GetMetricData']],
    ['kms:ReEncrypt', ['kms:ReEncryptFrom', 'kms:ReEncryptTo']],
    ['apigateway:CreateRestApi', ['apigateway:POST']],
    ['apigateway:GetRestApis', ['apigateway:GET']],
    ['nothing-of-aws:Call', []],
    ['iam:Not A Name', []],
    ['no colon', []],
  ])('of %s are %j', (call, actions) => {
    expect(iamActionsOf(call)).toEqual(actions)
  })

  it.each([
    ['email', 'ses'],
    ['tagging', 'tag'],
    ['s3', 's3'],
    ['nothing-of-aws', undefined],
  ])('go by the prefix of the service %s: %s', (service, prefix) => {
    expect(iamServiceOf(service)).toBe(prefix)
  })

  it.each([
    ['lambda:CreateFunction', 'iam:PassRole'],
    ['ec2:RunInstances', 'iam:PassRole'],
    ['ecs:RegisterTaskDefinition', 'iam:PassRole'],
    ['rds:CreateDBInstance', 'iam:PassRole'],
  ])('of %s include %s, which CloudTrail does not show', (action, dependent) => {
    expect(dependentActionsOf(action)).toContain(dependent)
  })

  it('have no dependents where none are known', () => {
    expect(dependentActionsOf('s3:GetObject')).toEqual([])
  })
})

describe('the grave actions', () => {
  const patterns = GRAVE_GROUPS.flatMap((group) => group.patterns)

  it.each(patterns)('%s matches actions that IAM has, and has one wildcard at most', (pattern) => {
    const actions = graveActionsOf(pattern)
    expect(actions.length).toBeGreaterThan(0)
    expect(actions.filter((action) => !iamGlobs(pattern, action))).toEqual([])
    expect(pattern.split('*').length).toBeLessThanOrEqual(2)
  })

  it('stand in one pattern each, so that a policy can be read back', () => {
    const all = patterns.flatMap(graveActionsOf)
    expect(all.filter((action, at) => all.indexOf(action) !== at)).toEqual([])
  })

  it('hold no action that services call with the rights of whoever uses them', () => {
    const all = patterns.flatMap(graveActionsOf)
    expect(all).not.toContain('iam:CreateServiceLinkedRole')
    expect(all).not.toContain('kms:CreateGrant')
    expect(all).not.toContain('s3:DeleteObject')
  })
})
