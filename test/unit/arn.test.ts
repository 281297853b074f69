import { describe, expect, it } from 'vitest'
import {
  awsManagedPolicyIn,
  formatArn,
  parseArn,
  partitionFrom,
  partitionOfRegion,
  placeOf,
  principalIn,
  roleArn,
  rootArn,
  userArn,
} from '../../shared/domain/arn.ts'

const account = '123456789012'
const IAM = `arn:aws:iam::${account}:`
const STS = `arn:aws:sts::${account}:`

describe('an ARN', () => {
  it.each([
    [`${IAM}user/team/anna`, ['aws', 'iam', '', account, 'user/team/anna']],
    ['arn:aws-us-gov:s3:::bucket/key', ['aws-us-gov', 's3', '', '', 'bucket/key']],
    ['arn:aws:iam::aws:policy/ReadOnlyAccess', ['aws', 'iam', '', 'aws', 'policy/ReadOnlyAccess']],
    [`arn:aws-cn:sqs:cn-north-1:${account}:a:b`, ['aws-cn', 'sqs', 'cn-north-1', account, 'a:b']],
  ])('is its parts, and its parts are its text: %s', (text, parts) => {
    const arn = parseArn(text)
    expect(Object.values(arn ?? {})).toEqual(parts)
    expect(arn && formatArn(arn)).toBe(text)
  })

  it.each([
    '',
    'arn',
    `x${IAM}user/anna`,
    `arn:azure:iam::${account}:user/anna`,
    'arn:aws:iam::1234:user/anna',
    `arn:aws:iam::${account}:`,
    `arn:AWS:iam::${account}:user/anna`,
    `${IAM}user/a\0nna`,
    `${IAM}${'x'.repeat(2001)}`,
  ])('is no text like %j', (text) => {
    expect(parseArn(text)).toBeUndefined()
    expect(principalIn(text)).toBeUndefined()
    expect(awsManagedPolicyIn(text)).toBeUndefined()
  })
})

it('is the same whatever was read before, and however often', () => {
  const texts = Array.from({ length: 2500 }, (_, at) => (at % 5 === 0 ? `no ARN ${at}` : `${IAM}user/${'x'.repeat(at % 300)}${at}`))
  const read = () => texts.map((text) => parseArn(text)?.resource)
  const expected = texts.map((text) => (text.startsWith(IAM) ? text.slice(IAM.length) : undefined))
  expect([read(), read()]).toEqual([expected, expected])
})

describe('the principal of an ARN', () => {
  const of = (kind: string, name: string, sessionName?: string) => ({ kind, name, account, partition: 'aws', sessionName })

  it.each([
    [`${IAM}user/anna`, of('user', 'anna')],
    [`${IAM}user/team/ops/anna`, of('user', 'anna')],
    [`${IAM}role/aws-service-role/x.amazonaws.com/Y`, of('role', 'Y')],
    [`${IAM}root`, of('root', 'root')],
    [`${STS}assumed-role/deploy/build-7`, of('assumed-role', 'deploy', 'build-7')],
    [`${STS}assumed-role/deploy/a/b`, of('assumed-role', 'deploy', 'a/b')],
    [`${STS}assumed-role/deploy`, of('assumed-role', 'deploy')],
    [`${STS}federated-user/anna`, of('federated-user', 'anna')],
    ['arn:aws-cn:iam::123456789012:user/anna', { ...of('user', 'anna'), partition: 'aws-cn' }],
  ])('%s', (text, principal) => expect(principalIn(text)).toEqual(principal))

  it.each([
    ['a group', `${IAM}group/admins`],
    ['a policy', `${IAM}policy/mine`],
    ['a user without a name', `${IAM}user/`],
    ['a user that ends in a slash', `${IAM}user/team/`],
    ['a role session without a role', `${STS}assumed-role/`],
    ['the word user alone', `${IAM}user`],
    ['a user of another service', `arn:aws:sts::${account}:user/anna`],
    ['a root of another service', `arn:aws:s3::${account}:root`],
    ['a session of another service', `arn:aws:iam::${account}:assumed-role/deploy/x`],
    ['a thing of STS', `${STS}self`],
    ['a user with a region', `arn:aws:iam:us-east-1:${account}:user/anna`],
    ['a user of AWS', 'arn:aws:iam::aws:user/anna'],
    ['a user without account', 'arn:aws:iam:::user/anna'],
  ])('is none in %s', (_, text) => expect(principalIn(text)).toBeUndefined())
})

describe('a partition', () => {
  it.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eu-isoe-west-1', 'aws-iso-e'],
    ['us-isof-south-1', 'aws-iso-f'],
    ['eusc-de-east-1', 'aws-eusc'],
    ['us-east-1', 'aws'],
    ['ap-cn-1', 'aws'],
    ['', 'aws'],
  ])('of region %j is %s', (region, partition) => expect(partitionOfRegion(region)).toBe(partition))

  it('is that of the first text which is an ARN, else of the region, else `aws`', () => {
    expect(partitionFrom([undefined, 'no arn', 'arn:aws-cn:iam::123456789012:user/a', `${IAM}user/b`], 'us-gov-west-1')).toBe('aws-cn')
    expect(partitionFrom([undefined, 'no arn'], 'us-gov-west-1')).toBe('aws-us-gov')
    expect(partitionFrom([])).toBe('aws')
    expect(placeOf({ id: 'arn:aws-cn:iam::123456789012:user/a', account })).toEqual({ account, partition: 'aws-cn' })
    expect(placeOf({ id: 'unknown', account }, 'cn-north-1')).toEqual({ account, partition: 'aws-cn' })
  })

  it('stands in the ARNs that are made for a place', () => {
    const place = { account, partition: 'aws-cn' }
    expect([userArn(place, 'team/anna'), roleArn(place, 'deploy'), rootArn(place)]).toEqual(
      ['user/team/anna', 'role/deploy', 'root'].map((resource) => `arn:aws-cn:iam::${account}:${resource}`),
    )
  })
})

describe('a managed policy of AWS', () => {
  it('is known by its name, in every partition', () => {
    expect(awsManagedPolicyIn('arn:aws:iam::aws:policy/AdministratorAccess')).toBe('AdministratorAccess')
    expect(awsManagedPolicyIn('arn:aws-cn:iam::aws:policy/job-function/Billing')).toBe('job-function/Billing')
  })

  it.each([
    [`${IAM}policy/AdministratorAccess`],
    ['arn:aws:iam::aws:role/AdministratorAccess'],
    ['arn:aws:s3::aws:policy/AdministratorAccess'],
  ])('is not %s', (text) => expect(awsManagedPolicyIn(text)).toBeUndefined())
})
