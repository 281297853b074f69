import { describe, expect, it } from 'vitest'
import { brakeIn, brakeParts, brakesMore } from '../../shared/contain/brake.ts'
import { restrictionDocument, restrictionIn } from '../../shared/contain/restriction-document.ts'
import { DATA_DESTRUCTION, SHARES } from '../../shared/domain/call-rate.ts'
import { iamGlobs } from '../../shared/domain/glob.ts'
import { GRAVE_GROUPS } from '../../shared/domain/grave-actions.ts'
import type { Brake, Restriction } from '../../shared/domain/restriction.ts'
import { HABIT } from '../restricted.ts'

const UNTIL = Date.UTC(2026, 0, 31, 12, 30)
const brake = (...groups: ('sharing' | 'deletion')[]): Brake => ({ groups, until: UNTIL })
const patternsOf = (group: string) => GRAVE_GROUPS.find(({ name }) => name === group)?.patterns ?? []
const SHARING = [...patternsOf('sharing'), 'ecr:SetRepositoryPolicy']
const DELETION = [...patternsOf('deletion'), 'cognito-idp:DeleteUserPool', 'redshift:DeleteCluster']
const all = () => true
const Condition = { DateLessThan: { 'aws:CurrentTime': '2026-01-31T12:30:00.000Z' } }

/** An identity whose habit it is to share and to delete buckets. */
const OPEN: Restriction = { ...HABIT, actions: ['s3:PutBucketPolicy', 's3:DeleteBucket'] }

describe('the statement of a brake', () => {
  it.each([
    [['sharing'], SHARING],
    [['deletion'], DELETION],
    [
      ['deletion', 'sharing'],
      [...SHARING, ...DELETION],
    ],
  ] as const)('denies all of %j until its time, and is read back', (groups, Action) => {
    const parts = brakeParts(brake(...groups), all)
    expect(parts).toEqual({ Action, Condition })
    expect(brakeIn(parts)).toEqual({ groups: [...groups].sort().reverse(), until: UNTIL })
  })

  it('denies every call of which the rate is kept', () => {
    for (const [calls, group] of [[SHARES, 'sharing'] as const, [DATA_DESTRUCTION, 'deletion'] as const]) {
      const { Action = [] } = brakeParts(brake(group), all) ?? {}
      expect([...calls].filter((call) => !Action.some((pattern) => iamGlobs(pattern, call)))).toEqual([])
    }
  })

  it('names only patterns that leave something open, and is none where none does', () => {
    expect(brakeParts(brake('sharing'), (action) => action === 'ram:CreateResourceShare')?.Action).toEqual(['ram:CreateR*'])
    expect(brakeParts(brake('sharing'), (action) => action === 'ecr:SetRepositoryPolicy')?.Action).toEqual(['ecr:SetRepositoryPolicy'])
    expect(brakeParts(brake('sharing'), (action) => action === 'redshift:DeleteCluster')).toBeUndefined()
    expect(brakeParts(brake('sharing', 'deletion'), () => false)).toBeUndefined()
  })

  it.each<[string, Readonly<Record<string, unknown>> | undefined]>([
    ['there is none', undefined],
    ['it has no time', { Action: SHARING }],
    ['its time is none', { Action: SHARING, Condition: { DateLessThan: { 'aws:CurrentTime': 'soon' } } }],
    ['its time is of another key', { Action: SHARING, Condition: { DateLessThan: { 'aws:TokenIssueTime': '2026-01-31T12:30:00Z' } } }],
    ['its condition is another', { Action: SHARING, Condition: { DateGreaterThan: { 'aws:CurrentTime': '2026-01-31T12:30:00Z' } } }],
    ['it has no actions', { Condition }],
    ['its action is a text', { Action: 's3:PutBucketPolicy', Condition }],
  ])('is none where %s', (_, statement) => {
    expect(brakeIn(statement)).toBeUndefined()
  })

  it('is of each group of which it denies something', () => {
    expect(brakeIn({ Action: ['s3:DeleteBucket'], Condition })).toEqual(brake('deletion'))
    expect(brakeIn({ Action: ['s3:PutBucketPolicy', 's3:DeleteBucket'], Condition })).toEqual(brake('sharing', 'deletion'))
    expect(brakeIn({ Action: ['s3:GetObject'], Condition })).toEqual(brake())
  })

  it('is a part of the policy, which has it back, and the first that is left out for want of room', () => {
    const lasting = restrictionDocument(OPEN, { room: 10_240 })
    const whole = restrictionDocument({ ...OPEN, brake: brake('deletion', 'sharing') }, { room: 10_240 })
    const { document = '' } = whole ?? {}
    expect(whole?.dropped).toEqual([])
    const [statement, ...others] = JSON.parse(document).Statement
    expect(statement).toEqual({ Sid: 'Brake', Effect: 'Deny', Action: ['s3:PutBucketPolicy', 's3:DeleteBucket'], Resource: '*', Condition })
    expect(others).toEqual(JSON.parse(lasting?.document ?? '').Statement)
    expect(restrictionIn(document)?.brake).toEqual(brake('sharing', 'deletion'))
    const tight = restrictionDocument({ ...OPEN, brake: brake('deletion', 'sharing') }, { room: document.length - 1 })
    expect(tight).toEqual({ document: lasting?.document, dropped: ['brake'] })
    expect(restrictionDocument({ ...OPEN, brake: brake('sharing') }, { room: 10 })).toBeUndefined()
  })
})

describe('a brake', () => {
  const of = (one: Brake | undefined, parts: Partial<Restriction> = {}): Restriction => ({ ...OPEN, ...parts, ...(one && { brake: one }) })
  const later = (minutes: number) => ({ ...brake('sharing'), until: UNTIL + minutes })

  it.each<[string, Restriction, Restriction, boolean]>([
    ['denies more than none', of(brake('sharing')), of(undefined), true],
    ['denies no more than the same', of(brake('sharing')), of(brake('sharing')), false],
    ['denies no more than one of more groups', of(brake('sharing')), of(brake('sharing', 'deletion')), false],
    ['of more groups denies more', of(brake('sharing', 'deletion')), of(brake('sharing')), true],
    ['of another group denies more', of(brake('sharing')), of(brake('deletion')), true],
    ['denies more than one that ends before', of(brake('sharing')), of(later(-1)), true],
    ['denies no more than one that ends later', of(brake('sharing')), of(later(1)), false],
    ['denies no more than a restriction that leaves nothing of it open', of(brake('sharing')), of(undefined, { actions: [] }), false],
    ['denies no more where only another group is open', of(brake('sharing')), of(undefined, { actions: ['s3:DeleteBucket'] }), false],
    [
      'denies what is in no group, of a service that is open',
      of(brake('sharing')),
      of(undefined, { actions: [], services: ['ecr'] }),
      true,
    ],
    ['denies what is in no group, where all services are', of(brake('deletion')), of(undefined, { actions: [], services: [] }), true],
    ['that is none denies no more than one', of(undefined), of(brake('sharing')), false],
    ['that is none denies no more than none', of(undefined), of(undefined), false],
  ])('%s', (_, now, then, isMore) => expect(brakesMore(now, then)).toBe(isMore))
})
