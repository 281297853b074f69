import type { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import type { SwitchKind } from '../../shared/ports/iam.ts'
import { type Loopback, loopback, type WireAnswer } from './loopback.ts'

/** A verb of IAM's Query protocol: the inside of its result, or an error. */
type Verb = (words: URLSearchParams) => string | IamError

interface IamError {
  readonly code: string
  readonly status: number
}

const NO_SUCH_ENTITY: IamError = { code: 'NoSuchEntity', status: 404 }
const LIMIT_EXCEEDED: IamError = { code: 'LimitExceeded', status: 409 }
const INLINE_QUOTA = 2048

export interface IamWire extends Loopback {
  /** The next calls of a verb are answered so, in place of being carried out. */
  fail(verb: string, ...answers: (IamError | 'hang')[]): void
  calls(verb: string): number
  /** Every verb that was called, in order. */
  readonly seen: readonly string[]
  /** The account as it stands. */
  picture(): AuthorizationDetails
}

/** Services that IAM lists on one page of last-used data here. */
const LAST_USED_PAGE = 2

/**
 * IAM's Query protocol on loopback, as far as the responder uses it: XML answers, URL-encoded documents, pages of one. `lastUsed` is what the AWS CLI would print of
 * each identity's last-used data: a job of its own that runs when it is first asked for.
 */
export async function iamWire(picture: AuthorizationDetails, lastUsed: ReadonlyMap<string, unknown> = new Map()): Promise<IamWire> {
  const jobs = new Map<string, { readonly identityId: string; polls: number }>()
  const account = structuredClone(picture)
  const failures = new Map<string, (IamError | 'hang')[]>()
  const userOf = (words: URLSearchParams) => account.UserDetailList.find(({ UserName }) => UserName === words.get('UserName'))
  const keyOf = (words: URLSearchParams) => account.AccessKeys.find(({ AccessKeyId }) => AccessKeyId === words.get('AccessKeyId'))
  const policyOf = (words: URLSearchParams) =>
    userOf(words)?.UserPolicyList.find(({ PolicyName }) => PolicyName === words.get('PolicyName'))

  const roleOf = (words: URLSearchParams) => account.RoleDetailList.find(({ RoleName }) => RoleName === words.get('RoleName'))
  const switchesOf = (words: URLSearchParams, kind: SwitchKind, inside: (id: string, status: string) => string, list: string) => {
    if (userOf(words) === undefined) return NO_SUCH_ENTITY
    const members = account.SwitchableCredentials.filter(({ UserName, Kind }) => UserName === words.get('UserName') && Kind === kind)
    return `<${list}>${members.map(({ Id, Status }) => `<member>${inside(Id, Status)}</member>`).join('')}</${list}><IsTruncated>false</IsTruncated>`
  }
  const setSwitch = (words: URLSearchParams, kind: SwitchKind, parameter: string) => {
    const one = account.SwitchableCredentials.find(
      ({ UserName, Kind, Id }) => UserName === words.get('UserName') && Kind === kind && Id === words.get(parameter),
    )
    if (one === undefined) return NO_SUCH_ENTITY
    one.Status = words.get('Status') as 'Active' | 'Inactive'
    return ''
  }

  const verbs: Record<string, Verb> = {
    GetAccessKeyLastUsed(words) {
      const key = keyOf(words)
      return key === undefined
        ? NO_SUCH_ENTITY
        : `<UserName>${key.UserName}</UserName><AccessKeyLastUsed>${key.LastUsedDate === undefined ? '' : `<LastUsedDate>${key.LastUsedDate}</LastUsedDate>`}<Region>N/A</Region><ServiceName>N/A</ServiceName></AccessKeyLastUsed>`
    },
    GetInstanceProfile: () => NO_SUCH_ENTITY,
    CreateAccessKey(words) {
      const UserName = words.get('UserName') ?? ''
      if (userOf(words) === undefined) return NO_SUCH_ENTITY
      if (account.AccessKeys.filter((key) => key.UserName === UserName).length >= 2) return LIMIT_EXCEEDED
      const AccessKeyId = `AKIAMADEBYWIRE${String(account.AccessKeys.length).padStart(6, '0')}`
      account.AccessKeys.push({ UserName, AccessKeyId, Status: 'Active' })
      const key = `<UserName>${UserName}</UserName><AccessKeyId>${AccessKeyId}</AccessKeyId><Status>Active</Status>`
      return `<AccessKey>${key}<SecretAccessKey>secret/of+${AccessKeyId}</SecretAccessKey></AccessKey>`
    },
    DeleteAccessKey(words) {
      const key = keyOf(words)
      if (key === undefined || key.UserName !== words.get('UserName')) return NO_SUCH_ENTITY
      account.AccessKeys = account.AccessKeys.filter((one) => one !== key)
      return ''
    },
    UpdateAssumeRolePolicy(words) {
      const role = roleOf(words)
      if (role === undefined) return NO_SUCH_ENTITY
      role.AssumeRolePolicyDocument = words.get('PolicyDocument') ?? ''
      return ''
    },
    ListAccessKeys(words) {
      if (userOf(words) === undefined) return NO_SUCH_ENTITY
      const keys = account.AccessKeys.filter(({ UserName }) => UserName === words.get('UserName'))
      const at = Number(words.get('Marker') ?? 0)
      const members = keys
        .slice(at, at + 1)
        .map(
          (key) =>
            `<member><UserName>${key.UserName}</UserName><AccessKeyId>${key.AccessKeyId}</AccessKeyId><Status>${key.Status}</Status></member>`,
        )
      const isTruncated = at + 1 < keys.length
      const next = isTruncated ? `<Marker>${at + 1}</Marker>` : ''
      return `<AccessKeyMetadata>${members.join('')}</AccessKeyMetadata><IsTruncated>${isTruncated}</IsTruncated>${next}`
    },
    UpdateAccessKey(words) {
      const key = keyOf(words)
      if (key === undefined || key.UserName !== words.get('UserName')) return NO_SUCH_ENTITY
      key.Status = words.get('Status') as 'Active' | 'Inactive'
      return ''
    },
    GetUserPolicy(words) {
      const policy = policyOf(words)
      const name = `<UserName>${words.get('UserName')}</UserName><PolicyName>${words.get('PolicyName')}</PolicyName>`
      return policy === undefined
        ? NO_SUCH_ENTITY
        : `${name}<PolicyDocument>${encodeURIComponent(String(policy.PolicyDocument))}</PolicyDocument>`
    },
    PutUserPolicy(words) {
      const user = userOf(words)
      if (user === undefined) return NO_SUCH_ENTITY
      const others = user.UserPolicyList.filter(({ PolicyName }) => PolicyName !== words.get('PolicyName'))
      const policies = [...others, { PolicyName: words.get('PolicyName') ?? '', PolicyDocument: words.get('PolicyDocument') ?? '' }]
      const used = policies.map(({ PolicyDocument }) => String(PolicyDocument).replace(/\s/g, '').length)
      if (used.reduce((sum, length) => sum + length, 0) > INLINE_QUOTA) return LIMIT_EXCEEDED
      user.UserPolicyList = policies
      return ''
    },
    DeleteUserPolicy(words) {
      const user = userOf(words)
      if (user === undefined || policyOf(words) === undefined) return NO_SUCH_ENTITY
      user.UserPolicyList = user.UserPolicyList.filter(({ PolicyName }) => PolicyName !== words.get('PolicyName'))
      return ''
    },
    GetUser(words) {
      const user = userOf(words)
      if (user === undefined) return NO_SUCH_ENTITY
      const { UserName, UserId, Arn, Tags, PermissionsBoundary } = user
      const boundary =
        PermissionsBoundary === undefined
          ? ''
          : `<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType><PermissionsBoundaryArn>${PermissionsBoundary.PermissionsBoundaryArn}</PermissionsBoundaryArn></PermissionsBoundary>`
      return `<User><Path>/</Path><UserName>${UserName}</UserName><UserId>${UserId ?? `AIDA-${UserName}`}</UserId><Arn>${Arn}</Arn>${createdAt(user)}${boundary}${tagsOf(Tags)}</User>`
    },
    ListAttachedUserPolicies(words) {
      const user = userOf(words)
      if (user === undefined) return NO_SUCH_ENTITY
      // Pages of one, as of keys.
      const at = Number(words.get('Marker') ?? 0)
      const members = user.AttachedManagedPolicies.slice(at, at + 1).map(
        ({ PolicyArn, PolicyName }) => `<member><PolicyName>${PolicyName}</PolicyName><PolicyArn>${PolicyArn}</PolicyArn></member>`,
      )
      const isTruncated = at + 1 < user.AttachedManagedPolicies.length
      const next = isTruncated ? `<Marker>${at + 1}</Marker>` : ''
      return `<AttachedPolicies>${members.join('')}</AttachedPolicies><IsTruncated>${isTruncated}</IsTruncated>${next}`
    },
    AttachUserPolicy(words) {
      const user = userOf(words)
      if (user === undefined) return NO_SUCH_ENTITY
      const PolicyArn = words.get('PolicyArn') ?? ''
      if (user.AttachedManagedPolicies.some((one) => one.PolicyArn === PolicyArn)) return ''
      if (user.AttachedManagedPolicies.length >= 10) return LIMIT_EXCEEDED
      user.AttachedManagedPolicies.push({ PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf('/') + 1), PolicyArn })
      return ''
    },
    DetachUserPolicy(words) {
      const user = userOf(words)
      const PolicyArn = words.get('PolicyArn')
      if (user === undefined || !user.AttachedManagedPolicies.some((one) => one.PolicyArn === PolicyArn)) return NO_SUCH_ENTITY
      user.AttachedManagedPolicies = user.AttachedManagedPolicies.filter((one) => one.PolicyArn !== PolicyArn)
      return ''
    },
    PutUserPermissionsBoundary(words) {
      const user = userOf(words)
      if (user === undefined) return NO_SUCH_ENTITY
      user.PermissionsBoundary = { PermissionsBoundaryArn: words.get('PermissionsBoundary') ?? '' }
      return ''
    },
    DeleteUserPermissionsBoundary(words) {
      const user = userOf(words)
      if (user?.PermissionsBoundary === undefined) return NO_SUCH_ENTITY
      delete user.PermissionsBoundary
      return ''
    },
    ListServiceSpecificCredentials: (words) =>
      switchesOf(
        words,
        'service-specific-credential',
        (id, status) => {
          const about = '<ServiceName>bedrock.amazonaws.com</ServiceName><CreateDate>2026-01-01T00:00:00Z</CreateDate>'
          return `<UserName>x</UserName><Status>${status}</Status><ServiceSpecificCredentialId>${id}</ServiceSpecificCredentialId>${about}`
        },
        'ServiceSpecificCredentials',
      ),
    ListSSHPublicKeys: (words) =>
      switchesOf(
        words,
        'ssh-public-key',
        (id, status) => {
          const about = '<UploadDate>2026-01-01T00:00:00Z</UploadDate>'
          return `<UserName>x</UserName><SSHPublicKeyId>${id}</SSHPublicKeyId><Status>${status}</Status>${about}`
        },
        'SSHPublicKeys',
      ),
    ListSigningCertificates: (words) =>
      switchesOf(
        words,
        'signing-certificate',
        (id, status) =>
          `<UserName>x</UserName><CertificateId>${id}</CertificateId><CertificateBody>x</CertificateBody><Status>${status}</Status>`,
        'Certificates',
      ),
    UpdateServiceSpecificCredential: (words) => setSwitch(words, 'service-specific-credential', 'ServiceSpecificCredentialId'),
    UpdateSSHPublicKey: (words) => setSwitch(words, 'ssh-public-key', 'SSHPublicKeyId'),
    UpdateSigningCertificate: (words) => setSwitch(words, 'signing-certificate', 'CertificateId'),
    GetRolePolicy(words) {
      const policy = roleOf(words)?.RolePolicyList.find(({ PolicyName }) => PolicyName === words.get('PolicyName'))
      const name = `<RoleName>${words.get('RoleName')}</RoleName><PolicyName>${words.get('PolicyName')}</PolicyName>`
      return policy === undefined
        ? NO_SUCH_ENTITY
        : `${name}<PolicyDocument>${encodeURIComponent(String(policy.PolicyDocument))}</PolicyDocument>`
    },
    PutRolePolicy(words) {
      const role = roleOf(words)
      if (role === undefined) return NO_SUCH_ENTITY
      const others = role.RolePolicyList.filter(({ PolicyName }) => PolicyName !== words.get('PolicyName'))
      role.RolePolicyList = [...others, { PolicyName: words.get('PolicyName') ?? '', PolicyDocument: words.get('PolicyDocument') ?? '' }]
      return ''
    },
    DeleteRolePolicy(words) {
      const role = roleOf(words)
      const name = words.get('PolicyName')
      if (role === undefined || !role.RolePolicyList.some(({ PolicyName }) => PolicyName === name)) return NO_SUCH_ENTITY
      role.RolePolicyList = role.RolePolicyList.filter(({ PolicyName }) => PolicyName !== name)
      return ''
    },
    GenerateServiceLastAccessedDetails(words) {
      const identityId = words.get('Arn') ?? ''
      if (!lastUsed.has(identityId)) return NO_SUCH_ENTITY
      const id = `examplec-0000-0000-0000-${String(jobs.size).padStart(12, '0')}`
      jobs.set(id, { identityId, polls: 0 })
      return `<JobId>${id}</JobId>`
    },
    GetServiceLastAccessedDetails(words) {
      const job = jobs.get(words.get('JobId') ?? '')
      if (job === undefined) return NO_SUCH_ENTITY
      job.polls += 1
      return lastUsedPage(lastUsed.get(job.identityId) as PrintedAnswer, job.polls, Number(words.get('Marker') ?? 0))
    },
    GetAccountSummary: () =>
      `<SummaryMap><entry><key>Users</key><value>${account.UserDetailList.length}</value></entry><entry><key>Groups</key><value>1</value></entry></SummaryMap>`,
    GetAccountAuthorizationDetails(words) {
      const entries = authorizationEntries(account)
      const at = Number(words.get('Marker') ?? 0)
      const [list, entry] = entries[at] ?? ['Policies', '']
      const isTruncated = at + 1 < entries.length
      const next = isTruncated ? `<Marker>${at + 1}</Marker>` : ''
      return `<${list}>${entry === '' ? '' : `<member>${entry}</member>`}</${list}><IsTruncated>${isTruncated}</IsTruncated>${next}`
    },
    GetRole(words) {
      const role = account.RoleDetailList.find(({ RoleName }) => RoleName === words.get('RoleName'))
      if (role === undefined) return NO_SUCH_ENTITY
      const { RoleName, RoleId, Arn, Tags, AssumeRolePolicyDocument: trust } = role
      const document = `<AssumeRolePolicyDocument>${encodeURIComponent(String(trust ?? '{}'))}</AssumeRolePolicyDocument>`
      return `<Role><Path>/</Path><RoleName>${RoleName}</RoleName><RoleId>${RoleId ?? `AROA-${RoleName}`}</RoleId><Arn>${Arn}</Arn>${createdAt(role)}${document}${tagsOf(Tags)}</Role>`
    },
  }

  const seen: string[] = []
  const wire = await loopback(({ body }) => {
    const words = new URLSearchParams(body)
    const name = words.get('Action') ?? ''
    seen.push(name)
    const result = failures.get(name)?.shift() ?? verbs[name]?.(words) ?? { code: 'InvalidAction', status: 400 }
    return answerOf(name, result)
  })
  return {
    ...wire,
    fail: (verb, ...answers) => void failures.set(verb, answers),
    seen,
    picture: () => structuredClone(account),
    calls: (verb) => seen.filter((name) => name === verb).length,
  }
}

interface PrintedAnswer {
  readonly JobStatus: string
  readonly JobCreationDate: string
  readonly ServicesLastAccessed: readonly { ServiceName: string; ServiceNamespace: string; LastAuthenticated?: string }[]
}

function lastUsedPage({ JobStatus, JobCreationDate, ServicesLastAccessed: all }: PrintedAnswer, poll: number, at: number): string {
  const said = (status: string) => `<JobStatus>${status}</JobStatus><JobCreationDate>${JobCreationDate}</JobCreationDate>`
  if (poll === 1) return said('IN_PROGRESS')
  const members = all.slice(at, at + LAST_USED_PAGE).map(({ ServiceName, ServiceNamespace, LastAuthenticated: last }) => {
    const used = last === undefined ? '' : `<LastAuthenticated>${last}</LastAuthenticated>`
    return `<member><ServiceName>${ServiceName}</ServiceName><ServiceNamespace>${ServiceNamespace}</ServiceNamespace>${used}</member>`
  })
  const isTruncated = at + LAST_USED_PAGE < all.length
  const next = isTruncated ? `<Marker>${at + LAST_USED_PAGE}</Marker>` : ''
  return `${said(JobStatus)}<ServicesLastAccessed>${members.join('')}</ServicesLastAccessed><IsTruncated>${isTruncated}</IsTruncated>${next}`
}

/** The entries of an account in IAM's order, each with the list that it is in: documents URL-encoded, as IAM has them. */
function authorizationEntries({ UserDetailList, GroupDetailList, RoleDetailList, Policies }: AuthorizationDetails): [string, string][] {
  const tag = (name: string, text: string | undefined) => (text === undefined ? '' : `<${name}>${text}</${name}>`)
  const list = (name: string, members: readonly string[]) => tag(name, members.map((member) => tag('member', member)).join(''))
  const written = (document: unknown) => encodeURIComponent(typeof document === 'string' ? document : JSON.stringify(document))
  const inline = (name: string, policies: readonly { PolicyName: string; PolicyDocument: unknown }[]) =>
    list(
      name,
      policies.map((one) => tag('PolicyName', one.PolicyName) + tag('PolicyDocument', written(one.PolicyDocument))),
    )
  const attached = (policies: readonly { PolicyName: string; PolicyArn: string }[]) =>
    list(
      'AttachedManagedPolicies',
      policies.map((one) => tag('PolicyName', one.PolicyName) + tag('PolicyArn', one.PolicyArn)),
    )
  const boundary = (one: { PermissionsBoundary?: { PermissionsBoundaryArn: string } | undefined }) =>
    one.PermissionsBoundary === undefined
      ? ''
      : tag('PermissionsBoundary', tag('PermissionsBoundaryArn', one.PermissionsBoundary.PermissionsBoundaryArn))
  const date = tag('CreateDate', '2026-01-01T00:00:00Z')
  const users = UserDetailList.map((user): [string, string] => [
    'UserDetailList',
    [
      ...[
        date,
        tag('Path', user.Path),
        tag('UserName', user.UserName),
        tag('UserId', user.UserId ?? `AIDA-${user.UserName}`),
        tag('Arn', user.Arn),
      ],
      ...[inline('UserPolicyList', user.UserPolicyList), attached(user.AttachedManagedPolicies), list('GroupList', user.GroupList)],
      ...[boundary(user), tagsOf(user.Tags)],
    ].join(''),
  ])
  const groups = GroupDetailList.map((group): [string, string] => [
    'GroupDetailList',
    [
      date,
      tag('GroupName', group.GroupName),
      tag('Arn', group.Arn),
      inline('GroupPolicyList', group.GroupPolicyList),
      attached(group.AttachedManagedPolicies),
    ].join(''),
  ])
  const roles = RoleDetailList.map((role): [string, string] => [
    'RoleDetailList',
    [
      ...[
        date,
        tag('Path', role.Path),
        tag('RoleName', role.RoleName),
        tag('RoleId', role.RoleId ?? `AROA-${role.RoleName}`),
        tag('Arn', role.Arn),
      ],
      ...[tag('AssumeRolePolicyDocument', written(role.AssumeRolePolicyDocument ?? '{}')), inline('RolePolicyList', role.RolePolicyList)],
      ...[attached(role.AttachedManagedPolicies), boundary(role), tagsOf(role.Tags)],
    ].join(''),
  ])
  const policies = Policies.map((policy): [string, string] => [
    'Policies',
    [
      ...[date, tag('PolicyName', policy.PolicyName), tag('Arn', policy.Arn)],
      list(
        'PolicyVersionList',
        policy.PolicyVersionList.map(
          (one) =>
            tag('Document', written(one.Document)) +
            tag('VersionId', one.VersionId) +
            tag('IsDefaultVersion', String(one.IsDefaultVersion)),
        ),
      ),
    ].join(''),
  ])
  return [...users, ...groups, ...roles, ...policies]
}

/** When IAM created somebody; IAM always says it, an account of a test need not. */
function createdAt({ CreateDate }: { CreateDate?: string | undefined }): string {
  return CreateDate === undefined ? '' : `<CreateDate>${CreateDate}</CreateDate>`
}

function tagsOf(tags: readonly { Key: string; Value: string }[]): string {
  // IAM leaves the element out where there are no tags.
  if (tags.length === 0) return ''
  return `<Tags>${tags.map(({ Key, Value }) => `<member><Key>${Key}</Key><Value>${Value}</Value></member>`).join('')}</Tags>`
}

function answerOf(verb: string, result: string | IamError | 'hang'): WireAnswer {
  if (result === 'hang') return 'hang'
  const headers = { 'content-type': 'text/xml' }
  const xmlns = 'xmlns="https://iam.amazonaws.com/doc/2010-05-08/"'
  if (typeof result === 'string') {
    const body = `<${verb}Response ${xmlns}><${verb}Result>${result}</${verb}Result></${verb}Response>`
    return { status: 200, headers, body }
  }
  const error = `<Error><Type>Sender</Type><Code>${result.code}</Code><Message>${result.code}</Message></Error>`
  return { status: result.status, headers, body: `<ErrorResponse ${xmlns}>${error}<RequestId>1</RequestId></ErrorResponse>` }
}
