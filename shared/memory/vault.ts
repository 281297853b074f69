import type { SecretVault, StoredSecret } from '../ports/iam.ts'

/** Secrets in memory. `values` holds the latest version of each name. */
export function memoryVault(): SecretVault & {
  readonly values: ReadonlyMap<string, string>
  readonly secrets: Map<string, StoredSecret>
} {
  const values = new Map<string, string>()
  const versions = new Set<string>()
  const secrets = new Map<string, StoredSecret>()
  const error = (name: string) => Object.assign(new Error(name), { name })
  const put = (name: string, value: string, versionId: string) => {
    if (versions.has(`${name} ${versionId}`)) return
    versions.add(`${name} ${versionId}`)
    values.set(name, value)
  }
  return {
    values,
    secrets,
    describe: async (name) => secrets.get(name),
    async create(name, value, versionId, tags) {
      if (secrets.has(name)) throw error('ResourceExistsException')
      secrets.set(name, { tags: { ...tags }, policy: undefined })
      put(name, value, versionId)
    },
    async put(name, value, versionId) {
      if (!secrets.has(name)) throw error('ResourceNotFoundException')
      put(name, value, versionId)
    },
    has: async (name, versionId) => versions.has(`${name} ${versionId}`),
  }
}
