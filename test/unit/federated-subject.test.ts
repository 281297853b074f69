import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newAssumer } from '../../shared/detect/detectors/new-assumer.ts'
import { emptyBaseline, FEATURE_LIMITS } from '../../shared/domain/baseline.ts'
import { openWindow } from '../../shared/domain/credential-window.ts'
import { federatedSubject, isSharedSubject } from '../../shared/domain/federated-subject.ts'
import { count } from '../../shared/domain/frequency.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { ACCOUNT, call, NOW } from '../embedded.ts'

const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`
const GITHUB = 'token.actions.githubusercontent.com'
const given = {
  credentials: { accessKeyId: 'ASIASESSION000000001' },
  assumedRoleUser: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/x` },
}

function assumptionOf(action: string, response: object, request: object = {}): Signal | undefined {
  const all = normalise(call(action, { id: 'a1', request: { roleArn: ROLE, ...request }, response: { ...given, ...response } }))
  return all.kind === 'signals' ? all.signals[1] : undefined
}
const byToken = (provider: string, subject: string, audience?: string) =>
  assumptionOf('sts:AssumeRoleWithWebIdentity', {
    subjectFromWebIdentityToken: subject,
    provider: provider.includes('.') && !NAMED.includes(provider) ? `arn:aws:iam::${ACCOUNT}:oidc-provider/${provider}` : provider,
    ...(audience === undefined ? {} : { audience }),
  })
const NAMED = ['accounts.google.com', 'cognito-identity.amazonaws.com', 'graph.facebook.com', 'www.amazon.com']

describe('who assumed a role by a token or an assertion', () => {
  it.each([
    ['a repository of GitHub, whatever the branch', GITHUB, 'repo:example/shop:ref:refs/heads/main', 'github:example/shop'],
    ['the same by its environment', GITHUB, 'repo:example/shop:environment:live', 'github:example/shop'],
    ['one with unchangeable ids', GITHUB, 'repo:example@12/shop@34:ref:refs/heads/main', 'github:example@12/shop@34'],
    ['one of an enterprise with an issuer of its own', `${GITHUB}/example`, 'repo:example/shop:pull_request', 'github:example/shop'],
    ['one whose subject begins with another claim', GITHUB, 'environment:live:repo:example/shop', 'github:example/shop'],
    ['a subject of GitHub that names no repository', GITHUB, 'environment:live', 'github:environment:live'],
    ['a project of GitLab', 'gitlab.com', 'project_path:example/team/shop:ref_type:branch:ref:main', 'gitlab:example/team/shop'],
    [
      'a pipeline of Buildkite',
      'agent.buildkite.com',
      'organization:example:pipeline:shop:ref:x:commit:y:step:z',
      'buildkite:example/shop',
    ],
    [
      'a project of Terraform',
      'app.terraform.io',
      'organization:example:project:shop:workspace:a:run_phase:plan',
      'terraform:example/shop',
    ],
    ['a project of CircleCI', 'oidc.circleci.com/org/11', 'org/11/project/22/user/33', 'circleci:11/22'],
    ['a repository of Bitbucket', 'api.bitbucket.org/2.0/workspaces/example/pipelines-config/identity/oidc', '{11}:{22}', 'bitbucket:{11}'],
    [
      'a service account of a cluster',
      'oidc.eks.eu-west-1.amazonaws.com/id/0A',
      'system:serviceaccount:shop:api',
      /^oidc\.eks\..{38}~[0-9a-f]{16}$/,
    ],
    ['a subject of an issuer of its own', 'id.example.com', 'anna', 'id.example.com:anna'],
  ])('is %s', (_, provider, subject, id) => {
    const assumer = byToken(provider, subject)?.assumer
    if (typeof id === 'string') expect(assumer).toMatchObject({ id, kind: 'web-identity', account: ACCOUNT })
    else expect(assumer?.id).toMatch(id)
  })

  it('is the pool or the application where people sign in to one, and nobody where the log does not say which', () => {
    const pool = 'eu-west-1:00000000-0000-4000-8000-000000000000'
    const one = byToken('cognito-identity.amazonaws.com', 'eu-west-1:anna', pool)?.assumer
    expect(one?.id).toBe(byToken('cognito-identity.amazonaws.com', 'eu-west-1:bert', pool)?.assumer?.id)
    expect(isSharedSubject(one?.id ?? '')).toBe(true)
    expect(byToken('cognito-identity.amazonaws.com', 'eu-west-1:anna')).toBeUndefined()
    expect(byToken('accounts.google.com', '123', 'app')?.assumer?.id).toBe('accounts.google.com:app')
    expect(assumptionOf('sts:AssumeRoleWithWebIdentity', { provider: GITHUB })).toBeUndefined()
    expect(assumptionOf('sts:AssumeRoleWithWebIdentity', { subjectFromWebIdentityToken: 'x' })).toBeUndefined()
  })

  it('is a person of a SAML provider, or the provider where its subjects do not last', () => {
    const principalArn = `arn:aws:iam::${ACCOUNT}:saml-provider/staff`
    const by = (response: object, request: object = { principalArn }) => assumptionOf('sts:AssumeRoleWithSAML', response, request)?.assumer
    expect(by({ subject: 'anna@example.com', subjectType: 'persistent' })).toMatchObject({
      id: 'saml:staff:anna@example.com',
      kind: 'saml',
    })
    expect(by({ subject: '_5cc3', subjectType: 'transient' })).toMatchObject({ id: 'saml:staff:', name: 'staff' })
    expect(by({})).toMatchObject({ id: 'saml:staff:' })
    expect(by({ subject: 'anna@example.com' }, {})).toBeUndefined()
  })

  it('names the session that was issued, so that it can be told from the others of the role', () => {
    expect(byToken(GITHUB, 'repo:example/shop:ref:x')?.credential).toEqual({
      id: 'ASIASESSION000000001',
      kind: 'session',
      sessionName: 'x',
    })
  })

  it('is never another one because a name is long', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '-'), minLength: 1, maxLength: 110 })
    const repository = fc.tuple(part, part).map(([owner, name]) => `${owner}/${name}`)
    const idOf = (one: string) => byToken(GITHUB, `repo:${one}:ref:x`)?.assumer?.id ?? ''
    fc.assert(
      fc.property(repository, repository, (one, other) => {
        expect(idOf(one).length).toBeLessThanOrEqual(64)
        expect(idOf(one) === idOf(other)).toBe(one === other)
      }),
    )
  })
})

describe('the weight of an assumer that is new to a role', () => {
  const weighed = (
    subject: string,
    { known, provider = GITHUB, more = {} }: { known: readonly string[]; provider?: string; more?: object },
  ) => {
    const baseline = { ...emptyBaseline(), calls: 100, firstSeen: NOW - 30 * 86_400_000, lastSeen: NOW }
    for (const id of known) count(baseline.features.assumer, id, { at: NOW, limit: FEATURE_LIMITS.assumer })
    const signal = byToken(provider, subject) as Signal
    return newAssumer.matches({ ...signal, ...more }, { baseline, window: openWindow('ASIA', NOW) })?.weight
  }
  const own = ['github:example/shop']
  const long = 'o'.repeat(80)

  it.each([
    ['another organisation', 'repo:stranger/shop:ref:x', { known: own }, 0.45],
    ['an organisation whose name begins alike', 'repo:example-2/shop:ref:x', { known: own }, 0.45],
    ['one that names no repository', 'environment:live', { known: own }, 0.45],
    ['another service', 'project_path:example/shop:ref:x', { known: own, provider: 'gitlab.com' }, 0.45],
    ['another repository of the same organisation', 'repo:example/site:ref:x', { known: own }, 0.25],
    [
      'another repository of an organisation of a long name',
      `repo:${long}/b:ref:x`,
      { known: [byToken(GITHUB, `repo:${long}/a:ref:x`)?.assumer?.id ?? ''] },
      0.25,
    ],
    [
      'another one of many of the same organisation',
      'repo:example/site:ref:x',
      { known: Array.from({ length: 16 }, (_, n) => `github:example/${n}`) },
      0.2,
    ],
    [
      'the first of a role that only identities of the account assumed',
      'repo:example/shop:ref:x',
      { known: [`arn:aws:iam::${ACCOUNT}:user/ci`] },
      0.2,
    ],
    ['a subject of a provider of the account', 'anna', { known: own, provider: 'id.example.com' }, 0.2],
    ['the known one', 'repo:example/shop:ref:y', { known: own }, undefined],
  ])('of %s', (_, subject, about, weight) => {
    expect(weighed(subject, about)).toBe(weight)
  })

  it('is low where the policy says that the token is its own, and for no provider that is only called alike', () => {
    const trustedClaims = [{ provider: GITHUB, claim: 'sub', values: ['repo:partner/*'] }]
    const weight = (subject: string, provider = GITHUB) => weighed(subject, { known: own, provider, more: { trustedClaims } })
    expect([weight('repo:partner/tool:ref:x'), weight('repo:stranger/tool:ref:x')]).toEqual([0.2, 0.45])
    expect(weight('repo:partner/tool:ref:x', `${GITHUB}/partner`)).toBe(0.45)
  })

  it('is asked of nobody who came otherwise', () => {
    expect(federatedSubject({ action: 'sts:AssumeRole', request: {}, response: {} })).toBeUndefined()
  })
})
