import type { SecretVault } from '../ports/iam.ts'

/** Secrets in memory. `values` holds the latest version of each name. */
export function memoryVault(): SecretVault & { readonly values: ReadonlyMap<string, string> } {
  const values = new Map<string, string>()
  const versions = new Set<string>()
  return {
    values,
    async put(name, value, versionId) {
      if (versions.has(`${name} ${versionId}`)) return
      versions.add(`${name} ${versionId}`)
      values.set(name, value)
    },
    has: async (name, versionId) => versions.has(`${name} ${versionId}`),
  }
}
