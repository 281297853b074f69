import { awsAccounts, memberCredentials } from '../../shared/aws/accounts.ts'
import type { SessionCredentials } from '../../shared/aws/assumed-role.ts'
import { iamClient, stsClient } from '../../shared/aws/clients.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import { partitionOfRegion } from '../../shared/domain/arn.ts'
import { MEMBER_ROLES, type MemberRole, memberRoleArn, memberSessionArns } from '../../shared/domain/member-roles.ts'
import type { Accounts } from '../../shared/ports/accounts.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { runtime } from './common.ts'

/** What the environment says of the accounts that a function acts in. */
export interface AccountsConfig {
  readonly ACCOUNT_ID: string
  readonly STACK_NAME: string
  readonly MEMBER_ACCOUNTS: readonly string[]
  readonly AWS_REGION?: string | undefined
}

/** Which function acts, by which role of other accounts. */
interface Actor {
  readonly entry: string
  readonly role: MemberRole
  readonly quarantinePolicyArn?: string | undefined
}

/** IAM of the stack's own account, and the accounts that a function acts in: undefined where it is configured for no other. */
export function iamAndAccounts(config: AccountsConfig, actor: Actor): { readonly iam: Iam; readonly accounts: Accounts | undefined } {
  const { ACCOUNT_ID: account, MEMBER_ACCOUNTS: members } = config
  const { quarantinePolicyArn } = actor
  const iam = awsIam(iamClient(), account)
  if (members.length === 0) return { iam, accounts: undefined }
  const about = { ...elsewhere(config, actor), own: { account, iam, quarantinePolicyArn }, members }
  return { iam, accounts: awsAccounts(about, (credentials) => iamClient({ credentials })) }
}

/** Credentials of a function in another account that it is configured for. */
export function credentialsIn(account: string, config: AccountsConfig, actor: Actor): () => Promise<SessionCredentials> {
  return memberCredentials(account, elsewhere(config, actor))
}

function elsewhere({ STACK_NAME, AWS_REGION }: AccountsConfig, { entry, role }: Actor) {
  return { partition: partitionOfRegion(AWS_REGION ?? ''), stackName: STACK_NAME, role, entry, sts: stsClient(), now: runtime.clock.now }
}

/** The ARNs of the roles of the responder in the other accounts that it is configured for. */
export function memberRoleArns({ STACK_NAME, MEMBER_ACCOUNTS, AWS_REGION }: AccountsConfig): string[] {
  const partition = partitionOfRegion(AWS_REGION ?? '')
  return MEMBER_ACCOUNTS.flatMap((account) => MEMBER_ROLES.map((role) => memberRoleArn({ account, partition }, STACK_NAME, role)))
}

/** The ARNs of the responder's sessions in those accounts. */
export function memberSessions({ STACK_NAME, MEMBER_ACCOUNTS, AWS_REGION }: AccountsConfig): string[] {
  const partition = partitionOfRegion(AWS_REGION ?? '')
  return MEMBER_ACCOUNTS.flatMap((account) => memberSessionArns({ account, partition }, STACK_NAME))
}
