import { describe, expect, it } from 'vitest'
import { ownReachOf } from '../../shared/decide/reach/own-reach.ts'
import { allow, deny, namedPolicy, reachOf, userArn } from '../reach.ts'

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
    const values = Array.from({ length: 60 }, (_, at) => `${'*a?'.repeat(30)}${at}`)
    const hostile = Array.from({ length: 400 }, (_, at) =>
      allow('s3:GetObject', '*', { Condition: { StringLike: { 'aws:PrincipalArn': [...values, `x${at}`] } } }),
    )
    const user = {
      id: userArn('eve'),
      kind: 'iam-user' as const,
      name: 'eve',
      tags: {},
      policies: { identity: [namedPolicy('p', ...hostile)] },
    }
    const { asker, parts } = ownReachOf(user, [], true)
    expect(asker.policies.work.isSpent).toBe(true)
    expect(parts.some(({ reason }) => reason.includes('take too long to work out'))).toBe(true)
  })
})
