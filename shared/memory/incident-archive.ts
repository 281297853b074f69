import { archiveKey, sha256Of } from '../domain/archive.ts'
import type { IncidentArchive } from '../ports/archive.ts'

/** Archived incidents in memory, by the names of their objects. A test can change, delete or swap what is stored. */
export function memoryIncidentArchive(objects: Map<string, string> = new Map()): IncidentArchive {
  return {
    async put(incidentId, sha256, text) {
      const key = archiveKey(incidentId, sha256)
      if (!objects.has(key)) objects.set(key, text)
    },
    async get(incidentId, sha256) {
      const text = objects.get(archiveKey(incidentId, sha256))
      if (text === undefined) return { kind: 'missing' }
      return { kind: sha256Of(text) === sha256 ? 'found' : 'changed', text }
    },
  }
}
