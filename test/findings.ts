import type { Signal } from '../shared/domain/signal.ts'
import { normalise } from '../shared/sense/normalise.ts'
import { ACCOUNT, arnOf, NOW } from './embedded.ts'

export const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`
export const ROLE_ID = 'AROAEXAMPLEROLE000001'
export const USER_ID = 'AIDAEXAMPLEUSER000001'
export const SESSION = 'ASIAEXAMPLE000000001'
export const OTHER = '999988887777'

export const event = (source: string, type: string, detail: unknown) => ({
  version: '0',
  id: 'e',
  source,
  'detail-type': type,
  account: ACCOUNT,
  region: 'us-east-1',
  time: new Date(NOW).toISOString(),
  detail,
})
export const FINDING = {
  schemaVersion: '2.0',
  accountId: ACCOUNT,
  region: 'us-east-1',
  id: 'f1',
  arn: `arn:aws:guardduty:us-east-1:${ACCOUNT}:detector/1/finding/f1`,
  type: 'UnauthorizedAccess:IAMUser/TorIPCaller',
  severity: 5,
  updatedAt: new Date(NOW).toISOString(),
}
export const guardDuty = (resource: object, service: object = {}, parts: object = {}) =>
  event('aws.guardduty', 'GuardDuty Finding', { ...FINDING, resource, service: { archived: false, ...service }, ...parts })
export const ofKey = (accessKeyDetails: object, service: object = {}, parts: object = {}) =>
  guardDuty({ resourceType: 'AccessKey', accessKeyDetails }, service, parts)
export const asff = (finding: object) =>
  event('aws.securityhub', 'Security Hub Findings - Imported', {
    findings: [
      {
        SchemaVersion: '2018-10-08',
        Id: 'x',
        ProductArn: `arn:aws:securityhub:us-east-1:${ACCOUNT}:product/${ACCOUNT}/default`,
        GeneratorId: 'somebody',
        AwsAccountId: ACCOUNT,
        Types: ['TTPs/Credential Access'],
        UpdatedAt: new Date(NOW).toISOString(),
        Severity: { Label: 'HIGH' },
        Resources: [{ Type: 'AwsIamUser', Id: arnOf('ci-build') }],
        ...finding,
      },
    ],
  })
export const ocsf = (finding: object) =>
  event('aws.securityhub', 'Findings Imported V2', {
    findings: [
      {
        class_uid: 2004,
        severity_id: 4,
        time: NOW,
        metadata: { product: { name: 'Somebody', uid: `arn:aws:securityhub:us-east-1:${ACCOUNT}:productv2/${ACCOUNT}/default` } },
        finding_info: { uid: 'x', types: ['TTPs/x'] },
        cloud: { account: { uid: ACCOUNT }, region: 'us-east-1' },
        resources: [{ type: 'AWS::IAM::User', uid: arnOf('ci-build') }],
        ...finding,
      },
    ],
  })

export const read = (input: object) => normalise(input)
export function signalsOf(input: object): readonly Signal[] {
  const normalised = read(input)
  if (normalised.kind !== 'signals') throw new Error(`${normalised.kind}: ${normalised.reason}`)
  return normalised.signals
}
export const whom = (input: object) => signalsOf(input).map(({ identity, credential }) => [identity.kind, identity.id, credential.id])
