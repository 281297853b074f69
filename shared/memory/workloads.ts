import type { Identity } from '../domain/signal.ts'
import { ROLES_LIMIT } from '../domain/workload-sessions.ts'
import type { IdentityStore } from '../ports/stores.ts'

/** The most workloads that are remembered in memory; the first is forgotten first. */
const WORKLOADS_LIMIT = 10_000

/** Roles of workloads in memory. */
export function memoryWorkloads(): Pick<IdentityStore, 'addWorkload' | 'workloadsOf'> {
  const roles = new Map<string, Map<string, Identity>>()
  return {
    async addWorkload(workload, role) {
      const known = roles.get(workload) ?? new Map<string, Identity>()
      if (known.size < ROLES_LIMIT || known.has(role.id)) known.set(role.id, role)
      if (!roles.has(workload) && roles.size >= WORKLOADS_LIMIT) roles.delete(roles.keys().next().value as string)
      roles.set(workload, known)
    },
    async workloadsOf(workload) {
      return [...(roles.get(workload)?.values() ?? [])]
    },
  }
}
