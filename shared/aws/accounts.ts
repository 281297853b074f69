import type { IAMClient } from '@aws-sdk/client-iam'
import type { STSClient } from '@aws-sdk/client-sts'
import { type MemberRole, memberQuarantineArn, memberRoleArn, memberSessionName } from '../domain/member-roles.ts'
import { RefusedInAccount } from '../errors.ts'
import type { Accounts } from '../ports/accounts.ts'
import type { Iam } from '../ports/iam.ts'
import { assumedRole, isRefusal, type SessionCredentials } from './assumed-role.ts'
import { awsIam } from './iam.ts'

/** The most accounts whose clients are kept. Of more, the one that was used longest ago is made anew when it is needed. */
const KEPT = 50

/** What a function needs to act in other accounts. */
export interface ActsElsewhere {
  /** The stack's own account, and its IAM. */
  readonly own: { readonly account: string; readonly iam: Iam; readonly quarantinePolicyArn?: string | undefined }
  /** The accounts that have the role. */
  readonly members: readonly string[]
  readonly partition: string
  readonly stackName: string
  /** The role that the function assumes there, and the function, which gives the sessions their name. */
  readonly role: MemberRole
  readonly entry: string
  readonly sts: STSClient
  readonly now: () => number
}

/** Credentials of a function in another account. */
export function memberCredentials(
  account: string,
  { partition, stackName, role, entry, sts, now }: Omit<ActsElsewhere, 'own' | 'members'>,
) {
  const roleArn = memberRoleArn({ account, partition }, stackName, role)
  return assumedRole(sts, { account, roleArn, sessionName: memberSessionName(stackName, entry) }, now)
}

/** The accounts that a function acts in. `iamAs` makes a client of IAM that uses the credentials of a provider. */
export function awsAccounts(about: ActsElsewhere, iamAs: (credentials: () => Promise<SessionCredentials>) => IAMClient): Accounts {
  const { own, members, partition, stackName, role } = about
  const ids = new Set([own.account, ...members])
  const iamAt = kept((account) => {
    const roleArn = memberRoleArn({ account, partition }, stackName, role)
    return sayingRefused(awsIam(iamAs(memberCredentials(account, about)), account), { account, roleArn })
  })
  return {
    ids,
    iam(account) {
      if (account === own.account) return own.iam
      if (!ids.has(account)) throw new RefusedInAccount(account, `account ${account} is none that this responder acts in`)
      return iamAt(account)
    },
    quarantinePolicyArn: (account) =>
      account === own.account ? own.quarantinePolicyArn : memberQuarantineArn({ account, partition }, stackName),
  }
}

/** Keeps what was made for an account, of the accounts that were used last. */
export function kept<T>(make: (account: string) => T): (account: string) => T {
  const made = new Map<string, T>()
  return (account) => {
    const one = made.get(account) ?? make(account)
    made.delete(account)
    made.set(account, one)
    const [oldest] = made.keys()
    if (made.size > KEPT && oldest !== undefined) made.delete(oldest)
    return one
  }
}

/** An IAM whose refusals say of which account they are, and which role lacks the right. */
function sayingRefused(iam: Iam, { account, roleArn }: { readonly account: string; readonly roleArn: string }): Iam {
  const wrapped =
    (call: (...words: never[]) => Promise<unknown>, name: string) =>
    async (...words: never[]) => {
      try {
        return await call(...words)
      } catch (cause) {
        if (cause instanceof RefusedInAccount || !isRefusal(cause)) throw cause
        throw new RefusedInAccount(account, `role ${roleArn} lacks the right to call ${name}, or a policy of the organisation denies it`, {
          cause,
        })
      }
    }
  return Object.fromEntries(
    Object.entries(iam).map(([name, call]) => [name, wrapped(call as (...words: never[]) => Promise<unknown>, name)]),
  ) as unknown as Iam
}
