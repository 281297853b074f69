import { ACCOUNT, arnOf, call, NOW } from './embedded.ts'

const keyOf = (name: string) =>
  `AKIA${name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')
    .padEnd(16, '0')
    .slice(0, 16)}`

/** An account with a user and an active key for each name. */
export function accountOf(names: readonly string[]): object {
  const rest = { Path: '/', UserPolicyList: [], AttachedManagedPolicies: [], GroupList: [], Tags: [] }
  return {
    UserDetailList: [...names, 'bystander'].map((UserName) => ({ UserName, Arn: arnOf(UserName), ...rest })),
    AccessKeys: names.map((UserName) => ({ UserName, AccessKeyId: keyOf(UserName), Status: 'Active' })),
  }
}

/** Calls of one user that in mode `ask` open an incident about it, which asks. `more`: one that adds a detector to its evidence. */
export function asksAbout(user: string, { more = false }: { more?: boolean } = {}): object[] {
  const by = { user, key: keyOf(user) }
  const helper = `helper-of-${user}`
  if (more)
    return [
      call('s3:PutBucketPolicy', {
        id: `${user}-more`,
        time: NOW + 5000,
        request: {
          bucketName: 'ours',
          bucketPolicy: { Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' }] },
        },
        ...by,
      }),
      call('iam:CreateAccessKey', {
        id: `${user}-key`,
        time: NOW + 5500,
        request: { userName: 'bystander' },
        response: { accessKey: { accessKeyId: 'AKIAMADE000000000001', userName: 'bystander', status: 'Active' } },
        ...by,
      }),
    ]
  return [
    call('iam:CreateUser', { id: `${user}-1`, request: { userName: helper }, ...by }),
    call('iam:AttachUserPolicy', {
      id: `${user}-2`,
      time: NOW + 1000,
      request: { userName: helper, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
      ...by,
    }),
    call('cloudtrail:StopLogging', {
      id: `${user}-3`,
      time: NOW + 2000,
      request: { name: `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/all` },
      ...by,
    }),
  ]
}
