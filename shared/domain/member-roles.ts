import { formatArn, type Place, roleArn } from './arn.ts'

/** What the functions of a stack do in another account, each by a role of its own there. */
export const MEMBER_ROLES = ['contain', 'rotate', 'read'] as const
export type MemberRole = (typeof MEMBER_ROLES)[number]

/** The functions that may assume each role. */
export const FUNCTIONS_OF: Readonly<Record<MemberRole, readonly string[]>> = {
  contain: ['contain'],
  rotate: ['rotate'],
  read: ['respond', 'sweep', 'inventory'],
}

/** The name of the role of a function in the stack's own account, where the stack acts in other accounts: their roles trust it by this name. */
export function homeRoleName(stackName: string, entry: string): string {
  return `${stackName}-${entry}`
}

/** The name of a role of the stack in another account. */
export function memberRoleName(stackName: string, role: MemberRole): string {
  return `${stackName}-member-${role}`
}

/** The ARN of a role of the stack in another account. */
export function memberRoleArn(place: Place, stackName: string, role: MemberRole): string {
  return roleArn(place, memberRoleName(stackName, role))
}

/** The name of the managed policy in another account that denies everything. */
export function memberQuarantineName(stackName: string): string {
  return `${stackName}-member-quarantine`
}

/** The ARN of that policy. */
export function memberQuarantineArn({ account, partition }: Place, stackName: string): string {
  return formatArn({ partition, service: 'iam', region: '', account, resource: `policy/${memberQuarantineName(stackName)}` })
}

/** The name of the sessions of a function in other accounts, by which CloudTrail names its calls there: that of the function itself. */
export function memberSessionName(stackName: string, entry: string): string {
  return `${stackName}-${entry}`
}

/** The ARNs of all sessions of the stack in an account, as CloudTrail names them. */
export function memberSessionArns({ account, partition }: Place, stackName: string): string[] {
  return MEMBER_ROLES.flatMap((role) =>
    FUNCTIONS_OF[role].map((entry) =>
      formatArn({
        partition,
        service: 'sts',
        region: '',
        account,
        resource: `assumed-role/${memberRoleName(stackName, role)}/${memberSessionName(stackName, entry)}`,
      }),
    ),
  )
}
