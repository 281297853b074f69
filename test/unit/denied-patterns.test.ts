import { describe, expect, it } from 'vitest'
import { closedDataPlanes, DATA_PLANE_ACTIONS, isDataPlane, openDataPlane } from '../../shared/contain/data-plane-actions.ts'
import { deniedPatterns, type Extent } from '../../shared/contain/denied-patterns.ts'
import { iamGlobs } from '../../shared/domain/glob.ts'
import { GRAVE_GROUPS, graveActionsOf } from '../../shared/domain/grave-actions.ts'
import { DATA_PLANE_SERVICES } from '../../shared/domain/last-used.ts'
import type { Restriction } from '../../shared/domain/restriction.ts'
import { HABIT } from '../restricted.ts'

const ALL: Extent = { groups: GRAVE_GROUPS.length, isOwnGuarded: true, isLimited: false }
const denied = (parts: Partial<Restriction> = {}, extent: Partial<Extent> = {}) =>
  deniedPatterns({ services: [], actions: [], isCovered: true, ...parts }, { ...ALL, ...extent })
const patternsOf = (...groups: string[]) => GRAVE_GROUPS.filter(({ name }) => groups.includes(name)).flatMap(({ patterns }) => patterns)
const WITHOUT_HABIT = ['grants', 'credentials', 'logging', 'sharing', 'deletion']

describe('the grave actions that are denied', () => {
  it.each<[string, Partial<Restriction>, Partial<Extent>, readonly string[]]>([
    ['are all where nothing is habit', {}, {}, GRAVE_GROUPS.flatMap(({ patterns }) => patterns)],
    ['are the fixed list where the habit is not known', { isCovered: false }, {}, patternsOf(...WITHOUT_HABIT)],
    ['are the gravest groups that have room', {}, { groups: 2 }, patternsOf('grants', 'credentials')],
    [
      'are those of its services where all others are denied',
      { services: ['kms', 'sts'] },
      { isLimited: true },
      [...['sts:Assume*', 'sts:GetF*'], ...['kms:PutKeyPolicy', 'kms:DeleteI*', 'kms:DisableKey', 'kms:Schedule*']],
    ],
    ['are all where its services are not the only ones', { services: ['kms'] }, { groups: 1 }, patternsOf('grants')],
    ['are none where it has no service with any', { services: ['s4'] }, { isLimited: true }, []],
  ])('%s', (_, parts, extent, patterns) => expect(denied(parts, extent)).toEqual(patterns))

  it.each<[string, readonly string[], (pattern: string) => boolean, readonly string[]]>([
    ['an action that is named alone', ['kms:DisableKey'], (one) => one.startsWith('kms:Dis'), []],
    ['an action in other letters', ['KMS:disablekey'], (one) => one.startsWith('kms:Dis'), []],
    ['all of a pattern', ['kms:ScheduleKeyDeletion'], (one) => one.startsWith('kms:Sch'), []],
    [
      'one of two, with something behind the wildcard',
      ['rds:ModifyDBSnapshotAttribute'],
      (one) => one.startsWith('rds:Mod'),
      ['rds:ModifyDBC*SnapshotAttribute'],
    ],
    ['one that the others begin alike', ['guardduty:UpdateFilter'], (one) => one.startsWith('guardduty:UpdateF'), ['guardduty:UpdateFin*']],
    [
      'one that ends a name of the others',
      ['iam:DeleteRolePolicy'],
      (one) => /^iam:Delete.*Policy/.test(one),
      ['iam:DeleteA*Policy', 'iam:DeleteG*Policy', 'iam:DeletePolicy', 'iam:DeleteU*Policy'],
    ],
    ['one that begins another', ['lambda:AddPermission'], (one) => one.startsWith('lambda:Add'), ['lambda:AddL*']],
  ])('are narrowed around what is habit: %s', (_, actions, isOf, patterns) => {
    expect(denied({ actions }).filter(isOf)).toEqual(patterns)
  })

  it('are every one that is not habit and none that is, whichever one action is habit', () => {
    const grave = GRAVE_GROUPS.flatMap(({ patterns }) => patterns.flatMap(graveActionsOf))
    const missed = grave.filter((habit) => {
      const patterns = denied({ actions: [habit] })
      return grave.some((action) => patterns.some((pattern) => iamGlobs(pattern, action)) !== (action !== habit))
    })
    expect(missed).toEqual([])
  })

  it('hold the calls that take a restriction away, habit or not, where the own policies are not guarded', () => {
    const actions = ['iam:PutRolePolicy', 'IAM:DeleteUserPolicy', 'iam:AttachRolePolicy']
    const calls = ['iam:PutRolePolicy', 'iam:DeleteUserPolicy', 'iam:AttachRolePolicy']
    const isDenied = (isOwnGuarded: boolean) =>
      calls.map((call) => denied({ actions }, { isOwnGuarded }).some((pattern) => iamGlobs(pattern, call)))
    expect(isDenied(false)).toEqual([true, true, false])
    expect(isDenied(true)).toEqual([false, false, false])
  })
})

describe('data planes', () => {
  const open = (parts: Partial<Restriction>) => openDataPlane({ ...HABIT, services: [], ...parts })
  const without = (...services: string[]) => DATA_PLANE_ACTIONS.filter((pattern) => !services.includes(pattern.split(':')[0] ?? ''))

  it.each<[string, Partial<Restriction>, readonly string[]]>([
    ['all where nothing is known', {}, DATA_PLANE_ACTIONS],
    ['all but those of services that are habit, which are open whole', { services: ['s3', 'sqs'] }, without('s3', 'sqs')],
    ['all but those of services that were never used', { neverUsed: ['s3', 'sns'] }, without('s3', 'sns')],
    ['those of a service of which an action is habit', { neverUsed: ['s3', 'sns'], actions: ['sns:Publish'] }, without('s3')],
    ['none of a service of which only what manages it is habit', { neverUsed: ['sns'], actions: ['sns:CreateTopic'] }, without('sns')],
    ['none of a service for an action of another', { neverUsed: ['sns'], actions: ['s3:GetObject'] }, without('sns')],
  ])('stay open: %s', (_, parts, patterns) => expect(open(parts)).toEqual(patterns))

  it('are closed of the services of which a policy names neither all nor a pattern', () => {
    expect(closedDataPlanes(DATA_PLANE_SERVICES, DATA_PLANE_ACTIONS)).toEqual([])
    expect(closedDataPlanes(['s3', 'sns'], ['s3:ListBucket'])).toEqual(['sns'])
    expect(closedDataPlanes(['s3', 'sns'], ['sns:*', 's3:GetBucketAcl'])).toEqual(['s3'])
    expect(closedDataPlanes(DATA_PLANE_SERVICES, [])).toEqual(DATA_PLANE_SERVICES)
  })

  it.each([
    ['s3:GetObject', true],
    ['s3:ListBucket', true],
    ['s3:ListBuckets', false],
    ['sqs:SendMessageBatch', true],
    ['ecs:RunTask', false],
  ])('hold %s: %s', (action, isOne) => expect(isDataPlane(action)).toBe(isOne))
})
