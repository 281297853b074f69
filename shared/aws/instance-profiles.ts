import { GetInstanceProfileCommand, type IAMClient } from '@aws-sdk/client-iam'
import { RefusedInAccount } from '../errors.ts'
import type { InstanceProfiles } from '../ports/lookup.ts'
import { isNamed } from './table.ts'

/** Instance profiles as IAM knows them. `clientOf`: the client for an account; undefined of one that is not acted in, of which nothing is known. */
export function awsInstanceProfiles(clientOf: (account: string) => IAMClient | undefined): InstanceProfiles {
  return {
    async roleOf(profileName, account) {
      const client = clientOf(account)
      if (client === undefined) return undefined
      try {
        const { InstanceProfile } = await client.send(new GetInstanceProfileCommand({ InstanceProfileName: profileName }))
        // A profile holds one role at most.
        const [role] = InstanceProfile?.Roles ?? []
        if (role?.Arn === undefined || role.RoleName === undefined) return undefined
        return {
          id: role.Arn,
          kind: 'role',
          name: role.RoleName,
          account,
          ...(role.RoleId === undefined ? {} : { principalId: role.RoleId }),
        }
      } catch (cause) {
        if (isNamed(cause, 'NoSuchEntityException') || cause instanceof RefusedInAccount) return undefined
        throw cause
      }
    },
  }
}
