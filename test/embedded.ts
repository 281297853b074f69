import { enforce } from '../shared/contain/enforce.ts'
import { blastRadiusOf } from '../shared/decide/reach/policy-radius.ts'
import type { Opinion } from '../shared/domain/assessment.ts'
import type { AuthorizationDetails } from '../shared/domain/authorization-details.ts'
import { AuthorizationDetails as AuthorizationDetailsSchema } from '../shared/domain/authorization-details.ts'
import { RefusedInAccount } from '../shared/errors.ts'
import { memoryAdvisorBudget } from '../shared/memory/advisor-budget.ts'
import { memoryBreaker } from '../shared/memory/breaker.ts'
import { memoryChangeRecord, type StoredChains } from '../shared/memory/change-record.ts'
import { memoryIam } from '../shared/memory/iam.ts'
import { memoryIdentityStore } from '../shared/memory/identity-store.ts'
import { memoryIncidentStore, type StoredTexts } from '../shared/memory/incident-store.ts'
import { memoryReverifyQueue } from '../shared/memory/invokers.ts'
import { silentLog } from '../shared/memory/log.ts'
import { memoryNotifier } from '../shared/memory/notifier.ts'
import { pipeline } from '../shared/pipeline.ts'
import { type Accounts, readsOf } from '../shared/ports/accounts.ts'
import type { Advisor } from '../shared/ports/advisor.ts'
import type { Iam } from '../shared/ports/iam.ts'
import { applyPolicy, parsePolicy } from '../shared/record/policy-in-force.ts'

export const NOW = Date.UTC(2026, 2, 2, 12)
export const ACCOUNT = '123456789012'
export const KEY = 'AKIAIOSFODNN7EXAMPLE'
/** The stack's managed policy that denies everything. */
export const QUARANTINE_ARN = `arn:aws:iam::${ACCOUNT}:policy/CountersignQuarantine`
export const arnOf = (user: string) => `arn:aws:iam::${ACCOUNT}:user/${user}`

/**
 * A table that asks for no evidence of who calls, so that a few calls are a whole story: for tests of what follows a decision. Those of the decision itself,
 * and the scenarios, go by the default.
 */
export const HARM_ALONE = {
  unusualFrom: 0,
  suspectFrom: 0,
  containSuspectFrom: 0,
  restrictUnusualFrom: 0,
  restrictKnownFrom: 0,
  fenceFrom: 0,
  askVouchedFrom: 0,
} as const

/** The whole responder in memory. contain runs in the same process, and the clock shows `NOW` until a test sets it. */
export async function embedded(
  parts: {
    account?: unknown
    policy?: object
    advisor?: Advisor
    iam?: (iam: Iam) => Iam
    callsContain?: boolean
    members?: Readonly<Record<string, unknown>>
    /** What is stored, for a test that looks at it or changes it. */
    texts?: StoredTexts
    chains?: StoredChains
  } = {},
) {
  let now = NOW
  const account = memoryIam(AuthorizationDetailsSchema.parse(parts.account ?? oneUser()))
  const iam = parts.iam?.(account) ?? account
  const members = membersOf(parts.members, iam)
  const notifier = memoryNotifier()
  const pager = memoryNotifier()
  const called: string[] = []
  const ports = {
    identities: memoryIdentityStore(),
    incidents: memoryIncidentStore(parts.texts),
    record: memoryChangeRecord(parts.chains),
    breaker: memoryBreaker(),
    iam,
    blastRadiusOf,
    budget: memoryAdvisorBudget(),
    advisor: parts.advisor ?? { advise: async () => ({ kind: 'fallback', cause: 'absent' }) as const },
    notifier,
    pager,
    reverifyQueue: memoryReverifyQueue(),
    quarantinePolicyArn: QUARANTINE_ARN as string | undefined,
    account: ACCOUNT as string | undefined,
    ...(members === undefined ? {} : { accounts: members.accounts }),
    containInvoker: {
      async contain(id: string) {
        called.push(id)
        if (parts.callsContain !== false) await enforce(id, ports)
      },
    },
    bootstrapQueue: { bootstrap: async () => {} },
    history: { lookup: async (): Promise<unknown[]> => [] },
    geoIp: { locate: (address: string) => ({ country: address.startsWith('198.51.100.') ? 'RO' : 'US', network: undefined }) },
    clock: { now: () => now },
    log: silentLog,
  }
  const policy = parsePolicy({ version: 2, mode: 'contain', evidence: HARM_ALONE, ...parts.policy })
  await applyPolicy(ports.record, { policy, by: 'test', why: 'test', at: new Date(NOW).toISOString() })
  return {
    ports,
    account,
    called,
    notices: notifier.notices,
    pages: pager.notices,
    /** The IAM of each other account, and which of them refuse the responder. */
    members,
    respond: pipeline(members === undefined ? ports : { ...ports, iam: readsOf(members.accounts, ACCOUNT, silentLog) }),
    setNow(time: number) {
      now = time
    },
    async incidents() {
      const all = []
      for await (const incident of ports.incidents.listAll()) all.push(incident)
      return all
    },
  }
}

/** Other accounts that are acted in, as `get-account-authorization-details` shows them; undefined where there are none. */
function membersOf(details: Readonly<Record<string, unknown>> | undefined, own: Iam) {
  if (details === undefined) return undefined
  const iams = new Map(Object.entries(details).map(([id, one]) => [id, memoryIam(AuthorizationDetailsSchema.parse(one))]))
  const refused = new Set<string>()
  const calls: string[] = []
  const accounts: Accounts = {
    ids: new Set([ACCOUNT, ...iams.keys()]),
    quarantinePolicyArn: (account) => QUARANTINE_ARN.replace(ACCOUNT, account),
    iam(account) {
      const iam = account === ACCOUNT ? own : iams.get(account)
      if (iam === undefined) throw new Error(`account ${account} is none that is acted in`)
      return new Proxy(iam, {
        get:
          (of, verb: keyof Iam) =>
          (...words: never[]) => {
            calls.push(`${account} ${verb}`)
            if (refused.has(account)) return Promise.reject(new RefusedInAccount(account, `account ${account} refuses ${verb}`))
            return (of[verb] as (...words: never[]) => Promise<unknown>)(...words)
          },
      })
    },
  }
  return { accounts, iams, refused, calls }
}

/** A user `ci-build` with one active key, and a bystander. */
export function oneUser(): Partial<AuthorizationDetails> {
  const user = (UserName: string) => ({
    UserName,
    Arn: arnOf(UserName),
    Path: '/',
    UserPolicyList: [],
    AttachedManagedPolicies: [],
    GroupList: [],
    Tags: [],
  })
  return {
    UserDetailList: [user('ci-build'), user('bystander')],
    AccessKeys: [
      { UserName: 'ci-build', AccessKeyId: KEY, Status: 'Active' },
      { UserName: 'bystander', AccessKeyId: 'AKIABYSTANDER0000001', Status: 'Active' },
    ],
  }
}

/** An event of AWS Health that reports an exposed access key. */
export function exposed(accessKeyId = KEY, id = '1', time = NOW): object {
  return {
    source: 'aws.health',
    'detail-type': 'AWS Health Event',
    account: ACCOUNT,
    time: new Date(time).toISOString(),
    detail: {
      service: 'RISK',
      eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED',
      eventArn: `arn:aws:health:us-east-1::event/RISK/${id}`,
      affectedEntities: [{ entityValue: accessKeyId }],
    },
  }
}

/** A CloudTrail record of a call by a user's key. */
export function call(
  action: string,
  parts: {
    id: string
    time?: number
    user?: string
    key?: string
    from?: string
    request?: object
    response?: object
    error?: string
    agent?: string
    /** IAM's unique id of the user. */
    principalId?: string
  },
): object {
  const [service, eventName] = action.split(':')
  const user = parts.user ?? 'ci-build'
  return {
    eventVersion: '1.11',
    eventID: parts.id,
    eventTime: new Date(parts.time ?? NOW).toISOString(),
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: 'us-east-1',
    sourceIPAddress: parts.from ?? '192.0.2.10',
    userAgent: parts.agent ?? 'aws-cli/2.15.0',
    userIdentity: {
      type: 'IAMUser',
      arn: arnOf(user),
      accountId: ACCOUNT,
      userName: user,
      accessKeyId: parts.key ?? KEY,
      ...(parts.principalId === undefined ? {} : { principalId: parts.principalId }),
    },
    requestParameters: parts.request ?? {},
    responseElements: parts.response ?? {},
    ...(parts.error === undefined ? {} : { errorCode: parts.error }),
  }
}

/** AWS's own call that quarantines a user whose key is out: made as that user, from AWS's own address. `parts` replace what it says. */
export function quarantine(user: string, parts: Parameters<typeof call>[1]): object {
  const request = { userName: user, policyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3' }
  return call('iam:AttachUserPolicy', { user, from: 'AWS Internal', agent: 'AWS Internal', request, ...parts })
}

/** Three calls whose evidence together calls for containment. */
export const ATTACK = [
  call('iam:CreateUser', { id: 'a1', request: { userName: 'backdoor' } }),
  call('iam:AttachUserPolicy', {
    id: 'a2',
    time: NOW + 1000,
    request: { userName: 'backdoor', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  }),
  call('cloudtrail:StopLogging', { id: 'a3', time: NOW + 2000 }),
]

/** An opinion of a model with a given likelihood. */
export function opinionOf(likelihood: number): Opinion {
  return {
    likelihood,
    verdict: likelihood >= 50 ? 'compromised' : 'legitimate',
    reasons: [{ text: 'as told', evidence: ['F1'] }],
    techniques: [],
    narrative: 'n',
    nextSteps: [],
    model: 'test',
    inputTokens: 1,
    outputTokens: 1,
    milliseconds: 1,
  }
}
