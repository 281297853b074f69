import { AuthorizationDetails } from '../shared/domain/authorization-details.ts'
import { type MemoryIam, memoryIam } from '../shared/memory/iam.ts'
import type { Iam } from '../shared/ports/iam.ts'
import { arnOf } from './embedded.ts'

/** An embedded account in which somebody else creates, renames and deletes users meanwhile. Times are epoch milliseconds. */
export function changingAccount(details: unknown) {
  let current: MemoryIam = memoryIam(AuthorizationDetails.parse(details))
  const iam = new Proxy({} as Iam, {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        (current[name as keyof Iam] as (...all: unknown[]) => unknown)(...args),
  })
  const hasUser = (name: string) => current.authorizationDetails().UserDetailList.some(({ UserName }) => UserName === name)
  return {
    iam,
    hasUser,
    details: () => current.authorizationDetails(),
    isRefused: (name: string, accessKeyId?: string) => current.isRefused(name, accessKeyId),
    /** Renames a user. As in IAM, keys, policies, tags and the date of creation stay. */
    renameUser(from: string, to: string) {
      const now = current.authorizationDetails()
      const rename = <T extends { UserName: string }>(one: T) => (one.UserName === from ? { ...one, UserName: to } : one)
      current = memoryIam({
        ...now,
        UserDetailList: now.UserDetailList.map((user) => (user.UserName === from ? { ...rename(user), Arn: arnOf(to) } : user)),
        AccessKeys: now.AccessKeys.map(rename),
        SwitchableCredentials: now.SwitchableCredentials.map(rename),
      })
    },
    createUser(name: string, time: number, UserId?: string) {
      const now = current.authorizationDetails()
      const user = {
        UserName: name,
        Arn: arnOf(name),
        CreateDate: new Date(time).toISOString(),
        ...(UserId === undefined ? {} : { UserId }),
      }
      current = memoryIam(AuthorizationDetails.parse({ ...now, UserDetailList: [...now.UserDetailList, user] }))
    },
    /** Deletes a user with its policies and keys. */
    deleteUser(name: string) {
      const now = current.authorizationDetails()
      current = memoryIam({
        ...now,
        UserDetailList: now.UserDetailList.filter(({ UserName }) => UserName !== name),
        AccessKeys: now.AccessKeys.filter(({ UserName }) => UserName !== name),
      })
    },
  }
}
