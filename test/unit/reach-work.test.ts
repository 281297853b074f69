import { afterEach, describe, expect, it } from 'vitest'
import { ACCOUNT_STEPS, reachIn, TRUST_STEPS } from '../../shared/decide/reach/account-reach.ts'
import { PATTERN_STEPS } from '../../shared/decide/reach/become.ts'
import { ownReachOf } from '../../shared/decide/reach/own-reach.ts'
import { POLICY_STEPS, readPolicy } from '../../shared/decide/reach/read-policies.ts'
import { IDENTITY_STEPS } from '../../shared/decide/reach/work.ts'
import type { PolicyHolder } from '../../shared/domain/account-policies.ts'
import { Meter } from '../../shared/domain/meter.ts'
import { ACCOUNT, allow, deny, namedPolicy, OWN_ACCOUNT, reachOf, roleWith, userArn, userWith } from '../reach.ts'

/** The signs of a managed policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const POLICY_SIGNS = 6_144
/** The most managed policies of a user. */
const POLICIES = 10

/** Resources of whoever wants the evaluation to take long, each other than the others. */
const HOSTILE: Readonly<Record<string, (at: number) => string>> = {
  'short texts between wildcards': (at) => `*${at}*`,
  'many wildcards in an ARN': (at) => `arn:aws:s3:::*${'a*'.repeat(6)}${at}*`,
  'question marks and stars': (at) => `arn:aws:s3:::${'?*'.repeat(20)}${at}`,
  'one text of thousands of wildcards': (at) => `*${'a?*'.repeat(600)}${at}`,
  'wildcards among users': (at) => `arn:aws:iam::*:user/*a*${at}b*`,
  'thousands of plain ARNs': (at) => `arn:aws:s3:::bucket-${at}/*`,
}

function resourcesOf(text: (at: number) => string, policy: number): string[] {
  const resources: string[] = []
  for (let signs = 0; signs < POLICY_SIGNS - 300; signs += (resources.at(-1)?.length ?? 0) + 3)
    resources.push(text(policy * 1_000 + resources.length))
  return resources
}

/** A user of ten managed policies that are full of such resources: five allow everything about them, five deny it. */
function hostileUser(text: (at: number) => string) {
  const identity = Array.from({ length: POLICIES }, (_, at) =>
    namedPolicy(`p${at}`, (at % 2 === 0 ? allow : deny)('*', resourcesOf(text, at))),
  )
  return { id: userArn('eve'), kind: 'iam-user' as const, name: 'eve', tags: {}, policies: { identity } }
}

describe('policies that take too long to work out', () => {
  it.each(Object.entries(HOSTILE))('count as possible where they have %s', (_, text) => {
    const { asker, parts } = ownReachOf(hostileUser(text), [], false)
    // What is spent has an end, and what is found by then is not taken for little.
    expect(parts[0]?.points).toBeGreaterThanOrEqual(85)
    if (asker.policies.work.isSpent) expect(parts.some(({ reason }) => reason.includes('take too long to work out'))).toBe(true)
  })

  it('are found among the hostile ones, or nothing was tested', () => {
    const spent = Object.values(HOSTILE).filter((text) => ownReachOf(hostileUser(text), [], false).asker.policies.work.isSpent)
    expect(spent.length).toBeGreaterThanOrEqual(4)
  })

  it('hide no administrator', () => {
    const { policies, ...eve } = hostileUser((at) => `arn:aws:s3:::*${'a*'.repeat(6)}${at}*`)
    const reach = reachOf([{ ...eve, policies: { identity: [namedPolicy('admin', allow('*')), ...policies.identity] } }])
    expect(reach.reach).toBeGreaterThanOrEqual(99)
  })

  it('are not those of a real account: 1,000 buckets of which 20 are denied', () => {
    const buckets = (count: number) => Array.from({ length: count }, (_, at) => `arn:aws:s3:::team-data-${at}/*`)
    const identity = [namedPolicy('data', allow('s3:*', buckets(1_000)), deny(['s3:Delete*', 's3:Put*'], buckets(20)))]
    const user = { id: userArn('job'), kind: 'iam-user' as const, name: 'job', tags: {}, policies: { identity } }
    expect(ownReachOf(user, [], true).asker.policies.work.isSpent).toBe(false)
  })

  it('are spent by conditions too', () => {
    const { asker, parts } = ownReachOf(withConditions('eve', 0), [], true)
    expect(asker.policies.work.isSpent).toBe(true)
    expect(parts.some(({ reason }) => reason.includes('take too long to work out'))).toBe(true)
  })
})

/** A name of the longest path that IAM takes, with which the patterns here begin to match everywhere and never end. */
const LONG_PATH = 'a'.repeat(510)
const longUser = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${LONG_PATH}/${name}`
const neverMatches = (length: number, at: number) => `*${'a'.repeat(length)}b${at}`

/** A user of ten managed policies that are full of conditions about its own long name. */
function withConditions(name: string, from: number): PolicyHolder {
  const identity = Array.from({ length: POLICIES }, (_, policy) =>
    namedPolicy(
      `p${policy}`,
      allow('*', '*', {
        Condition: {
          StringLike: { 'aws:PrincipalArn': Array.from({ length: 22 }, (_, at) => neverMatches(255, from + policy * 100 + at)) },
        },
      }),
    ),
  )
  return { id: longUser(name), kind: 'iam-user', name, tags: {}, policies: { identity } }
}

/** So many users, and so many roles that they may all come to. */
const MANY = 6
const many = <T>(make: (at: number) => T) => Array.from({ length: MANY }, (_, at) => make(at))
const assumer = (id: string, name: string, resources: readonly string[]): PolicyHolder => ({
  id,
  kind: 'iam-user',
  name,
  tags: {},
  policies: { identity: [namedPolicy('own', allow('sts:AssumeRole', resources))] },
})

/** Accounts whose evaluation somebody wants to take long, each by another part of it. */
const HOSTILE_ACCOUNTS: Readonly<Record<string, () => readonly PolicyHolder[]>> = {
  conditions: () => [0, 1].map((at) => withConditions(`u${at}`, at * 1_000)),
  'trust policies': () => [
    ...many((at) => assumer(longUser(`u${at}`), `u${at}`, ['*'])),
    ...many((at) => {
      const condition = { StringLike: { 'aws:PrincipalArn': Array.from({ length: 6 }, (_, one) => neverMatches(250, at * 10 + one)) } }
      const role = roleWith(`r${at}`, OWN_ACCOUNT, allow('iam:*'))
      return { ...role, trust: { Statement: { Effect: 'Allow', Principal: OWN_ACCOUNT, Action: 'sts:AssumeRole', Condition: condition } } }
    }),
  ],
  'patterns of roles': () => [
    ...many((at) =>
      assumer(
        userArn(`u${at}`),
        `u${at}`,
        Array.from({ length: 16 }, (_, one) => neverMatches(100, at * 100 + one)),
      ),
    ),
    ...many((at) => ({ ...roleWith(`r${at}`, OWN_ACCOUNT, allow('iam:*')), id: `arn:aws:iam::${ACCOUNT}:role/${LONG_PATH}/r${at}` })),
  ],
  'patterns of actions': () =>
    [0, 1].map((at) => ({
      ...userWith(`u${at}`),
      policies: {
        identity: Array.from({ length: POLICIES }, (_, policy) =>
          namedPolicy(
            `p${policy}`,
            allow('*:List*'),
            deny(Array.from({ length: 60 }, (_, one) => `*${'?'.repeat(30)}*${'?*'.repeat(20)}z${at}y${policy}x${one}`)),
          ),
        ),
      },
    })),
}

/** What is spent on an account at most, in steps of matching: each identity, policy, role and pattern of it has a limit. */
function limitOf(holders: readonly PolicyHolder[]): number {
  const policies = holders.flatMap(({ policies: { identity } }) => identity)
  const patterns = policies.flatMap(({ document }) =>
    (document as { Statement: { Resource: string[] }[] }).Statement.flatMap((one) => one.Resource),
  )
  return holders.length * (IDENTITY_STEPS + TRUST_STEPS) + policies.length * POLICY_STEPS + patterns.length * PATTERN_STEPS
}

describe('an account whose policies take too long to work out', () => {
  const { take } = Meter.prototype
  afterEach(() => {
    Meter.prototype.take = take
  })

  it.each(Object.entries(HOSTILE_ACCOUNTS))(
    'costs what it may cost and no more, by %s, and nobody of whom it is too much counts as harmless',
    (_, make) => {
      const holders = make()
      let steps = 0
      // Every step is counted, whoever pays for it: what is taken beforehand is counted once more when it is done.
      Meter.prototype.take = function (taken) {
        steps += taken
        take.call(this, taken)
      }
      const reached = reachIn({ holders, controls: [] })
      expect(steps).toBeGreaterThan(10_000_000)
      expect(steps).toBeLessThan(2 * limitOf(holders))
      for (const { id, reach, isCut } of reached.values()) if (isCut) expect(reach, id).toBeGreaterThanOrEqual(50)
    },
  )

  it.each(Object.entries(HOSTILE_ACCOUNTS))('takes nothing from the others in it, by %s', (_, make) => {
    const honest = [userWith('reader', allow('s3:GetObject')), userWith('admin', allow('*'))]
    const alone = reachIn({ holders: honest, controls: [] })
    const among = reachIn({ holders: [...make(), ...honest], controls: [] })
    for (const { id } of honest) expect(among.get(id)?.reach, id).toBeGreaterThanOrEqual(alone.get(id)?.reach ?? 100)
    expect(among.get(userArn('admin'))).toMatchObject({ reach: 100, isCut: false })
    expect(among.get(userArn('reader'))).toMatchObject({ isCut: false })
  })

  it('reads a long policy of people whole, however many others there are', () => {
    const services = Array.from({ length: 400 }, (_, at) => `service${at}`)
    const long = namedPolicy('reads', allow(services.flatMap((one) => [`${one}:*Get*Thing*`, `${one}:*List*Thing*`])))
    const { steps } = readPolicy(long)
    const few = 3_000
    // With equal shares alone, its own would be too little.
    expect(steps).toBeGreaterThan(ACCOUNT_STEPS / few)
    expect(steps).toBeLessThan(POLICY_STEPS)
    const others = Array.from({ length: few }, (_, at) => userWith(`u${at}`, allow('s3:GetObject', `arn:aws:s3:::b-${at}/*`)))
    const again = { ...long, document: structuredClone(long.document) }
    const reader = { ...userWith('reader'), policies: { identity: [again] } }
    expect(reachIn({ holders: [reader, ...others], controls: [] }).get(userArn('reader'))).toMatchObject({ isCut: false, paths: [] })
  })

  it('has everybody possible where the time for it is over from the start', () => {
    const holders = [userWith('admin', allow('*')), userWith('nobody', allow('s3:ListAllMyBuckets'))]
    const reached = reachIn({ holders, controls: [] }, () => true)
    expect(reached.get(userArn('admin'))?.reach).toBeGreaterThanOrEqual(99)
    expect(reached.get(userArn('nobody'))).toMatchObject({ reach: 50, isCut: true })
  })
})
