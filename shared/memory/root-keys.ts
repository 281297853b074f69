import type { AccessKey, RootKeys } from '../ports/iam.ts'

/** Access keys of a root user, in memory. */
export function memoryRootKeys(keys: readonly AccessKey[]): RootKeys {
  const left = new Map(keys.map((key) => [key.id, key]))
  return {
    list: async () => [...left.values()],
    remove: async (accessKeyId) => left.delete(accessKeyId),
  }
}
