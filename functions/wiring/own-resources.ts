import type { RespondConfig } from '../../shared/environment.ts'
import type { OwnResources } from '../../shared/sense/enrich/tampering.ts'
import { memberRoleArns, memberSessions } from './accounts.ts'

/** What is the responder's own, by what its stack says of it: the sessions of its functions as CloudTrail names them, and all its roles by their ARNs. */
export function ownResources(config: RespondConfig): OwnResources & { readonly roles: ReadonlySet<string> } {
  const { ACCOUNT_ID, NOTIFY_TOPIC_ARN, STACK_NAME, OWN_FUNCTIONS } = config
  const partition = NOTIFY_TOPIC_ARN.split(':')[1]
  return {
    sessions: new Set([
      ...OWN_FUNCTIONS.map(([entry, role]) => `arn:${partition}:sts::${ACCOUNT_ID}:assumed-role/${role}/${STACK_NAME}-${entry}`),
      ...memberSessions(config),
    ]),
    stackName: STACK_NAME,
    names: new Set(config.OWN_NAMES),
    deployingRoles: new Set(config.DEPLOYING_ROLE_ARNS),
    members: new Set(config.MEMBER_ACCOUNTS),
    roles: new Set([
      ...OWN_FUNCTIONS.map(([, role]) => `arn:${partition}:iam::${ACCOUNT_ID}:role/${role}`),
      ...config.OWN_ROLE_ARNS,
      ...memberRoleArns(config),
    ]),
  }
}
