import { parseArn } from '../../domain/arn.ts'

/** What an action of IAM is about, by its name. The first that matches counts. */
const IAM_KINDS: readonly (readonly [name: RegExp, kind: string])[] = [
  [/^iam:(AddUserToGroup|.*GroupPolicy)$/, 'group'],
  [/^iam:.*InstanceProfile$/, 'instance-profile'],
  [/^iam:.*PolicyVersion$/, 'policy'],
  [/^iam:.*SAMLProvider$/, 'saml-provider'],
  [/^iam:.*OpenIDConnectProvider$/, 'oidc-provider'],
  [/^iam:(.*Role.*|UpdateAssumeRolePolicy)$/, 'role'],
  [/^iam:/, 'user'],
]

/** The ARNs that other actions can be about. What is not named can be about anything: that errs to the larger side. */
const FORMS: readonly (readonly [action: RegExp, form: string])[] = [
  [/^sts:AssumeRole$/, 'arn:PARTITION:iam::*:role/*'],
  [
    /^lambda:(Create|Update|Delete)Function(Code|Configuration|UrlConfig)?$|^lambda:(InvokeFunction|AddPermission)$/,
    'arn:PARTITION:lambda:*:*:function:*',
  ],
  [/^s3:(Get|Put|Delete)Object(Acl|Version)?$/, 'arn:PARTITION:s3:::*'],
  [
    /^s3:(PutBucketPolicy|PutBucketAcl|PutReplicationConfiguration|PutBucketPublicAccessBlock|PutLifecycleConfiguration|DeleteBucket)$/,
    'arn:PARTITION:s3:::*',
  ],
  [/^secretsmanager:(GetSecretValue|PutResourcePolicy)$/, 'arn:PARTITION:secretsmanager:*:*:secret:*'],
  [/^ssm:GetParameter/, 'arn:PARTITION:ssm:*:*:parameter/*'],
  [/^dynamodb:(GetItem|Query|Scan|DeleteItem|DeleteTable|ExportTableToPointInTime)$/, 'arn:PARTITION:dynamodb:*:*:table/*'],
  [/^kms:/, 'arn:PARTITION:kms:*:*:key/*'],
]

/** The forms that were asked last, by action and account. */
const KNOWN = new Map<string, string>()
const KNOWN_LIMIT = 10_000

/** The ARNs that an action can be about when the identity with this ARN calls it, as one pattern. */
export function resourceFormOf(action: string, caller: string): string {
  const { partition = '*', account = '*' } = parseArn(caller) ?? {}
  const key = `${action} ${partition} ${account}`
  const known = KNOWN.get(key)
  if (known !== undefined) return known
  if (KNOWN.size >= KNOWN_LIMIT) KNOWN.clear()
  const form = formIn(action, partition, account)
  KNOWN.set(key, form)
  return form
}

function formIn(action: string, partition: string, account: string): string {
  const kind = IAM_KINDS.find(([name]) => name.test(action))?.[1]
  if (kind !== undefined) return `arn:${partition}:iam::${account}:${kind}/*`
  return FORMS.find(([name]) => name.test(action))?.[1].replace('PARTITION', partition) ?? '*'
}
