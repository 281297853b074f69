import { describe, expect, it } from 'vitest'
import { outsidersIn } from '../../shared/detect/outsiders.ts'
import { adminPolicyIn } from '../../shared/detect/policy-document.ts'
import { awsManagedPolicyIn, serviceIn } from '../../shared/domain/arn.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { addressKind } from '../../shared/sense/enrich/address-kind.ts'
import { normalise } from '../../shared/sense/normalise.ts'

const ACCOUNT = '123456789012'
const OTHER = '210987654321'

/** Every partition with one of its regions and the end of its services' names. */
const PARTITIONS = [
  ['aws', 'eu-west-1', 'amazonaws.com'],
  ['aws-us-gov', 'us-gov-west-1', 'amazonaws.com'],
  ['aws-cn', 'cn-north-1', 'amazonaws.com.cn'],
  ['aws-iso', 'us-iso-east-1', 'c2s.ic.gov'],
  ['aws-iso-b', 'us-isob-east-1', 'sc2s.sgov.gov'],
  ['aws-iso-e', 'eu-isoe-west-1', 'cloud.adc-e.uk'],
  ['aws-iso-f', 'us-isof-south-1', 'csp.hci.ic.gov'],
  ['aws-eusc', 'eusc-de-east-1', 'amazonaws.eu'],
] as const

function signalsOf(record: object): readonly Signal[] {
  const normalised = normalise({ eventID: 'e1', eventTime: '2026-01-01T00:00:00Z', recipientAccountId: ACCOUNT, ...record })
  if (normalised.kind !== 'signals') throw new Error(normalised.reason)
  return normalised.signals
}

describe.each(PARTITIONS)('in the partition %s', (partition, awsRegion, suffix) => {
  const iam = `arn:${partition}:iam::${ACCOUNT}`
  const sts = `arn:${partition}:sts::${ACCOUNT}`
  const idOf = (userIdentity: object) =>
    signalsOf({
      awsRegion,
      eventSource: 's3.amazonaws.com',
      eventName: 'ListBuckets',
      userIdentity: { accountId: ACCOUNT, ...userIdentity },
    })[0]?.identity.id

  it('each kind of caller has an ARN of it, with and without one in the record', () => {
    expect(idOf({ type: 'IAMUser', arn: `${iam}:user/ops/anna` })).toBe(`${iam}:user/ops/anna`)
    expect(idOf({ type: 'IAMUser', userName: 'anna' })).toBe(`${iam}:user/anna`)
    expect(idOf({ type: 'Root' })).toBe(`${iam}:root`)
    expect(idOf({ type: 'AssumedRole', arn: `${sts}:assumed-role/deploy/run` })).toBe(`${iam}:role/deploy`)
    expect(idOf({ type: 'Role', arn: `${iam}:role/ci/deploy` })).toBe(`${iam}:role/ci/deploy`)
    expect(idOf({ type: 'FederatedUser', principalId: 'p' })).toBe(`${sts}:federated-user/p`)
    expect(idOf({ type: 'AssumedRole', arn: `${sts}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/anna` })).toBe(
      `${iam}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef/anna`,
    )
  })

  it.each(['', 'V2', 'V3', 'V4', 'V12'])('the quarantine policy of AWS is known in version "%s"', (version) => {
    const policyArn = `arn:${partition}:iam::aws:policy/AWSCompromisedKeyQuarantine${version}`
    const by = { awsRegion, eventSource: 'iam.amazonaws.com', userIdentity: { type: 'AWSService', invokedBy: 'AWS Internal' } }
    const user = signalsOf({ ...by, eventName: 'AttachUserPolicy', requestParameters: { userName: 'anna', policyArn } })[1]
    expect(user).toMatchObject({ kind: 'credential-exposure', exposure: 'AWS_IAM_QUARANTINE_POLICY', identity: { id: `${iam}:user/anna` } })
    const role = signalsOf({ ...by, eventName: 'AttachRolePolicy', requestParameters: { roleName: 'deploy', policyArn } })[1]
    expect(role?.identity.id).toBe(`${iam}:role/deploy`)
    expect(awsManagedPolicyIn(policyArn)).toBe(`AWSCompromisedKeyQuarantine${version}`)
  })

  it('a managed policy that grants everything is known', () => {
    expect(adminPolicyIn(`arn:${partition}:iam::aws:policy/AdministratorAccess`)).toBe('AdministratorAccess')
  })

  it('its services are known by their names', () => {
    expect(serviceIn(`cloudformation.${suffix}`)).toBe('cloudformation')
    expect(addressKind(`cloudformation.${suffix}`)).toBe('aws-service')
    const [signal] = signalsOf({
      awsRegion,
      eventSource: `iam.${suffix}`,
      eventName: 'ListUsers',
      userIdentity: { type: 'Root', accountId: ACCOUNT },
    })
    expect(signal?.action).toBe('iam:ListUsers')
  })

  it('an outsider is one, whatever number stands in its name, and an insider is none', () => {
    const trusting = (principal: string) =>
      outsidersIn({ Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: principal } } }, { account: ACCOUNT })
    expect(trusting(`arn:${partition}:iam::${OTHER}:role/x-${ACCOUNT}`)).toEqual([
      { name: `arn:${partition}:iam::${OTHER}:role/x-${ACCOUNT}`, certainty: 'certain' },
    ])
    expect(trusting(`arn:${partition}:iam::${ACCOUNT}:role/x-${OTHER}`)).toEqual([])
  })
})

describe('an outsider', () => {
  it.each(['AIDAEXAMPLEOUTSIDE0AA', 'AROAEXAMPLEOUTSIDE0AA', 'AROAEXAMPLEOUTSIDE0AA:session'])('by the unique id %s is told', (id) => {
    expect(outsidersIn({ Statement: { Effect: 'Allow', Principal: { AWS: id } } }, { account: ACCOUNT })).toEqual([
      { name: `${id}, whose account the policy does not say`, certainty: 'likely' },
    ])
  })

  it('with an external id is told', () => {
    const Condition = { StringEquals: { 'sts:ExternalId': 'x' } }
    expect(
      outsidersIn({ Statement: { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OTHER}:root` }, Condition } }, { account: ACCOUNT }),
    ).toEqual([{ name: `arn:aws:iam::${OTHER}:root with an external id`, certainty: 'likely' }])
  })
})

describe('a host name that is no service of AWS', () => {
  it.each(['192.0.2.1', 'amazonaws.com', '.amazonaws.com', 'iam.amazonaws.com.example.com', 'iam.amazonaws.org', ''])('%s', (host) => {
    expect(serviceIn(host)).toBeUndefined()
    expect(addressKind(host)).not.toBe('aws-service')
  })
})

describe('an event of AWS Health', () => {
  const health = (detail: object, resources: unknown = []) =>
    normalise({
      source: 'aws.health',
      'detail-type': 'AWS Health Event',
      account: ACCOUNT,
      region: 'us-east-1',
      time: '2026-01-01T00:00:00Z',
      resources,
      detail: { service: 'RISK', eventArn: 'arn:aws:health:us-east-1::event/RISK/X/1', ...detail },
    })
  const named = (normalised: ReturnType<typeof normalise>) =>
    normalised.kind === 'signals'
      ? normalised.signals.map(({ credential, exposure }) => `${credential.id} ${exposure}`)
      : [normalised.reason]
  const KEY = 'AKIAIOSFODNN7EXAMPLE'

  it.each(['AWS_RISK_CREDENTIALS_EXPOSED', 'AWS_RISK_IAM_QUARANTINE', 'AWS_RISK_SOMETHING_NEW'])(
    'of the code %s finds the key in its resources, its entities or texts in their place',
    (eventTypeCode) => {
      const expected = [`${KEY} ${eventTypeCode}`]
      expect(named(health({ eventTypeCode }, [KEY]))).toEqual(expected)
      expect(named(health({ eventTypeCode, affectedEntities: [{ entityValue: KEY }] }))).toEqual(expected)
      expect(named(health({ eventTypeCode, affectedEntities: [KEY] }, [KEY]))).toEqual(expected)
    },
  )

  it.each([undefined, null, 'text', 7, {}, [], [7], [{}]])(
    'that names no key is about its account, and a person is asked: %s',
    (entities) => {
      const told = health({ eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED', affectedEntities: entities }, entities)
      expect(told.kind === 'signals' && told.signals.map(({ identity, request }) => [identity.id, request])).toEqual([
        [`account:${ACCOUNT}`, { note: 'it names no credential' }],
      ])
    },
  )
})
