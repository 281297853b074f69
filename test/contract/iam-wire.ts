import type { AccountPicture } from '../../shared/memory/account-picture.ts'
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
}

/** IAM's Query protocol on loopback, as far as the responder uses it: XML answers, URL-encoded documents, pages of one. */
export async function iamWire(picture: AccountPicture): Promise<IamWire> {
  const account = structuredClone(picture)
  const failures = new Map<string, (IamError | 'hang')[]>()
  const userOf = (words: URLSearchParams) => account.UserDetailList.find(({ UserName }) => UserName === words.get('UserName'))
  const keyOf = (words: URLSearchParams) => account.AccessKeys.find(({ AccessKeyId }) => AccessKeyId === words.get('AccessKeyId'))
  const policyOf = (words: URLSearchParams) =>
    userOf(words)?.UserPolicyList.find(({ PolicyName }) => PolicyName === words.get('PolicyName'))

  const verbs: Record<string, Verb> = {
    GetAccessKeyLastUsed(words) {
      const key = keyOf(words)
      return key === undefined
        ? NO_SUCH_ENTITY
        : `<UserName>${key.UserName}</UserName><AccessKeyLastUsed><Region>N/A</Region><ServiceName>N/A</ServiceName></AccessKeyLastUsed>`
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
      const { UserName, Arn, Tags } = user
      return `<User><Path>/</Path><UserName>${UserName}</UserName><UserId>AIDAEXAMPLE</UserId><Arn>${Arn}</Arn>${tagsOf(Tags)}</User>`
    },
    GetRole(words) {
      const role = account.RoleDetailList.find(({ RoleName }) => RoleName === words.get('RoleName'))
      if (role === undefined) return NO_SUCH_ENTITY
      const { RoleName, Arn, Tags } = role
      return `<Role><Path>/</Path><RoleName>${RoleName}</RoleName><RoleId>AROAEXAMPLE</RoleId><Arn>${Arn}</Arn>${tagsOf(Tags)}</Role>`
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
    calls: (verb) => seen.filter((name) => name === verb).length,
  }
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
