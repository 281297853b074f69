import { describe, expect, it } from 'vitest'
import { DATA_PLANE_ACTIONS } from '../../shared/contain/data-plane-actions.ts'
import { restrictionDocument, restrictionIn } from '../../shared/contain/restriction-document.ts'
import { DENY_ALL, deniesMore } from '../../shared/contain/steps/quarantine.ts'
import { DATA_DESTRUCTION, SHARES } from '../../shared/domain/call-rate.ts'
import { iamGlobs } from '../../shared/domain/glob.ts'
import { GRAVE_GROUPS, graveActionsOf } from '../../shared/domain/grave-actions.ts'
import { iamActionsOf } from '../../shared/domain/iam-actions.ts'
import { Restriction } from '../../shared/domain/restriction.ts'
import { BY_SERVICE, isDenied, serviceOf, TIME } from '../restrictions.ts'

const UNKNOWN: Restriction = { services: [], actions: [], addresses: [], endpoints: [], sessions: [], isCovered: false, isFenced: false }

const DEPLOY: Restriction = {
  services: ['ecr', 'ecs', 'kms'],
  actions: ['ecs:RegisterTaskDefinition', 'ecs:UpdateService', 'iam:PassRole'],
  addresses: ['192.0.2.0/24'],
  endpoints: ['vpce-0123456789abcdef0'],
  sessions: ['deploy-1'],
  isCovered: true,
  isFenced: true,
}

const ROLE_ROOM = 10_240

function written(restriction: Restriction, room = ROLE_ROOM, name = 'deploy') {
  const made = restrictionDocument(restriction, { room, ...(name === '' ? {} : { subject: { kind: 'role', name } }) })
  return { ...made, statements: made === undefined ? [] : JSON.parse(made.document).Statement }
}

describe('the policy of a restriction', () => {
  it('says of a session what is denied to it, and where', () => {
    const who = { StringLike: { 'aws:userid': ['*:deploy-1'] } }
    const byItself = { 'aws:ViaAWSService': 'false' }
    expect(written(DEPLOY)).toMatchObject({ dropped: [] })
    expect(written(DEPLOY).statements).toEqual([
      {
        Sid: 'NewServices',
        Effect: 'Deny',
        NotAction: ['ecr:*', 'ecs:*', 'kms:*', 'iam:PassRole', ...DATA_PLANE_ACTIONS],
        Resource: '*',
        Condition: who,
      },
      {
        Sid: 'GraveActions',
        Effect: 'Deny',
        Action: [
          'kms:PutKeyPolicy',
          'kms:DeleteI*',
          'kms:DisableKey',
          'kms:Schedule*',
          'ecs:Create*',
          'ecs:RegisterC*',
          'ecs:RegisterD*',
          'ecs:RunTask',
        ],
        Resource: '*',
        Condition: who,
      },
      {
        Sid: 'OwnPolicies',
        Effect: 'Deny',
        Action: ['iam:Delete*Policy', 'iam:Put*Policy'],
        Resource: ['arn:*:iam::*:role/deploy', 'arn:*:iam::*:role/*/deploy'],
        Condition: who,
      },
      {
        Sid: 'OutsideAddresses',
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: { ...who, NotIpAddress: { 'aws:SourceIp': ['192.0.2.0/24'] }, Null: { 'aws:SourceIp': 'false' }, Bool: byItself },
      },
      {
        Sid: 'OutsideEndpoints',
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: {
          ...who,
          StringNotEquals: { 'aws:SourceVpce': ['vpce-0123456789abcdef0'] },
          Null: { 'aws:SourceVpce': 'false' },
          Bool: byItself,
        },
      },
    ])
  })

  it('names nothing twice around what is habit: a pattern stands for the action that it begins with', () => {
    const reader: Restriction = { ...DEPLOY, services: ['ssm', 'kms'], actions: ['ssm:GetParameter'] }
    const { Action: grave } = written(reader).statements.find(({ Sid }: { Sid: string }) => Sid === 'GraveActions')
    const read = grave.filter((pattern: string) => pattern.startsWith('ssm:GetParameter'))
    expect(read).toEqual(['ssm:GetParameterH*', 'ssm:GetParameters*'])
    for (const action of graveActionsOf('ssm:GetParameter*'))
      expect(
        read.some((pattern: string) => iamGlobs(pattern, action)),
        action,
      ).toBe(action !== 'ssm:GetParameter')
  })

  it('denies no action as new of which CloudTrail says nothing, and none of those is grave', () => {
    const grave = GRAVE_GROUPS.flatMap(({ patterns }) => patterns.flatMap(graveActionsOf))
    expect(grave.filter((action) => DATA_PLANE_ACTIONS.some((pattern) => iamGlobs(pattern, action)))).toEqual([])
    const known = written({ ...DEPLOY, services: ['s3'] }).statements[0].NotAction
    expect(known).toEqual(['s3:*', 'ecs:RegisterTaskDefinition', 'ecs:UpdateService', 'iam:PassRole', ...DATA_PLANE_ACTIONS.slice(2)])
  })

  it('denies the data plane of services that were never used, where that is known, and takes less room for it', () => {
    const known = { ...DEPLOY, neverUsed: ['s3', 'dynamodb', 'sqs', 'events'] } as const
    const open = DATA_PLANE_ACTIONS.filter((pattern) => !/^(s3|dynamodb|sqs|events):/.test(pattern))
    expect(written(known).statements[0].NotAction).toEqual(['ecr:*', 'ecs:*', 'kms:*', 'iam:PassRole', ...open])
    expect(restrictionIn(written(known).document ?? '')).toMatchObject({ neverUsed: ['dynamodb', 'events', 's3', 'sqs'] })
    expect(written(known).document?.length).toBeLessThan(written(DEPLOY).document?.length ?? 0)
    // What the habit depends on is open, and the rest of that data plane with it.
    const needed = { ...known, actions: ['sns:Publish'], neverUsed: ['sns'] } as const
    expect(written(needed).statements[0].NotAction).toContain('sns:Publish')
    expect(restrictionIn(written(needed).document ?? '')?.neverUsed).toBeUndefined()
    expect(written({ ...known, isCovered: false }).document).toBe(written({ ...DEPLOY, isCovered: false }).document)
  })

  it('denies only the fixed list where the habit is not known, whatever else the restriction names', () => {
    const { statements } = written({ ...DEPLOY, sessions: [], isCovered: false })
    expect(statements.map(({ Sid }: { Sid: string }) => Sid)).toEqual(['GraveActions'])
    expect(statements[0].Condition).toBeUndefined()
    expect(statements[0].Action).toContain('cloudtrail:Stop*')
    expect(statements[0].Action).not.toContain('ec2:RunInstances')
    expect(statements[0].Action).not.toContain('secretsmanager:GetSecretValue')
  })

  it('fits the room that a user without other policies has, beside the quarantine, with the whole fixed list', () => {
    const made = restrictionDocument(UNKNOWN, { room: 2048 - DENY_ALL.length, subject: { kind: 'iam-user', name: 'ci-deploy' } })
    expect(made?.dropped).toEqual([])
  })

  it('denies calls through any endpoint to who never used one, since an intruder may have one of its own', () => {
    const { statements } = written({ ...DEPLOY, endpoints: [] })
    const [outside] = statements.slice(-1)
    expect(outside.Condition).toMatchObject({ Null: { 'aws:SourceVpce': 'false' } })
    expect(outside.Condition.StringNotEquals).toBeUndefined()
  })

  it('denies calls with a public address to who only ever called through endpoints', () => {
    const { statements } = written({ ...DEPLOY, addresses: [] })
    const outside = statements.find(({ Sid }: { Sid: string }) => Sid === 'OutsideAddresses')
    expect(outside.Condition).toMatchObject({ Null: { 'aws:SourceIp': 'false' } })
    expect(outside.Condition.NotIpAddress).toBeUndefined()
  })

  it('lets no habit take the restriction away: without a name no inline policy of any user or role may be changed', () => {
    const admin = { ...DEPLOY, services: ['iam'], actions: ['iam:PutRolePolicy', 'iam:DeleteUserPolicy', 'iam:PutUserPolicy'] }
    expect(written(admin, ROLE_ROOM, '').statements[1].Action).toEqual(expect.arrayContaining(['iam:Put*', 'iam:Delete*Policy']))
    expect(written(admin, ROLE_ROOM, '*').statements).toEqual(written(admin, ROLE_ROOM, '').statements)
    expect(written(admin, ROLE_ROOM, 'deploy').statements[1].Action).toContain('iam:PutRolePe*')
    expect(written(admin, ROLE_ROOM, 'deploy').statements[2]).toMatchObject({
      Sid: 'OwnPolicies',
      Resource: ['arn:*:iam::*:role/deploy', 'arn:*:iam::*:role/*/deploy'],
    })
  })

  it('keeps a user under the name by which its policies are guarded', () => {
    const admin = { ...DEPLOY, services: ['iam'], actions: ['iam:DeleteUserPolicy', 'iam:UpdateUser'], sessions: [], isFenced: false }
    const made = restrictionDocument(admin, { room: 2048, subject: { kind: 'iam-user', name: 'anna' } })
    const own = JSON.parse(made?.document ?? '').Statement.find(({ Sid }: { Sid: string }) => Sid === 'OwnPolicies')
    expect(own).toMatchObject({ Resource: ['arn:*:iam::*:user/anna', 'arn:*:iam::*:user/*/anna'] })
    expect(own.Action).toContain('iam:UpdateUser')
    expect(restrictionIn(made?.document ?? '')).toBeDefined()
  })

  it('says what it had no room for, the least grave first', () => {
    const whole = written(DEPLOY).document?.length ?? 0
    expect(written(DEPLOY, whole - 1).dropped).toEqual(['code'])
    expect(written(DEPLOY, 1400).dropped).toEqual(['sharing', 'deletion', 'secrets', 'code'])
    expect(written(DEPLOY, 1250).dropped).toEqual(['services', 'logging', 'sharing', 'deletion', 'secrets', 'code'])
    expect(written(DEPLOY, 1150).dropped).toEqual(['places'])
    expect(written(UNKNOWN, 1200).dropped).toEqual(['sharing', 'deletion'])
    expect(restrictionDocument(UNKNOWN, { room: 500 })).toBeUndefined()
  })
})

describe('a policy that stands', () => {
  it('is read back as the restriction that makes the same policy', () => {
    const { document = '' } = written(DEPLOY)
    const read = restrictionIn(document)
    expect(read).toEqual({ ...DEPLOY, actions: ['iam:PassRole', 'ecs:RegisterTaskDefinition'] })
    expect(written(read as Restriction).document).toBe(document)
  })

  it.each([
    ['allows anything', (text: string) => text.replace('"Deny"', '"Allow"')],
    ['lets a service through that is no name of one', (text: string) => text.replace('"ecr:*"', '"*:*"')],
    ['denies one action less, in other words', (text: string) => text.replace('"kms:Schedule*"', '"kms:ScheduleK*"')],
    [
      'has a statement more',
      (text: string) => text.replace('"Statement":[', '"Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"},'),
    ],
    ['is about another session by a wildcard', (text: string) => text.replaceAll('*:deploy-1', '*:deploy-*')],
    ['has no guard against endpoints', (text: string) => text.replace('"Null":{"aws:SourceIp":"false"},', '')],
    ['guards another role', (text: string) => text.replace('role/deploy', 'role/other')],
    ['names a range that is everywhere', (text: string) => text.replace('192.0.2.0/24', '0.0.0.0/0')],
    ['is none', () => DENY_ALL],
    ['cannot be read', () => '{'],
  ])('is none of ours where it %s', (_, changed) => {
    const { document = '' } = written(DEPLOY)
    expect(restrictionIn(changed(document))).toBeUndefined()
  })
})

describe('what a restriction may hold', () => {
  it.each([
    ['services', ['s3:*']],
    ['services', ['*']],
    ['actions', ['iam:*']],
    ['actions', ['PassRole']],
    ['addresses', ['0.0.0.0/0']],
    ['addresses', ['192.0.2.1']],
    ['addresses', ['::/0']],
    ['endpoints', ['vpce-*']],
    ['sessions', ['deploy-*']],
    ['neverUsed', ['rds-db']],
    ['neverUsed', ['*']],
    ['lastUsed', { takenAt: 0, services: ['s3:*'] }],
    ['sessions', ['$deploy']],
    ['sessions', ['a']],
    ['sessions', Array.from({ length: 51 }, (_, at) => `deploy-${at}`)],
  ])('is refused where %s are %j', (field, value) => {
    expect(Restriction.safeParse(DEPLOY).success).toBe(true)
    expect(Restriction.safeParse({ ...DEPLOY, [field]: value }).success).toBe(false)
  })
})

describe('a restriction of sessions that are too many to be named', () => {
  const at = (minute: number) => Date.UTC(2026, 0, 31, 12, minute)
  const issued = (since: number, until: number) =>
    written({ ...UNKNOWN, ...{ issued: { since: at(since), until: at(until) } } }).document ?? ''

  it('goes by the time of issue, is read back as it was written, and denies nobody else anything', () => {
    const document = issued(0, 20)
    expect(restrictionIn(document)).toMatchObject({ sessions: [], issued: { since: at(0), until: at(20) } })
    for (const { Condition } of JSON.parse(document).Statement)
      expect(Condition).toEqual({
        DateGreaterThanEquals: { 'aws:TokenIssueTime': '2026-01-31T12:00:00.000Z' },
        DateLessThanEquals: { 'aws:TokenIssueTime': '2026-01-31T12:20:00.000Z' },
      })
  })

  it('is none of ours with one end of the time, or with an end before its beginning', () => {
    const open = JSON.parse(issued(0, 20))
    for (const { Condition } of open.Statement) delete Condition.DateLessThanEquals
    expect(restrictionIn(JSON.stringify(open))).toBeUndefined()
    expect(restrictionIn(issued(20, 0))).toBeUndefined()
  })

  it('denies more than one of a shorter time or of names, and less than one of all sessions', () => {
    const named = written({ ...UNKNOWN, sessions: ['build-7'] }).document ?? ''
    const all = written(UNKNOWN).document ?? ''
    expect(deniesMore(issued(0, 20), issued(5, 20))).toBe(true)
    expect(deniesMore(issued(5, 20), issued(0, 20))).toBe(false)
    expect(deniesMore(issued(0, 20), named)).toBe(true)
    expect([deniesMore(all, issued(0, 20)), deniesMore(issued(0, 20), all)]).toEqual([true, false])
  })
})

describe('a brake', () => {
  it.each([...[...DATA_DESTRUCTION].map((call) => ['deletion', call] as const), ...[...SHARES].map((call) => ['sharing', call] as const)])(
    'of %s refuses %s, which is habit and of which the rate is kept',
    (group, call) => {
      const actions = iamActionsOf(call)
      const habit = { services: [serviceOf(call)], addresses: [], endpoints: [], sessions: [], isFenced: false, actions }
      for (const isCovered of [true, false]) {
        const braked = { ...habit, isCovered, brake: { groups: [group], until: TIME + 1000 } }
        const made = restrictionDocument(braked, { room: 10_240 })
        for (const action of actions) expect(isDenied(made?.document ?? '', action, BY_SERVICE)).toBe(true)
      }
    },
  )
})
