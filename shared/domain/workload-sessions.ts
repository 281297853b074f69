import type { Signal } from './signal.ts'

/** EC2 names the sessions of an instance by its id, ECS those of a task by the id of the task. */
const INSTANCE_OR_TASK = /^(?:i-[0-9a-f]{8,17}|[0-9a-f]{32})$/

/**
 * EKS Pod Identity names a session by the cluster and the pod, and an id.
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
 */
const POD = /^(eks-.{1,60})-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The name by which a workload is known whose sessions have a name; undefined where the name is not one that AWS gives to sessions of workloads. */
export function workloadIn(sessionName: string): string | undefined {
  return INSTANCE_OR_TASK.test(sessionName) ? sessionName : POD.exec(sessionName)?.[1]
}

/** The workload of a call, with its account: findings name workloads and not their roles. Undefined of calls of others. */
export function workloadOf({ kind, isAuthenticated, identity, credential, isWorkloadStated }: Signal): string | undefined {
  if (kind !== 'api-call' || !isAuthenticated || identity.kind !== 'role' || credential.sessionName === undefined) return undefined
  const name = workloadIn(credential.sessionName)
  // Of the session of an instance AWS says that the metadata service delivered it. Others have such a name by choice, or are of Systems Manager.
  if (name === undefined || (name.startsWith('i-') && isWorkloadStated !== true)) return undefined
  return workloadKey(identity.account, name)
}

/** The key under which the roles of a workload are kept. */
export function workloadKey(account: string, workload: string): string {
  return `${account}:${workload}`
}

/** How long it is remembered which role a workload had, in days. */
export const WORKLOAD_DAYS = 30

/**
 * The most roles that are kept for a workload. Whoever may assume a role chooses the name of its session, so where several roles had sessions of one name, nobody can say
 * which of them the workload has: then a person is asked.
 */
export const ROLES_LIMIT = 3
