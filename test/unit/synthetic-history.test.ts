import { describe, expect, it } from 'vitest'
import { syntheticHistory } from '../../local/synthetic-history.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'

interface Record {
  readonly eventID: string
  readonly eventTime: string
  readonly eventName: string
  readonly eventSource: string
  readonly sourceIPAddress: string
  readonly userAgent: string
  readonly errorCode?: string
  readonly requestParameters: { readonly [name: string]: string } | null
  readonly responseElements: { readonly credentials?: { readonly accessKeyId: string } } | null
  readonly userIdentity: {
    readonly type: string
    readonly accessKeyId?: string
    readonly userName?: string
    readonly invokedBy?: string
    readonly sessionContext?: {
      readonly sessionIssuer?: { readonly userName: string }
      readonly attributes: { readonly creationDate: string }
    }
  }
}

const DAY = 86_400_000
const end = Date.UTC(2026, 2, 13, 17, 30)
const options = { seed: 7, end, days: 30 }
const story = syntheticHistory(options)
const history = story.history as Record[]
const lastDay = story.lastDay as Record[]
const records = [...history, ...lastDay]
const byUser = (name: string) => records.filter(({ userIdentity }) => userIdentity.userName === name)

describe('the history', () => {
  it('is the same for the same seed and another for another', () => {
    expect(syntheticHistory(options)).toEqual(story)
    expect(syntheticHistory({ ...options, seed: 8 }).history).not.toEqual(story.history)
  })

  it('is in the order of time, up to the end and over all the days', () => {
    const times = records.map(({ eventTime }) => Date.parse(eventTime))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times.at(-1)).toBeLessThanOrEqual(end)
    expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThan(29.5 * DAY)
    expect(lastDay[0]?.eventTime.slice(0, 10)).toBe('2026-03-13')
    expect(history.at(-1)?.eventTime.slice(0, 10)).toBe('2026-03-12')
  })

  it('has a size that replays in a moment, and no id twice', () => {
    expect(records.length).toBeGreaterThan(3000)
    expect(records.length).toBeLessThan(6000)
    expect(new Set(records.map(({ eventID }) => eventID)).size).toBe(records.length)
  })

  it.each([1, 2, 3, 4, 5])('holds for seed %i and any hour of the end, weekends included', (seed) => {
    for (let hour = 0; hour < 7 * 24; hour += 13) {
      const told = syntheticHistory({ seed, end: end + hour * 3_600_000, days: 30 })
      const ids = new Set((told.lastDay as Record[]).map(({ eventID }) => eventID))
      expect(told.intrusion.eventIds.filter((id) => !ids.has(id))).toEqual([])
      expect(new Date((told.lastDay as Record[])[0]?.eventTime as string).getUTCHours()).toBeLessThan(2)
    }
  })

  it('is quieter at weekends', () => {
    const builds = byUser('ci-build').map(({ eventTime }) => new Date(eventTime).getUTCDay())
    const weekend = builds.filter((day) => day === 0 || day === 6).length / 2
    expect(weekend).toBeLessThan(((builds.length - weekend * 2) / 5) * 0.5)
  })

  it('refuses to be too short for a baseline', () => {
    expect(() => syntheticHistory({ ...options, days: 29 })).toThrow('days must be a whole number of 30 or more, got 29')
  })
})

describe('the cast', () => {
  it('calls with long-lived keys that the account has, or with sessions', () => {
    const known = new Map(story.account.AccessKeys.map(({ AccessKeyId, UserName }) => [AccessKeyId, UserName]))
    for (const { userIdentity } of records) {
      const { accessKeyId, userName } = userIdentity
      if (accessKeyId?.startsWith('AKIA')) expect(known.get(accessKeyId)).toBe(userName)
      else if (accessKeyId !== undefined) expect(accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/)
    }
  })

  it('calls in roles with the session key that AssumeRole gave out before', () => {
    const given = new Map<string, string>()
    let chained = 0
    for (const { userIdentity, responseElements, eventTime } of records) {
      const id = responseElements?.credentials?.accessKeyId
      if (id !== undefined) given.set(id, eventTime)
      const role = userIdentity.sessionContext?.sessionIssuer?.userName
      if (role !== 'deploy' && role !== 'data-pipeline') continue
      expect(given.get(userIdentity.accessKeyId as string)).toBe(userIdentity.sessionContext?.attributes.creationDate)
      chained++
    }
    expect(chained).toBeGreaterThan(1000)
  })

  it('never calls with a key after it was renewed', () => {
    const off = records.filter(({ eventName }) => eventName === 'UpdateAccessKey')
    expect(off.map(({ requestParameters }) => requestParameters?.userName)).toEqual(['ci-build', 'ci-release', 'ben'])
    for (const { requestParameters, eventTime } of off) {
      const later = records.filter(
        ({ userIdentity, eventTime: time }) => userIdentity.accessKeyId === requestParameters?.accessKeyId && time >= eventTime,
      )
      expect(later).toEqual([])
      expect(story.account.AccessKeys.find(({ AccessKeyId }) => AccessKeyId === requestParameters?.accessKeyId)?.Status).toBe('Inactive')
    }
  })

  it('does what real accounts do: sign-ins, services, refusals, administration', () => {
    const names = new Set(history.map(({ eventName }) => eventName))
    for (const name of [
      'ConsoleLogin',
      'AssumeRole',
      'CreateUser',
      'CreateAccessKey',
      'AttachUserPolicy',
      'Decrypt',
      'GetCallerIdentity',
    ]) {
      expect(names).toContain(name)
    }
    expect(history.some(({ userIdentity }) => userIdentity.type === 'AWSService')).toBe(true)
    expect(history.filter(({ errorCode }) => errorCode === 'AccessDenied').length).toBeGreaterThan(5)
    const erin = byUser('erin').map(({ eventTime }) => eventTime)
    const hired = records.find(({ eventName, requestParameters }) => eventName === 'CreateUser' && requestParameters?.userName === 'erin')
    expect(erin.length).toBeGreaterThan(0)
    expect(erin.every((time) => time > (hired?.eventTime as string))).toBe(true)
  })
})

describe('the intrusion', () => {
  const ids = new Set(story.intrusion.eventIds)
  const calls = lastDay.filter(({ eventID }) => ids.has(eventID))
  const minutes = (Date.parse(calls.at(-1)?.eventTime as string) - Date.parse(calls[0]?.eventTime as string)) / 60_000

  it('is on the last day, over in minutes, from a place and with a tool that nobody else has', () => {
    expect(calls.map(({ eventID }) => eventID)).toEqual(story.intrusion.eventIds)
    expect(calls[0]?.eventID).toBe(story.intrusion.firstEventId)
    expect(calls.length).toBeGreaterThanOrEqual(25)
    expect(calls.length).toBeLessThanOrEqual(40)
    expect(minutes).toBeGreaterThan(10)
    expect(minutes).toBeLessThan(25)
    const others = records.filter(({ eventID }) => !ids.has(eventID))
    for (const { sourceIPAddress, userAgent } of calls) {
      expect(others.some((other) => other.sourceIPAddress === sourceIPAddress || other.userAgent === userAgent)).toBe(false)
    }
  })

  it('uses a key that its owner goes on using meanwhile, from its own network', () => {
    const key = story.intrusion.accessKeyId
    expect(calls[0]?.userIdentity.accessKeyId).toBe(key)
    const [from, to] = [calls[0]?.eventTime as string, calls.at(-1)?.eventTime as string]
    const owner = lastDay.filter(
      ({ eventID, eventTime, userIdentity }) => userIdentity.accessKeyId === key && !ids.has(eventID) && eventTime > from && eventTime < to,
    )
    expect(owner.length).toBeGreaterThan(0)
    expect(history.some(({ userIdentity }) => userIdentity.accessKeyId === key)).toBe(true)
  })

  it('looks around, makes an administrator, calls models and goes for the trail', () => {
    const index = (name: string) => calls.findIndex(({ eventName }) => eventName === name)
    const steps = [
      'GetCallerIdentity',
      'ListFoundationModels',
      'ListUsers',
      'CreateUser',
      'CreateAccessKey',
      'AttachUserPolicy',
      'StopLogging',
      'InvokeModel',
    ]
    expect(steps.map(index)).toEqual(steps.map(index).toSorted((a, b) => a - b))
    expect(index('GetCallerIdentity')).toBe(0)
    expect(calls.filter(({ eventName }) => eventName === 'InvokeModel').length).toBeGreaterThan(8)
    expect(calls.filter(({ errorCode }) => errorCode === 'ValidationException')).toHaveLength(1)
    expect(calls.filter(({ errorCode }) => errorCode === 'AccessDenied').length).toBeGreaterThan(3)
  })

  it('is explained by the policy of the key that leaked: what it allows was answered, what it does not was refused', () => {
    const user = story.account.UserDetailList.find(({ UserName }) => UserName === story.intrusion.userName)
    const document = user?.UserPolicyList[0]?.PolicyDocument as { Statement: { Action: string[] }[] }
    const services = document.Statement.flatMap(({ Action }) => Action).map((action) => action.split(':')[0])
    for (const { userIdentity, eventSource, eventName, errorCode } of calls) {
      if (userIdentity.userName !== story.intrusion.userName || eventName === 'GetCallerIdentity') continue
      expect([eventName, errorCode === 'AccessDenied']).toEqual([eventName, !services.includes(eventSource.split('.')[0])])
    }
  })
})

describe('the account', () => {
  it('is a picture as the AWS CLI prints one', () => {
    expect(AuthorizationDetails.parse(structuredClone(story.account))).toEqual(story.account)
  })

  it('has every user, role and group that is meant', () => {
    const users = story.account.UserDetailList.map(({ UserName }) => UserName)
    const roles = story.account.RoleDetailList.map(({ RoleName }) => RoleName)
    for (const { userIdentity } of records) {
      if (userIdentity.type === 'IAMUser') expect(users).toContain(userIdentity.userName)
      if (userIdentity.sessionContext?.sessionIssuer) expect(roles).toContain(userIdentity.sessionContext.sessionIssuer.userName)
    }
    const groups = story.account.GroupDetailList.map(({ GroupName }) => GroupName)
    expect(story.account.UserDetailList.flatMap(({ GroupList }) => GroupList).filter((name) => !groups.includes(name))).toEqual([])
    for (const { UserPolicyList, GroupList, AttachedManagedPolicies } of story.account.UserDetailList) {
      expect(UserPolicyList.length + GroupList.length + AttachedManagedPolicies.length).toBeGreaterThan(0)
    }
  })

  it('reads a policy document as the API gives it, too', () => {
    const document = encodeURIComponent('{"Version":"2012-10-17","Statement":[]}')
    const picture = AuthorizationDetails.parse({
      UserDetailList: [{ UserName: 'a', Arn: 'arn', UserPolicyList: [{ PolicyName: 'p', PolicyDocument: document }] }],
    })
    expect(picture.UserDetailList[0]?.UserPolicyList[0]?.PolicyDocument).toBe(document)
  })
})
