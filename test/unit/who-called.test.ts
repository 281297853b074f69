import { describe, expect, it } from 'vitest'
import { planOf } from '../../shared/contain/plan.ts'
import { manualSteps } from '../../shared/domain/manual-steps.ts'
import type { Identity, Signal } from '../../shared/domain/signal.ts'
import type { Description } from '../../shared/ports/iam.ts'
import { REPLAYED } from '../../shared/sense/believe.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { rolePaths } from '../../shared/sense/role-paths.ts'
import { sense } from '../../shared/sense/sense.ts'
import { ACCOUNT, call, embedded, NOW } from '../embedded.ts'

const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS'
const DEPLOY = 'AROAEXAMPLEEXAMPLEAA'
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/run-1`
const WITH_PATH = `arn:aws:iam::${ACCOUNT}:role/teams/eu/deploy`

const issued = {
  type: 'AssumedRole',
  principalId: `${DEPLOY}:run-1`,
  arn: SESSION,
  accountId: ACCOUNT,
  accessKeyId: 'ASIADEPLOYSESSION001',
  sessionContext: { sessionIssuer: { type: 'Role', principalId: DEPLOY, arn: WITH_PATH, accountId: ACCOUNT, userName: 'deploy' } },
}
const { sessionContext: _, ...withoutIssuer } = issued
const { arn: __, ...withoutArn } = withoutIssuer

let calls = 0
const record = (userIdentity: unknown, more: object = {}) => ({
  ...call('s3:ListBuckets', { id: `c${calls++}` }),
  recipientAccountId: ACCOUNT,
  userIdentity,
  ...more,
})

function signalOf(input: unknown): Signal {
  const normalised = normalise(input)
  if (normalised.kind !== 'signals') throw new Error(normalised.reason)
  return normalised.signals[0] as Signal
}

/** What `sense` makes of batches, one after the other, beside what it asked IAM. */
async function sensed(batches: readonly (readonly unknown[])[], described?: Partial<Description> | Error) {
  const asked: string[] = []
  const iam = {
    ownerOf: async () => undefined,
    describe: async ({ name }: Identity) => {
      asked.push(name)
      if (described instanceof Error) throw described
      return described === undefined ? undefined : { createdAt: undefined, principalId: undefined, tags: {}, arn: '', ...described }
    },
  }
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const paths = rolePaths()
  const results = []
  for (const inputs of batches) {
    const enrichment = Promise.resolve((signal: Signal) => signal)
    results.push(
      await sense(inputs, {
        iam,
        paths,
        enrichment,
        own: { sessions: new Set() },
        trust: REPLAYED,
        clock: { now: () => NOW },
        log: log as never,
      }),
    )
  }
  const signals = results.flatMap((result) => result.signals.map(({ signal }) => signal))
  return { asked, signals, ids: signals.map(({ identity }) => identity.id), unreadable: results.flatMap((result) => result.unreadable) }
}

describe('a session whose record does not say its issuer', () => {
  const forms: readonly (readonly [string, unknown])[] = [
    ['no context', withoutIssuer],
    ['an empty issuer', { ...withoutIssuer, sessionContext: { sessionIssuer: {}, attributes: {} } }],
    ['an issuer that is null', { ...withoutIssuer, sessionContext: { sessionIssuer: null } }],
    ['neither issuer nor ARN', withoutArn],
  ]

  it.each(forms)('is of the role that another record names with its path: %s', async (_, identity) => {
    for (const batches of [
      [[record(issued), record(identity)]],
      [[record(identity), record(issued)]],
      [[record(issued)], [record(identity)]],
    ]) {
      const { ids, signals, asked } = await sensed(batches)
      expect(ids).toEqual([WITH_PATH, WITH_PATH])
      expect(new Set(signals.map(({ identity: { name, kind, principalId } }) => `${kind} ${name} ${principalId}`)).size).toBe(1)
      expect(signals.map(({ credential }) => credential.sessionName)).toEqual(['run-1', 'run-1'])
      expect(asked).toEqual([])
    }
  })

  it('is of the role that IAM shows under the name, with its path', async () => {
    const { ids, signals, asked } = await sensed([[record({ ...withoutIssuer, accessKeyId: '' })]], { arn: WITH_PATH, principalId: DEPLOY })
    expect(ids).toEqual([WITH_PATH])
    expect(signals[0]?.credential.id).toBe(`session:${WITH_PATH}/run-1`)
    expect(asked).toEqual(['deploy'])
  })

  it('keeps its name where neither a record nor IAM says the path', async () => {
    expect((await sensed([[record(withoutIssuer)]])).ids).toEqual([`arn:aws:iam::${ACCOUNT}:role/deploy`])
  })

  it('is not of another role that has the name now, nor of one whose unique id a record gives to another name', async () => {
    const other = await sensed([[record(withoutIssuer)]], {
      arn: `arn:aws:iam::${ACCOUNT}:role/new/deploy`,
      principalId: 'AROAOTHEROTHEROTHER0',
    })
    expect(other.ids).toEqual([`arn:aws:iam::${ACCOUNT}:role/deploy`])
    const renamed = { ...withoutIssuer, arn: `arn:aws:sts::${ACCOUNT}:assumed-role/arnarn_role/x` }
    expect((await sensed([[record(issued), record(renamed)]])).ids[1]).toBe(`arn:aws:iam::${ACCOUNT}:role/arnarn_role`)
  })

  it('is not looked up where it is of another account', async () => {
    const foreign = { ...withoutIssuer, accountId: '210987654321', arn: 'arn:aws:sts::210987654321:assumed-role/deploy/run-1' }
    const { ids, asked } = await sensed([[record(foreign)]], { arn: WITH_PATH })
    expect([ids, asked]).toEqual([['arn:aws:iam::210987654321:role/deploy'], []])
  })

  it('is delivered again where IAM cannot be asked', async () => {
    const { unreadable, signals } = await sensed(
      [[record(withoutIssuer), record(issued)], [record({ ...withoutIssuer, principalId: '' })]],
      new Error('slow down'),
    )
    expect(signals).toHaveLength(2)
    expect(unreadable).toEqual([{ input: 0, reason: 'could not look up the path of the role: Error' }])
  })

  it('is the assumer of the role that it assumes, by one name', async () => {
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/target`
    const assume = {
      ...record(withoutIssuer),
      eventSource: 'sts.amazonaws.com',
      eventName: 'AssumeRole',
      requestParameters: { roleArn, roleSessionName: 's' },
      responseElements: {
        credentials: { accessKeyId: 'ASIATARGETSESSION001' },
        assumedRoleUser: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/target/s` },
      },
    }
    const { signals } = await sensed([[record(issued), assume]])
    const assumption = signals.find(({ kind }) => kind === 'assumption')
    expect([assumption?.identity.id, assumption?.assumer?.id]).toEqual([roleArn, WITH_PATH])
  })

  it('of which only the unique id is said names no role that a step could be planned on', () => {
    const { identity, credential } = signalOf(record(withoutArn))
    expect(identity).toEqual({ id: `unknown:${ACCOUNT}:${DEPLOY}`, kind: 'unknown', name: DEPLOY, account: ACCOUNT, principalId: DEPLOY })
    expect(credential.sessionName).toBe('run-1')
  })
})

describe('a person of Identity Center', () => {
  const name = 'AWSReservedSSO_Admin_0123456789abcdef'
  const person = (partition = 'aws') => ({
    type: 'AssumedRole',
    arn: `arn:${partition}:sts::${ACCOUNT}:assumed-role/${name}/anna@example.com`,
    principalId: 'AROASSOEXAMPLESSOAA0:anna@example.com',
    accountId: ACCOUNT,
  })

  it.each(['aws', 'aws-us-gov', 'aws-cn'])('has the steps of Identity Center without an issuer too, in %s', (partition) => {
    const { identity } = signalOf(record(person(partition)))
    expect(identity).toMatchObject({
      id: `arn:${partition}:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/${name}/anna@example.com`,
      kind: 'identity-center',
    })
    expect(manualSteps({ identity, id: 'inc-1', state: 'asking', verdict: undefined, findings: [], lineage: [] })[0]).toContain(
      'in IAM Identity Center',
    )
  })

  it('is one, whether the record says the path of the role or not', async () => {
    const arn = `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-central-1/${name}`
    const sessionContext = { sessionIssuer: { arn, userName: name, principalId: 'AROASSOEXAMPLESSOAA0' } }
    for (const batch of [
      [person(), { ...person(), sessionContext }],
      [{ ...person(), sessionContext }, person()],
    ]) {
      const { ids, asked } = await sensed([batch.map((one) => record(one))])
      expect(ids).toEqual([`${arn}/anna@example.com`, `${arn}/anna@example.com`])
      expect(asked).toEqual([])
    }
    expect((await sensed([[record(person())]], { arn, principalId: 'AROASSOEXAMPLESSOAA0' })).ids).toEqual([`${arn}/anna@example.com`])
  })

  it('is none by the name of the role alone where the record says another path', () => {
    const arn = `arn:aws:iam::${ACCOUNT}:role/${name}`
    const { identity } = signalOf(record({ ...person(), sessionContext: { sessionIssuer: { arn } } }))
    expect(identity).toMatchObject({ id: arn, kind: 'role' })
  })
})

describe('a caller whose name is not known', () => {
  const signIn = (userIdentity: unknown) =>
    record(userIdentity, {
      eventSource: 'signin.amazonaws.com',
      eventName: 'ConsoleLogin',
      eventType: 'AwsConsoleSignIn',
      responseElements: { ConsoleLogin: 'Failure' },
    })

  it.each([
    ['a hidden name', { type: 'IAMUser', principalId: ACCOUNT, accountId: ACCOUNT, accessKeyId: '', userName: HIDDEN }],
    ['a hidden name and ARN', { type: 'IAMUser', accountId: ACCOUNT, userName: HIDDEN, arn: HIDDEN, principalId: HIDDEN }],
    ['no identity', null],
    ['a missing identity', undefined],
    ['an empty identity', {}],
    ['an identity that is empty text', ''],
    ['a unique id alone', { type: 'IAMUser', accountId: ACCOUNT, principalId: 'AIDAEXAMPLEEXAMPLEAA' }],
    ['a role without a name', { type: 'AssumedRole', accountId: ACCOUNT }],
  ])('is no user and no role: %s', (_, userIdentity) => {
    for (const input of [signIn(userIdentity), record(userIdentity)]) {
      const { identity, account } = signalOf(input)
      expect(identity.kind).toBe('unknown')
      expect(account).toBe(ACCOUNT)
      expect(JSON.stringify(identity)).not.toContain(HIDDEN)
      expect(manualSteps({ identity, id: 'inc-1', state: 'asking', verdict: undefined, findings: [], lineage: [] })).toHaveLength(1)
    }
  })

  it('is a user where the ARN names it, whatever else is hidden', () => {
    const arn = `arn:aws:iam::${ACCOUNT}:user/anna`
    expect(signalOf(record({ type: 'IAMUser', accountId: ACCOUNT, arn, userName: HIDDEN })).identity).toMatchObject({
      id: arn,
      kind: 'iam-user',
      name: 'anna',
    })
  })

  it('who makes a user and its key is asked about, and what was made is contained', async () => {
    const { respond, incidents } = await embedded()
    const nobody = (operation: string, parts: object) => ({ ...call(operation, { id: `n${calls++}`, ...parts }), userIdentity: null })
    await respond([
      nobody('iam:CreateUser', {
        request: { userName: 'backdoor' },
        response: { user: { arn: `arn:aws:iam::${ACCOUNT}:user/backdoor`, userName: 'backdoor' } },
      }),
      nobody('iam:AttachUserPolicy', { request: { userName: 'backdoor', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' } }),
      nobody('iam:CreateAccessKey', {
        request: { userName: 'backdoor' },
        response: { accessKey: { userName: 'backdoor', accessKeyId: 'AKIABACKDOOR00000001' } },
      }),
      nobody('cloudtrail:StopLogging', { request: { name: 'main' } }),
    ])
    const [incident] = await incidents()
    expect(incident).toMatchObject({ state: 'asking', identity: { kind: 'unknown' } })
    const targets = planOf(incident as NonNullable<typeof incident>, { quarantinePolicyArn: undefined, now: NOW }).map(
      ({ target }) => target,
    )
    expect(targets).toEqual(expect.arrayContaining([expect.stringContaining('backdoor')]))
    expect(targets.every((target) => target.includes('backdoor'))).toBe(true)
  })
})
