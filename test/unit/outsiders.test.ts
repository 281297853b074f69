import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../shared/contain/rotate/owned-secret.ts'
import { outsidersIn } from '../../shared/detect/outsiders.ts'
import { ACCOUNT } from '../embedded.ts'

/**
 * Every condition key, operator, value and principal against callers from outside: whoever IAM would let in by a policy has to be told of.
 * The evaluator below is the test's own, so that it shares no reading of conditions with the code.
 */
const OUTSIDE = '210987654321'
const SISTER = '333333333333'
const ORGANIZATION = 'o-a1b2c3d4e5'
const FOREIGN = 'o-attacker001'

const variable = (key: string) => `\${${key}}`
const OWN_VARIABLE = variable('aws:ResourceAccount')

type Context = Readonly<Record<string, readonly string[]>>
interface Caller {
  readonly is: string
  readonly by: 'user' | 'service'
  readonly account: string
  readonly organization?: string
  readonly context: Context
}

const RESOURCE: Context = { 'aws:resourceaccount': [ACCOUNT], 'aws:resourceorgid': [ORGANIZATION] }
const user = (is: string, account: string, organization?: string, arn = `arn:aws:iam::${account}:role/deploy`): Caller => ({
  is,
  by: 'user',
  account,
  ...(organization === undefined ? {} : { organization }),
  context: {
    ...RESOURCE,
    'aws:principalaccount': [account],
    'kms:calleraccount': [account],
    'aws:principalarn': [arn],
    ...(organization === undefined
      ? {}
      : { 'aws:principalorgid': [organization], 'aws:principalorgpaths': [`${organization}/r-ab12/ou-ab12-11111111/`] }),
  },
})
const service = (is: string, account: string, arn: string, organization: string): Caller => ({
  is,
  by: 'service',
  account,
  organization,
  context: {
    ...RESOURCE,
    'aws:sourceaccount': [account],
    'aws:sourceowner': [account],
    'aws:sourcearn': [arn],
    'aws:sourceorgid': [organization],
    'aws:sourceorgpaths': [`${organization}/r-ab12/ou-ab12-11111111/`],
  },
})

const INSIDER = user('a role of the account', ACCOUNT, ORGANIZATION)
const OUTSIDERS: readonly Caller[] = [
  user('a role of a stranger', OUTSIDE, FOREIGN),
  user('a role of an account without an organisation', OUTSIDE),
  user('a role whose path looks like our ARN', OUTSIDE, FOREIGN, `arn:aws:iam::${OUTSIDE}:role/:iam::${ACCOUNT}:role/deploy`),
  user('a role of another account of the organisation', SISTER, ORGANIZATION),
  service('a service for a topic of a stranger', OUTSIDE, `arn:aws:sns:us-east-1:${OUTSIDE}:x`, FOREIGN),
  service('a service for a bucket of a stranger', OUTSIDE, 'arn:aws:s3:::reports', FOREIGN),
]

const VALUES = {
  account: {
    own: [ACCOUNT],
    ownByVariable: [OWN_VARIABLE],
    other: [OUTSIDE],
    mixed: [ACCOUNT, OUTSIDE],
    wildcard: ['*'],
    prefix: [`${OUTSIDE.slice(0, 3)}*`],
    ownAndAnybody: [ACCOUNT, '*'],
    none: [],
  },
  arn: {
    own: [`arn:aws:iam::${ACCOUNT}:role/*`],
    other: [`arn:aws:iam::${OUTSIDE}:role/deploy`, `arn:aws:sns:us-east-1:${OUTSIDE}:x`],
    mixed: [`arn:aws:iam::${ACCOUNT}:role/*`, `arn:aws:iam::${OUTSIDE}:role/*`, `arn:aws:sns:*:${OUTSIDE}:*`],
    wildcard: ['*'],
    anyAccount: ['arn:aws:*:*:*:*'],
    ownAndAnybody: [`arn:aws:iam::${ACCOUNT}:role/*`, '*'],
    bucket: ['arn:aws:s3:::reports'],
    wildcardBefore: [`arn:*:iam::${ACCOUNT}:role/deploy`],
    none: [],
  },
  organisation: {
    own: [ORGANIZATION],
    other: [FOREIGN],
    mixed: [ORGANIZATION, FOREIGN],
    wildcard: ['*'],
    prefix: ['o-*'],
    ownAndAnybody: [ORGANIZATION, 'o-*'],
    none: [],
  },
  path: {
    own: [`${ORGANIZATION}/*`],
    other: [`${FOREIGN}/*`],
    mixed: [`${ORGANIZATION}/*`, `${FOREIGN}/r-ab12/*`],
    wildcard: ['*'],
    prefix: ['o-*/r-ab12/*'],
    ownAndAnybody: [`${ORGANIZATION}/*`, '*'],
    none: [],
  },
} as const

const KEYS: Readonly<Record<string, keyof typeof VALUES>> = {
  'aws:PrincipalAccount': 'account',
  'AWS:principalaccount': 'account',
  'kms:CallerAccount': 'account',
  'aws:SourceAccount': 'account',
  'aws:SourceOwner': 'account',
  'aws:ResourceAccount': 'account',
  'aws:PrincipalArn': 'arn',
  'aws:SourceArn': 'arn',
  'aws:PrincipalOrgID': 'organisation',
  'aws:principalOrgId': 'organisation',
  'aws:SourceOrgID': 'organisation',
  'aws:ResourceOrgID': 'organisation',
  'aws:PrincipalOrgPaths': 'path',
  'aws:SourceOrgPaths': 'path',
}

const BASES = ['StringEquals', 'StringEqualsIgnoreCase', 'StringLike', 'ArnLike', 'ArnEquals']
const OPERATORS = ['', 'ForAnyValue:', 'ForAllValues:'].flatMap((set) =>
  [...BASES, 'StringNotEquals', 'StringNotLike', 'ArnNotLike', 'stringlike'].flatMap((base) => [`${set}${base}`, `${set}${base}IfExists`]),
)

const PRINCIPALS: Readonly<Record<string, { value: unknown; admits: (caller: Caller) => boolean }>> = {
  everybody: { value: '*', admits: () => true },
  'everybody, as an AWS principal': { value: { AWS: ['*'] }, admits: () => true },
  'a stranger': { value: { AWS: `arn:aws:iam::${OUTSIDE}:root` }, admits: ({ by, account }) => by === 'user' && account === OUTSIDE },
  'the account': { value: { AWS: ACCOUNT }, admits: ({ account }) => account === ACCOUNT },
  'a service': { value: { Service: 'sns.amazonaws.com' }, admits: ({ by }) => by === 'service' },
}

const asPattern = (text: string) =>
  new RegExp(
    `^${text
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  )
const likeArn = (pattern: string, text: string) => {
  const [wanted, seen] = [pattern.split(':'), text.split(':')]
  const six = (parts: string[]) => [...parts.slice(0, 5), parts.slice(5).join(':')]
  return pattern === '*' || six(wanted).every((part, at) => asPattern(part).test(six(seen)[at] ?? ''))
}

function compare(base: string, wanted: string, seen: string): boolean {
  switch (base) {
    case 'stringequals':
      return wanted === seen
    case 'stringequalsignorecase':
      return wanted.toLowerCase() === seen.toLowerCase()
    case 'stringlike':
      return asPattern(wanted).test(seen)
    default:
      return likeArn(wanted, seen)
  }
}

/** Whether IAM would say that a condition holds. */
function holds(operator: string, key: string, values: readonly string[], context: Context): boolean {
  const written = operator.toLowerCase()
  const [set = ''] = /^for(all|any)values?:/.exec(written) ?? []
  const base = written.slice(set.length).replace('ifexists', '').replace('not', '')
  const isNegated = /^(string|arn)not/.test(written.slice(set.length))
  const seen = context[key.toLowerCase()]
  if (seen === undefined) return written.endsWith('ifexists') || set === 'forallvalues:' || (isNegated && set === '')
  const fits = (one: string) => values.some((value) => compare(base, value === OWN_VARIABLE ? ACCOUNT : value, one)) !== isNegated
  return set === 'foranyvalue:' ? seen.some(fits) : seen.every(fits)
}

const statement = (Principal: unknown, Condition: object) => ({
  Statement: [{ Effect: 'Allow', Principal, Action: 'secretsmanager:GetSecretValue', Resource: '*', Condition }],
})

/** Every case of a principal, a key, an operator and its values. */
const CASES = Object.entries(PRINCIPALS).flatMap(([principal, { value, admits }]) =>
  Object.entries(KEYS).flatMap(([key, kind]) =>
    OPERATORS.flatMap((operator) =>
      Object.entries(VALUES[kind]).map(([said, values]) => ({ principal, value, admits, key, operator, said, values: [...values] })),
    ),
  ),
)
const titleOf = ({ principal, key, operator, said }: (typeof CASES)[number]) => `${principal}, ${operator} ${key} ${said}`

describe('whom a policy lets in from outside', () => {
  it.each([
    ['where the organisation is known', ORGANIZATION],
    ['where it is not', undefined],
  ])('is told of, whatever the condition, the operator, the value and the principal, %s', (_, organization) => {
    const owner = { account: ACCOUNT, organization }
    const isOutside = (caller: Caller) => caller.account !== ACCOUNT && (organization === undefined || caller.organization !== organization)
    const missed = CASES.filter(({ value, admits, key, operator, values }) => {
      const getsIn = OUTSIDERS.some((caller) => isOutside(caller) && admits(caller) && holds(operator, key, values, caller.context))
      return getsIn && outsidersIn(statement(value, { [operator]: { [key]: values } }), owner).length === 0
    })
    expect(missed.map(titleOf)).toEqual([])
  })

  it('has cases in which somebody gets in and cases in which nobody does, of every principal but the account itself', () => {
    const counts = Object.fromEntries(Object.keys(PRINCIPALS).map((name) => [name, [0, 0]]))
    for (const { principal, admits, key, operator, values } of CASES) {
      const getsIn = OUTSIDERS.some((caller) => admits(caller) && holds(operator, key, values, caller.context))
      const count = counts[principal] as number[]
      count[getsIn ? 0 : 1] = (count[getsIn ? 0 : 1] ?? 0) + 1
    }
    for (const [principal, [admitted = 0, refused = 0]] of Object.entries(counts)) {
      expect(refused, principal).toBeGreaterThan(100)
      if (principal === 'the account') expect(admitted).toBe(0)
      else expect(admitted, principal).toBeGreaterThan(100)
    }
    expect(OUTSIDERS).not.toContain(INSIDER)
  })

  it('is nobody, where a condition that lets in only what it names names the account or its known organisation', () => {
    const plain = ['StringEquals', 'StringLike', 'ForAnyValue:StringEquals', 'ForAnyValue:StringLike']
    const wrong = CASES.filter(({ principal, value, key, operator, said, values }) => {
      if (said !== 'own' || /resource/i.test(key) || !plain.includes(operator) || principal === 'the account') return false
      if (/paths$/i.test(key) && !operator.startsWith('ForAnyValue:')) return false
      return outsidersIn(statement(value, { [operator]: { [key]: values } }), { account: ACCOUNT, organization: ORGANIZATION }).length > 0
    })
    expect(wrong.map(titleOf)).toEqual([])
    expect(holds('StringEquals', 'aws:PrincipalOrgID', [ORGANIZATION], INSIDER.context)).toBe(true)
  })

  it('is never let have a rotated key: whoever gets in has the secret refused, and own readers do not', () => {
    const identity = { id: `arn:aws:iam::${ACCOUNT}:user/ci`, kind: 'iam-user', name: 'ci', account: ACCOUNT } as const
    const refused = (policy: object | string, organization?: string) =>
      refusalOf({ tags: { 'countersign:user': 'ci' }, policy: typeof policy === 'string' ? policy : JSON.stringify(policy) }, identity, {
        organization,
        trustedClaims: [],
      })
    const missed = CASES.filter(
      ({ value, admits, key, operator, values }) =>
        OUTSIDERS.some((caller) => admits(caller) && holds(operator, key, values, caller.context)) &&
        refused(statement(value, { [operator]: { [key]: values } })) === undefined,
    )
    expect(missed.map(titleOf)).toEqual([])
    const ofOrganization = statement('*', { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION } })
    expect(refused(ofOrganization)).toContain(`organisation ${ORGANIZATION}, not known to be yours`)
    expect(refused(ofOrganization, ORGANIZATION)).toBeUndefined()
    expect(refused(ofOrganization, FOREIGN)).toContain(`organisation ${ORGANIZATION}`)
    expect(refused(statement({ AWS: ACCOUNT }, {}))).toBeUndefined()
    expect(refused(statement({ Service: 'sns.amazonaws.com' }, {}))).toContain('any customer of sns.amazonaws.com')
    expect(refused('not json')).toBe('its resource policy cannot be read')
  })

  it.each([
    [
      'an account that a policy names, whatever organisation it says',
      { AWS: OUTSIDE },
      { StringEquals: { 'aws:PrincipalOrgID': FOREIGN } },
      'certain',
    ],
    ['an account that a condition names', '*', { StringEquals: { 'aws:PrincipalAccount': [ACCOUNT, OUTSIDE] } }, 'certain'],
    [
      'an account beside a bucket that may be anybody’s',
      '*',
      { StringEquals: { 'aws:SourceAccount': OUTSIDE }, ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::x' } },
      'certain',
    ],
    ['an organisation that may be the account’s own', '*', { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION } }, 'likely'],
    ['a bucket that may be anybody’s', '*', { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::x' } }, 'likely'],
    ['an account for which a service acts', { Service: 'sns.amazonaws.com' }, { StringEquals: { 'aws:SourceAccount': OUTSIDE } }, 'likely'],
    ['whoever asks CloudFront', { Service: 'cloudfront.amazonaws.com' }, {}, 'likely'],
    ['any customer of a service', { Service: 'sns.amazonaws.com' }, {}, 'possible'],
    [
      'the organisation of the resource, which is not named',
      '*',
      { StringEquals: { 'aws:PrincipalOrgID': variable('aws:ResourceOrgID') } },
      'possible',
    ],
  ])('%s is as sure as it can be known', (_, principal, condition, certainty) => {
    expect(outsidersIn(statement(principal, condition), { account: ACCOUNT })[0]?.certainty).toBe(certainty)
  })

  it('reads the names of elements without regard to case', () => {
    const document = { statement: { effect: 'Allow', principal: { aws: OUTSIDE }, action: 's3:GetObject', resource: '*' } }
    expect(outsidersIn(document, { account: ACCOUNT })).toEqual([{ name: OUTSIDE, certainty: 'certain' }])
  })
})

interface Token {
  readonly is: 'ours' | 'evil' | 'evil too'
  readonly context: Context
}
interface Claims {
  readonly tokens: readonly Token[]
  /** Values of conditions, by what each claim of them lets in. */
  readonly values: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

const HOSTS: Readonly<Record<string, Claims>> = {
  'token.actions.githubusercontent.com': {
    tokens: (
      [
        ['ours', 'example', 'app'],
        ['evil', 'evil', 'backdoor'],
        ['evil too', 'example-evil', 'app'],
      ] as const
    ).map(([is, owner, name]) => ({
      is,
      context: {
        aud: ['sts.amazonaws.com'],
        sub: [`repo:${owner}/${name}:ref:refs/heads/main`],
        repository: [`${owner}/${name}`],
        repository_owner: [owner],
        ref: ['refs/heads/main'],
        environment: ['production'],
      },
    })),
    values: {
      aud: { any: ['sts.amazonaws.com'] },
      ref: { any: ['refs/heads/main'] },
      environment: { any: ['production'] },
      sub: {
        own: ['repo:example/app:*'],
        exactly: ['repo:example/app:ref:refs/heads/main'],
        other: ['repo:evil/backdoor:*'],
        mixed: ['repo:example/app:*', 'repo:evil/backdoor:*'],
        any: ['repo:*'],
        anyRepository: ['repo:*/app:*'],
        begins: ['repo:example*'],
        all: ['*'],
        variable: [variable('token.actions.githubusercontent.com:sub')],
        none: [],
      },
      repository: { own: ['example/app'], other: ['evil/backdoor'], begins: ['example*'], any: ['*/app'] },
      repository_owner: { own: ['example'], other: ['evil'], begins: ['e*'] },
    },
  },
  'accounts.google.com': {
    tokens: (['ours', 'evil', 'evil too'] as const).map((is) => ({
      is,
      context: { aud: [`${is.replaceAll(' ', '-')}.apps.googleusercontent.com`], sub: ['1234567890'] },
    })),
    values: {
      aud: {
        own: ['ours.apps.googleusercontent.com'],
        other: ['evil.apps.googleusercontent.com'],
        begins: ['e*'],
        any: ['*.apps.googleusercontent.com'],
      },
    },
  },
  'cognito-identity.amazonaws.com': {
    tokens: (['ours', 'evil', 'evil too'] as const).map((is, at) => ({
      is,
      context: { aud: [`us-east-1:${at}1111111-2222-3333-4444-555555555555`], amr: ['unauthenticated'] },
    })),
    values: {
      aud: {
        own: ['us-east-1:01111111-2222-3333-4444-555555555555'],
        other: ['us-east-1:11111111-2222-3333-4444-555555555555'],
        begins: ['us-east-1:*'],
      },
      amr: { any: ['unauthenticated'] },
    },
  },
}

const TRUSTED: NonNullable<Parameters<typeof outsidersIn>[1]['trustedClaims']> = [
  { provider: 'token.actions.githubusercontent.com', claim: 'sub', values: ['repo:example/*'] },
  { provider: 'token.actions.githubusercontent.com', claim: 'repository', values: ['example/*'] },
  { provider: 'token.actions.githubusercontent.com', claim: 'repository_owner', values: ['example'] },
  { provider: 'accounts.google.com', claim: 'aud', values: ['ours.apps.googleusercontent.com'] },
  { provider: 'cognito-identity.amazonaws.com', claim: 'aud', values: ['us-east-1:01111111-2222-3333-4444-555555555555'] },
]

/** Every case of a shared provider, a claim, an operator and its values. */
const CLAIMS = Object.entries(HOSTS).flatMap(([host, { tokens, values }]) =>
  Object.entries(values).flatMap(([claim, said]) =>
    OPERATORS.flatMap((operator) =>
      Object.entries(said).map(([kind, list]) => {
        const key = `${host}:${claim}`
        const contextOf = ({ context }: Token) =>
          Object.fromEntries(Object.entries(context).map(([name, each]) => [`${host}:${name}`, each]))
        const getsIn = tokens.filter((token) => {
          // A variable has the value that the token itself says.
          const resolved = list.map((value) => (value === variable(key) ? (token.context[claim]?.[0] ?? '') : value))
          return holds(operator, key, resolved, contextOf(token))
        })
        return { host, claim, operator, kind, document: trusted(host, { [operator]: { [key]: list } }), getsIn: getsIn.map(({ is }) => is) }
      }),
    ),
  ),
)
const nameOf = ({ host, claim, operator, kind }: (typeof CLAIMS)[number]) => `${operator} ${host}:${claim} ${kind}`

function trusted(host: string, Condition: object, Federated = providerOf(host)) {
  return { Statement: [{ Effect: 'Allow', Principal: { Federated }, Action: 'sts:AssumeRoleWithWebIdentity', Condition }] }
}
function providerOf(host: string): string {
  return host.startsWith('token') ? `arn:aws:iam::${ACCOUNT}:oidc-provider/${host}` : host
}

describe('whom a trust policy lets in by an identity provider that everybody signs in with', () => {
  const KNOWN = { account: ACCOUNT, trustedClaims: TRUSTED }

  it('is told of, whatever the claim, the operator and the value', () => {
    const missed = CLAIMS.filter(
      ({ document, getsIn }) =>
        getsIn.some((is) => is !== 'ours') &&
        (outsidersIn(document, KNOWN).length === 0 || outsidersIn(document, { account: ACCOUNT }).length === 0),
    )
    expect(missed.map(nameOf)).toEqual([])
    expect(CLAIMS.filter(({ getsIn }) => getsIn.includes('evil')).length).toBeGreaterThan(100)
  })

  it('is everybody, and certain, where two get in that have nothing in common', () => {
    const missed = CLAIMS.filter(
      ({ document, getsIn, kind }) =>
        kind !== 'mixed' &&
        getsIn.includes('evil') &&
        getsIn.includes('evil too') &&
        [KNOWN, { account: ACCOUNT }].some((owner) => outsidersIn(document, owner)[0]?.certainty !== 'certain'),
    )
    expect(missed.map(nameOf)).toEqual([])
  })

  it('is nobody, where people named the claim and its value in the policy file; likely, where they named none', () => {
    const own = CLAIMS.filter(({ kind, operator }) => ['own', 'exactly'].includes(kind) && /^(ForAnyValue:)?StringLike$/.test(operator))
    expect(own).toHaveLength(2 * 6)
    for (const { document, getsIn } of own) {
      expect(getsIn).toEqual(['ours'])
      expect(outsidersIn(document, KNOWN)).toEqual([])
      expect(outsidersIn(document, { account: ACCOUNT }).map(({ certainty }) => certainty)).toEqual(['likely'])
    }
  })

  it('is certain, where people named other values of the claim', () => {
    for (const { document, kind } of CLAIMS.filter((one) => ['other', 'mixed'].includes(one.kind) && one.operator === 'StringLike')) {
      expect(outsidersIn(document, KNOWN).map(({ certainty }) => certainty)).toEqual(['certain'])
      expect(outsidersIn(document, { account: ACCOUNT }).map(({ certainty }) => certainty)).toEqual(
        kind === 'mixed' ? ['likely', 'likely'] : ['likely'],
      )
    }
  })

  it('is narrowed by the claim that says whose the token is, beside one that says nothing', () => {
    const host = 'token.actions.githubusercontent.com'
    const both = (sub: string) =>
      trusted(host, { StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com' }, StringLike: { [`${host}:sub`]: sub } })
    expect(outsidersIn(both('repo:example/app:*'), KNOWN)).toEqual([])
    expect(outsidersIn(both('repo:evil/backdoor:*'), KNOWN)).toEqual([
      { name: `sub repo:evil/backdoor:* of ${host}`, certainty: 'certain' },
    ])
    expect(outsidersIn(both('repo:*'), KNOWN)).toEqual([{ name: `everybody who signs in with ${host}`, certainty: 'certain' }])
  })

  it('is nobody by a provider of the account’s own: an issuer of one cluster, or SAML', () => {
    const issuer = 'oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE'
    const arn = `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}`
    const condition = { StringEquals: { [`${issuer}:sub`]: 'system:serviceaccount:jobs:backup' } }
    expect(outsidersIn(trusted(issuer, condition, arn), { account: ACCOUNT })).toEqual([])
    expect(outsidersIn(trusted(issuer, {}, `arn:aws:iam::${ACCOUNT}:saml-provider/okta`), { account: ACCOUNT })).toEqual([])
    const foreign = arn.replace(ACCOUNT, OUTSIDE)
    expect(outsidersIn(trusted(issuer, condition, foreign), { account: ACCOUNT })).toEqual([{ name: foreign, certainty: 'certain' }])
    expect(outsidersIn(trusted('*', {}, '*'), { account: ACCOUNT })).toEqual([{ name: 'everybody who signs in', certainty: 'certain' }])
  })
})
