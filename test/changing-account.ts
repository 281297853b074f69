import { AuthorizationDetails } from '../shared/memory/authorization-details.ts'
import { type MemoryIam, memoryIam } from '../shared/memory/iam.ts'
import type { Iam } from '../shared/ports/iam.ts'
import { arnOf } from './embedded.ts'

/** An embedded account in which somebody else creates and deletes users meanwhile. Times are epoch milliseconds. */
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
    isRefused: (name: string) => current.isRefused(name),
    createUser(name: string, time: number) {
      const now = current.authorizationDetails()
      const user = { UserName: name, Arn: arnOf(name), CreateDate: new Date(time).toISOString() }
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
