import type { Role, User } from './cast.ts'
import { giveKey, roleOf, sessionArn, sessionIdentity, userOf } from './cast.ts'
import { iamId, type Random, randomOf } from './random.ts'
import { ACCOUNT, type Call, type Caller, type CloudTrailRecord, longTimeOf, recordOf } from './record.ts'

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The history as it is written: the records so far, and the users and roles in them. */
export interface Story {
  readonly random: Random
  readonly records: CloudTrailRecord[]
  readonly users: Map<string, User>
  readonly roles: Map<string, Role>
  readonly loginProfiles: Set<string>
  user(name: string): User
  role(name: string): Role
  /** Adds the record of a call. */
  tell(caller: Caller, call: Call): CloudTrailRecord
  /** Adds the record of an AssumeRole call and returns the session as a caller. */
  assume(caller: Caller, options: { role: Role; sessionName: string; time: number; address?: string; agent?: string }): Caller
}

/** Starts a history whose users and roles were created some time before. */
export function beginStory(seed: number, startsAt: number, names: { keyHolders: string[]; people: string[]; roles: string[] }): Story {
  const random = randomOf(seed)
  const long = () => startsAt - random.whole(120, 700) * DAY - random.whole(0, DAY / SECOND) * SECOND
  const users = new Map([...names.keyHolders, ...names.people].map((name) => [name, userOf(name, long(), random)]))
  for (const name of names.keyHolders) {
    const user = users.get(name) as User
    giveKey(user, user.createdAt + 5 * MINUTE, random)
  }
  const roles = new Map(names.roles.map((name) => [name, roleOf(name, long(), random)]))
  const records: CloudTrailRecord[] = []
  const tell = (caller: Caller, call: Call) => {
    const record = recordOf(caller, call, random)
    records.push(record)
    return record
  }
  return {
    random,
    records,
    users,
    roles,
    loginProfiles: new Set(names.people),
    tell,
    user: (name) => users.get(name) as User,
    role: (name) => roles.get(name) as Role,
    assume(caller, { role, sessionName, time, address = caller.address, agent = caller.agent }) {
      const accessKeyId = iamId(random, 'ASIA')
      tell(caller, {
        time,
        service: 'sts',
        name: 'AssumeRole',
        request: { roleArn: role.arn, roleSessionName: sessionName, durationSeconds: 3600 },
        response: {
          credentials: { accessKeyId, sessionToken: 'IQoJEXAMPLE', expiration: longTimeOf(time + HOUR) },
          assumedRoleUser: { assumedRoleId: `${role.id}:${sessionName}`, arn: sessionArn(role, sessionName) },
        },
        resources: [{ accountId: ACCOUNT, type: 'AWS::IAM::Role', ARN: role.arn }],
      })
      return { userIdentity: sessionIdentity(role, { name: sessionName, accessKeyId, startedAt: time }), address, agent }
    },
  }
}

/** The share of the usual activity on a day: 0.2 on weekends. */
export function busyness(day: number): number {
  const weekday = new Date(day).getUTCDay()
  return weekday === 0 || weekday === 6 ? 0.2 : 1
}

/** Adds the records of `[service, operation, request?]`, a few seconds apart from a time on. Returns the time of the last one. */
export function tellAll(
  story: Story,
  caller: Caller,
  time: number,
  calls: readonly (readonly [string, string, Record<string, unknown>?])[],
): number {
  let at = time
  for (const [service, name, request] of calls) {
    at += story.random.whole(1, 9) * SECOND
    story.tell(caller, { time: at, service, name, ...(request ? { request } : {}) })
  }
  return at
}
